import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionFigures } from '../../src/domain/margin.js';
import { RiskConfigSchema } from '../../src/risk/config.js';
import { liquidationDistance } from '../../src/risk/fast-margin.js';
import { FuturesRiskManager } from '../../src/risk/futures-manager.js';
import { Desk, WIDE } from './desk.js';

const FUTURES = { leverage: 3, marginUseMax: 1, liquidationBufferMin: 0, fundingQuoteMax: 1e9 };

function futuresDesk(futures: object = {}, more: object = {}) {
  const desk = new Desk({ ...WIDE, ...more, futures: { ...FUTURES, ...futures } }, (parts) => new FuturesRiskManager(parts));
  const [long, short] = [desk.rig.book('binance', 'futures'), desk.rig.book('gateio', 'futures')];
  const margin = (quote: number) => {
    for (const { quoteAccount } of [long, short]) desk.state.setBalance(quoteAccount, Math.round(quote * 1e8));
  };
  return { desk, long, short, margin };
}

describe('limits of futures at, just below and just above', () => {
  it('margin-use', () => {
    for (const [units, expected] of [
      [29, 'pass'],
      [30, 'pass'],
      [31, 'margin-use'],
    ] as const) {
      // A unit is worth 1 USDT; at a leverage of 3, 30 units bind 10.
      const { desk, long, short, margin } = futuresDesk({ marginUseMax: 0.5 });
      margin(20);
      expect([units, desk.ask([long, units, 100], [short, -units, 100]).code]).toEqual([units, expected]);
    }
  });

  it('leverage: 10 in all, whatever is configured', () => {
    expect(() => RiskConfigSchema.parse({ futures: { leverage: 10.01 } })).toThrow();
    for (const [units, expected] of [
      [99, 'pass'],
      [100, 'pass'],
      [101, 'leverage'],
    ] as const) {
      const { desk, long, margin } = futuresDesk({ leverage: 10 });
      margin(10);
      const { code, limit } = desk.ask([long, units, 100]);
      expect([units, code]).toEqual([units, expected]);
      if (code === 'leverage') expect(limit).toBe(10);
    }
  });

  it('refuses without a margin balance, and frees margin when a position closes', () => {
    const { desk, long, margin } = futuresDesk();
    margin(0);
    expect(desk.ask([long, 1, 100]).code).toBe('leverage');
    margin(10);
    desk.trade([long, 30, 100]);
    expect(desk.ask([long, 1, 100]).code).toBe('margin-use');
    desk.trade([long, -20, 100]);
    expect(desk.ask([long, 20, 100]).code).toBe('pass');
  });

  it('liquidation-buffer', () => {
    // Long from 100 with a third as margin, 1.5 % demanded: liquidation at 66.67 / 0.985, about 32.3 % away.
    for (const [buffer, expected] of [
      [0.32, 'pass'],
      [0.325, 'liquidation-buffer'],
    ] as const) {
      const { desk, long } = futuresDesk({ liquidationBufferMin: buffer });
      const { code, value } = desk.ask([long, 10, 100]);
      expect(code).toBe(expected);
      if (code !== 'pass') expect(value).toBeCloseTo(1 - 200 / 3 / 98.5, 9);
    }
  });

  it('funding', () => {
    for (const [limit, expected] of [
      [0.2, 'pass'],
      [0.199, 'funding'],
    ] as const) {
      const { desk, long, short } = futuresDesk({ fundingQuoteMax: limit });
      desk.rig.setMark(long, { price: 100, fundingRate: 0.03 });
      desk.rig.setMark(short, { price: 100, fundingRate: 0.01 });
      desk.rig.turn();
      const { code, value } = desk.ask([long, 10, 100], [short, -10, 100]);
      expect(code).toBe(expected);
      if (code !== 'pass') expect(value).toBeCloseTo(0.2, 9);
    }
  });
});

describe('the check of doubles and the exact figures', () => {
  it('agree', () => {
    const cents = (min: number, max: number) => fc.integer({ min, max }).map((value) => value / 100);
    fc.assert(
      fc.property(
        fc.boolean(),
        cents(1, 1e6),
        cents(100, 1e7),
        fc.integer({ min: 50, max: 150 }),
        fc.integer({ min: 1, max: 10 }),
        (isLong, base, entry, percent, leverage) => {
          const mark = (entry * percent) / 100;
          const exact = positionFigures({
            side: isLong ? 'long' : 'short',
            contracts: String(base),
            contractSize: '1',
            entry: String(entry),
            mark: mark.toFixed(6),
            leverage: String(leverage),
            maintenanceRate: '0.01',
            liquidationFeeRate: '0.005',
          }).liquidationDistancePct;
          const fast = liquidationDistance(
            isLong ? base : -base,
            entry,
            Number(mark.toFixed(6)),
            (base * entry) / leverage,
            0.015,
          );
          // At a leverage of 1 a long position is liquidated at a price of 0: none, but for the error of a double.
          if (exact === null || Math.abs(fast - 1) < 1e-9) expect(fast).toBeGreaterThan(1 - 1e-9);
          else expect(Math.abs(fast - Number(exact) / 100)).toBeLessThan(1e-9 * Math.max(1, Math.abs(fast)));
        },
      ),
    );
  });

  it('agree about whole trades', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 5, max: 40 }), (units, quote) => {
        const { desk, long, margin } = futuresDesk({ marginUseMax: 0.5 });
        margin(quote);
        const contracts = String(units / 100);
        const exact = desk.manager.checkMarginRequirements([{ book: long.book, side: 'long', contracts, price: '100' }]);
        const fast = desk.ask([long, units, 100]).code;
        expect(exact.reason ?? 'pass').toBe(fast);
      }),
      { numRuns: 60 },
    );
  });
});

describe('reports of futures', () => {
  it('checkMarginRequirements adds the trades to what is held', () => {
    const { desk, long, short, margin } = futuresDesk({ marginUseMax: 0.5 });
    margin(20);
    desk.trade([long, 15, 100]);
    const trade = (book: number, side: 'long' | 'short', contracts: string) => ({ book, side, contracts, price: '100' });
    const both = desk.manager.checkMarginRequirements([trade(long.book, 'long', '0.15'), trade(short.book, 'short', '0.15')]);
    expect(both).toMatchObject({ approved: true, reason: null });
    expect(Number(both.requirement.initialMargin)).toBeCloseTo(10, 9);
    expect([both.requirement.maintenanceMargin, both.requirement.legs.map(({ leverage }) => leverage)]).toEqual(['0.3', [3, 3]]);
    expect(both.requirement.marginUtilization).toBeCloseTo(0.5, 9);
    expect(Number(both.requirement.availableMargin)).toBeCloseTo(35, 9);
    expect(Number(both.requirement.maxPositionSize)).toBeCloseTo(0.15, 9);
    expect(desk.manager.checkMarginRequirements([trade(long.book, 'long', '0.16')]).reason).toBe('margin-use');
    desk.halt.stop('drawdown', 'test', 1);
    expect(desk.manager.checkMarginRequirements([trade(short.book, 'short', '0.01')]).reason).toBe('halted');
  });

  it('calculateLiquidationRisk finds the position that is too near', () => {
    const { desk, long, short } = futuresDesk({ liquidationBufferMin: 0.15 });
    desk.trade([long, 10, 100], [short, -10, 100]);
    desk.rig.setMark(long, { price: 78 });
    desk.rig.setMark(short, { price: 100 });
    desk.rig.turn();
    const risk = desk.manager.calculateLiquidationRisk(desk.manager.positions(desk.rig.market));
    expect(risk.positions.map(({ position, isAtRisk }) => [position.side, position.contracts, position.entry, isAtRisk])).toEqual(
      [
        ['long', '0.1', '100', true],
        ['short', '0.1', '100', false],
      ],
    );
    expect([risk.isAtRisk, Number(risk.nearestPct).toFixed(3)]).toEqual([true, ((1 - 200 / 3 / 0.985 / 78) * 100).toFixed(3)]);
  });

  it('nearLiquidation leaves out nothing that calculateLiquidationRisk finds at risk, and most of the rest', () => {
    const { desk, long, short } = futuresDesk({ liquidationBufferMin: 0.15 });
    desk.trade([long, 10, 100], [short, -10, 100]);
    let atRisk = 0;
    let near = 0;
    for (let price = 60; price < 160; price += 0.1 + (price % 0.7)) {
      desk.rig.setMark(long, { price });
      desk.rig.setMark(short, { price });
      desk.rig.turn();
      const { manager, rig } = desk;
      const all = manager.calculateLiquidationRisk(manager.positions(rig.market)).positions.filter(({ isAtRisk }) => isAtRisk);
      const some = manager.nearLiquidation(rig.market);
      expect(some).toEqual(expect.arrayContaining(all.map(({ position }) => position)));
      atRisk += all.length;
      near += some.length;
    }
    expect(atRisk).toBeGreaterThan(20);
    expect(near).toBe(atRisk);
  });

  it('monitorFundingImpact tells the cash and the new liquidation price', () => {
    const { desk, long, short } = futuresDesk({ fundingQuoteMax: 0.1 });
    desk.trade([long, 10, 100], [short, -10, 100]);
    desk.rig.setMark(long, { price: 100, fundingRate: 0.02 });
    desk.rig.setMark(short, { price: 100, fundingRate: 0.01 });
    desk.rig.turn();
    const impact = desk.manager.monitorFundingImpact(desk.manager.positions(desk.rig.market));
    expect(impact.positions.map(({ effect }) => effect.totalCash)).toEqual(['-0.2', '0.1']);
    expect([impact.totalQuote.toFixed(9), impact.isOverLimit]).toEqual(['-0.100000000', false]);
    const [first] = impact.positions;
    expect(Number(first?.effect.liquidationPrices[0])).toBeGreaterThan(Number(first?.effect.liquidationPriceBefore));
  });

  it('deleveragingTrigger is silent at the limits and names the positions beyond them', () => {
    const { desk, long, short, margin } = futuresDesk({ deleverageMarginUse: 0.6, marginUseMax: 0.5, fundingQuoteMax: 0.1 });
    const trigger = () => desk.manager.deleveragingTrigger(desk.rig.market);
    const at = (longMark: number, fundingRate: number) => {
      desk.rig.setMark(long, { price: longMark, fundingRate });
      desk.rig.setMark(short, { price: 100, fundingRate: 0 });
      desk.rig.turn();
    };
    margin(10);
    expect(trigger()).toBeNull();
    desk.trade([long, 15, 100], [short, -15, 100]);
    // 0.15 at 100 with leverage 3 bind 5 of 10; a loss of 1.65 leaves 8.35, of which that is 0.599, and one of 1.7 leaves 8.3: 0.602.
    at(100 - 1.65 / 0.15, 0);
    expect(trigger()).toBeNull();
    at(100 - 1.7 / 0.15, 0);
    expect(trigger()).toEqual({ kind: 'margin', books: [long.book] });
    // 15 in value pay 3 at a fifth.
    at(100, 0.2);
    expect(trigger()).toBeNull();
    at(100, 0.2001);
    expect(trigger()).toEqual({ kind: 'funding', books: [long.book] });
  });

  it('executeDeleveraging halves both sides of a hedge, stops opening, and its plan passes the check', () => {
    const { desk, long, short } = futuresDesk();
    desk.trade([long, 11, 100], [short, -11, 100]);
    const { targets } = desk.manager.executeDeleveraging({ kind: 'liquidation', books: [long.book] });
    expect(targets).toEqual([
      { strategy: 0, book: long.book, positionUnits: 11, targetUnits: 5, reduceOnly: true },
      { strategy: 0, book: short.book, positionUnits: -11, targetUnits: -5, reduceOnly: true },
    ]);
    expect([desk.halt.state?.level, desk.ask([long, 1, 100]).code]).toEqual(['opening', 'halted']);
    expect(desk.ask([long, -6, 100], [short, 6, 100]).code).toBe('pass');
  });
});
