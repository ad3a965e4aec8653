import { BOOK_APPLIED, BOOK_CROSSED_SINCE_US, BOOK_SNAPSHOTS, BOOK_STALE } from '../../assembly/memory/layout.js';
import type { FeedContext } from './context.js';
import type { FeedBook } from './transport.js';
import { Watchdog } from './watchdog.js';

/** What may be wrong with a book that has no fault of its own. */
export type BookFault = 'none' | 'crossed' | 'silent';

/** While nothing is known of a channel's habits, it may be silent for so many times the minimum. */
const UNKNOWN_FACTOR = 6;

/**
 * Watches the live books of a feed: crossed for too long, or silent for far longer than usual. Which of the two kinds of silence it
 * is, the book's or the whole connection's, shows in the other books of the connection. Allocates nothing.
 */
export class BookWatch {
  private readonly dog: Watchdog;
  private readonly wasLive: Uint8Array;
  /** For each connection: live books, the last of them to speak, and the shortest usual interval; of the pass now and the one before. */
  private readonly live: Int32Array;
  private readonly newestMs: Float64Array;
  private readonly newestBeforeMs: Float64Array;
  private readonly usualMs: Float64Array;

  constructor(
    private readonly context: FeedContext,
    books: readonly FeedBook[],
    private readonly connectionOf: Int32Array,
    connections: number,
  ) {
    this.dog = new Watchdog(books.length);
    this.wasLive = new Uint8Array(books.length);
    this.live = new Int32Array(connections);
    this.newestMs = new Float64Array(connections);
    this.newestBeforeMs = new Float64Array(connections);
    this.usualMs = new Float64Array(connections);
  }

  /** Starts a pass over all books. */
  begin(): void {
    this.newestBeforeMs.set(this.newestMs);
    this.live.fill(0);
    this.newestMs.fill(0);
    this.usualMs.fill(Number.POSITIVE_INFINITY);
  }

  /** Looks at one book. */
  look(book: FeedBook, isLive: boolean): BookFault {
    const { index } = book;
    if (!isLive) {
      this.wasLive[index] = 0;
      return 'none';
    }
    const { nowMs, parts } = this.context;
    const { kernel, settings } = parts;
    const connection = this.connectionOf[index] ?? 0;
    const count =
      kernel.float64At(book.address + BOOK_APPLIED) +
      kernel.float64At(book.address + BOOK_SNAPSHOTS) +
      kernel.float64At(book.address + BOOK_STALE);
    if (this.wasLive[index] === 0) this.dog.reset(index, count, nowMs);
    else this.dog.look(index, count, nowMs);
    this.wasLive[index] = 1;
    const heardMs = this.dog.heard(index);
    const usualMs = this.dog.usualMs(index);
    this.live[connection] = (this.live[connection] ?? 0) + 1;
    this.newestMs[connection] = Math.max(this.newestMs[connection] ?? 0, heardMs);
    if (usualMs < (this.usualMs[connection] ?? 0)) this.usualMs[connection] = usualMs;

    const crossedSinceUs = kernel.float64At(book.address + BOOK_CROSSED_SINCE_US);
    if (crossedSinceUs > 0 && nowMs - crossedSinceUs / 1000 > settings.crossedMsMax) return 'crossed';
    const silenceMs = nowMs - heardMs;
    if (silenceMs <= this.patienceMs(usualMs, settings.silenceMsMin)) return 'none';
    const othersFlow = nowMs - (this.newestBeforeMs[connection] ?? 0) < settings.silenceMsMin;
    if (!othersFlow) return 'none';
    this.dog.forgive(index);
    return 'silent';
  }

  /** After the pass: whether none of a connection's live books spoke for far longer than usual. */
  isSilent(connection: number): boolean {
    if (this.live[connection] === 0) return false;
    const { nowMs, parts } = this.context;
    const usualMs = this.usualMs[connection] ?? Number.POSITIVE_INFINITY;
    const patienceMs = this.patienceMs(usualMs === Number.POSITIVE_INFINITY ? Number.NaN : usualMs, parts.protocol.idleMsMax);
    return nowMs - (this.newestMs[connection] ?? 0) > patienceMs;
  }

  private patienceMs(usualMs: number, minimumMs: number): number {
    const { silenceFactor, silenceMsMin } = this.context.parts.settings;
    return Math.max(minimumMs, Number.isNaN(usualMs) ? UNKNOWN_FACTOR * silenceMsMin : silenceFactor * usualMs);
  }
}
