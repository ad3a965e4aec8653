import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BOOK_UNKNOWN_DELETES, CHECKSUM_OFF, DECODER_BINANCE_SPOT } from '../../assembly/memory/layout.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';
import { TwinLadder } from '../twin/ladder.js';

type Update = readonly [price: number, qty: number];

/** A kernel's book and the plain one, which are told the same. */
class Pair {
  private readonly twins: readonly [bids: TwinLadder, asks: TwinLadder];
  private readonly plan;
  private readonly kernel: Kernel;
  private readonly book: number;
  private sequence = 1;
  private unknownDeletes = 0;

  constructor(
    private readonly capacity: number,
    private readonly depth: number,
  ) {
    this.twins = [new TwinLadder('bid', capacity), new TwinLadder('ask', capacity)];
    this.plan = planMemory({
      feeds: [DECODER_BINANCE_SPOT],
      books: [
        { feed: 0, names: ['A'], priceScale: 0, qtyScale: 0, capacity, depth, rule: 0, checksumPolicy: CHECKSUM_OFF, orders: 0 },
      ],
      threads: [{ inputBytes: 1 << 16, levelsMax: 1000, copyLevelsMax: capacity, eventsMax: 1 }],
      histograms: 0,
    });
    this.kernel = new Kernel(createSharedBooks(this.plan), 0);
    this.book = this.plan.books[0] ?? 0;
  }

  snapshot(bids: readonly Update[], asks: readonly Update[]): void {
    const body = `{"lastUpdateId":${this.sequence},"bids":${write(bids)},"asks":${write(asks)}}`;
    this.kernel.decodeSnapshot(this.book, Buffer.from(body));
    for (const twin of this.twins) twin.clear();
    this.apply([bids, asks], false);
  }

  delta(bids: readonly Update[], asks: readonly Update[]): void {
    const sequence = ++this.sequence;
    const frame = Buffer.from(
      `{"e":"depthUpdate","E":1,"s":"A","U":${sequence},"u":${sequence},"b":${write(bids)},"a":${write(asks)}}`,
    );
    this.kernel.decodeFrame(this.plan.feeds[0] ?? 0, frame, 0, frame.length);
    this.apply([bids, asks], true);
  }

  expectEqual(): void {
    const { kernel } = this;
    expect(kernel.exports.copyBook(this.book, this.capacity)).toBe(1);
    const starts = [kernel.copiedBids, kernel.copiedAsks];
    for (const [index, twin] of this.twins.entries()) {
      const start = starts[index] ?? 0;
      const found = Array.from({ length: kernel.answer(index) }, (_, i) => [
        kernel.float64[start + 2 * i],
        kernel.float64[start + 2 * i + 1],
      ]);
      expect(found).toEqual(twin.top().map(({ price, qty }) => [price, qty]));
      expect(kernel.answer(7 + 2 * index)).toBe(twin.truncated);
    }
    expect(kernel.float64At(this.book + BOOK_UNKNOWN_DELETES)).toBe(this.unknownDeletes);
  }

  private apply(sides: readonly (readonly Update[])[], counts: boolean): void {
    for (const [index, updates] of sides.entries()) {
      const twin = this.twins[index];
      for (const [price, qty] of updates) if (twin?.set(price, qty) === 'unknown-delete' && counts) this.unknownDeletes++;
      twin?.cut(this.depth);
    }
  }
}

const write = (updates: readonly Update[]): string => `[${updates.map(([price, qty]) => `["${price}","${qty}"]`).join(',')}]`;

const qty = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1000 }));
const messages = (span: number, levelsMax: number): fc.Arbitrary<Update[]> =>
  fc
    .record({
      updates: fc.array(fc.tuple(fc.integer({ min: 1, max: span }), qty), { maxLength: levelsMax }),
      order: fc.constantFrom('rising', 'falling', 'falling', 'strict', 'any'),
    })
    .map(({ updates, order }) => {
      if (order === 'any') return updates;
      const sign = order === 'rising' ? 1 : -1;
      const distinct = order === 'strict' ? updates : [...new Map(updates)];
      return distinct.sort((a, b) => sign * (a[0] - b[0]));
    });
const story = (span: number, levelsMax: number) =>
  fc.array(fc.tuple(fc.nat(9), messages(span, levelsMax), messages(span, levelsMax)), { minLength: 1, maxLength: 12 });

function tell(pair: Pair, events: readonly (readonly [number, readonly Update[], readonly Update[]])[]): void {
  pair.snapshot([], []);
  for (const [dice, bids, asks] of events) {
    // zeros have no place in a snapshot's truncation, so it is told without them
    const levels = (updates: readonly Update[]): Update[] => [...new Map(updates)].filter(([, size]) => size > 0);
    if (dice === 0) pair.snapshot(levels(bids), levels(asks));
    else pair.delta(bids, asks);
    pair.expectEqual();
  }
}

for (const [capacity, depth, span, levels] of [
  [6, 0, 20, 8],
  [40, 0, 60, 30],
  [40, 10, 60, 30],
  [1000, 0, 700, 120],
  [3000, 0, 4000, 400],
] as const) {
  test(`messages in any order leave the book of the plain ladder (capacity ${capacity}, depth ${depth}, ${span} prices)`, () => {
    fc.assert(
      fc.property(story(span, levels), (events) => tell(new Pair(capacity, depth), events)),
      { numRuns: span > 100 ? 60 : 150 },
    );
  });
}
