import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundCost } from '../../../src/domain/trade-cost.js';
import { tradable } from '../../../src/sim/lab/instrument.js';
import { CostModel } from '../../../src/strategy/cost-model.js';
import { expectedFunding, HOUR_US } from '../../../src/strategy/hedged/funding.js';
import { marginFraction } from '../../../src/strategy/hedged/margin-terms.js';
import { roundNet } from '../../../src/strategy/hedged/round-net.js';
import { pairRig } from '../basis/market.js';

const cents = fc.integer({ min: 1, max: 10_000_000 });
const text = (value: number): string => (value / 100).toFixed(2);

describe('roundNet', () => {
  it('is the one cost function of all four trades', () => {
    const { rig, spot, perp } = pairRig();
    fc.assert(
      fc.property(
        cents,
        cents,
        cents,
        cents,
        fc.integer({ min: -9_999, max: 9_999 }),
        fc.integer({ min: 0, max: 50 }),
        (...given) => {
          const [longEntry, shortEntry, longExit, shortExit, funding, slippageBps] = given;
          const slippage = slippageBps / 10_000;
          const costs = new CostModel(rig.universe, null, {
            rebalanceFraction: 0.001,
            slippageWeight: 1,
            slippagePrior: slippage,
          });
          const net = roundNet(costs, spot.book, perp.book, {
            longEntry: longEntry / 100,
            shortEntry: shortEntry / 100,
            longExit: longExit / 100,
            shortExit: shortExit / 100,
            funding: funding / 100,
            interest: 0.25,
          });
          const leg = (side: 'buy' | 'sell', amount: number, feeFraction: string) => ({
            side,
            quote: text(amount),
            feeFraction,
            slippageFraction: String(slippage),
          });
          const exact = roundCost({
            legs: [
              leg('buy', longEntry, '0.001'),
              leg('sell', shortEntry, '0.0005'),
              leg('sell', longExit, '0.001'),
              leg('buy', shortExit, '0.0005'),
            ],
            funding: (funding / 100 - 0.25).toFixed(2),
            // Half of 10 bp for each side of the entry.
            rebalance: ((longEntry + shortEntry) * 0.0005 * 0.01).toFixed(12),
          });
          expect(net).toBeCloseTo(Number(exact.net), 6);
        },
      ),
    );
  });
});

describe('expectedFunding', () => {
  const at = (hours: number): number => hours * HOUR_US;
  it('counts the next payment whole and each later one in part, up to the horizon and at it', () => {
    expect(expectedFunding(0.0004, at(2), 8, 0, at(18), 0.5)).toBeCloseTo(0.0004 + 2 * 0.0002, 15);
    expect(expectedFunding(0.0004, at(2), 8, 0, at(17.9), 0.5)).toBeCloseTo(0.0006, 15);
    expect(expectedFunding(0.0004, at(2), 8, 0, at(1.9), 0.5)).toBe(0);
  });
  it('goes on in intervals where the time told has passed, and waits a whole one where none was told', () => {
    expect(expectedFunding(0.0004, at(-1), 8, 0, at(7), 1)).toBe(0.0004);
    expect(expectedFunding(0.0004, at(-1), 8, 0, at(6.9), 1)).toBe(0);
    expect(expectedFunding(0.0004, Number.NaN, 8, 0, at(8), 1)).toBe(0.0004);
  });
  it('expects nothing of a rate that was not told, or of a contract without funding', () => {
    expect(expectedFunding(Number.NaN, at(1), 8, 0, at(24), 1)).toBe(0);
    expect(expectedFunding(0.0004, at(1), 0, 0, at(24), 1)).toBe(0);
  });
});

describe('marginFraction', () => {
  const settings = { leverage: 10, minLiquidationDistance: 0.01, maintenanceRate: 0.01, liquidationFeeRate: 0.005 };
  const contractOf = (maxLeverage: number) => tradable({ venue: 'mexc', market: 'futures', contract: { maxLeverage } }).contract;
  it('is what the leverage asks for, at most ten times and what the venue allows', () => {
    expect(marginFraction(contractOf(125), true, { ...settings, leverage: 50 })).toBe(0.1);
    expect(marginFraction(contractOf(5), true, settings)).toBe(0.2);
    expect(marginFraction(null, true, settings)).toBe(0);
  });
  it('is more where liquidation would be nearer than the distance', () => {
    // Short at 1: liquidated at 1.2 when W = 1.2 * 0.015 + 0.2.
    expect(marginFraction(contractOf(125), false, { ...settings, minLiquidationDistance: 0.2 })).toBeCloseTo(0.218, 12);
    expect(marginFraction(contractOf(125), true, { ...settings, minLiquidationDistance: 0.2 })).toBeCloseTo(0.212, 12);
  });
});
