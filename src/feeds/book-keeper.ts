import {
  BOOK_RESYNCS,
  FEED_RESYNCS,
  STATE_BROKEN,
  STATE_EMPTY,
  STATE_STALE,
  STATUS_CROSSED,
  STATUS_GAP,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import { backoffMs } from '../domain/backoff.js';
import type { FeedContext } from './context.js';
import { FrameBuffer } from './frame-buffer.js';
import { Pacer } from './pacer.js';
import { isFault, nameOfStatus } from './status.js';
import type { FeedBook } from './transport.js';

/** Where a book stands on its way to being synchronised. */
export type BookPhase =
  /** No open connection. */
  | 'idle'
  /** The subscription is on its way. */
  | 'subscribing'
  /** Subscribed: the first delta (REST) or the whole book (stream) is waited for. */
  | 'waiting'
  /** In the queue for a REST snapshot. */
  | 'queued'
  /** The REST snapshot is on its way. */
  | 'fetching'
  /** Something failed; the next try comes later. */
  | 'resting'
  | 'live'
  /** The venue does not carry it. */
  | 'refused';

interface Keeping {
  readonly book: FeedBook;
  readonly buffer: FrameBuffer;
  phase: BookPhase;
  /** When the phase has lasted too long, or, for a live book, long enough to forget past troubles; Infinity for never. */
  dueMs: number;
  /** Failures since it was last well for a while. */
  tries: number;
  isFetching: boolean;
}

/** Who subscribes. */
export interface BookOwner {
  /** Ask for this book's channel again, from the start. */
  onResubscribe(book: FeedBook): void;
}

/**
 * Brings the books of one feed into step with the venue and back into step after every fault, one book at a time, by itself, with
 * bounded tries. A book that is not `live` is never tradable.
 */
export class BookKeeper {
  /** Books that are in step now. */
  synced = 0;
  private readonly all: readonly Keeping[];
  private readonly pacer: Pacer | null;
  private readonly weight: number;
  private readonly levels: number;
  private readonly queue: Keeping[] = [];
  private fetching = 0;

  constructor(
    private readonly context: FeedContext,
    books: readonly FeedBook[],
    private readonly owner: BookOwner,
  ) {
    const { protocol, settings } = context.parts;
    this.all = books.map((book) => ({
      book,
      buffer: new FrameBuffer(settings.buffer),
      phase: 'idle',
      dueMs: Number.POSITIVE_INFINITY,
      tries: 0,
      isFetching: false,
    }));
    for (const keeping of this.all) this.reset(keeping);
    const { snapshot } = protocol;
    const isRest = snapshot.kind === 'rest';
    const perMinute = isRest ? snapshot.weightBurst + 60 * snapshot.weightPerSecond : 0;
    const tier = isRest
      ? (snapshot.tiers.find(({ weight }) => weight * books.length <= perMinute) ?? snapshot.tiers.at(-1))
      : undefined;
    this.weight = tier?.weight ?? 1;
    this.levels = tier?.levels ?? 0;
    this.pacer = isRest ? new Pacer(snapshot.weightPerSecond, snapshot.weightBurst) : null;
  }

  phase(book: FeedBook): BookPhase {
    return this.keeping(book).phase;
  }

  /** Its subscription was sent. */
  subscribing(book: FeedBook): void {
    const keeping = this.keeping(book);
    if (keeping.phase === 'idle' || keeping.phase === 'resting') this.enter(keeping, 'subscribing', Number.POSITIVE_INFINITY);
  }

  /** Its subscription was granted. */
  subscribed(book: FeedBook): void {
    const keeping = this.keeping(book);
    if (keeping.phase !== 'subscribing') return;
    const { settings } = this.context.parts;
    this.enter(
      keeping,
      'waiting',
      this.context.nowMs + (this.pacer === null ? settings.snapshotTimeoutMs : settings.firstDeltaWaitMs),
    );
  }

  /** The venue does not carry it: it takes part in nothing until the feed starts anew. */
  refused(book: FeedBook): void {
    const keeping = this.keeping(book);
    this.enter(keeping, 'refused', Number.POSITIVE_INFINITY);
    keeping.buffer.clear();
    this.reset(keeping, STATE_EMPTY);
  }

  /** Its connection is gone: nothing of the old book survives. */
  disconnected(book: FeedBook): void {
    const keeping = this.keeping(book);
    if (keeping.phase === 'refused') return;
    this.enter(keeping, 'idle', Number.POSITIVE_INFINITY);
    keeping.buffer.clear();
    this.reset(keeping);
  }

  /** A delta came before the snapshot. */
  buffer(book: FeedBook, bytes: Uint8Array, start: number, end: number): void {
    const keeping = this.keeping(book);
    if (this.pacer === null || keeping.phase === 'refused' || keeping.phase === 'idle' || this.isBroken(keeping)) return;
    if (!keeping.buffer.push(bytes, start, end)) {
      this.lost(book, 'the buffer of deltas that await a snapshot is full');
      return;
    }
    if (keeping.phase === 'subscribing' || keeping.phase === 'waiting') this.enqueue(keeping);
  }

  /** The stream brought the whole book. */
  wholeBook(book: FeedBook): void {
    const keeping = this.keeping(book);
    if (keeping.phase !== 'refused' && keeping.phase !== 'live') this.becomeLive(keeping);
  }

  /** A fault was found in a book: it is synchronised again. @param state shown meanwhile; BUFFERING when left out */
  lost(book: FeedBook, reason: string, state?: number): void {
    const keeping = this.keeping(book);
    if (keeping.phase === 'refused' || keeping.phase === 'idle') return;
    keeping.buffer.clear();
    this.again(keeping, reason, state);
  }

  /** A message is missing: the frames from here on are kept for the next snapshot. */
  gap(book: FeedBook, bytes: Uint8Array, start: number, end: number): void {
    this.lost(book, 'a message is missing');
    const keeping = this.keeping(book);
    if (this.pacer === null || keeping.phase === 'idle' || keeping.phase === 'refused' || this.isBroken(keeping)) return;
    keeping.buffer.push(bytes, start, end);
  }

  /** A REST snapshot arrived; the deltas that came before it are replayed over it. */
  snapshot(book: FeedBook, body: Uint8Array): void {
    const keeping = this.keeping(book);
    this.fetched(keeping);
    if (keeping.phase === 'live' || keeping.phase === 'idle' || keeping.phase === 'refused') return;
    const { kernel, journal } = this.context.parts;
    journal?.snapshot(book.symbol);
    const status = kernel.decodeSnapshot(book.address, body);
    if (status !== STATUS_SNAPSHOT && status !== STATUS_CROSSED) {
      this.again(keeping, `the snapshot cannot be used: ${nameOfStatus(status)}`);
    } else if (this.replay(keeping)) {
      this.becomeLive(keeping);
    }
    this.pump();
  }

  /** A REST snapshot did not come. @param retryAfterMs the venue wants no request at all for so long */
  snapshotFailed(book: FeedBook, reason: string, retryAfterMs?: number): void {
    const keeping = this.keeping(book);
    this.fetched(keeping);
    const { nowMs } = this.context;
    this.context.emit('snapshot-failed', 'warn', { symbol: book.symbol, reason });
    if (retryAfterMs !== undefined) this.pacer?.pauseUntil(nowMs + retryAfterMs);
    if (keeping.phase === 'fetching') {
      // Told to slow down, it is not the book's fault.
      if (retryAfterMs !== undefined) this.enqueue(keeping);
      else this.again(keeping, `the snapshot failed: ${reason}`);
    }
    this.pump();
  }

  /** Looks after one book whose time is up. */
  tick(book: FeedBook): void {
    const keeping = this.keeping(book);
    const { nowMs } = this.context;
    if (nowMs < keeping.dueMs) return;
    switch (keeping.phase) {
      case 'waiting':
        if (this.pacer !== null) this.enqueue(keeping);
        else this.again(keeping, 'the whole book did not come');
        return;
      case 'fetching':
        this.fetched(keeping);
        this.again(keeping, 'the snapshot did not come');
        return;
      case 'resting':
        if (this.pacer !== null) this.enqueue(keeping);
        else this.resubscribe(keeping);
        return;
      default:
        keeping.tries = 0;
        keeping.dueMs = Number.POSITIVE_INFINITY;
    }
  }

  /** Asks for the snapshots that wait, as far as the venue's budget allows. */
  pump(): void {
    const { nowMs, parts } = this.context;
    const { snapshot } = parts.protocol;
    if (snapshot.kind !== 'rest' || this.pacer === null) return;
    while (this.queue.length > 0 && this.fetching < parts.settings.snapshotsInFlightMax) {
      const next = this.queue[0];
      if (next === undefined) return;
      // It may have been lost, fetched or disconnected since; or an earlier request of its may still be under way.
      if (next.phase === 'queued' && !next.isFetching && !this.pacer.take(nowMs, this.weight)) return;
      this.queue.shift();
      if (next.phase !== 'queued') continue;
      this.enter(next, 'fetching', nowMs + parts.settings.snapshotTimeoutMs);
      if (next.isFetching) continue;
      next.isFetching = true;
      this.fetching++;
      parts.transport.requestSnapshot(next.book, snapshot.path(next.book.symbol, this.levels));
    }
  }

  /** @returns false when the snapshot and the frames do not join; then the next try is arranged */
  private replay(keeping: Keeping): boolean {
    const { kernel, feed, journal } = this.context.parts;
    const { frames } = keeping.buffer;
    for (let i = 0; i < frames.length; i++) {
      const frame = frames[i] as Uint8Array;
      journal?.again(keeping.book.symbol, frame);
      const status = kernel.decodeFrame(feed, frame, 0, frame.length);
      if (status === STATUS_GAP) {
        keeping.buffer.drop(i);
        this.again(keeping, i === 0 ? 'the snapshot is older than the first delta' : 'a message is missing');
        return false;
      }
      if (isFault(status)) {
        keeping.buffer.clear();
        this.again(keeping, nameOfStatus(status));
        return false;
      }
    }
    return true;
  }

  private becomeLive(keeping: Keeping): void {
    keeping.buffer.clear();
    this.enter(
      keeping,
      'live',
      keeping.tries === 0 ? Number.POSITIVE_INFINITY : this.context.nowMs + this.context.parts.settings.stableMs,
    );
    if (this.synced === this.all.length) this.context.emit('synced', 'info', { synced: this.synced, books: this.all.length });
  }

  /** Empties a book and arranges the next try: at once after the first fault, later after each further one. */
  private again(keeping: Keeping, reason: string, state?: number): void {
    const { settings, random, kernel } = this.context.parts;
    const { nowMs } = this.context;
    const { symbol, address } = keeping.book;
    const index = (address + BOOK_RESYNCS) >> 3;
    kernel.float64[index] = (kernel.float64[index] ?? 0) + 1;
    this.context.count(FEED_RESYNCS);
    keeping.tries++;
    if (keeping.tries > settings.triesMax) {
      keeping.buffer.clear();
      this.reset(keeping, STATE_BROKEN);
      this.enter(keeping, 'resting', nowMs + settings.brokenRetryMs);
      this.context.emit('broken', 'alert', { symbol, reason });
      return;
    }
    this.reset(keeping, state);
    this.context.emit(state === STATE_STALE ? 'stale' : 'resync', 'warn', { symbol, reason });
    const waitMs = keeping.tries === 1 ? 0 : backoffMs(keeping.tries - 2, settings.bookBackoff, random);
    if (waitMs > 0) this.enter(keeping, 'resting', nowMs + waitMs);
    else if (this.pacer !== null) this.enqueue(keeping);
    else this.resubscribe(keeping);
  }

  private resubscribe(keeping: Keeping): void {
    this.enter(keeping, 'subscribing', Number.POSITIVE_INFINITY);
    this.owner.onResubscribe(keeping.book);
  }

  private enqueue(keeping: Keeping): void {
    this.enter(keeping, 'queued', Number.POSITIVE_INFINITY);
    this.queue.push(keeping);
    this.pump();
  }

  private fetched(keeping: Keeping): void {
    if (!keeping.isFetching) return;
    keeping.isFetching = false;
    this.fetching--;
  }

  private enter(keeping: Keeping, phase: BookPhase, dueMs: number): void {
    if (keeping.phase === 'live') this.synced--;
    if (phase === 'live') this.synced++;
    keeping.phase = phase;
    keeping.dueMs = dueMs;
  }

  private reset(keeping: Keeping, state?: number): void {
    const { kernel, journal } = this.context.parts;
    const { symbol, address } = keeping.book;
    journal?.reset(symbol);
    kernel.exports.resetBook(address);
    if (state === undefined) return;
    journal?.state(symbol, state);
    kernel.exports.setState(address, state);
  }

  /** Resting after too many tries: nothing is kept meanwhile. */
  private isBroken(keeping: Keeping): boolean {
    return keeping.phase === 'resting' && keeping.tries > this.context.parts.settings.triesMax;
  }

  private keeping(book: FeedBook): Keeping {
    return this.all[book.index] as Keeping;
  }
}
