import type { Clock, Timer, Timers } from '../../domain/clock.js';
import { InvalidInputError, VenueConnectionError } from '../../domain/errors.js';
import type { HttpRequest, HttpResponse, HttpTransport } from '../../transport/http-transport.js';
import { parseRetryAfterMs } from '../../transport/retry-after.js';
import type { ConnectWebSocket } from '../../transport/web-socket.js';
import type { Host, VenuePort } from '../fronts/port.js';
import type { RestAnswer, RestRequest } from '../fronts/rest.js';
import { LoopbackSocket } from './loopback-socket.js';

/** Milliseconds that a request, an answer or a frame takes one way. */
export type OneWayMs = () => number;

export interface LoopbackOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Nothing when left out; even then everything arrives by a timer. */
  readonly oneWayMs?: OneWayMs;
  /** Address that the venues see of all clients. */
  readonly address?: string;
}

/** Gives up the wait for an answer. */
type Abandon = (text: string) => void;

/**
 * Venues and their clients in one process without a socket: time, order and latency are what the injected clock, timers and model
 * say, so a seed replays. Clients see what they would see over TCP.
 */
export class LoopbackHost implements Host {
  private readonly venues = new Map<string, VenuePort>();
  private readonly sockets = new Set<LoopbackSocket>();
  private readonly requests = new Set<Abandon>();
  private ports = 0;

  constructor(private readonly options: LoopbackOptions) {}

  /** Client connections that have not told their end yet. */
  get openSockets(): number {
    return this.sockets.size;
  }

  /** Requests without an answer, a failure or a timeout so far. */
  get pendingRequests(): number {
    return this.requests.size;
  }

  listen(venue: VenuePort, _host: string, port: number): Promise<string> {
    const authority = `loopback:${port === 0 ? ++this.ports : port}`;
    if (this.venues.has(authority)) {
      return Promise.reject(new InvalidInputError(`cannot listen on ${authority}; is the port taken?`, { authority }));
    }
    this.venues.set(authority, venue);
    return Promise.resolve(authority);
  }

  stop(): void {
    this.venues.clear();
    for (const socket of [...this.sockets]) socket.close(1001, 'going away', 'venue');
  }

  /** Opens WebSockets to the venues, as `connectWebSocket` does to real ones. */
  readonly connect: ConnectWebSocket = (options, events) => {
    const { clock, timers, oneWayMs = (): number => 0, address = '127.0.0.1' } = this.options;
    const environment = { clock, timers, oneWayMs, address, find: (authority: string) => this.venues.get(authority) };
    const socket = new LoopbackSocket(options, events, environment, () => this.sockets.delete(socket));
    this.sockets.add(socket);
    return {
      sendText: (text) => socket.sendText(text),
      ping: (payload) => socket.ping(payload),
      close: (code, reason) => socket.close(code, reason, 'client'),
      terminate: () => socket.terminate(),
      bufferedBytes: 0,
      get receivedBytes() {
        return socket.receivedBytes;
      },
    };
  };

  /** A client for the venues' REST interfaces, as `HttpClient` is for real ones. */
  http({ timeoutMs }: { readonly timeoutMs: number }): HttpTransport {
    const own = new Set<Abandon>();
    let closed = false;
    return {
      request: (request) => this.request(request, closed ? null : timeoutMs, own),
      close: () => {
        closed = true;
        for (const abandon of [...own]) abandon('the client is closed');
        return Promise.resolve();
      },
    };
  }

  /** @param timeoutMs null when the client is closed */
  private request(request: HttpRequest, timeoutMs: number | null, own: Set<Abandon>): Promise<HttpResponse> {
    const { timers, oneWayMs = (): number => 0 } = this.options;
    const { host, origin, pathname } = new URL(request.url);
    const failure = (text: string, sent: boolean): VenueConnectionError =>
      new VenueConnectionError(`${request.method} ${origin}${pathname}: ${text}`, { origin, path: pathname, sent });
    if (timeoutMs === null) return Promise.reject(failure('the client is closed', false));
    return new Promise((resolve, reject) => {
      const sent = this.venues.has(host);
      let answering: Timer | undefined;
      const settle = (action: () => void): void => {
        if (!own.delete(abandon)) return;
        this.requests.delete(abandon);
        timeout.cancel();
        answering?.cancel();
        action();
      };
      const abandon: Abandon = (text) => settle(() => reject(failure(text, sent)));
      const back = (action: () => void): void => {
        if (own.has(abandon)) answering = timers.after(oneWayMs(), () => settle(action));
      };
      own.add(abandon);
      this.requests.add(abandon);
      const timeout = timers.after(timeoutMs, () => abandon(`no answer within ${timeoutMs} ms`));
      // What was sent arrives, even when its client has given it up meanwhile.
      timers.after(oneWayMs(), () => {
        const venue = this.venues.get(host);
        if (venue === undefined) {
          back(() => reject(failure(`connect ECONNREFUSED ${host}`, false)));
          return;
        }
        venue.serve(restRequest(request, this.options.address ?? '127.0.0.1'), {
          answer: (answer) => back(() => resolve(httpResponse(answer))),
          destroy: () => back(() => reject(failure('other side closed', true))),
        });
      });
    });
  }
}

function restRequest({ method, url, headers, body }: HttpRequest, address: string): RestRequest {
  const { host, pathname, search, searchParams } = new URL(url);
  const named = new Map([
    ['host', host],
    ...Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const),
  ]);
  return {
    method,
    path: pathname,
    rawQuery: search.slice(1),
    query: searchParams,
    body: body ?? '',
    parameters: [],
    parameter: '',
    header: (name) => named.get(name) ?? '',
    address,
  };
}

function httpResponse({ status = '200 OK', headers = {}, body }: RestAnswer): HttpResponse {
  const plain = Object.fromEntries([
    ['content-type', 'application/json;charset=UTF-8'],
    ...Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const),
  ]) as Record<string, string>;
  const retryAfterMs = parseRetryAfterMs(plain['retry-after'], plain['date']);
  return { status: Number.parseInt(status, 10), headers: plain, body: Buffer.from(body), retryAfterMs };
}
