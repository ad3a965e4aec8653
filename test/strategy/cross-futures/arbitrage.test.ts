import { describe, expect, it } from 'vitest';
import { CrossExchangeFuturesArbitrage } from '../../../src/strategy/cross-futures/arbitrage.js';
import { crossFuturesConfig } from '../../../src/strategy/cross-futures/config.js';
import type { CrossExchangeOpportunity } from '../../../src/strategy/cross-futures/types.js';
import { Funds } from '../../../src/strategy/hedged/funds.js';
import { marginTable } from '../../../src/strategy/hedged/margin-terms.js';
import { quote, rowRig } from './market.js';

/** The scan of a market in which mexc sells at 100.00 and gateio buys at 101.00. */
function scanned(parameters: object = {}) {
  // The strategy itself asks for more than there is, so that nothing is held when the scan looks.
  const { rig, mexc, gateio } = rowRig({ minEntryNetBps: 10_000 });
  quote(rig, mexc, '99.99', '100.00');
  quote(rig, gateio, '101.00', '101.01');
  rig.turn();
  const config = crossFuturesConfig.parse({ maxPositionQuote: 1000, openSlackBps: 0, horizonHours: 24, ...parameters });
  const arbitrage = new CrossExchangeFuturesArbitrage(config, rig.universe);
  const funds = new Funds(rig.universe.accounts, marginTable(rig.universe, config));
  const [found] = arbitrage.scanCrossExchangeOpportunities({ market: rig.market, context: rig.context, funds });
  return { arbitrage, found };
}

function one(parameters: object = {}) {
  const { arbitrage, found } = scanned(parameters);
  if (found === undefined) throw new Error('nothing was found');
  return { arbitrage, found };
}

describe('CrossExchangeFuturesArbitrage', () => {
  it('scans for what pays after all costs, in contracts of each venue', () => {
    const { found } = one();
    expect(found).toMatchObject({ base: 'ABC', quote: 'USDT', sizeBase: '10', holdingHours: 24, fundingDifference: 0 });
    expect(found.legs.map(({ venue, side, contracts, base }) => [venue, side, contracts, base])).toEqual([
      ['mexc', 'long', '100', '10'],
      ['gateio', 'short', '1000', '10'],
    ]);
    expect(found.spreadBps).toBeCloseTo(100, 9);
    // Both are expected at 100.50 (the middle of 99.995 and 101.005), left across half a spread of 0.005 each.
    const fees = 0.0002 * (100 + 100.495) + 0.0005 * (101 + 100.505);
    expect(found.expectedProfit).toBeCloseTo(10 * (1 - 0.01 - fees), 9);
    // A third of both values at a leverage of 3.
    expect(found.marginUsed).toBeCloseTo((1000 + 1010) / 3, 9);
    expect(found.marginAdjustedReturn).toBeCloseTo((found.expectedProfit / found.marginUsed) * 365, 9);
  });

  it('finds nothing below the threshold', () => {
    expect(scanned({ minNetBps: 98 }).found).toBeUndefined();
  });

  it('says what margin an opportunity needs, and what size the venues have it for', () => {
    const { arbitrage, found } = one({ maintenanceRate: 0.01, liquidationFeeRate: 0 });
    const required = arbitrage.calculateMarginRequirements(found, { mexc: '500', gateio: '250' });
    expect(Number(required.initialMargin)).toBeCloseTo(2010 / 3, 9);
    expect(Number(required.maintenanceMargin)).toBeCloseTo(20.1, 9);
    expect(required.availableMargin).toBe('750');
    expect(required.marginUtilization).toBeCloseTo(1010 / 3 / 250, 9);
    // 250 at gateio pay for 7.4257 base assets, and 0.1 is the finest step.
    expect(required.maxPositionSize).toBe('7.4');
    // The short is liquidated at P with P * 1.01 = 101 + 33.67.
    expect(required.liquidationBuffer).toBeCloseTo(Math.min(4 / 3 / 1.01 - 1, 1 - 2 / 3 / 0.99), 9);
    expect(required.legs.map(({ venue, side, leverage }) => [venue, side, leverage])).toEqual([
      ['mexc', 'long', 3],
      ['gateio', 'short', 3],
    ]);
  });

  it('has no room where a venue has no capital', () => {
    const { arbitrage, found } = one();
    expect(arbitrage.calculateMarginRequirements(found, { mexc: '500' })).toMatchObject({
      maxPositionSize: '0',
      marginUtilization: Number.POSITIVE_INFINITY,
    });
  });

  it('never goes beyond ten times, and gives more margin where liquidation would be too near', () => {
    const wide = one({ leverage: 10, minLiquidationDistance: 0.05 });
    const near = one({ leverage: 10, minLiquidationDistance: 0.3 });
    const leverages = ({ arbitrage, found }: ReturnType<typeof one>): number[] =>
      arbitrage.calculateMarginRequirements(found).legs.map(({ leverage }) => leverage);
    expect(leverages(wide)).toEqual([10, 10]);
    for (const leverage of leverages(near)) expect(leverage).toBeLessThan(3.4);
    expect(near.arbitrage.calculateMarginRequirements(near.found).liquidationBuffer).toBeCloseTo(0.3, 9);
    expect(crossFuturesConfig.safeParse({ leverage: 11 }).success).toBe(false);
  });

  it('spreads capital where it earns most, by whole steps and within what each venue has', () => {
    const { arbitrage, found } = one();
    const better: CrossExchangeOpportunity = { ...found, base: 'DEF', expectedProfit: found.expectedProfit * 2 };
    const allocation = arbitrage.optimizeLeverageAllocation([found, better], { mexc: '400', gateio: '10000' });
    expect(allocation.allocations.map(({ opportunity, sizeBase }) => [opportunity.base, sizeBase])).toEqual([
      // 10 base assets of the better one bind 333.34 at mexc; 66.66 are left for 1.9 of the other.
      ['ABC', '1.9'],
      ['DEF', '10'],
    ]);
    expect(Number(allocation.marginUsed.mexc)).toBeLessThanOrEqual(400);
    expect(Number(allocation.marginUsed.mexc)).toBeCloseTo((11.9 * 100) / 3, 5);
    expect(allocation.expectedProfit).toBeCloseTo(found.expectedProfit * (2 + 0.19), 9);
    expect(allocation.allocations[1]?.legs.map(({ venue, leverage }) => [venue, leverage])).toEqual([
      ['mexc', 3],
      ['gateio', 3],
    ]);
  });

  it('divides a split only into parts that every venue takes', () => {
    const { rig, mexc, gateio, binance } = rowRig({ minEntryNetBps: 10_000 });
    quote(rig, mexc, '99.99', '100.00', '40');
    quote(rig, binance, '99.99', '100.01', '100');
    quote(rig, gateio, '101.00', '101.01');
    rig.turn();
    const config = crossFuturesConfig.parse({ maxPositionQuote: 1000 });
    const arbitrage = new CrossExchangeFuturesArbitrage(config, rig.universe);
    const funds = new Funds(rig.universe.accounts, marginTable(rig.universe, config));
    const [found] = arbitrage.scanCrossExchangeOpportunities({ market: rig.market, context: rig.context, funds });
    // 4 at mexc and 6 at binance, where a contract is 1: halves, but no tenths.
    expect(found).toMatchObject({ sizeBase: '10', stepBase: '5' });
  });

  it('allocates nothing where there is no capital', () => {
    const { arbitrage, found } = one();
    expect(arbitrage.optimizeLeverageAllocation([found], { mexc: '1000' }).allocations).toEqual([]);
    expect(arbitrage.optimizeLeverageAllocation([], {})).toEqual({ allocations: [], expectedProfit: 0, marginUsed: {} });
  });
});
