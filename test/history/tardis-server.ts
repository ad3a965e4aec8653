// A local Tardis.dev as its documentation has it: raw feeds in slices of minutes, datasets by day, the first day of a month without a key.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export interface TardisAnswers {
  /** Lines of one minute of a feed, with their ends. */
  feed(exchange: string, date: string, minute: number, filters: unknown): string;
  /** Lines of a dataset; undefined where there is none. */
  dataset(exchange: string, type: string, date: string, symbol: string): string | undefined;
  readonly apiKey: string;
  /** Largest slice that is given, whatever is asked for. */
  readonly sliceMax?: number;
}

/** What was asked, for tests to look at. */
export interface TardisRequest {
  readonly url: string;
  readonly authorization: string | undefined;
}

export class LocalTardis {
  readonly requests: TardisRequest[] = [];
  /** Statuses for the next requests, before the real answers; 0 cuts the connection in the middle. */
  readonly trouble: number[] = [];
  private constructor(
    private readonly server: Server,
    private readonly answers: TardisAnswers,
  ) {}

  static async start(answers: TardisAnswers): Promise<LocalTardis> {
    const server = createServer((request, response) => local.answer(request, response));
    const local = new LocalTardis(server, answers);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return local;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { authorization } = request.headers;
    this.requests.push({ url: url.pathname + url.search, authorization });
    const status = this.trouble.shift();
    if (status === 0) {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x');
      setImmediate(() => request.socket.destroy());
      return;
    }
    if (status !== undefined) {
      response.writeHead(status, status === 429 ? { 'retry-after': '0' } : {}).end('{"code":1,"message":"not now"}');
      return;
    }
    const feed = /^\/v1\/data-feeds\/([a-z-]+)$/.exec(url.pathname);
    const dataset = /^\/v1\/([a-z-]+)\/(\w+)\/(\d{4})\/(\d\d)\/(\d\d)\/([^/]+)\.csv\.gz$/.exec(url.pathname);
    const date = feed !== null ? (url.searchParams.get('from') ?? '') : (dataset?.slice(3, 6).join('-') ?? '');
    if (feed === null && dataset === null) response.writeHead(404).end('{"code":404,"message":"no such path"}');
    else if (!date.endsWith('-01') && authorization !== `Bearer ${this.answers.apiKey}`) {
      response.writeHead(401).end('{"code":401,"message":"a key is needed"}');
    } else if (feed !== null) this.feed(feed[1] ?? '', date, url.searchParams, response);
    else {
      const [, exchange = '', type = '', , , , symbol = ''] = dataset ?? [];
      const lines = this.answers.dataset(exchange, type, date, decodeURIComponent(symbol));
      if (lines === undefined) response.writeHead(404).end('{"code":404,"message":"no such dataset"}');
      else response.writeHead(200, { 'content-type': 'application/gzip' }).end(gzipSync(lines));
    }
  }

  private feed(exchange: string, date: string, query: URLSearchParams, response: ServerResponse): void {
    const filters = query.get('filters');
    const asked = Number(query.get('sliceSize') ?? 1);
    if (asked < 1 || asked > 10 || (asked > 1 && filters === null)) {
      response.writeHead(400).end('{"code":400,"message":"sliceSize needs filters, and is 1 to 10"}');
      return;
    }
    const size = Math.min(asked, this.answers.sliceMax ?? 10);
    const offset = Number(query.get('offset') ?? 0);
    const minutes = Array.from({ length: size }, (_, at) =>
      this.answers.feed(exchange, date, offset + at, JSON.parse(filters ?? 'null')),
    );
    // As the real one may: without the last bytes of the stream.
    const body = gzipSync(minutes.join('')).subarray(0, -8);
    response
      .writeHead(200, { 'content-encoding': 'gzip', 'x-slice-size': String(size), 'x-suggested-slice-size': '10' })
      .end(body);
  }
}
