import { BOOK_SEQUENCE, BOOK_STATE, CHECKSUM_ENFORCE, THREAD_SEQUENCE_LAST } from '../../assembly/memory/layout.js';
import { Kernel, type TradeEvent } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';

/** A book of a test; what is left out is none, or plenty. */
export interface TestBook {
  readonly symbol: string;
  readonly priceScale: number;
  readonly qtyScale: number;
  /** BOOK_RULE_... */
  readonly rule?: number;
  readonly capacity?: number;
}

/** A copy of a book: levels in units, best first. */
export interface BookCopy {
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
  readonly state: number;
  readonly sequence: number;
  readonly exchangeUs: number;
}

/** What a frame did to one book. */
export interface FrameResult {
  readonly symbol: string;
  readonly status: number;
}

/** One feed with its books and a kernel of its own. */
export class TestFeed {
  readonly kernel: Kernel;
  private readonly feedAddress: number;
  private readonly addresses: ReadonlyMap<string, number>;

  constructor(
    decoder: number,
    books: readonly TestBook[],
    limits: { inputBytes?: number; levelsMax?: number; eventsMax?: number } = {},
  ) {
    const capacity = Math.max(...books.map((book) => book.capacity ?? 1000));
    const plan = planMemory({
      feeds: [decoder],
      books: books.map((book) => ({
        feed: 0,
        names: [book.symbol],
        priceScale: book.priceScale,
        qtyScale: book.qtyScale,
        capacity: book.capacity ?? 1000,
        depth: 0,
        rule: book.rule ?? 0,
        checksumPolicy: CHECKSUM_ENFORCE,
        orders: 0,
      })),
      threads: [
        {
          inputBytes: limits.inputBytes ?? 1 << 18,
          levelsMax: limits.levelsMax ?? 2000,
          copyLevelsMax: capacity,
          eventsMax: limits.eventsMax ?? 100,
        },
      ],
      histograms: 0,
    });
    this.kernel = new Kernel(createSharedBooks(plan), 0);
    this.feedAddress = plan.feeds[0] ?? 0;
    this.addresses = new Map(books.map((book, index) => [book.symbol, plan.books[index] ?? 0]));
  }

  /** Address of a symbol's book header. */
  address(symbol: string): number {
    const address = this.addresses.get(symbol);
    if (address === undefined) throw new RangeError(`no book ${symbol}`);
    return address;
  }

  /** Decodes a frame. @returns STATUS_... */
  frame(frame: string | Uint8Array): number {
    const bytes = typeof frame === 'string' ? Buffer.from(frame) : frame;
    return this.kernel.decodeFrame(this.feedAddress, bytes, 0, bytes.length);
  }

  /** Decodes a REST snapshot. @returns STATUS_... */
  snapshot(symbol: string, body: string | Uint8Array): number {
    return this.kernel.decodeSnapshot(this.address(symbol), typeof body === 'string' ? Buffer.from(body) : body);
  }

  /** What the last frame did, book by book. */
  results(): FrameResult[] {
    return Array.from({ length: this.kernel.resultCount }, (_, index) => ({
      symbol: [...this.addresses].find(([, address]) => address === this.kernel.resultBook(index))?.[0] ?? '',
      status: this.kernel.resultStatus(index),
    }));
  }

  /** Trades of the last frame, without the address of their book. */
  trades(): Omit<TradeEvent, 'book'>[] {
    return Array.from({ length: this.kernel.eventCount }, (_, index) => {
      const { priceUnits, qtyUnits, id, tsUs, side } = this.kernel.event(index);
      return { priceUnits, qtyUnits, id, tsUs, side };
    });
  }

  /** Last sequence that a frame told. */
  get sequenceLast(): number {
    return this.kernel.float64At(this.kernel.thread + THREAD_SEQUENCE_LAST);
  }

  /** A float64 of a book's header, by its BOOK_... offset. */
  field(symbol: string, offset: number): number {
    return this.kernel.float64At(this.address(symbol) + offset);
  }

  copy(symbol: string): BookCopy {
    const { kernel } = this;
    const address = this.address(symbol);
    if (kernel.exports.copyBook(address, kernel.copyLevelsMax) === 0) throw new Error('the book is being written');
    const side = (start: number, count: number): [number, number][] =>
      Array.from({ length: count }, (_, i) => [kernel.float64[start + i * 2] ?? 0, kernel.float64[start + i * 2 + 1] ?? 0]);
    return {
      bids: side(kernel.copiedBids, kernel.answer(0)),
      asks: side(kernel.copiedAsks, kernel.answer(1)),
      state: kernel.int32At(address + BOOK_STATE),
      sequence: kernel.float64At(address + BOOK_SEQUENCE),
      exchangeUs: kernel.answer(5),
    };
  }
}

/** Cuts a frame at every byte and tells whether none of the cuts changed a book. */
export function survivesTruncation(feed: TestFeed, symbol: string, frame: Uint8Array): boolean {
  const before = JSON.stringify([feed.copy(symbol).bids, feed.copy(symbol).asks]);
  for (let length = 0; length < frame.length; length++) {
    feed.frame(frame.subarray(0, length));
    if (JSON.stringify([feed.copy(symbol).bids, feed.copy(symbol).asks]) !== before) return false;
  }
  return true;
}
