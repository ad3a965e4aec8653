import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  annualisedFunding,
  basis,
  breakeven,
  continuousFairValue,
  datedFairValue,
  fundingPayment,
  perpetualFairValue,
  simpleFairValue,
} from '../../src/domain/fair-value.js';
import { Rational } from '../twin/rational.js';
import { amountText, rateText } from './decimal-texts.js';

// Goal: the formulas hold exactly, or in 39 digits where a result has no end. Method: fractions of whole numbers, sums payment by
// payment, and the power series of the exponential function.
const YEAR_MS = 365 * 86_400_000;
const price = amountText();
const number = Rational.of;
const [ONE, HUNDRED, TEN_THOUSAND] = [number(1), number(100), number(10_000)];
const isEqual = (text: string, model: Rational): boolean => number(text).compare(model) === 0;

function exponential(x: Rational): Rational {
  let [sum, term] = [ONE, ONE];
  for (let k = 1; k <= 25; k++) {
    term = term.times(x).over(number(k));
    sum = sum.plus(term);
  }
  return sum;
}

it('basis: percent and basis points of spot, a year in proportion and compounded', () => {
  const parts = fc.constantFrom(1, 2, 3, 4, 5, 6, 8, 9, 10, 12);
  fc.assert(
    fc.property(price, price, parts, (spot, future, part) => {
      const growth = number(future).over(number(spot));
      const model = growth.minus(ONE);
      const got = basis({ spot, future, nowMs: 1_700_000_000_000, expiryMs: 1_700_000_000_000 + YEAR_MS / part });
      expect(isEqual(got.basis, number(future).minus(number(spot)))).toBe(true);
      expect(model.times(HUNDRED).isNear(number(got.basisPct))).toBe(true);
      expect(model.times(TEN_THOUSAND).isNear(number(got.basisBps))).toBe(true);
      expect(
        model
          .times(HUNDRED)
          .times(number(part))
          .isNear(number(got.annualisedSimplePct ?? '')),
      ).toBe(true);
      let compound = ONE;
      for (let time = 0; time < part; time++) compound = compound.times(growth);
      const compoundPct = compound.minus(ONE).times(HUNDRED);
      const error = compoundPct.minus(number(got.annualisedCompoundPct ?? '')).abs();
      expect(error.compare(compound.plus(ONE).times(number('1e-36')))).toBeLessThanOrEqual(0);
    }),
  );
});

it('dated contracts: interest less yield until the end', () => {
  fc.assert(
    fc.property(price, price, rateText, rateText, fc.integer({ min: 0, max: 2 * YEAR_MS }), (spot, future, r, y, leftMs) => {
      const carry = number(r).minus(number(y)).times(number(leftMs)).over(number(YEAR_MS));
      const got = datedFairValue({ spot, future, nowMs: 5, expiryMs: 5 + leftMs, interestRate: r, baseYield: y });
      const simple = number(spot).times(ONE.plus(carry));
      const continuous = number(spot).times(exponential(carry));
      expect(simple.isNear(number(got.fairSimple))).toBe(true);
      expect(continuous.isNear(number(got.fairContinuous), 37)).toBe(true);
      const mispricing = number(future).over(simple).minus(ONE).times(TEN_THOUSAND);
      expect(mispricing.isNear(number(got.mispricingBpsSimple ?? ''))).toBe(true);
      if (leftMs === 0) expect(isEqual(got.fairSimple, number(spot)) && isEqual(got.fairContinuous, number(spot))).toBe(true);
      const years = leftMs / YEAR_MS;
      expect(Math.abs(simpleFairValue(+spot, +r, +y, years, 0) / +got.fairSimple - 1)).toBeLessThan(1e-12);
      expect(Math.abs(continuousFairValue(+spot, +r, +y, years, 0) / +got.fairContinuous - 1)).toBeLessThan(1e-12);
    }),
  );
});

it('perpetuals: every payment up to the horizon counts, the last rate for all that follow', () => {
  const quarterHours = (least: number, most: number): fc.Arbitrary<string> =>
    fc.integer({ min: least, max: most }).map((quarters) => (quarters / 4).toFixed(2));
  const terms = fc.record({
    spot: price,
    perp: price,
    fundingRates: fc.array(
      fc.integer({ min: -300, max: 300 }).map((units) => (units / 1e6).toFixed(6)),
      { minLength: 1, maxLength: 5 },
    ),
    firstFundingHours: quarterHours(0, 40),
    intervalHours: quarterHours(1, 32),
    horizonHours: quarterHours(0, 800),
    interestRate: rateText,
    baseYield: rateText,
  });
  fc.assert(
    fc.property(terms, (perpetual) => {
      const { spot, perp, fundingRates, firstFundingHours, intervalHours, horizonHours, interestRate, baseYield } = perpetual;
      let [payments, sum] = [0, number(0)];
      for (let at = +firstFundingHours; at <= +horizonHours; at += +intervalHours) {
        sum = sum.plus(number(fundingRates[Math.min(payments, fundingRates.length - 1)] ?? 0));
        payments++;
      }
      const carry = number(interestRate).minus(number(baseYield)).times(number(horizonHours)).over(number(8760));
      const got = perpetualFairValue(perpetual);
      expect(got.payments).toBe(payments);
      expect(isEqual(got.fundingSum, sum)).toBe(true);
      const simple = number(spot).times(ONE.plus(carry).minus(sum));
      const continuous = number(spot).times(exponential(carry).minus(sum));
      expect(simple.isNear(number(got.fairSimple))).toBe(true);
      expect(continuous.isNear(number(got.fairContinuous), 37)).toBe(true);
      const above = (fair: Rational): Rational => number(perp).over(fair).minus(ONE).times(TEN_THOUSAND);
      expect(above(number(spot)).isNear(number(got.basisBps))).toBe(true);
      expect(above(simple).isNear(number(got.mispricingBpsSimple ?? ''))).toBe(true);
      const continuousError = above(continuous)
        .minus(number(got.mispricingBpsContinuous ?? ''))
        .abs();
      expect(continuousError.compare(number(perp).over(continuous).abs().plus(ONE).times(number('1e-33')))).toBeLessThanOrEqual(
        0,
      );
      const floats = [+spot, +interestRate, +baseYield, +horizonHours / 8760, +got.fundingSum] as const;
      expect(Math.abs(simpleFairValue(...floats) / +got.fairSimple - 1)).toBeLessThan(1e-12);
      expect(Math.abs(continuousFairValue(...floats) / +got.fairContinuous - 1)).toBeLessThan(1e-12);
    }),
  );
});

it('funding: what longs pay shorts receive', () => {
  fc.assert(
    fc.property(amountText(), amountText(), price, rateText, (contracts, contractSize, mark, rate) => {
      const paid = [contracts, contractSize, mark, rate].map((text) => number(text)).reduce((left, right) => left.times(right));
      expect(isEqual(fundingPayment({ contracts, contractSize, mark, rate }), number(0).minus(paid))).toBe(true);
      expect(isEqual(fundingPayment({ contracts: `-${contracts}`, contractSize, mark, rate }), paid)).toBe(true);
      const yearly = number(rate).times(number(24)).over(number(7)).times(number(36_500));
      expect(yearly.isNear(number(annualisedFunding({ rate, intervalHours: 7 })))).toBe(true);
    }),
  );
});

it('break-even: net is the cash that is left, and its solutions make it nothing', () => {
  const fee = fc.integer({ min: -500, max: 2000 }).map((units) => (units / 1e6).toFixed(6));
  const carry = fc.record({
    spotIn: price,
    perpIn: price,
    spotOut: price,
    perpOut: price,
    spotFee: fee,
    perpFee: fee,
    funding: fc.array(fc.tuple(rateText, price), { maxLength: 4 }),
    expectedRate: rateText,
    expectedMark: amountText(2),
  });
  fc.assert(
    fc.property(carry, (trade) => {
      const [spotFee, perpFee] = [number(trade.spotFee), number(trade.perpFee)];
      const cash = (perpOut: Rational, funding: Rational): Rational =>
        number(0)
          .minus(number(trade.spotIn).times(ONE.plus(spotFee)))
          .plus(number(trade.perpIn).times(ONE.minus(perpFee)))
          .plus(number(trade.spotOut).times(ONE.minus(spotFee)))
          .minus(perpOut.times(ONE.plus(perpFee)))
          .plus(funding);
      const received = trade.funding.map(([rate, mark]) => number(rate).times(number(mark)));
      const funding = received.reduce((sum, each) => sum.plus(each), number(0));
      const got = breakeven(trade);
      const net = cash(number(trade.perpOut), funding);
      expect(isEqual(got.net, net)).toBe(true);
      expect(isEqual(got.net, number(got.entryBasis).minus(number(got.exitBasis)).minus(number(got.fees)).plus(funding))).toBe(
        true,
      );
      expect(net.times(HUNDRED).over(number(trade.spotIn)).isNear(number(got.netPct))).toBe(true);
      const evenOut = number(trade.spotOut).plus(number(got.breakevenExitBasis));
      expect(cash(evenOut, funding).abs().compare(number('1e-30'))).toBeLessThanOrEqual(0);
      const each = number(trade.expectedRate).times(number(trade.expectedMark));
      const afterPayments = (count: number): Rational => cash(number(trade.perpOut), each.times(number(count)));
      const { breakevenPayments } = got;
      if (breakevenPayments === null) {
        expect(each.compare(number(0))).toBeLessThanOrEqual(0);
        expect(afterPayments(0).compare(number(0))).toBe(-1);
      } else {
        expect(afterPayments(breakevenPayments).compare(number(0))).toBeGreaterThanOrEqual(0);
        if (breakevenPayments > 0) expect(afterPayments(breakevenPayments - 1).compare(number(0))).toBe(-1);
      }
    }),
  );
});
