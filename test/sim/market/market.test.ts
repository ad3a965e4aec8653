import { describe, expect, it } from 'vitest';
import { VENUES } from '../../../src/domain/venue.js';
import type { BookBatch, SimulatedBook } from '../../../src/sim/market/book.js';
import { type MarketOptions, SimulatedMarket } from '../../../src/sim/market/market.js';
import { spread } from '../../../src/sim/market/planter.js';

const EPOCH_US = 1_767_225_600_000_000;
const OPTIONS: MarketOptions = {
  venues: [...VENUES],
  symbols: 60,
  futuresSymbols: 12,
  seed: 7,
  updatesPerSecond: 2_000,
  plantIntervalMs: 500,
};

/** FNV-1a over everything that every update says. */
class Digest {
  private hash = 2166136261;
  updates = 0;
  readonly add = (book: SimulatedBook, batch: BookBatch): void => {
    this.updates++;
    this.mix(`${book.instrument.venue}${book.instrument.symbol}${JSON.stringify(batch)}`);
  };
  value(): number {
    return this.hash >>> 0;
  }
  private mix(text: string): void {
    for (let i = 0; i < text.length; i++) this.hash = Math.imul(this.hash ^ text.charCodeAt(i), 16777619);
  }
}

describe('the simulated market', () => {
  it('is the same for the same seed, in however many steps time passes', () => {
    const oneStep = new Digest();
    new SimulatedMarket(OPTIONS, EPOCH_US, oneStep.add).advance(3e6);
    const manySteps = new Digest();
    const market = new SimulatedMarket(OPTIONS, EPOCH_US, manySteps.add);
    for (let us = 0; us <= 3e6; us += 5_000) market.advance(us);
    const otherSeed = new Digest();
    new SimulatedMarket({ ...OPTIONS, seed: 8 }, EPOCH_US, otherSeed.add).advance(3e6);
    expect(manySteps.value()).toBe(oneStep.value());
    expect(otherSeed.value()).not.toBe(oneStep.value());
    expect(oneStep.updates).toBeGreaterThan(3 * 2_000 * 0.8);
    expect(oneStep.updates).toBeLessThan(3 * 2_000 * 1.5);
  });

  it('numbers and describes every change, so that the batches rebuild each book', () => {
    const rebuilt = new Map<SimulatedBook, { bids: Map<number, number>; asks: Map<number, number>; lastId: number }>();
    const market = new SimulatedMarket(OPTIONS, EPOCH_US, (book, batch) => {
      const copy = rebuilt.get(book);
      if (copy === undefined) return;
      expect(batch.previousId).toBe(copy.lastId);
      expect(batch.firstId).toBeGreaterThan(batch.previousId);
      expect(batch.lastId - batch.firstId + 1).toBe(Math.max(1, batch.bids.length + batch.asks.length));
      for (const side of ['bids', 'asks'] as const) {
        for (const { priceUnits, qtyUnits } of batch[side]) {
          if (qtyUnits === 0) copy[side].delete(priceUnits);
          else copy[side].set(priceUnits, qtyUnits);
        }
      }
      copy.lastId = batch.lastId;
    });
    for (const book of market.books) {
      const side = (levels: readonly { priceUnits: number; qtyUnits: number }[]) =>
        new Map(levels.map((level) => [level.priceUnits, level.qtyUnits]));
      rebuilt.set(book, { bids: side(book.bids.levels()), asks: side(book.asks.levels()), lastId: book.lastId });
    }
    market.advance(5e6);
    for (const [book, copy] of rebuilt) {
      const bids = [...copy.bids].sort(([left], [right]) => right - left);
      const asks = [...copy.asks].sort(([left], [right]) => left - right);
      expect(bids).toEqual(book.bids.levels().map((level) => [level.priceUnits, level.qtyUnits]));
      expect(asks).toEqual(book.asks.levels().map((level) => [level.priceUnits, level.qtyUnits]));
    }
  });

  it('never crosses a book, keeps ladders and ticks, and pays across venues only where a spread is planted', () => {
    const market = new SimulatedMarket(OPTIONS, EPOCH_US, (book) => {
      const { instrument } = book;
      const bid = book.bids.best()?.priceUnits ?? 0;
      const ask = book.asks.best()?.priceUnits ?? 0;
      expect(ask, instrument.symbol).toBeGreaterThan(bid);
      expect(bid).toBeGreaterThan(0);
      for (const side of [book.bids, book.asks]) {
        expect(side.levels().length).toBeGreaterThanOrEqual(10);
        expect(side.levels().length).toBeLessThanOrEqual(96);
      }
      expect(bid % instrument.tickUnits).toBe(0);
      expect(book.bids.levels()[0]?.qtyUnits).toBeLessThan(Number.MAX_SAFE_INTEGER);
    });
    let widest = 0;
    for (let us = 0; us <= 20e6; us += 20_000) {
      market.advance(us);
      const bases = new Set(market.books.map((book) => book.instrument.base));
      for (const base of us % 200_000 === 0 ? bases : []) {
        const books = market.books.filter((book) => book.instrument.base === base && book.displacement === 0);
        for (const buyAt of books) for (const sellAt of books) widest = Math.max(widest, spread(buyAt, sellAt));
      }
    }
    expect(widest).toBeLessThan(0.001);
  });

  it('plants spreads that pay after both fees and says where', () => {
    const market = new SimulatedMarket(OPTIONS, EPOCH_US, () => undefined);
    let checked = 0;
    for (let us = 0; us <= 30e6; us += 2_000) {
      const before = market.plants().length;
      market.advance(us);
      for (const plant of market.plants().slice(before)) {
        const find = (venue: string) =>
          market.books.find(
            ({ instrument }) => instrument.venue === venue && instrument.base === plant.symbol && instrument.market === 'spot',
          );
        const buyAt = find(plant.buyVenue) as SimulatedBook;
        const sellAt = find(plant.sellVenue) as SimulatedBook;
        const fees = (buyAt.instrument.takerFeeBps + sellAt.instrument.takerFeeBps) / 1e4;
        expect(plant.spreadPct / 100).toBeGreaterThan(fees);
        expect(spread(buyAt, sellAt)).toBeGreaterThan(fees);
        expect(plant.endUs - plant.startUs).toBeGreaterThanOrEqual(300_000);
        expect(plant.endUs - plant.startUs).toBeLessThanOrEqual(5_000_000);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(30);
  });
});
