import { CHECKSUM_ENFORCE, STATUS_APPLIED, STATUS_SNAPSHOT } from '../assembly/memory/layout.js';
import { Kernel } from '../src/kernel/kernel.js';
import { createSharedBooks, type SharedBooks } from '../src/kernel/memory.js';
import { planMemory, type ThreadRequest } from '../src/kernel/plan.js';
import type { SignalRules } from '../src/kernel/signal-plan.js';
import type { FrameStream, GeneratedFrame } from '../test/frames/frame-stream.js';

/** Levels that a book of a whole-depth channel keeps, as a run does by default. */
export const BOOK_LEVELS = 1000;

const WRITER: ThreadRequest = {
  inputBytes: 1 << 20,
  levelsMax: 5000,
  copyLevelsMax: BOOK_LEVELS,
  eventsMax: 64,
  receiveBytes: 1 << 18,
};
const READER: ThreadRequest = { inputBytes: 64, levelsMax: 1, copyLevelsMax: BOOK_LEVELS, eventsMax: 1 };

/** A stream's books in a kernel, its snapshots, and the deltas that follow on them: one pass over them is an operation. */
export class Stage {
  readonly shared: SharedBooks;
  readonly kernel: Kernel;
  readonly feed: number;
  readonly snapshots: readonly GeneratedFrame[];
  readonly deltas: readonly Buffer[];
  private readonly addresses: ReadonlyMap<string, number>;

  /** @param signals computed as well when given */
  constructor(
    readonly stream: FrameStream,
    signals?: SignalRules,
  ) {
    const { decoder, instruments, depth, rule, frames } = stream;
    const plan = planMemory({
      feeds: [decoder],
      books: instruments.map(({ symbol, priceScale, qtyScale }) => ({
        feed: 0,
        names: [symbol, symbol.toLowerCase()].filter((name, index, all) => all.indexOf(name) === index),
        priceScale,
        qtyScale,
        capacity: depth === 0 ? BOOK_LEVELS : depth * 2,
        depth,
        rule,
        checksumPolicy: CHECKSUM_ENFORCE,
        orders: 0,
      })),
      threads: [WRITER, READER],
      histograms: 1,
      ...(signals !== undefined && { signals }),
    });
    this.shared = createSharedBooks(plan);
    this.kernel = new Kernel(this.shared, 0);
    this.feed = plan.feeds[0] ?? 0;
    this.addresses = new Map(instruments.map(({ symbol }, index) => [symbol, plan.books[index] ?? 0]));
    this.snapshots = frames.filter(({ kind }) => kind === 'rest' || kind === 'snapshot');
    this.deltas = frames.filter(({ kind }) => kind === 'delta').map(({ bytes }) => bytes);
  }

  /** Address of a symbol's book. */
  book(symbol: string): number {
    return this.addresses.get(symbol) ?? 0;
  }

  get deltaBytes(): number {
    return this.deltas.reduce((sum, { length }) => sum + length, 0);
  }

  /** Puts every book where the first delta follows on. */
  begin(): void {
    for (const { kind, symbol, bytes } of this.snapshots) {
      const status =
        kind === 'rest'
          ? this.kernel.decodeSnapshot(this.book(symbol), bytes)
          : this.kernel.decodeFrame(this.feed, bytes, 0, bytes.length);
      if (status !== STATUS_SNAPSHOT) throw new Error(`the snapshot of ${symbol} was answered with status ${status}`);
    }
  }

  /** Decodes all deltas. @returns the sum of their statuses */
  pass(): number {
    const { kernel, feed, deltas } = this;
    let statuses = 0;
    for (let i = 0; i < deltas.length; i++) {
      const frame = deltas[i] as Buffer;
      statuses += kernel.decodeFrame(feed, frame, 0, frame.length);
    }
    return statuses;
  }

  /** A pass of which every frame must be applied. */
  check(): void {
    this.begin();
    for (const frame of this.deltas) {
      const status = this.kernel.decodeFrame(this.feed, frame, 0, frame.length);
      if (status !== STATUS_APPLIED) throw new Error(`status ${status}: ${frame.toString('latin1').slice(0, 200)}`);
    }
  }

  /** The best levels of a book in units, best first. */
  top(symbol: string, depth: number): { bids: [number, number][]; asks: [number, number][] } {
    const { kernel } = this;
    if (kernel.exports.copyBook(this.book(symbol), depth) === 0) throw new Error('nobody writes, and yet the book is busy');
    const side = (start: number, count: number): [number, number][] =>
      Array.from({ length: count }, (_, i) => [kernel.float64[start + i * 2] ?? 0, kernel.float64[start + i * 2 + 1] ?? 0]);
    return { bids: side(kernel.copiedBids, kernel.answer(0)), asks: side(kernel.copiedAsks, kernel.answer(1)) };
  }
}
