import fc from 'fast-check';
import { expect, it } from 'vitest';
import { roundCost, type TradeLeg, type TradeRound } from '../../src/domain/trade-cost.js';
import { Rational } from '../twin/rational.js';
import { amountText, rateText } from './decimal-texts.js';

const number = Rational.of;
const sum = (amounts: readonly Rational[]): Rational => amounts.reduce((total, amount) => total.plus(amount), number(0));
const leg: fc.Arbitrary<TradeLeg> = fc.record({
  side: fc.constantFrom('buy', 'sell'),
  quote: amountText(),
  feeFraction: rateText,
  slippageFraction: rateText,
});
const round: fc.Arbitrary<TradeRound> = fc.record({
  legs: fc.array(leg, { maxLength: 6 }),
  funding: rateText,
  rebalance: amountText(),
});

// Goal: the net is the change of a quote balance through which every leg, fee and payment goes, one by one.
it('is what a quote balance gains over the round', () => {
  fc.assert(
    fc.property(round, (trades) => {
      let balance = number(0);
      for (const { side, quote, feeFraction, slippageFraction } of trades.legs) {
        balance = side === 'buy' ? balance.minus(number(quote)) : balance.plus(number(quote));
        balance = balance.minus(number(quote).times(number(feeFraction)));
        balance = balance.minus(number(quote).times(number(slippageFraction)));
      }
      balance = balance.plus(number(trades.funding)).minus(number(trades.rebalance));
      const got = roundCost(trades);
      expect(number(got.net).compare(balance)).toBe(0);
      const fees = trades.legs.map(({ quote, feeFraction }) => number(quote).times(number(feeFraction)));
      expect(number(got.fees).compare(sum(fees))).toBe(0);
      const parts = [got.sellProceeds, got.funding].map((text) => number(text));
      const costs = [got.buyCost, got.slippage, got.rebalance].map((text) => number(text));
      expect(sum(parts).minus(sum(costs)).compare(balance)).toBe(0);
      if (got.netPct === null) expect(number(got.buyCost).compare(number(0))).toBe(0);
      else expect(balance.times(number(100)).over(number(got.buyCost)).isNear(number(got.netPct))).toBe(true);
    }),
  );
});

it('does not depend on how a round is split into legs, nor on their order', () => {
  fc.assert(
    fc.property(round, round, (left, right) => {
      const join = (text: string, other: string): string =>
        `${number(text).plus(number(other)).times(number('1e12')).floor()}e-12`;
      const whole = roundCost({
        legs: [...right.legs, ...left.legs],
        funding: join(left.funding, right.funding),
        rebalance: join(left.rebalance, right.rebalance),
      });
      const [a, b] = [roundCost(left), roundCost(right)];
      for (const name of ['buyCost', 'sellProceeds', 'fees', 'slippage', 'rebalance', 'funding', 'net'] as const) {
        expect(number(whole[name]).compare(number(a[name]).plus(number(b[name])))).toBe(0);
      }
    }),
  );
});
