import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BookBatch } from '../../../src/sim/market/book.js';
import { SimulatedMarket } from '../../../src/sim/market/market.js';
import { LevelQueue, type RestingOrder } from '../../../src/sim/market/resting.js';
import { createMatchingEngine } from '../../../src/sim/matching/engine.js';

const EPOCH_US = 1_767_225_600_000_000;
const OPTIONS = {
  venues: ['binance' as const, 'gateio' as const],
  symbols: 6,
  futuresSymbols: 2,
  seed: 3,
  updatesPerSecond: 800,
  plantIntervalMs: 500,
};

function market(batches: BookBatch[] = []): SimulatedMarket {
  return new SimulatedMarket(OPTIONS, EPOCH_US, (_, batch) => batches.push(batch));
}

function order(priceUnits: number, leftUnits: number): RestingOrder {
  return { side: 'buy', priceUnits, leftUnits, place: null };
}

describe('a book with accounts’ orders in it', () => {
  it('lives exactly as without an engine while nobody orders anything', () => {
    const alone: BookBatch[] = [];
    market(alone).advance(5e6);
    const attached: BookBatch[] = [];
    const other = market(attached);
    for (const venue of OPTIONS.venues) createMatchingEngine({ market: other, venue, seed: 3, now: () => other.nowUs() });
    other.advance(5e6);
    expect(attached).toEqual(alone);
  });

  it('is the background alone again when the last order has left', () => {
    const still = market();
    const lively = market();
    const [before, after] = [still, lively].map(({ books }) => books[0]);
    if (before === undefined || after === undefined) throw new Error('no book');
    const price = after.bids.best()?.priceUnits ?? 0;
    const resting = order(price, 7);
    after.rest(resting, price, EPOCH_US);
    expect(after.bids.best()?.qtyUnits).toBe((before.bids.best()?.qtyUnits ?? 0) + 7);
    after.remove(resting, EPOCH_US);
    expect(after.bids.levels()).toEqual(before.bids.levels());
    expect(after.lastId).toBe(before.lastId + 2);
    still.advance(3e6);
    lively.advance(3e6);
    expect([...after.bids.levels(), ...after.asks.levels()]).toEqual([...before.bids.levels(), ...before.asks.levels()]);
  });

  it('takes its background from outside once it is given one', () => {
    const batches: BookBatch[] = [];
    const driven = market(batches);
    const book = driven.books[0];
    if (book === undefined) throw new Error('no book');
    const level = (priceUnits: number, qtyUnits: number) => ({ priceUnits, qtyUnits });
    book.applyBackground({ bids: [level(99, 5), level(98, 6)], asks: [level(101, 5)], snapshot: true }, EPOCH_US + 10);
    expect(book.bids.levels()).toEqual([level(99, 5), level(98, 6)]);
    expect(book.asks.levels()).toEqual([level(101, 5)]);
    book.applyBackground({ bids: [level(99, 0), level(97, 1)], asks: [], snapshot: false }, EPOCH_US + 20);
    expect(book.bids.levels()).toEqual([level(98, 6), level(97, 1)]);
    book.applyTrade(101, 8, true, EPOCH_US + 30);
    expect(book.asks.levels()).toEqual([]);
    expect(batches.slice(-2).map(({ trade }) => trade?.qtyUnits)).toEqual([5, 3]);
    const { lastId } = book;
    driven.advance(3e6);
    expect(book.lastId).toBe(lastId);
  });
});

// Goal: whatever comes and goes at one price, the queue serves in the order of a plain list of everybody who came.
it('queues orders and background at one price first come, first served', () => {
  const step = fc.record({ kind: fc.constantFrom('order', 'background', 'take', 'cancel'), qty: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.nat({ max: 9 }), fc.array(step, { maxLength: 40 }), (start, steps) => {
      const queue = new LevelQueue(100, start);
      let list: { order: RestingOrder | null; qty: number }[] = [{ order: null, qty: start }];
      const background = () => list.reduce((sum, { order: of, qty }) => (of === null ? sum + qty : sum), 0);
      for (const { kind, qty } of steps) {
        if (kind === 'order') {
          const placed = order(100, qty);
          queue.push(placed);
          list.push({ order: placed, qty });
        } else if (kind === 'background') {
          queue.setBackground(qty);
          let less = background() - qty;
          if (less < 0) list.push({ order: null, qty: -less });
          for (const entry of [...list].reverse()) {
            if (entry.order !== null || less <= 0) continue;
            const part = Math.min(entry.qty, less);
            entry.qty -= part;
            less -= part;
          }
        } else if (kind === 'take') {
          const first = list[0];
          if (first === undefined || queue.head === null) continue;
          expect(queue.head.order).toBe(first.order);
          const part = Math.min(qty, first.qty);
          queue.take(part);
          first.qty -= part;
        } else {
          const placed = list.find(({ order: of }) => of !== null);
          if (placed?.order) queue.remove(placed.order);
          list = list.filter((entry) => entry !== placed);
        }
        list = list.filter((entry) => entry.qty > 0);
        expect(queue.ordersUnits).toBe(list.reduce((sum, { order: of, qty: units }) => (of === null ? sum : sum + units), 0));
        expect(queue.orderCount).toBe(list.filter(({ order: of }) => of !== null).length);
      }
    }),
  );
});
