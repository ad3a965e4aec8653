import {
  BOOK_CHECKSUM_GOOD,
  BOOK_DEPTH,
  BOOK_PRICE_SCALE,
  BOOK_QTY_SCALE,
  BOOK_RULE_DELTAS,
  CHECKSUM_REPORT,
  DECODER_KRAKEN,
  DECODER_KRAKEN_L3,
  STATUS_APPLIED,
  STATUS_CROSSED,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import { KernelError } from '../../src/domain/errors.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';

/** Kraken's two kinds of book. */
export type KrakenKind = 'l2' | 'l3';

/** A Kraken book of either kind for one symbol. A checksum that does not fit is counted, and the book stays as if it did. */
export class KrakenBooks {
  private readonly kernel: Kernel;
  private feed = 0;
  private book = 0;

  constructor(symbol: string) {
    const book = (feed: number, orders: number) => ({
      feed,
      names: [symbol],
      priceScale: 0,
      qtyScale: 0,
      capacity: 2048,
      depth: 0,
      rule: BOOK_RULE_DELTAS,
      checksumPolicy: CHECKSUM_REPORT,
      orders,
    });
    const plan = planMemory({
      feeds: [DECODER_KRAKEN, DECODER_KRAKEN_L3],
      books: [book(0, 0), book(1, 8192)],
      threads: [{ inputBytes: 1 << 20, levelsMax: 4096, copyLevelsMax: 2048, eventsMax: 16 }],
      histograms: 0,
    });
    this.kernel = new Kernel(createSharedBooks(plan), 0);
  }

  /** Empties the book of a kind and uses it from now on. @param depth levels to cut to after every frame, 0 for no cut */
  begin(kind: KrakenKind, priceDecimals: number, qtyDecimals: number, depth: number): void {
    const { plan, int32 } = this.kernel;
    const index = kind === 'l2' ? 0 : 1;
    this.feed = plan.feeds[index] ?? 0;
    this.book = plan.books[index] ?? 0;
    int32[(this.book + BOOK_PRICE_SCALE) >> 2] = priceDecimals;
    int32[(this.book + BOOK_QTY_SCALE) >> 2] = qtyDecimals;
    int32[(this.book + BOOK_DEPTH) >> 2] = depth;
    this.kernel.exports.resetBook(this.book);
  }

  /**
   * Applies a frame. @returns whether the kernel found the frame's checksum to be the book's
   * @throws KernelError when the kernel does not apply it
   */
  apply(frame: string): boolean {
    const good = this.kernel.float64At(this.book + BOOK_CHECKSUM_GOOD);
    const bytes = Buffer.from(frame);
    const status = this.kernel.decodeFrame(this.feed, bytes, 0, bytes.length);
    if (status !== STATUS_SNAPSHOT && status !== STATUS_APPLIED && status !== STATUS_CROSSED) {
      throw new KernelError(`the kernel answered status ${status} to ${frame.slice(0, 120)}`, { status });
    }
    return this.kernel.float64At(this.book + BOOK_CHECKSUM_GOOD) > good;
  }

  /** The checksum of the book as it stands, by the kernel. */
  checksum(): number {
    return this.kernel.exports.checksumOf(this.book) >>> 0;
  }

  /** The kernel's CRC-32 of a text. */
  crc32(text: string): number {
    const bytes = Buffer.from(text);
    this.kernel.input.set(bytes);
    return this.kernel.exports.crc32(this.kernel.input.byteOffset, bytes.length) >>> 0;
  }

  /** The book and kernel, for reading what it holds. */
  get reader(): { readonly kernel: Kernel; readonly book: number } {
    return { kernel: this.kernel, book: this.book };
  }
}
