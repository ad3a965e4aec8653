// Goal: whatever is told in whatever order and however often, what is expected is what a slow model adds up; and dust is never lost.
// Method: the model keeps every fact and sums from the beginning with integers of 10^-12.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, Exact } from '../../src/domain/decimal.js';
import type { Fill } from '../../src/domain/order.js';
import { PositionReconciler } from '../../src/execution/reconciler.js';
import type { DustAmount, Movement } from '../../src/execution/reconciliation-types.js';
import { fillOf, listed, OTHER, PERPS, reconcilerRig, SPOT } from './reconciliation-rig.js';

type Fact = { readonly fill: Fill } | { readonly movement: Movement };

const amount = (most: number) => fc.integer({ min: 1, max: most }).map((units) => new Decimal(units).div(1_000).toFixed());
const fee = fc.integer({ min: -50, max: 500 }).map((units) => new Decimal(units).div(10_000).toFixed());
const feeAsset = fc.constantFrom('ABC', 'USDT', 'BNB');
const side = fc.constantFrom('buy' as const, 'sell' as const);

const spotFacts = fc.array(
  fc.oneof(
    fc
      .record({ side, quantity: amount(9_999), price: amount(999_999), fee, feeAsset })
      .map(({ side, quantity, price, ...more }): Fact => ({ fill: fillOf(SPOT, side, quantity, price, more) })),
    fc
      .record({ id: fc.uuid(), kind: fc.constantFrom('transfer' as const, 'funding' as const), asset: feeAsset, amount: fee })
      .map((movement): Fact => ({ movement: { ...SPOT, ...movement } })),
  ),
  { maxLength: 30 },
);

const units = (text: string): bigint => BigInt(new Exact(text).mul('1e12').toFixed());

/** What is held, by asset, in units of 10^-12. */
function model(facts: readonly Fact[]): Map<string, bigint> {
  const held = new Map([
    ['USDT', units('1000')],
    ['ABC', units('10')],
  ]);
  const add = (asset: string, change: bigint): void => void held.set(asset, (held.get(asset) ?? 0n) + change);
  for (const fact of facts) {
    if ('movement' in fact) add(fact.movement.asset, units(fact.movement.amount));
    else {
      const { side, quantity, price, fee, feeAsset } = fact.fill;
      const sign = side === 'buy' ? 1n : -1n;
      add('ABC', sign * units(quantity));
      add('USDT', (-sign * units(quantity) * units(price)) / 10n ** 12n);
      add(feeAsset ?? '', -units(fee ?? '0'));
    }
  }
  return held;
}

const tell = (reconciler: PositionReconciler, fact: Fact): unknown =>
  'fill' in fact ? reconciler.trackExecutionPositions(fact.fill) : reconciler.trackMovement(fact.movement);

describe('what is expected', () => {
  it('is what a slow model adds up, in any order, and told twice', () => {
    fc.assert(
      fc.property(
        spotFacts.chain((facts) =>
          fc.tuple(fc.constant(facts), fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 })),
        ),
        ([facts, told]) => {
          const { reconciler } = reconcilerRig();
          for (const fact of told) tell(reconciler, fact);
          const kept = reconciler.snapshot().find(({ venue }) => venue === SPOT.venue);
          const held = new Map(kept?.balances.map(({ asset, total }) => [asset, units(total)]));
          for (const [asset, expected] of model(facts)) expect(held.get(asset) ?? 0n).toBe(expected);
        },
      ),
    );
  });

  it('of contracts is the sum of sizes, and of their wallet all cash once they are flat', () => {
    const contracts = fc.array(fc.record({ side, quantity: fc.integer({ min: 1, max: 50 }), price: amount(200_000), fee }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(contracts, amount(200_000), (trades, lastPrice) => {
        const { reconciler } = reconcilerRig();
        const fills = trades.map(({ side, quantity, price, fee }) => fillOf(PERPS, side, String(quantity), price, { fee }));
        const size = trades.reduce((sum, { side, quantity }) => sum + (side === 'buy' ? quantity : -quantity), 0);
        if (size !== 0) fills.push(fillOf(PERPS, size > 0 ? 'sell' : 'buy', String(Math.abs(size)), lastPrice));
        let cash = new Exact(1000);
        for (const fill of fills) {
          reconciler.trackExecutionPositions(fill);
          reconciler.trackExecutionPositions(fill);
          const value = new Exact(fill.quantity).mul('0.1').mul(fill.price);
          cash = (fill.side === 'buy' ? cash.minus(value) : cash.plus(value)).minus(fill.fee ?? 0);
        }
        const kept = reconciler.snapshot().find(({ venue }) => venue === PERPS.venue);
        expect(kept?.positions).toEqual([]);
        const wallet = kept?.balances.find(({ asset }) => asset === 'USDT')?.total ?? '0';
        expect(cash.minus(wallet).abs().lt('1e-30')).toBe(true);
      }),
    );
  });

  it('goes through a snapshot at any moment without a change', () => {
    fc.assert(
      fc.property(spotFacts, fc.nat(), (facts, at) => {
        const straight = reconcilerRig().reconciler;
        for (const fact of facts) tell(straight, fact);
        const before = reconcilerRig().reconciler;
        const cut = facts.length === 0 ? 0 : at % facts.length;
        for (const fact of facts.slice(0, cut)) tell(before, fact);
        const after = reconcilerRig().reconciler;
        for (const account of before.snapshot()) after.begin(account);
        for (const fact of facts.slice(cut)) tell(after, fact);
        expect(after.snapshot()).toEqual(straight.snapshot());
      }),
    );
  });
});

describe('dust', () => {
  const place = fc.constantFrom(SPOT, OTHER, PERPS);
  const piece = fc
    .record({ account: place, asset: fc.constantFrom('ABC', 'XYZ'), units: fc.integer({ min: -400_000, max: 400_000 }) })
    .map(({ account, asset, units }): DustAmount => ({ ...account, asset, amount: new Decimal(units).div(1e6).toFixed() }));

  it('is carried or swept to the last digit, and no sweep is below a minimum or beyond what there is', () => {
    const instruments = [SPOT, OTHER, PERPS].flatMap(({ venue, market }) =>
      ['ABC', 'XYZ'].map((base) => listed(venue, market, base)),
    );
    const reconciler = new PositionReconciler({
      clock: reconcilerRig().time,
      accounts: [],
      instruments,
      prices: () => ({ bid: '100', ask: '101' }),
    });
    const sum = (amounts: readonly string[]): Decimal => amounts.reduce((total, one) => total.plus(one), new Exact(0));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (dust) => {
        const { carried, sweeps } = reconciler.handleDustAmounts(dust);
        for (const asset of ['ABC', 'XYZ']) {
          const given = sum(dust.filter((one) => one.asset === asset).map(({ amount }) => amount));
          const swept = sweeps.filter(({ order }) => order.asset === asset);
          const left = sum(carried.filter((one) => one.asset === asset).map(({ amount }) => amount));
          expect(left.plus(sum(swept.map(({ baseAmount }) => baseAmount))).eq(given)).toBe(true);
          expect(left.abs().lte(given.abs())).toBe(true);
          for (const { order, baseAmount } of swept) {
            expect(order.side).toBe(given.isNegative() ? 'buy' : 'sell');
            const size = order.market === 'spot' ? order.quantity : new Exact(order.quantity).mul('0.1').toFixed();
            expect(new Exact(baseAmount).abs().eq(size)).toBe(true);
            expect(new Exact(size).mul(100).gte(5)).toBe(true);
          }
        }
      }),
    );
  });
});
