// P15: profit without all costs, or with the wrong sign. One cost function prices a round; every cost lowers the net, by itself and by
// its full amount, a rebate raises it, and what it reports adds up.
import { describe, expect, it } from 'vitest';
import { breakeven, fundingPayment } from '../../src/domain/fair-value.js';
import { roundCost, type TradeLeg, type TradeRound } from '../../src/domain/trade-cost.js';

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
