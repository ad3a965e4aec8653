import { BOOK_STATE, CHECKSUM_ENFORCE } from '../../assembly/memory/layout.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';

/** A book of a test; what is left out is none, or plenty. */
export interface RigBook {
  readonly symbol: string;
  readonly priceScale: number;
  readonly qtyScale: number;
  readonly capacity?: number;
  readonly depth?: number;
  /** CHECKSUM_... */
  readonly policy?: number;
  /** Orders the L3 store holds. */
  readonly orders?: number;
}

/** Levels of a side in units, best first. */
export type RigSide = readonly (readonly [price: number, qty: number])[];

/** One feed with its books, of the decoders that check sums or keep single orders. */
export class Rig {
  readonly kernel: Kernel;
  private readonly feed: number;
  private readonly addresses: ReadonlyMap<string, number>;

  constructor(decoder: number, books: readonly RigBook[], inputBytes = 1 << 19) {
    const plan = planMemory({
      feeds: [decoder],
      books: books.map((book) => ({
        feed: 0,
        names: [book.symbol],
        priceScale: book.priceScale,
        qtyScale: book.qtyScale,
        capacity: book.capacity ?? 2000,
        depth: book.depth ?? 0,
        rule: 0,
        checksumPolicy: book.policy ?? CHECKSUM_ENFORCE,
        orders: book.orders ?? 0,
      })),
      threads: [
        { inputBytes, levelsMax: 2000, copyLevelsMax: Math.max(...books.map((book) => book.capacity ?? 2000)), eventsMax: 200 },
      ],
      histograms: 0,
    });
    this.kernel = new Kernel(createSharedBooks(plan), 0);
    this.feed = plan.feeds[0] ?? 0;
    this.addresses = new Map(books.map((book, index) => [book.symbol, plan.books[index] ?? 0]));
  }

  /** Address of a book's header. */
  book(symbol: string): number {
    const address = this.addresses.get(symbol);
    if (address === undefined) throw new RangeError(`no book ${symbol}`);
    return address;
  }

  /** @returns STATUS_... */
  frame(frame: string | Uint8Array): number {
    const bytes = typeof frame === 'string' ? Buffer.from(frame) : frame;
    return this.kernel.decodeFrame(this.feed, bytes, 0, bytes.length);
  }

  /** @returns STATUS_... */
  snapshot(symbol: string, body: string | Uint8Array): number {
    return this.kernel.decodeSnapshot(this.book(symbol), typeof body === 'string' ? Buffer.from(body) : body);
  }

  /** A float64 of a book's header, by its BOOK_... offset. */
  field(symbol: string, offset: number): number {
    return this.kernel.float64At(this.book(symbol) + offset);
  }

  state(symbol: string): number {
    return this.kernel.int32At(this.book(symbol) + BOOK_STATE);
  }

  /** The kernel's own checksum of a book. */
  checksum(symbol: string): number {
    return this.kernel.exports.checksumOf(this.book(symbol)) >>> 0;
  }

  sides(symbol: string): { readonly bids: RigSide; readonly asks: RigSide } {
    const { kernel } = this;
    if (kernel.exports.copyBook(this.book(symbol), kernel.copyLevelsMax) === 0) throw new Error('the book is being written');
    const side = (start: number, count: number): RigSide =>
      Array.from(
        { length: count },
        (_, i) => [kernel.float64[start + i * 2] ?? 0, kernel.float64[start + i * 2 + 1] ?? 0] as const,
      );
    return { bids: side(kernel.copiedBids, kernel.answer(0)), asks: side(kernel.copiedAsks, kernel.answer(1)) };
  }
}
