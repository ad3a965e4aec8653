// Goal: a turn finds what two books offer after fees, records how long it took, and lets go of what is no longer true: a price that
// moved, a book that broke, a quote that grew old without a message.
import { beforeEach, describe, expect, it } from 'vitest';
import { BOOK_RULE_DELTAS, CHECKSUM_OFF, DECODER_BINANCE_SPOT, STATE_GAP } from '../../assembly/memory/layout.js';
import type { Clock } from '../../src/domain/clock.js';
import { Engine } from '../../src/engine/engine.js';
import { LatencyHistogram } from '../../src/kernel/histogram.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';
import { Scanner } from '../../src/kernel/scan.js';
import { Views } from '../../src/kernel/views.js';

class ManualClock implements Clock {
  nowUs = 1_000_000;
  monotonicUs(): number {
    return this.nowUs;
  }
  epochUs(): number {
    return this.nowUs;
  }
}

const book = (feed: number) => ({
  feed,
  names: ['ABCUSDT'],
  priceScale: 4,
  qtyScale: 2,
  capacity: 50,
  depth: 0,
  rule: BOOK_RULE_DELTAS,
  checksumPolicy: CHECKSUM_OFF,
  orders: 0,
});

describe('an engine turn', () => {
  let kernel: Kernel;
  let engine: Engine;
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
    const plan = planMemory({
      feeds: [DECODER_BINANCE_SPOT, DECODER_BINANCE_SPOT],
      books: [book(0), book(1)],
      threads: [{ inputBytes: 4096, levelsMax: 100, copyLevelsMax: 10, eventsMax: 10 }],
      histograms: 1,
      scanRows: 1,
    });
    kernel = new Kernel(createSharedBooks(plan), 0);
    const scanner = new Scanner(kernel);
    scanner.setRow(
      0,
      plan.books.map((address) => ({ book: address, takerFee: 0.001, basePerUnit: 0.01 })),
    );
    engine = new Engine(
      kernel,
      scanner,
      new Views(kernel, scanner),
      [{ books: plan.books }],
      null,
      plan.histograms[0] ?? 0,
      { minNet: 0.002, maxQuoteAgeUs: 500_000, fullScanIntervalUs: 100_000 },
      clock,
    );
  });

  const quote = (venue: number, bid: string, ask: string): void => {
    kernel.receivedAt(clock.nowUs);
    const body = `{"lastUpdateId":${clock.nowUs},"bids":[["${bid}","3.00"]],"asks":[["${ask}","2.00"]]}`;
    kernel.decodeSnapshot(kernel.plan.books[venue] ?? 0, Buffer.from(body));
  };

  it('finds the pair, its size and its net spread', () => {
    quote(0, '1.0000', '1.0010');
    quote(1, '1.0200', '1.0210');
    clock.nowUs += 40;
    expect(engine.turn()).toBe(1);
    const [best] = engine.board.listOpen(1);
    expect(best).toMatchObject({ buyVenue: 0, sellVenue: 1, askPriceUnits: 10_010, bidPriceUnits: 10_200, qtyBase: 2 });
    expect(best?.net).toBeCloseTo((1.02 * 0.999) / (1.001 * 1.001) - 1, 12);
    expect(engine.turns).toBe(1);
  });

  it('records receipt to decision once for each newest frame', () => {
    quote(0, '1.0000', '1.0010');
    quote(1, '1.0200', '1.0210');
    clock.nowUs += 40;
    engine.turn();
    engine.turn();
    const histogram = new LatencyHistogram(kernel.shared.memory.buffer, kernel.plan.histograms[0] ?? 0).refresh();
    expect(histogram.count).toBe(1);
    expect(histogram.maxUs).toBe(40);
  });

  it('does nothing while nothing changed', () => {
    clock.nowUs += 200_000;
    engine.turn(); // the full scan that is due
    clock.nowUs += 1_000;
    expect(engine.turn()).toBe(0);
  });

  it.each([
    ['the price moves back', () => quote(1, '1.0000', '1.0010')],
    ['the book breaks', () => kernel.exports.setState(kernel.plan.books[1] ?? 0, STATE_GAP)],
    ['the book is emptied', () => kernel.exports.resetBook(kernel.plan.books[1] ?? 0)],
    ['the quotes grow old in silence', () => undefined],
  ])('lets go when %s', (reason, act) => {
    quote(0, '1.0000', '1.0010');
    quote(1, '1.0200', '1.0210');
    engine.turn();
    expect(engine.board.open).toBe(1);
    clock.nowUs += reason.includes('old') ? 600_000 : 10;
    act();
    engine.turn();
    expect(engine.board.open).toBe(0);
    expect(engine.board.listClosed(1)).toHaveLength(1);
  });
});
