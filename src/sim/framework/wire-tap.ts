import type { Clock } from '../../domain/clock.js';
import type { OrderPath } from '../../gateway/latency.js';
import type { HttpTransport } from '../../transport/http-transport.js';
import type { ConnectWebSocket } from '../../transport/web-socket.js';

/** How and when an order left its gateway. */
export interface Departure {
  readonly path: OrderPath;
  readonly atUs: number;
  /** Real microseconds from the intent to the wire; null without a stopwatch. */
  readonly ownUs: number | null;
}

/** Listens at a gateway's transports for the orders that it is told of, and notes when each of them first leaves. */
export class WireTap {
  private readonly waited = new Map<string, number | null>();
  private readonly departures = new Map<string, Departure>();

  /** @param stopwatch real time, to measure what a simulated clock cannot see; null where only the simulation counts */
  constructor(
    private readonly clock: Clock,
    private readonly stopwatch: Clock | null,
  ) {}

  /** From now on an order with that client id is waited for. */
  expect(clientOrderId: string): void {
    this.waited.set(clientOrderId, this.stopwatch?.monotonicUs() ?? null);
  }

  /** Null while the order has not left. */
  departure(clientOrderId: string): Departure | null {
    return this.departures.get(clientOrderId) ?? null;
  }

  /** The same HTTP client with the tap on it. */
  http(inner: HttpTransport): HttpTransport {
    return {
      request: (request) => {
        this.note('rest', `${request.url} ${request.body ?? ''}`);
        return inner.request(request);
      },
      close: () => inner.close(),
    };
  }

  /** The same way to open WebSockets with the tap on all of them. */
  connect(inner: ConnectWebSocket): ConnectWebSocket {
    return (options, events) => {
      const connection = inner(options, events);
      const sendText = (text: string): boolean => {
        this.note('ws', text);
        return connection.sendText(text);
      };
      return {
        sendText,
        ping: (payload) => connection.ping(payload),
        close: (code, reason) => connection.close(code, reason),
        terminate: () => connection.terminate(),
        get bufferedBytes() {
          return connection.bufferedBytes;
        },
        get receivedBytes() {
          return connection.receivedBytes;
        },
      };
    };
  }

  private note(path: OrderPath, text: string): void {
    for (const [clientOrderId, startedUs] of this.waited) {
      if (!text.includes(clientOrderId)) continue;
      const nowUs = this.stopwatch?.monotonicUs();
      const ownUs = nowUs === undefined || startedUs === null ? null : nowUs - startedUs;
      this.departures.set(clientOrderId, { path, atUs: this.clock.monotonicUs(), ownUs });
      this.waited.delete(clientOrderId);
    }
  }
}
