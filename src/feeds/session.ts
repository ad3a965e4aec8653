import {
  FEED_WATCHDOG_TRIPS,
  STATE_STALE,
  STATUS_APPLIED,
  STATUS_BUFFER,
  STATUS_EVENT,
  STATUS_GAP,
  STATUS_SNAPSHOT,
  STATUS_STALE,
  STATUS_UNKNOWN,
} from '../../assembly/memory/layout.js';
import type { ControlMessage } from '../venues/contract.js';
import { BookKeeper } from './book-keeper.js';
import { BookWatch } from './book-watch.js';
import { Connections } from './connections.js';
import { FeedContext, type FeedParts } from './context.js';
import { isFault, nameOfStatus } from './status.js';
import { Subscriptions } from './subscriptions.js';
import type { FeedBook } from './transport.js';

export type { FeedParts } from './context.js';

/** Requests that went unanswered in a row, after which the connection is taken for dead. */
const OVERDUE_MAX = 3;
const COMPLAINT_INTERVAL_MS = 1_000;
const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;

/**
 * One feed: one venue and market, its connections and its books, as a state machine without sockets, clocks or threads. A worker
 * drives it with what comes from the network, a verification with what comes from a capture file, a test with a model venue.
 *
 * The caller says what time it is (`receivedAt` before the frames of a chunk, `tick` about four times a second) and reports what
 * the transport did; every method may be called at any time, and none throws on what a venue sent.
 */
export class FeedSession {
  private readonly context: FeedContext;
  private readonly connections: Connections;
  private readonly keeper: BookKeeper;
  private readonly watch: BookWatch;
  private readonly subscriptions: Subscriptions;
  private readonly bySymbol: ReadonlyMap<string, FeedBook>;
  private readonly byAddress: ReadonlyMap<number, FeedBook>;
  /** Connection of each book. */
  private readonly connectionOf: Int32Array;
  private readonly overdue: Uint8Array;
  private nextRequestId = 1;
  /** Requests before this one carried a time that the venue does not take. */
  private firstInTime = 1;
  private complainedMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly parts: FeedParts,
    readonly books: readonly FeedBook[],
  ) {
    this.context = new FeedContext(parts);
    this.bySymbol = new Map(books.map((book) => [book.symbol, book]));
    this.byAddress = new Map(books.map((book) => [book.address, book]));
    const plans = parts.protocol.plan(books.map((book) => book.symbol));
    this.connectionOf = new Int32Array(books.length);
    plans.forEach((plan, connection) => {
      if (plan.kind !== 'books') return;
      for (const symbol of plan.symbols) this.connectionOf[this.bySymbol.get(symbol)?.index ?? 0] = connection;
    });
    this.subscriptions = new Subscriptions(plans.length);
    this.overdue = new Uint8Array(plans.length);
    this.connections = new Connections(this.context, plans, {
      onOpened: (connection) => this.subscribeAll(connection),
      onLost: (connection) => this.loseAll(connection),
      onSent: (connection, requestId, symbols) => {
        this.subscriptions.asked(connection, requestId, symbols, this.context.nowMs + parts.settings.ackTimeoutMs);
      },
    });
    this.keeper = new BookKeeper(this.context, books, { onResubscribe: (book) => this.resubscribe(book) });
    this.watch = new BookWatch(this.context, books, this.connectionOf, plans.length);
  }

  /** Books that are in step with the venue now. */
  get synced(): number {
    return this.keeper.synced;
  }

  /** Connections of the plan. */
  get connectionCount(): number {
    return this.connections.count;
  }

  /** Monotonic microseconds at which the following frames were received. Allocates nothing. */
  receivedAt(monotonicUs: number): void {
    this.parts.kernel.receivedAt(monotonicUs);
    this.context.nowMs = monotonicUs / 1000;
  }

  /** A connection that the transport was told to open is open. */
  connected(connection: number): void {
    this.connections.connected(connection);
  }

  /** A connection ended, or could not be opened. */
  disconnected(connection: number, reason: string): void {
    this.connections.disconnected(connection, reason);
  }

  /** Bytes were received that are no message: the connection lives. */
  alive(connection: number): void {
    this.connections.alive(connection);
  }

  /**
   * A message of the venue in `bytes[start, end)`, which are not kept. A delta of a book in step costs one kernel call and
   * allocates nothing.
   * @returns STATUS_...
   */
  frame(connection: number, bytes: Uint8Array, start: number, end: number): number {
    const { kernel, feed } = this.parts;
    const status = kernel.decodeFrame(feed, bytes, start, end);
    this.connections.receivedMs[connection] = this.context.nowMs;
    if ((status === STATUS_APPLIED || status === STATUS_EVENT || status === STATUS_STALE) && kernel.resultCount <= 1)
      return status;
    this.settle(connection, status, bytes, start, end);
    return status;
  }

  /** A REST snapshot of a book arrived. */
  snapshot(book: FeedBook, body: Uint8Array): void {
    this.keeper.snapshot(book, body);
  }

  /** A REST snapshot did not come. @param retryAfterMs set when the venue limits us: nothing is asked for so long */
  snapshotFailed(book: FeedBook, reason: string, retryAfterMs?: number): void {
    this.keeper.snapshotFailed(book, reason, retryAfterMs);
  }

  /** Time passes: retries, deadlines, heartbeats, watchdogs. To be called about every 250 ms; allocates nothing while all is well. */
  tick(nowMs: number): void {
    this.context.nowMs = nowMs;
    this.connections.tick();
    for (let connection = 0; connection < this.connections.count; connection++) this.chase(connection);
    this.watch.begin();
    for (const book of this.books) {
      this.keeper.tick(book);
      const fault = this.watch.look(book, this.keeper.phase(book) === 'live');
      if (fault === 'crossed') this.keeper.lost(book, 'the book stayed crossed');
      if (fault === 'silent') this.silent(book);
    }
    for (let connection = 0; connection < this.connections.count; connection++) {
      if (!this.watch.isSilent(connection)) continue;
      this.context.count(FEED_WATCHDOG_TRIPS);
      this.connections.reconnect(connection, 'none of its books has changed');
    }
    this.keeper.pump();
  }

  /** Closes everything; the books are out of trading at once. */
  stop(): void {
    this.connections.stop();
    this.context.emit('stopped', 'info');
  }

  /** Everything that is not an ordinary delta or event. */
  private settle(connection: number, status: number, bytes: Uint8Array, start: number, end: number): void {
    const { kernel, protocol } = this.parts;
    if (status === STATUS_UNKNOWN) {
      this.control(connection, bytes, start, end);
      return;
    }
    const results = kernel.resultCount;
    if (results === 0 && isFault(status) && !protocol.detectsLoss) {
      // Which book it was is not known, and nothing later would show that it missed something.
      this.connections.reconnect(connection, nameOfStatus(status));
      return;
    }
    for (let index = 0; index < results; index++) {
      const book = this.byAddress.get(kernel.resultBook(index));
      if (book !== undefined) this.settleBook(connection, book, kernel.resultStatus(index), bytes, start, end);
    }
  }

  private settleBook(connection: number, book: FeedBook, status: number, bytes: Uint8Array, start: number, end: number): void {
    if (status === STATUS_SNAPSHOT) {
      this.connections.proven(connection);
      this.keeper.wholeBook(book);
    } else if (status === STATUS_BUFFER) {
      this.keeper.buffer(book, bytes, start, end);
    } else if (status === STATUS_GAP) {
      this.keeper.gap(book, bytes, start, end);
    } else if (isFault(status)) {
      this.keeper.lost(book, nameOfStatus(status));
    }
  }

  private control(connection: number, bytes: Uint8Array, start: number, end: number): void {
    const first = bytes[start];
    if (first !== OPENING_BRACE && first !== OPENING_BRACKET) return; // a binary channel that is not ours
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
    this.obey(connection, this.parts.protocol.control(text));
  }

  private obey(connection: number, message: ControlMessage): void {
    switch (message.kind) {
      case 'acknowledged':
        this.granted(connection, this.subscriptions.granted(connection, message.requestId, message.symbols));
        return;
      case 'refused':
        this.refuse(connection, message);
        return;
      case 'reply':
        this.connections.reply(connection, message.text);
        return;
      case 'closing':
        this.connections.reconnect(connection, message.reason);
        return;
      case 'error':
        this.complain(connection, message.reason);
        return;
      default:
    }
  }

  private granted(connection: number, symbols: readonly string[]): void {
    this.connections.proven(connection);
    this.overdue[connection] = 0;
    if (this.connections.plan(connection)?.kind !== 'books') return;
    for (const symbol of symbols) {
      const book = this.bySymbol.get(symbol);
      if (book !== undefined) this.keeper.subscribed(book);
    }
  }

  private refuse(connection: number, message: Extract<ControlMessage, { kind: 'refused' }>): void {
    const { requestId, venueMs } = message;
    if (requestId !== null && venueMs !== undefined && this.wasUntimely(requestId, venueMs)) {
      this.subscribe(connection, this.subscriptions.takeBefore(connection, this.firstInTime));
      return;
    }
    const { refused, again } = this.subscriptions.refused(connection, message.requestId, message.symbols, message.atomic);
    if (refused.length === 0 && again.length === 0) this.complain(connection, message.reason);
    for (const symbol of refused) {
      const book = this.bySymbol.get(symbol);
      if (book !== undefined && this.connections.plan(connection)?.kind === 'books') this.keeper.refused(book);
      this.context.emit('refused', 'alert', { connection, symbol, reason: message.reason });
    }
    for (const symbols of again) this.subscribe(connection, symbols);
  }

  /** Whether a request was refused for its time; from now on the venue's own is used. */
  private wasUntimely(requestId: number, venueMs: number): boolean {
    if (this.context.correctClock(venueMs)) this.firstInTime = this.nextRequestId;
    return requestId < this.firstInTime;
  }

  private complain(connection: number, reason: string): void {
    const { nowMs } = this.context;
    if (nowMs - this.complainedMs < COMPLAINT_INTERVAL_MS) return; // a venue that complains of every message must not fill the log
    this.complainedMs = nowMs;
    this.context.emit('venue-error', 'warn', { connection, reason });
  }

  /** Asks again for what the venue has not answered. */
  private chase(connection: number): void {
    if (!this.connections.isOpen(connection)) return;
    const symbols = this.subscriptions.takeOverdue(connection, this.context.nowMs);
    if (symbols === undefined) return;
    const isBooks = this.connections.plan(connection)?.kind === 'books';
    // A book that is in step, or waits for its snapshot with deltas in hand, is subscribed, whatever became of the answer.
    const missing = symbols.filter((symbol) => !isBooks || this.isSubscribing(symbol));
    if (missing.length === 0) return;
    this.overdue[connection] = (this.overdue[connection] ?? 0) + 1;
    if ((this.overdue[connection] ?? 0) > OVERDUE_MAX) {
      this.connections.reconnect(connection, 'subscriptions are not answered');
      return;
    }
    this.unsubscribe(connection, missing);
    this.subscribe(connection, missing);
  }

  private isSubscribing(symbol: string): boolean {
    const book = this.bySymbol.get(symbol);
    return book !== undefined && this.keeper.phase(book) === 'subscribing';
  }

  private subscribeAll(connection: number): void {
    const plan = this.connections.plan(connection);
    if (plan === undefined) return;
    const symbols = plan.symbols.filter((symbol) => {
      const book = this.bySymbol.get(symbol);
      return book !== undefined && this.keeper.phase(book) !== 'refused';
    });
    this.subscribe(connection, symbols);
  }

  private subscribe(connection: number, symbols: readonly string[]): void {
    const plan = this.connections.plan(connection);
    if (plan === undefined || symbols.length === 0) return;
    if (plan.kind === 'books') {
      for (const symbol of symbols) {
        const book = this.bySymbol.get(symbol);
        if (book !== undefined) this.keeper.subscribing(book);
      }
    }
    const requests = this.parts.protocol.subscribe(plan.kind, symbols, this.nextRequestId, this.context.epochMs());
    this.connections.request(connection, requests, this.takeRequestIds(requests.length), true);
  }

  private unsubscribe(connection: number, symbols: readonly string[]): void {
    const plan = this.connections.plan(connection);
    if (plan === undefined) return;
    const requests = this.parts.protocol.unsubscribe(plan.kind, symbols, this.nextRequestId, this.context.epochMs());
    this.connections.request(connection, requests, this.takeRequestIds(requests.length), false);
  }

  private resubscribe(book: FeedBook): void {
    const connection = this.connectionOf[book.index] ?? 0;
    this.unsubscribe(connection, [book.symbol]);
    this.subscribe(connection, [book.symbol]);
  }

  /** A book fell silent while others of its connection flow. */
  private silent(book: FeedBook): void {
    this.context.count(FEED_WATCHDOG_TRIPS);
    this.keeper.lost(book, 'silent for far longer than usual', STATE_STALE);
    if (this.parts.protocol.snapshot.kind === 'rest') this.resubscribe(book);
  }

  private loseAll(connection: number): void {
    this.subscriptions.forget(connection);
    this.overdue[connection] = 0;
    const plan = this.connections.plan(connection);
    if (plan?.kind !== 'books') return;
    for (const symbol of plan.symbols) {
      const book = this.bySymbol.get(symbol);
      if (book !== undefined) this.keeper.disconnected(book);
    }
  }

  /** Ids of requests fit the 31 bits that some venues allow. */
  private takeRequestIds(count: number): number {
    const first = this.nextRequestId;
    this.nextRequestId = first + count > 2_000_000_000 ? 1 : first + count;
    if (this.nextRequestId === 1) this.firstInTime = 1;
    return first;
  }
}
