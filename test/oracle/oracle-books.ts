import {
  BOOK_PRICE_SCALE,
  BOOK_QTY_SCALE,
  BOOK_RULE_DELTAS,
  CHECKSUM_OFF,
  DECODER_BINANCE_SPOT,
  STATUS_CROSSED,
  STATUS_PRECISION,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import { VENUES_MAX } from '../../assembly/memory/scan-layout.js';
import { KernelError } from '../../src/domain/errors.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';
import { Pricing } from '../../src/kernel/pricing.js';
import { Scanner } from '../../src/kernel/scan.js';
import type { ReferenceBook } from './reference.js';

const LEVELS_MAX = 8192;

/** Books in shared memory that reference cases are loaded into: a handful that is used again and again. */
export class OracleBooks {
  readonly kernel: Kernel;
  readonly pricing: Pricing;
  readonly scanner: Scanner;
  readonly levelsMax = LEVELS_MAX;

  constructor() {
    const plan = planMemory({
      feeds: Array.from({ length: VENUES_MAX }, () => DECODER_BINANCE_SPOT),
      books: Array.from({ length: VENUES_MAX }, (_, feed) => ({
        feed,
        names: ['BOOK'],
        priceScale: 0,
        qtyScale: 0,
        capacity: LEVELS_MAX,
        depth: 0,
        rule: BOOK_RULE_DELTAS,
        checksumPolicy: CHECKSUM_OFF,
        orders: 0,
      })),
      threads: [{ inputBytes: 1 << 20, levelsMax: LEVELS_MAX, copyLevelsMax: LEVELS_MAX, eventsMax: 1 }],
      histograms: 0,
      scanRows: 1,
      viewLevels: LEVELS_MAX,
    });
    this.kernel = new Kernel(createSharedBooks(plan), 0);
    this.pricing = new Pricing(this.kernel);
    this.scanner = new Scanner(this.kernel);
  }

  /** Address of book `index`. */
  book(index: number): number {
    const address = this.kernel.plan.books[index];
    if (address === undefined) throw new KernelError(`there are ${VENUES_MAX} books, no book ${index}`, { index });
    return address;
  }

  /**
   * Loads book `index` through the decoder of REST snapshots.
   * @returns false when a number of it exceeds 2^53 units
   * @throws KernelError when the kernel refuses it for any other reason
   */
  load(index: number, book: ReferenceBook): boolean {
    const address = this.book(index);
    this.kernel.int32[(address + BOOK_PRICE_SCALE) >> 2] = book.priceDecimals;
    this.kernel.int32[(address + BOOK_QTY_SCALE) >> 2] = book.qtyDecimals;
    this.kernel.exports.resetBook(address);
    const answer = JSON.stringify({ lastUpdateId: 1, bids: book.bids, asks: book.asks });
    const status = this.kernel.decodeSnapshot(address, Buffer.from(answer));
    if (status === STATUS_PRECISION) return false;
    if (status === STATUS_SNAPSHOT || status === STATUS_CROSSED) return true;
    throw new KernelError(`the kernel answered status ${status} to a snapshot`, { status });
  }

  /** Loads book 0 and copies it for pricing. @returns false when a number of it exceeds 2^53 units */
  price(book: ReferenceBook): boolean {
    if (!this.load(0, book)) return false;
    if (!this.pricing.copy(this.book(0), LEVELS_MAX)) throw new KernelError('the book is busy though nobody writes', {});
    return true;
  }
}
