import { randomBytes } from 'node:crypto';
import { Credentials } from '../src/domain/credentials.js';
import { SeededRandom } from '../src/domain/random.js';
import { SystemClock, systemTimers } from '../src/domain/system-clock.js';
import type { VenueId } from '../src/domain/venue.js';
import type { AccountEvent } from '../src/gateway/events.js';
import { VenueGateway } from '../src/gateway/gateway.js';
import { marketEndpoints } from '../src/sim/fronts/front.js';
import type { HttpClient } from '../src/transport/http.js';
import { connectWebSocket, type WebSocketConnection } from '../src/transport/web-socket.js';
import { Directory } from '../src/venues/directory.js';
import { tradingEntry } from '../src/venues/trading-registry.js';
import type { OrderVenue } from './threads/order-venue.js';

/** Sees what leaves over the gateways' connections. */
export class WireTap {
  /** Texts that the operating system was given, and when the last of them was. */
  sends = 0;
  lastNs = 0n;

  /** A connection as it is, but seen. */
  on(socket: WebSocketConnection): WebSocketConnection {
    const tap = this;
    return {
      sendText(text) {
        const isSent = socket.sendText(text);
        tap.lastNs = process.hrtime.bigint();
        tap.sends++;
        return isSent;
      },
      ping: (payload) => socket.ping(payload),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
      get bufferedBytes() {
        return socket.bufferedBytes;
      },
      get receivedBytes() {
        return socket.receivedBytes;
      },
    };
  }
}

/** Gateways to one account at each of some venues' spot markets. */
export class CycleAccount {
  private constructor(private readonly gateways: ReadonlyMap<VenueId, VenueGateway>) {}

  /** Connects the account of that number, and waits until orders can go over standing connections. */
  static async open(
    venues: Partial<Record<VenueId, OrderVenue>>,
    account: number,
    http: HttpClient,
    tap: WireTap,
    onAccount: (venue: VenueId, event: AccountEvent) => void,
  ): Promise<CycleAccount> {
    const gateways = new Map<VenueId, VenueGateway>();
    for (const [name, { endpoints, keys }] of Object.entries(venues)) {
      const venue = name as VenueId;
      const key = keys[account];
      if (key === undefined) throw new Error(`${venue} has no account ${account}`);
      const directory = new Directory();
      const protocol = tradingEntry(venue, 'spot').make({ endpoints: marketEndpoints(endpoints, 'spot'), directory });
      const gateway = new VenueGateway({
        ...{ protocol, directory, http },
        credentials: new Credentials(key.apiKey, key.secret, key.passphrase),
        connect: (options, events) => tap.on(connectWebSocket(options, events, { timers: systemTimers, randomBytes })),
        clock: new SystemClock(),
        timers: systemTimers,
        random: new SeededRandom(account),
        onAccount: (event) => onAccount(venue, event),
        onNotice: () => {},
      });
      gateways.set(venue, gateway);
      await gateway.start();
    }
    while ([...gateways.values()].some(({ hasOrderLine, isLive }) => !hasOrderLine || !isLive))
      await new Promise((resolve) => setTimeout(resolve, 1));
    return new CycleAccount(gateways);
  }

  gateway(venue: VenueId): VenueGateway {
    const gateway = this.gateways.get(venue);
    if (gateway === undefined) throw new Error(`no gateway to ${venue}`);
    return gateway;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.gateways.values()].map((gateway) => gateway.stop()));
  }
}
