import { BOOK_RULE_DELTAS, BOOK_SEQUENCE, BOOK_STATE, CHECKSUM_ENFORCE } from '../../assembly/memory/layout.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { type BookRequest, type MemoryPlan, planMemory } from '../../src/kernel/plan.js';
import type { FrameKind, StreamBooks } from '../frames/frame-stream.js';
import type { UnitLevel } from '../twin/book.js';
import { type Agreement, type BookView, judge, viewOf } from '../twin/compare.js';
import { TwinSession } from '../twin/session.js';

/** Levels a side may hold in a duel; small, so that truncation takes part. */
const CAPACITY = 500;

/** How one book of the kernel compares with the referee's after a frame. */
export interface Round {
  readonly symbol: string;
  readonly agreement: Agreement;
  /** Status of the frame at the kernel. */
  readonly status: number;
  /** Statuses of the frame at the referee. */
  readonly refereeStatuses: readonly number[];
  readonly kernel: BookView;
  readonly referee: BookView;
}

/** A frame as it is played: of which kind, for whose book where it is a snapshot's body, and its bytes. */
export interface Sent {
  readonly kind: FrameKind;
  readonly symbol: string;
  readonly bytes: Buffer;
}

function bystander(name: string, capacity: number): BookRequest {
  const rules = { depth: 0, rule: BOOK_RULE_DELTAS, checksumPolicy: CHECKSUM_ENFORCE, orders: 0 };
  return { feed: 1, names: [name], priceScale: 2, qtyScale: 8, capacity, ...rules };
}

/** Kernel and referee side by side on the same frames. */
export class Duel {
  readonly session: TwinSession;
  readonly plan: MemoryPlan;
  /** All of the kernel's memory, for those who watch what is written. */
  readonly memory: Uint8Array;
  private readonly kernel: Kernel;
  private readonly feed: number;
  private readonly books: ReadonlyMap<string, number>;

  constructor(stream: StreamBooks, capacity = CAPACITY) {
    const { decoder, instruments, depth, rule, isL3 } = stream;
    this.session = new TwinSession(
      decoder,
      instruments.map((spec) => ({ ...spec, capacity, depth, rule, isL3 })),
    );
    // The books of the second feed never get a frame.
    const plan = planMemory({
      feeds: [decoder, decoder],
      books: [
        bystander('BEFORE', capacity),
        ...instruments.map(({ symbol, priceScale, qtyScale }) => ({
          feed: 0,
          names: [symbol, symbol.toLowerCase(), symbol.replaceAll('/', '\\/')].filter(
            (name, index, all) => all.indexOf(name) === index,
          ),
          priceScale,
          qtyScale,
          capacity,
          depth,
          rule,
          checksumPolicy: CHECKSUM_ENFORCE,
          orders: isL3 ? 4096 : 0,
        })),
        bystander('BEHIND', capacity),
      ],
      threads: [
        { inputBytes: 1 << 20, levelsMax: 4096, copyLevelsMax: capacity, eventsMax: 256 },
        { inputBytes: 64, levelsMax: 4, copyLevelsMax: 4, eventsMax: 4 },
      ],
      histograms: 0,
    });
    this.plan = plan;
    this.kernel = new Kernel(createSharedBooks(plan), 0);
    this.memory = this.kernel.bytes;
    this.feed = plan.feeds[0] ?? 0;
    this.books = new Map(instruments.map(({ symbol }, index) => [symbol, plan.books[index + 1] ?? 0]));
  }

  /** Gives both the same frame and compares all books. */
  play(frame: Sent, bytes: Buffer = frame.bytes): Round[] {
    const symbols = [...this.books.keys()];
    const before = symbols.map((symbol) => this.kernelView(symbol));
    const isRest = frame.kind === 'rest';
    const book = this.books.get(frame.symbol) ?? 0;
    const status = isRest ? this.kernel.decodeSnapshot(book, bytes) : this.kernel.decodeFrame(this.feed, bytes, 0, bytes.length);
    const results = isRest ? [this.session.snapshot(frame.symbol, bytes)] : this.session.frame(bytes);
    return symbols.flatMap((symbol, index) => {
      const was = before[index];
      if (was === undefined) return [];
      const kernel = this.kernelView(symbol);
      const referee = viewOf(this.session.book(symbol));
      const refereeStatuses = results.map((result) => result.status);
      return [{ symbol, agreement: judge(was, kernel, referee, status), status, refereeStatuses, kernel, referee }];
    });
  }

  /** Empties a book on both sides and plays its frames so far, so that both are sound again. */
  restore(symbol: string, history: readonly Sent[]): void {
    this.kernel.exports.resetBook(this.books.get(symbol) ?? 0);
    this.session.book(symbol).reset();
    for (const frame of history) if (frame.symbol === symbol) this.play(frame);
  }

  private kernelView(symbol: string): BookView {
    const book = this.books.get(symbol) ?? 0;
    this.kernel.exports.copyBook(book, this.kernel.copyLevelsMax);
    const side = (start: number, count: number): UnitLevel[] =>
      Array.from({ length: count }, (_, index) => [this.word(start + index * 2), this.word(start + index * 2 + 1)]);
    return {
      state: this.kernel.int32At(book + BOOK_STATE),
      sequence: this.kernel.float64At(book + BOOK_SEQUENCE),
      bids: side(this.kernel.copiedBids, this.copied('bids')),
      asks: side(this.kernel.copiedAsks, this.copied('asks')),
    };
  }

  private word(index: number): number {
    return this.kernel.float64[index] ?? 0;
  }

  private copied(side: 'bids' | 'asks'): number {
    return this.kernel.answer(side === 'bids' ? 0 : 1);
  }
}
