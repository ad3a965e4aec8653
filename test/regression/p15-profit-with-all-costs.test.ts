// P15: profit without all costs, or with the wrong sign. One cost function prices a round; every cost lowers the net, by itself and by
// its full amount, a rebate raises it, and what it reports adds up. What is traded leaves the profit in the ledger that the accounts
// have: no cost is left out that a venue took.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import { breakeven, fundingPayment } from '../../src/domain/fair-value.js';
import { roundCost, type TradeLeg, type TradeRound } from '../../src/domain/trade-cost.js';
import { reportOf } from '../../src/ledger/report.js';
import { COINS, MONEY, TradedSpread } from './traded-spread.js';

const buy: TradeLeg = { side: 'buy', quote: '1000', feeFraction: '0', slippageFraction: '0' };
const sell: TradeLeg = { side: 'sell', quote: '1010', feeFraction: '0', slippageFraction: '0' };
const gross: TradeRound = { legs: [buy, sell], funding: '0', rebalance: '0' };
const withBuy = (change: Partial<TradeLeg>): TradeRound => ({ ...gross, legs: [{ ...buy, ...change }, sell] });
const withSell = (change: Partial<TradeLeg>): TradeRound => ({ ...gross, legs: [buy, { ...sell, ...change }] });

describe('P15: profit with all costs', () => {
  it('without any cost is what the books differ by', () => {
    expect(roundCost(gross)).toEqual({
      buyCost: '1000',
      sellProceeds: '1010',
      fees: '0',
      slippage: '0',
      rebalance: '0',
      funding: '0',
      net: '10',
      netPct: '1',
    });
  });

  it.each<[string, TradeRound, string]>([
    ['the buyer fee', withBuy({ feeFraction: '0.001' }), '9'],
    ['the seller fee', withSell({ feeFraction: '0.001' }), '8.99'],
    ['a rebate', withBuy({ feeFraction: '-0.001' }), '11'],
    ['slippage of the buy', withBuy({ slippageFraction: '0.002' }), '8'],
    ['slippage of the sell', withSell({ slippageFraction: '0.002' }), '7.98'],
    ['funding paid', { ...gross, funding: '-3' }, '7'],
    ['funding received', { ...gross, funding: '3' }, '13'],
    ['rebalancing', { ...gross, rebalance: '2.5' }, '7.5'],
  ])('counts %s, once and with its sign', (_cost, round, net) => {
    expect(roundCost(round).net).toBe(net);
  });

  it('turns a gain into a loss when the costs exceed it', () => {
    const legs = [buy, sell].map((leg) => ({ ...leg, feeFraction: '0.0026', slippageFraction: '0.002' }));
    expect(roundCost({ legs, funding: '-0.5', rebalance: '1' })).toEqual({
      buyCost: '1002.6',
      sellProceeds: '1007.374',
      fees: '5.226',
      slippage: '4.02',
      rebalance: '1',
      funding: '-0.5',
      net: '-0.746',
      netPct: '-0.07440654298823060043885896668661480151606',
    });
  });

  it('agrees with the break-even of a carry trade about its four legs and its funding', () => {
    const trade = {
      spotIn: '61234.50',
      perpIn: '61256.35',
      spotOut: '57859.57',
      perpOut: '57746.51',
      spotFee: '0.001',
      perpFee: '0.0005',
      funding: [
        ['0.000034', '61402.77'],
        ['-0.000063', '60681.56'],
      ] as const,
      expectedRate: '0',
      expectedMark: '61234.50',
    };
    const received = trade.funding.map(([rate, mark]) => fundingPayment({ contracts: '-1', contractSize: '1', mark, rate }));
    expect(received.map(Number)).toEqual([expect.closeTo(2.08769418, 12), expect.closeTo(-3.82293828, 12)]);
    const { net, fees, funding } = breakeven(trade);
    const spot = { feeFraction: trade.spotFee, slippageFraction: '0' };
    const perp = { feeFraction: trade.perpFee, slippageFraction: '0' };
    const cost = roundCost({
      legs: [
        { side: 'buy', quote: trade.spotIn, ...spot },
        { side: 'sell', quote: trade.perpIn, ...perp },
        { side: 'sell', quote: trade.spotOut, ...spot },
        { side: 'buy', quote: trade.perpOut, ...perp },
      ],
      funding,
      rebalance: '0',
    });
    expect(cost).toMatchObject({ net, fees, funding });
  });
});

const EVER = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };

describe('P15: what was traded', () => {
  it('leaves in ledger, report and risk check what the accounts have more, fees and hedges at a loss included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 10_250, max: 10_400 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (spreads) => {
          const market = await TradedSpread.start();
          const { rig } = market;
          for (const [standsMs, bid] of spreads) {
            await market.spread(standsMs, (bid / 10_000).toFixed(4));
            await market.rest(3_000);
          }
          expect(rig.total('ABC')).toBe(String(COINS));
          const gained = new Exact(rig.total('USDT')).minus(MONEY).toFixed();
          expect(rig.profit()).toBe(gained);
          const { total, trades, feesByAsset } = reportOf(rig.ledger.read(), EVER);
          const [sum] = total;
          expect(sum?.net ?? '0').toBe(gained);
          expect(new Exact(sum?.realised ?? 0).minus(sum?.fees ?? 0).toFixed()).toBe(gained);
          expect(feesByAsset.map(({ amount }) => amount)).toEqual(sum === undefined ? [] : [sum.fees]);
          // By trade as well, beside what was expected of it.
          expect(trades[0]?.realised ?? '0').toBe(gained);
          expect(rig.desk.state.profit.profitQuote).toBeCloseTo(Number(gained), 9);
          await rig.stop();
        },
      ),
      { numRuns: 15 },
    );
  });

  it('brings exactly what was expected of it when the prices stand', async () => {
    const market = await TradedSpread.start();
    const { rig } = market;
    await market.spread();
    const [trade] = reportOf(rig.ledger.read(), EVER).trades;
    // 10 bought at 1.00 with 5 basis points, and sold at 1.03 with 20.
    expect(trade).toMatchObject({ trades: 1, wins: 1, unmatched: 0, expected: '0.2744', realised: '0.2744', difference: '0' });
    await rig.stop();
  });
});
