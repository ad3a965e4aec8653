import { expect, test } from 'vitest';
import { roundCost } from '../../src/domain/trade-cost.js';
import { Rig } from '../../src/sim/lab/rig.js';

const rigOf = () =>
  new Rig({
    rows: [
      [
        { venue: 'mexc', takerFeeBps: 5 },
        { venue: 'gateio', takerFeeBps: 20 },
      ],
    ],
    costs: { rebalanceFraction: 0.0004, slippagePrior: 0.0001, slippageWeight: 0.5 },
  });

test('the kernel prices with the same costs as the model, and both as the exact cost function', () => {
  const rig = rigOf();
  const [buy, sell] = [rig.book('mexc'), rig.book('gateio')];
  rig.costs.observe(sell.book, 100, 99.9, false);
  rig.setBook(buy, [['0.9900', '100']], [['1.0000', '1000']]);
  rig.setBook(sell, [['1.0500', '1000']], [['1.0600', '100']]);
  rig.turn();
  const exact = roundCost({
    legs: [
      { side: 'buy', quote: '5', feeFraction: '0.0005', slippageFraction: '0.0001' },
      { side: 'sell', quote: '5.25', feeFraction: '0.002', slippageFraction: '0.00055' },
    ],
    funding: '0',
    rebalance: String(0.0002 * (5 + 5.25)),
  });
  const unit = 1e-6;
  expect(rig.scanner.sizeNetUnits(0, 0) * unit).toBeCloseTo(Number(exact.net), 12);
  expect(rig.costs.received(sell.book, 5.25) - rig.costs.paid(buy.book, 5)).toBeCloseTo(Number(exact.net), 12);
});

test('slippage is learnt from fills that were worse than the book, and luck is no income', () => {
  const { costs, ...rig } = rigOf();
  const [book] = rig.universe.books;
  const at = book?.book ?? 0;
  costs.observe(at, 100, 100.2, true);
  expect(costs.slippage(at)).toBeCloseTo(0.0001 + 0.5 * (0.002 - 0.0001), 12);
  for (let fill = 0; fill < 20; fill++) costs.observe(at, 100, 99, true);
  expect([costs.slippage(at), costs.fillsSeen(at)]).toEqual([0, 21]);
  costs.observe(at, 0, 1, true);
  expect(costs.fillsSeen(at)).toBe(21);
  expect(rig.scanner.extraCost(0, 0)).toBeCloseTo(0.0002, 12);
});
