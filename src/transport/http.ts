import { type Dispatcher, Pool } from 'undici';
import type { Timers } from '../domain/clock.js';
import { VenueConnectionError } from '../domain/errors.js';
import type { HttpRequest, HttpResponse, HttpTransport } from './http-transport.js';
import { parseRetryAfterMs } from './retry-after.js';

export interface HttpClientOptions {
  /** For the whole request, from connecting to the last byte of the body. */
  readonly timeoutMs: number;
  readonly bodyBytesMax: number;
  /** Connections kept to one origin; requests beyond wait for a free one, and that wait counts. */
  readonly connectionsMax: number;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the certificate authorities that are trusted. */
  readonly ca?: string | Buffer;
}

/** How long an idle connection is kept, unless the venue asks for less: it spans the pauses between rounds of snapshots. */
const KEEP_ALIVE_MS = 30_000;

/** Requests over kept connections, one pool an origin. */
export class HttpClient implements HttpTransport {
  private readonly pools = new Map<string, Pool>();
  private closed = false;

  constructor(
    private readonly options: HttpClientOptions,
    private readonly timers: Timers,
  ) {}

  get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> {
    return this.request({ method: 'GET', url, headers, body: null });
  }

  async request({ method, url, headers, body }: HttpRequest): Promise<HttpResponse> {
    const { origin, pathname, search } = new URL(url);
    const exchange = new Exchange(`${method} ${origin}${pathname}`, { origin, path: pathname }, this.options.bodyBytesMax);
    const { timeoutMs } = this.options;
    const timeout = this.timers.after(timeoutMs, () => exchange.abandon(`no answer within ${timeoutMs} ms`));
    try {
      if (this.closed) exchange.abandon('the client is closed');
      else {
        const path = pathname + search;
        this.pool(origin).dispatch({ method, path, headers: { ...this.options.headers, ...headers }, body }, exchange);
      }
      return await exchange.answer;
    } finally {
      timeout.cancel();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
    this.pools.clear();
  }

  private pool(origin: string): Pool {
    const existing = this.pools.get(origin);
    if (existing !== undefined) return existing;
    const { connectionsMax, timeoutMs, ca } = this.options;
    // Said outright, so that no environment variable switches verification off.
    const connect = { timeout: timeoutMs, rejectUnauthorized: true, ...(ca !== undefined && { ca }) };
    const pool = new Pool(origin, { connections: connectionsMax, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS, connect });
    this.pools.set(origin, pool);
    return pool;
  }
}

/** One request under way. It counts as sent from the moment its connection is about to write it. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<HttpResponse>;
  private resolve: (response: HttpResponse) => void = () => {};
  private reject: (error: VenueConnectionError) => void = () => {};
  private controller: Dispatcher.DispatchController | undefined;
  private failure: VenueConnectionError | undefined;
  private status = 0;
  private headers: Readonly<Record<string, string>> = {};
  private readonly chunks: Uint8Array[] = [];
  private bytes = 0;

  constructor(
    private readonly what: string,
    private readonly context: Readonly<Record<string, unknown>>,
    private readonly bodyBytesMax: number,
  ) {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Gives the request up. What still waits for a connection will not be sent any more. */
  abandon(text: string, cause?: unknown): void {
    if (this.failure !== undefined) return;
    const context = { ...this.context, sent: this.controller !== undefined };
    this.failure = new VenueConnectionError(`${this.what}: ${text}`, context, { cause });
    this.controller?.abort(this.failure);
    this.reject(this.failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.failure !== undefined) controller.abort(this.failure);
    else this.controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.status = status;
    this.headers = flattenHeaders(headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.bytes > this.bodyBytesMax) this.abandon(`the body is longer than ${this.bodyBytesMax} bytes`);
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const { status, headers } = this;
    const retryAfterMs = parseRetryAfterMs(headers['retry-after'], headers.date);
    this.resolve({ status, headers, body: Buffer.concat(this.chunks, this.bytes), retryAfterMs });
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    this.abandon(cause.message || cause.name, cause);
  }
}

function flattenHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
