// Goal: whatever order trades are told in, what they have realised by now is what they realise in the order in which they were made.
// Method: small trades at times of their own are told shuffled; after each, a plain position takes those told so far by their times.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import { Lots } from '../../src/ledger/lots.js';
import { OrderedLots } from '../../src/ledger/ordered-lots.js';

interface Trade {
  readonly quantity: number;
  readonly price: number;
  readonly timeMs: number;
}

const trade = fc.record({
  quantity: fc.integer({ min: -9, max: 9 }).filter((quantity) => quantity !== 0),
  price: fc.integer({ min: 90, max: 110 }),
});

function inOrder(trades: readonly Trade[], held: number): { readonly realised: number; readonly openCost: number } {
  const lots = Lots.average(new Exact(held), new Exact(held * 100));
  let realised = new Exact(0);
  for (const { quantity, price } of [...trades].sort((a, b) => a.timeMs - b.timeMs))
    realised = realised.plus(lots.change(new Exact(quantity), new Exact(price)));
  return { realised: realised.toNumber(), openCost: lots.openCost.toNumber() };
}

it('realises what the venue does, in whatever order it is told', () => {
  fc.assert(
    fc.property(
      fc.array(trade, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      fc.integer({ min: -5, max: 5 }),
      (made, ranks, held) => {
        const trades = made.map((one, timeMs) => ({ ...one, timeMs }));
        const told = [...trades].sort((a, b) => (ranks[a.timeMs] ?? 0) - (ranks[b.timeMs] ?? 0));
        let lots = new OrderedLots(new Exact(held), new Exact(held * 100));
        let realised = new Exact(0);
        for (const [index, { quantity, price, timeMs }] of told.entries()) {
          realised = realised.plus(lots.trade(new Exact(quantity), new Exact(price), timeMs) ?? 0);
          const expected = inOrder(told.slice(0, index + 1), held);
          expect(realised.toNumber()).toBeCloseTo(expected.realised, 9);
          expect(lots.openCost.toNumber()).toBeCloseTo(expected.openCost, 9);
          if (index % 3 === 0) lots = OrderedLots.restored(lots.state());
        }
      },
    ),
  );
});

it('remembers enough of a long row for what comes a little late, and goes on from the rest', () => {
  const trades = Array.from(
    { length: 300 },
    (_, timeMs): Trade => ({ quantity: timeMs % 3 === 2 ? -5 : 3, price: 100 + (timeMs % 7), timeMs }),
  );
  const told = trades.map((_, index) => trades[index % 10 === 8 ? index + 1 : index % 10 === 9 ? index - 1 : index] as Trade);
  const lots = new OrderedLots();
  const realised = told.reduce(
    (sum, { quantity, price, timeMs }) => sum.plus(lots.trade(new Exact(quantity), new Exact(price), timeMs) ?? 0),
    new Exact(0),
  );
  expect(realised.toNumber()).toBeCloseTo(inOrder(trades, 0).realised, 9);
});

it('tells an opening from a closing that realised nothing', () => {
  const lots = new OrderedLots();
  expect(lots.trade(new Exact(2), new Exact(100), 1)).toBeNull();
  expect(lots.trade(new Exact(1), new Exact(101), 2)).toBeNull();
  expect(lots.trade(new Exact(-3), new Exact(0), 3)?.toFixed()).toBe('-301');
});
