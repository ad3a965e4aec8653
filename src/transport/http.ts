import { Pool } from 'undici';
import type { Timers } from '../domain/clock.js';
import { VenueConnectionError } from '../domain/errors.js';
import { parseRetryAfterMs } from './retry-after.js';

/** A whole HTTP answer, whatever its status. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; values of a repeated header joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The wait that the venue asked for, with 429, 418 or 503 for example. */
  readonly retryAfterMs: number | undefined;
}

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

/** GET requests over kept connections, one pool an origin. For snapshots and metadata, not for orders. */
export class HttpClient {
  private readonly pools = new Map<string, Pool>();
  private closed = false;

  constructor(
    private readonly options: HttpClientOptions,
    private readonly timers: Timers,
  ) {}

  /**
   * Any status is an answer, 429 and 5xx as well; the caller judges it. Redirects are not followed.
   * @throws VenueConnectionError when no whole answer came: refused, broken, too late, too long, or the client was closed
   */
  async get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> {
    const { origin, pathname, search } = new URL(url);
    const failure = (text: string, cause?: unknown): VenueConnectionError =>
      new VenueConnectionError(`GET ${origin}${pathname}: ${text}`, { origin, path: pathname }, { cause });
    const abort = new AbortController();
    const { timeoutMs } = this.options;
    const timeout = this.timers.after(timeoutMs, () => abort.abort(failure(`no answer within ${timeoutMs} ms`)));
    try {
      const response = await this.pool(origin).request({
        method: 'GET',
        path: pathname + search,
        headers: { ...this.options.headers, ...headers },
        signal: abort.signal,
      });
      const plain = flattenHeaders(response.headers);
      const body = await this.readBody(response.body);
      const retryAfterMs = parseRetryAfterMs(plain['retry-after'], plain.date);
      return { status: response.statusCode, headers: plain, body, retryAfterMs };
    } catch (cause) {
      if (cause === abort.signal.reason) throw cause;
      throw failure(cause instanceof Error ? cause.message || cause.name : String(cause), cause);
    } finally {
      timeout.cancel();
    }
  }

  /** Ends all connections; requests under way fail. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
    this.pools.clear();
  }

  private pool(origin: string): Pool {
    if (this.closed) throw new VenueConnectionError('the client is closed');
    const existing = this.pools.get(origin);
    if (existing !== undefined) return existing;
    const { connectionsMax, timeoutMs, ca } = this.options;
    // Said outright, so that no environment variable switches verification off.
    const connect = { timeout: timeoutMs, rejectUnauthorized: true, ...(ca !== undefined && { ca }) };
    const pool = new Pool(origin, { connections: connectionsMax, pipelining: 1, keepAliveTimeout: KEEP_ALIVE_MS, connect });
    this.pools.set(origin, pool);
    return pool;
  }

  private async readBody(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
    const { bodyBytesMax } = this.options;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.length;
      if (bytes > bodyBytesMax) throw new VenueConnectionError(`the body is longer than ${bodyBytesMax} bytes`); // ends the stream as well
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, bytes);
  }
}

function flattenHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return plain;
}
