import { Credentials } from '../../src/domain/credentials.js';
import type { OrderRequest } from '../../src/domain/order.js';
import { SeededRandom } from '../../src/domain/random.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import type { AccountEvent, GatewayNotice } from '../../src/gateway/events.js';
import { VenueGateway } from '../../src/gateway/gateway.js';
import type { GatewaySettings } from '../../src/gateway/settings.js';
import { LoopbackHost } from '../../src/sim/hosts/loopback-host.js';
import { Directory } from '../../src/venues/directory.js';
import { FAKE_SECRET, type FakeOptions, fakeProtocol } from './fake-protocol.js';
import { FakeVenue } from './fake-venue.js';

export const HTTP_TIMEOUT_MS = 1_000;

/** A gateway and the fake venue in one process, on one virtual time. */
export class Rig {
  readonly time = new VirtualTime();
  readonly venue = new FakeVenue(this.time);
  readonly events: AccountEvent[] = [];
  readonly notices: GatewayNotice[] = [];
  readonly host: LoopbackHost;
  readonly gateway: VenueGateway;

  private constructor(
    authority: string,
    host: LoopbackHost,
    time: VirtualTime,
    venue: FakeVenue,
    options: Omit<FakeOptions, 'authority' | 'directory'>,
    settings: Partial<GatewaySettings>,
    seed: number,
  ) {
    this.time = time;
    this.venue = venue;
    this.host = host;
    const directory = new Directory();
    this.gateway = new VenueGateway({
      protocol: fakeProtocol({ ...options, authority, directory }),
      directory,
      credentials: new Credentials('key', FAKE_SECRET),
      http: host.http({ timeoutMs: HTTP_TIMEOUT_MS }),
      connect: host.connect,
      clock: time,
      timers: time,
      random: new SeededRandom(seed),
      onAccount: (event) => this.events.push(event),
      onNotice: (notice) => this.notices.push(notice),
      settings,
    });
  }

  static async create(
    options: Omit<FakeOptions, 'authority' | 'directory'> = {},
    settings: Partial<GatewaySettings> = {},
    seed = 1,
  ): Promise<Rig> {
    const time = new VirtualTime();
    const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => 5 });
    const venue = new FakeVenue(time);
    const authority = await host.listen(venue, 'loopback', 0);
    return new Rig(authority, host, time, venue, options, settings, seed);
  }

  /** Starts the gateway and waits until the account is followed. */
  async start(): Promise<this> {
    await this.until(this.gateway.start());
    await this.pass(500);
    return this;
  }

  pass(ms: number): Promise<void> {
    return this.time.run(ms * 1000);
  }

  /** Lets time pass until a promise settles, two hours at most. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const finish = (): void => {
      done = true;
    };
    promise.then(finish, finish);
    await this.time.run(0);
    for (let steps = 0; !done && steps < 720_000; steps++) await this.pass(10);
    if (!done) throw new Error('never settled');
    return promise;
  }

  of<K extends AccountEvent['kind']>(kind: K): Extract<AccountEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<AccountEvent, { kind: K }> => event.kind === kind);
  }

  /** Stops everything. @returns what was left behind */
  async stop(): Promise<{ readonly timers: number; readonly sockets: number; readonly requests: number }> {
    await this.until(this.gateway.stop());
    await this.pass(20_000);
    return { timers: this.time.pending(), sockets: this.host.openSockets, requests: this.host.pendingRequests };
  }
}

export const NOTHING_LEFT = { timers: 0, sockets: 0, requests: 0 };

/** An order that keeps the fake instruments' rules. */
export function buy(cid: string, more: Partial<OrderRequest> = {}): OrderRequest {
  return {
    symbol: 'AAAUSDT',
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    quantity: '1',
    quoteAmount: null,
    price: '10',
    clientOrderId: cid,
    reduceOnly: false,
    ...more,
  };
}

export const reference = (cid: string): { symbol: string; venueOrderId: null; clientOrderId: string } => ({
  symbol: 'AAAUSDT',
  venueOrderId: null,
  clientOrderId: cid,
});
