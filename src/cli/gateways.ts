import { randomBytes } from 'node:crypto';
import type { Clock, Timers } from '../domain/clock.js';
import { VenueGateway } from '../gateway/gateway.js';
import { HttpClient } from '../transport/http.js';
import { type ConnectWebSocket, connectWebSocket } from '../transport/web-socket.js';
import { Directory } from '../venues/directory.js';
import type { TradingEndpoints } from '../venues/trading.js';
import type { TradingEntry } from '../venues/trading-registry.js';
import { SystemRandom } from './system-random.js';

const REQUEST_TIMEOUT_MS = 10_000;
const BODY_BYTES_MAX = 256 * 2 ** 20;
const CONNECTIONS_MAX = 8;

/** HTTP for gateways over real sockets. The caller closes it. */
export function openHttp(timers: Timers): HttpClient {
  return new HttpClient({ timeoutMs: REQUEST_TIMEOUT_MS, bodyBytesMax: BODY_BYTES_MAX, connectionsMax: CONNECTIONS_MAX }, timers);
}

/** WebSockets for gateways over real sockets. */
export function socketsOf(timers: Timers): ConnectWebSocket {
  return (options, events) => connectWebSocket(options, events, { timers, randomBytes });
}

/** A gateway without keys, for metadata and market data. The caller stops it. */
export function publicGateway(
  entry: TradingEntry,
  endpoints: TradingEndpoints | undefined,
  http: HttpClient,
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
): VenueGateway {
  const directory = new Directory();
  return new VenueGateway({
    protocol: entry.make({ directory, ...(endpoints !== undefined && { endpoints }) }),
    directory,
    credentials: null,
    http,
    connect: socketsOf(timers),
    clock,
    timers,
    random: new SystemRandom(),
    onAccount: () => undefined,
    onNotice: () => undefined,
  });
}
