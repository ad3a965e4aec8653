import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  commonSize,
  convertToContracts,
  fundingEffect,
  minimumMargin,
  type PositionTerms,
  positionFigures,
} from '../../src/domain/margin.js';
import { Rational } from '../twin/rational.js';
import { amountText, rateText } from './decimal-texts.js';

// Goal: figures solve the equations that define them, and booleans are exact at the edge. Method: fractions of whole numbers, with
// leverages that divide nothing evenly.
const number = Rational.of;
const ZERO = number(0);
const side = fc.constantFrom('long' as const, 'short' as const);
const share = (most: number): fc.Arbitrary<string> => fc.integer({ min: 0, max: most }).map((units) => (units / 1e4).toFixed(4));
const price = fc.integer({ min: 1, max: 500_000 }).map((units) => (units / 100).toFixed(2));
const cash = fc.integer({ min: -500_000, max: 500_000 }).map((units) => (units / 100).toFixed(2));
const rates = { maintenanceRate: share(2000), maintenanceAmount: share(50_000), liquidationFeeRate: share(200) };
const position: fc.Arbitrary<PositionTerms> = fc.record({
  side,
  contracts: amountText(3),
  contractSize: fc.constantFrom('0.0001', '0.01', '1', '10'),
  entry: price,
  mark: price,
  leverage: fc.constantFrom('1', '2.5', '3', '7', '20', '125'),
  ...rates,
  addedMargin: cash,
  funding: cash,
});

/** The definition with nothing left out: wallet margin, balance, what is demanded, all as fractions. */
function modelOf(terms: PositionTerms) {
  const sign = number(terms.side === 'long' ? 1 : -1);
  const base = number(terms.contracts).times(number(terms.contractSize));
  const initial = base.times(number(terms.entry)).over(number(terms.leverage));
  const wallet = initial.plus(number(terms.addedMargin ?? 0)).plus(number(terms.funding ?? 0));
  const unrealisedAt = (mark: Rational): Rational => sign.times(base).times(mark.minus(number(terms.entry)));
  const maintenanceAt = (mark: Rational): Rational =>
    base
      .times(mark)
      .times(number(terms.maintenanceRate))
      .minus(number(terms.maintenanceAmount ?? 0));
  const feeAt = (mark: Rational): Rational => base.times(mark).times(number(terms.liquidationFeeRate));
  const surplusAt = (mark: Rational): Rational => wallet.plus(unrealisedAt(mark)).minus(maintenanceAt(mark)).minus(feeAt(mark));
  return { sign, base, initial, wallet, unrealisedAt, maintenanceAt, feeAt, surplusAt };
}

it('positions: every figure is what its formula says', () => {
  fc.assert(
    fc.property(position, (terms) => {
      const { base, initial, wallet, unrealisedAt, maintenanceAt, feeAt, surplusAt } = modelOf(terms);
      const mark = number(terms.mark);
      const got = positionFigures(terms);
      const balance = wallet.plus(unrealisedAt(mark));
      const exact: [string, Rational][] = [
        [got.base, base],
        [got.notionalEntry, base.times(number(terms.entry))],
        [got.notional, base.times(mark)],
        [got.unrealised, unrealisedAt(mark)],
        [got.maintenanceMargin, maintenanceAt(mark)],
        [got.liquidationFee, feeAt(mark)],
      ];
      for (const [text, model] of exact) expect(number(text).compare(model)).toBe(0);
      const near: [string, Rational][] = [
        [got.initialMargin, initial],
        [got.walletMargin, wallet],
        [got.marginBalance, balance],
      ];
      if (balance.compare(ZERO) > 0) {
        near.push([got.marginRatio ?? '', maintenanceAt(mark).over(balance)]);
        near.push([got.effectiveLeverage ?? '', base.times(mark).over(balance)]);
      } else expect([got.marginRatio, got.effectiveLeverage]).toEqual([null, null]);
      for (const [text, model] of near) expect(model.isNear(number(text))).toBe(true);
      expect(got.liquidated).toBe(surplusAt(mark).compare(ZERO) <= 0);
    }),
  );
});

it('positions: the liquidation price leaves nothing over, the bankruptcy price no balance', () => {
  fc.assert(
    fc.property(position, (terms) => {
      const { sign, wallet, unrealisedAt, surplusAt } = modelOf(terms);
      const mark = number(terms.mark);
      const { liquidationPrice, liquidationDistancePct, bankruptcyPrice, liquidated, notionalEntry } = positionFigures(terms);
      const nothing = (rest: Rational, price: string): boolean =>
        rest.abs().compare(number(notionalEntry).plus(wallet.abs()).plus(number(price)).times(number('1e-30'))) <= 0;
      if (liquidationPrice === null) {
        // With the price the surplus of a long grows and that of a short falls.
        expect(surplusAt(ZERO).times(sign).compare(ZERO)).toBeGreaterThanOrEqual(0);
        expect(liquidated).toBe(terms.side === 'short');
        expect(liquidationDistancePct).toBeNull();
      } else {
        const limit = number(liquidationPrice);
        expect(nothing(surplusAt(limit), liquidationPrice)).toBe(true);
        const distance = sign.times(mark.minus(limit)).over(mark).times(number(100));
        expect(
          distance
            .minus(number(liquidationDistancePct ?? ''))
            .abs()
            .compare(limit.over(mark).plus(number(1)).times(number('1e-35'))),
        ).toBe(-1);
        if (distance.compare(ZERO) !== 0) expect(liquidated).toBe(distance.compare(ZERO) < 0);
      }
      const flat = wallet.plus(unrealisedAt(ZERO));
      if (bankruptcyPrice === null) expect(flat.times(sign).compare(ZERO)).toBeGreaterThanOrEqual(0);
      else expect(nothing(wallet.plus(unrealisedAt(number(bankruptcyPrice))), bankruptcyPrice)).toBe(true);
    }),
  );
});

it('liquidated is exact at its edge: at the price itself, and not a step before', () => {
  // A leverage of 3 has no decimal margin. Entry 3E at one base unit: margin E, and 2E / (1 - m) is the liquidation price of a long.
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.constantFrom('0', '0.2', '0.5', '0.375'), (third, maintenanceRate) => {
      const limit = number(2 * third).over(number(1).minus(number(maintenanceRate)));
      const places = 30n;
      const up = limit.times(number(10n ** places)).floor() + (limit.divisor === 1n ? 0n : 1n);
      const terms = {
        side: 'long',
        contracts: '1',
        contractSize: '1',
        entry: String(3 * third),
        leverage: '3',
        maintenanceRate,
        liquidationFeeRate: '0',
      } as const;
      const isAt = number(`${up}e-${places}`).compare(limit) <= 0;
      expect(positionFigures({ ...terms, mark: `${up}e-${places}` }).liquidated).toBe(isAt);
      expect(positionFigures({ ...terms, mark: `${up - 2n}e-${places}` }).liquidated).toBe(true);
      expect(positionFigures({ ...terms, mark: `${up + 2n}e-${places}` }).liquidated).toBe(false);
    }),
  );
});

it('funding: each payment moves the liquidation price as money put in or taken out does', () => {
  const payments = fc.array(fc.tuple(rateText, price), { maxLength: 5 });
  fc.assert(
    fc.property(position, payments, (terms, paid) => {
      const still = { ...terms, addedMargin: '0', funding: '0' };
      const { base } = positionFigures(still);
      const got = fundingEffect({ ...still, base, payments: paid });
      expect(got.liquidationPriceBefore).toBe(positionFigures(still).liquidationPrice);
      let sum = ZERO;
      got.liquidationPrices.forEach((limit, index) => {
        const [rate = '0', mark = '0'] = paid[index] ?? [];
        sum = sum.minus(modelOf(still).sign.times(number(base)).times(number(mark)).times(number(rate)));
        const funding = `${sum.times(number(10n ** 20n)).floor()}e-20`;
        expect(limit).toBe(positionFigures({ ...still, funding }).liquidationPrice);
      });
      expect(number(got.totalCash).compare(sum)).toBe(0);
      expect(modelOf(still).wallet.plus(sum).isNear(number(got.walletMargin))).toBe(true);
    }),
  );
});

it('the minimum margin keeps exactly the distance asked for', () => {
  fc.assert(
    fc.property(position, fc.integer({ min: 1, max: 9900 }), (terms, distance) => {
      const alone = { ...terms, leverage: '1', funding: '0', addedMargin: '0' };
      const { base, initialMargin } = positionFigures(alone);
      const distancePct = (distance / 100).toFixed(2);
      const { walletMargin, liquidationPrice } = minimumMargin({ ...alone, base, distancePct });
      const addedMargin = number(walletMargin).minus(number(initialMargin));
      const digits = `${addedMargin.times(number(10n ** 30n)).floor()}e-30`;
      const figures = positionFigures({ ...alone, addedMargin: digits });
      expect(figures.liquidationPrice).toBe(liquidationPrice);
      expect(figures.liquidationDistancePct).toBe(String(Number(distancePct)));
    }),
  );
});

const lot = fc.integer({ min: 1, max: 60 }).map((units) => (units / 100).toFixed(2));
const size = fc.constantFrom('0.001', '0.01', '0.1', '1', '10', '100');

it('contracts: as many whole lots as fit, the rest is named', () => {
  fc.assert(
    fc.property(amountText(), size, lot, (base, contractSize, contractLot) => {
      const got = convertToContracts({ base, contractSize, contractLot });
      const lots = number(base).over(number(contractSize)).over(number(contractLot)).floor();
      expect(number(got.contracts).compare(number(lots).times(number(contractLot)))).toBe(0);
      expect(number(got.contractsBase).compare(number(got.contracts).times(number(contractSize)))).toBe(0);
      expect(number(got.contractsBase).plus(number(got.residualBase)).compare(number(base))).toBe(0);
    }),
  );
});

it('a common size is the greatest one that is whole lots everywhere', () => {
  const venue = fc.record({ contractSize: fc.constantFrom('0.1', '1', '10'), contractLot: lot });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_000_000 }), fc.tuple(venue, venue), (target, venues) => {
      const targetBase = (target / 1000).toFixed(3);
      const grids = venues.map(({ contractSize, contractLot }) => Math.round(+contractSize * +contractLot * 1000));
      const isCommon = (units: number): boolean => grids.every((grid) => units % grid === 0);
      let units = target - (target % (grids[0] ?? 1));
      while (!isCommon(units)) units -= grids[0] ?? 1;
      const got = commonSize({ targetBase, venues });
      expect(Math.round(+got.base * 1000)).toBe(units);
      expect(got.feasible).toBe(units > 0);
      got.contracts.forEach((contracts, index) => {
        expect(
          number(contracts)
            .times(number(venues[index]?.contractSize ?? '0'))
            .compare(number(got.base)),
        ).toBe(0);
      });
    }),
  );
});
