import {
  FEED_BREAKER,
  FEED_BYTES_OUT,
  FEED_CONNECTS,
  FEED_DISCONNECTS,
  FEED_WATCHDOG_TRIPS,
} from '../../assembly/memory/layout.js';
import { backoffMs } from '../domain/backoff.js';
import type { ConnectionPlan, SubscribeRequest } from '../venues/contract.js';
import { BREAKER_OPEN, CircuitBreaker } from './breaker.js';
import type { FeedContext } from './context.js';
import { Pacer } from './pacer.js';

/** A message that waits for its turn. */
interface Outgoing {
  readonly request: SubscribeRequest;
  readonly requestId: number;
  /** Whether the venue's answer is awaited. */
  readonly tracked: boolean;
}

interface Connection {
  readonly plan: ConnectionPlan;
  readonly pacer: Pacer;
  state: 'waiting' | 'connecting' | 'open' | 'closing';
  /** Connects in a row that led to nothing lasting. */
  tries: number;
  /** When to connect (waiting). */
  dueMs: number;
  openedMs: number;
  heartbeatMs: number;
  /** The venue has granted something: it is not merely accepting connections. */
  proven: boolean;
  outgoing: Outgoing[];
}

/** Who wants to know what becomes of the connections. */
export interface ConnectionOwner {
  /** Open: now is the time to subscribe. */
  onOpened(connection: number): void;
  /** Lost or given up: nothing that came over it can be relied on. */
  onLost(connection: number): void;
  /** A tracked request has just left. */
  onSent(connection: number, requestId: number, symbols: readonly string[]): void;
}

/** The sockets of one feed: opened at the venue's pace, kept alive, reopened with growing waits, and held back while the venue is down. */
export class Connections {
  /** When each connection last received anything, in monotonic milliseconds. */
  readonly receivedMs: Float64Array;
  private readonly all: readonly Connection[];
  private readonly breaker: CircuitBreaker;
  private readonly connects: Pacer;
  private stopped = false;

  constructor(
    private readonly context: FeedContext,
    plans: readonly ConnectionPlan[],
    private readonly owner: ConnectionOwner,
  ) {
    const { limits } = context.parts.protocol;
    this.breaker = new CircuitBreaker(context.parts.settings.breaker);
    this.connects = new Pacer(limits.connectsPerMinute / 60, Math.max(1, limits.connectsPerMinute / 2));
    this.receivedMs = new Float64Array(plans.length);
    this.all = plans.map((plan) => ({
      plan,
      // A burst of one second, within which a ping or a pong must fit as well.
      pacer: new Pacer(limits.requestsPerSecond, Math.max(1, limits.requestsPerSecond)),
      state: 'waiting',
      tries: 0,
      dueMs: 0,
      openedMs: 0,
      heartbeatMs: 0,
      proven: false,
      outgoing: [],
    }));
  }

  get count(): number {
    return this.all.length;
  }

  plan(connection: number): ConnectionPlan | undefined {
    return this.all[connection]?.plan;
  }

  isOpen(connection: number): boolean {
    return this.all[connection]?.state === 'open';
  }

  connected(index: number): void {
    const connection = this.all[index];
    if (connection?.state !== 'connecting') return;
    const { nowMs } = this.context;
    connection.state = 'open';
    connection.openedMs = connection.heartbeatMs = nowMs;
    connection.proven = false;
    this.receivedMs[index] = nowMs;
    this.context.count(FEED_CONNECTS);
    this.context.emit('connected', 'info', { connection: index });
    this.owner.onOpened(index);
    this.flush(index, connection);
  }

  disconnected(index: number, reason: string): void {
    const connection = this.all[index];
    if (connection === undefined || connection.state === 'waiting') return;
    const { nowMs, parts } = this.context;
    const lasted = connection.state !== 'connecting' && nowMs - connection.openedMs >= parts.settings.stableMs;
    if (connection.state === 'open') this.owner.onLost(index);
    if (connection.state !== 'connecting') this.context.count(FEED_DISCONNECTS);
    if (!connection.proven && !this.stopped) this.breaker.failed(nowMs);
    if (lasted) connection.tries = 0;
    connection.state = 'waiting';
    connection.proven = false;
    connection.outgoing = [];
    connection.dueMs = nowMs + backoffMs(connection.tries++, parts.settings.connectBackoff, parts.random);
    this.context.emit('disconnected', this.stopped ? 'info' : 'warn', { connection: index, reason });
    this.publishBreaker();
  }

  /** The venue granted something over this connection. */
  proven(index: number): void {
    const connection = this.all[index];
    if (connection === undefined || connection.proven) return;
    connection.proven = true;
    this.breaker.succeeded();
    this.publishBreaker();
  }

  /** Bytes came that are no message of ours: a ping of the protocol, for example. */
  alive(index: number): void {
    this.receivedMs[index] = this.context.nowMs;
  }

  /** Gives a connection up; it is opened anew. */
  reconnect(index: number, reason: string): void {
    const connection = this.all[index];
    if (connection?.state !== 'open') return;
    connection.state = 'closing';
    connection.outgoing = [];
    this.context.emit('closing', 'warn', { connection: index, reason });
    this.owner.onLost(index);
    this.context.parts.transport.close(index);
  }

  /** Queues requests, numbered from `requestId` on, and sends what the venue's pace allows. */
  request(index: number, requests: readonly SubscribeRequest[], requestId: number, tracked: boolean): void {
    const connection = this.all[index];
    if (connection?.state !== 'open') return;
    requests.forEach((request, offset) => {
      connection.outgoing.push({ request, requestId: requestId + offset, tracked });
    });
    this.flush(index, connection);
  }

  /** Sends at once: an answer to the venue's own ping. */
  reply(index: number, text: string): void {
    if (this.isOpen(index)) this.transmit(index, text);
  }

  /** Opens what is due, sends what waits, keeps alive what is open, and gives up what is silent. */
  tick(): void {
    const { nowMs, parts } = this.context;
    for (let index = 0; index < this.all.length; index++) {
      const connection = this.all[index] as Connection;
      if (connection.state === 'waiting') this.open(index, connection);
      if (connection.state !== 'open') continue;
      if (nowMs - (this.receivedMs[index] ?? 0) > parts.protocol.idleMsMax) {
        this.context.count(FEED_WATCHDOG_TRIPS);
        this.reconnect(index, 'nothing was received');
        continue;
      }
      this.flush(index, connection);
      this.beat(index, connection);
    }
  }

  /** Closes everything for good. */
  stop(): void {
    this.stopped = true;
    this.all.forEach((connection, index) => {
      if (connection.state === 'connecting' || connection.state === 'open') this.context.parts.transport.close(index);
      if (connection.state === 'open') this.owner.onLost(index);
      if (connection.state !== 'waiting') connection.state = 'closing';
    });
  }

  private open(index: number, connection: Connection): void {
    const { nowMs, parts } = this.context;
    if (this.stopped || nowMs < connection.dueMs || !this.breaker.allows(nowMs) || !this.connects.take(nowMs)) return;
    this.breaker.trying();
    this.publishBreaker();
    connection.state = 'connecting';
    parts.transport.connect(index, connection.plan.url);
  }

  private flush(index: number, connection: Connection): void {
    const { nowMs } = this.context;
    while (connection.outgoing.length > 0 && connection.pacer.take(nowMs)) {
      const next = connection.outgoing.shift();
      if (next === undefined) return;
      this.transmit(index, next.request.text);
      if (next.tracked) this.owner.onSent(index, next.requestId, next.request.symbols);
    }
  }

  private beat(index: number, connection: Connection): void {
    const { nowMs, parts } = this.context;
    const { heartbeat } = parts.protocol;
    if (heartbeat === null || nowMs - connection.heartbeatMs < heartbeat.intervalMs || !connection.pacer.take(nowMs)) return;
    connection.heartbeatMs = nowMs;
    this.transmit(index, heartbeat.text(this.context.epochMs()));
  }

  private transmit(index: number, text: string): void {
    this.context.count(FEED_BYTES_OUT, Buffer.byteLength(text));
    this.context.parts.transport.send(index, text);
  }

  private publishBreaker(): void {
    const { kernel, feed } = this.context.parts;
    const before = kernel.int32At(feed + FEED_BREAKER);
    if (before === this.breaker.state) return;
    kernel.int32[(feed + FEED_BREAKER) >> 2] = this.breaker.state;
    const isOpen = this.breaker.state === BREAKER_OPEN;
    this.context.emit('breaker', isOpen ? 'alert' : 'info', {
      reason: ['closed', 'half open', 'open'][this.breaker.state] ?? '',
    });
  }
}
