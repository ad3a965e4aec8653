// Goal: a hedge takes away as much as its book's rules let, never more, and at no worse price than it may.
import { assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import type { OrderRules } from '../../src/domain/instrument.js';
import type { Market } from '../../src/domain/venue.js';
import { type HedgeBook, hedgeGroups, worstPrice } from '../../src/execution/hedge-plan.js';
import { OrderRouter } from '../../src/execution/order-router.js';
import { type InstrumentSpec, tradable } from '../../src/sim/lab/instrument.js';
import { Rig as Lab } from '../../src/sim/lab/rig.js';

const OLDEST_US = 7;
const IOC = { type: 'limit', timeInForce: 'ioc' };

const LAB = new Lab({ rows: [[{ venue: 'binance' }, { venue: 'gateio' }]] });

function bookOf(spec: Omit<InstrumentSpec, 'venue'> = {}, more: Partial<HedgeBook> = {}): HedgeBook {
  const info = { ...LAB.book('binance'), instrument: tradable({ venue: 'binance', ...spec }) };
  return { way: 'complete', leg: 0, info, mostBase: null, limitPrice: '100', reduceOnly: false, isReducing: false, ...more };
}

/** Best prices of every book: 98 bid and 102 asked, when fresh. */
const pricesOf = ({ info }: HedgeBook, isFresh = true) => ({
  isTradable: (_: number, oldestUs: number) => isFresh && oldestUs === OLDEST_US,
  bidPriceUnits: () => 98 * 10 ** info.priceScale,
  askPriceUnits: () => 102 * 10 ** info.priceScale,
});

/** Terms of the order that hedges in one book alone; null when there is none. */
function terms(book: HedgeBook, residual: string, loss = 0.01, isFresh = true) {
  const prices = pricesOf(book, isFresh);
  const need = { side: Number(residual) > 0 ? 'sell' : 'buy', base: new Exact(residual).abs(), atMarket: false } as const;
  const worst = worstPrice(book, need.side, loss, prices, OLDEST_US);
  if (worst === null) return 'no-price';
  const costs = { total: () => 0 };
  const router = new OrderRouter({ universe: LAB.universe, prices, costs, features: () => null });
  const { orders } = router.route({ ...need, oldestUs: OLDEST_US }, [{ ...book, worstPrice: worst }]);
  return orders[0]?.terms ?? null;
}

describe('terms of a hedge', () => {
  it('complete a leg at its own limit, a little worse each time', () => {
    expect(terms(bookOf(), '1')).toEqual({ ...IOC, side: 'sell', quantity: '1', price: '99' });
    expect(terms(bookOf(), '-1')).toEqual({ ...IOC, side: 'buy', quantity: '1', price: '101' });
  });

  it.each(['fallback', 'unwind'] as const)('take the best price in sight on the way %s', (way) => {
    expect(terms(bookOf({}, { way }), '1')).toMatchObject({ side: 'sell', price: '97.02' });
    expect(terms(bookOf({}, { way }), '-1')).toMatchObject({ side: 'buy', price: '103.02' });
  });

  it('fall back on the limit where the price is too old, and are none where there is no limit', () => {
    expect(terms(bookOf({}, { way: 'unwind' }), '1', 0.01, false)).toMatchObject({ price: '99' });
    expect(terms(bookOf({}, { way: 'fallback', limitPrice: null }), '1', 0.01, false)).toBe('no-price');
  });

  it('count contracts, and leave what is less than one', () => {
    const futures = { market: 'futures' as Market, contractSize: '0.1', qtyDecimals: 0, rules: { minQuoteAmount: '0' } };
    expect(terms(bookOf(futures), '0.57')).toMatchObject({ quantity: '5' });
    expect(terms(bookOf(futures), '0.09')).toBeNull();
  });

  it('stay within what the leg lacks, and within the largest order', () => {
    expect(terms(bookOf({}, { mostBase: new Exact('0.4') }), '1')).toMatchObject({ quantity: '0.4' });
    expect(terms(bookOf({ rules: { maxQty: '0.305' } }), '1')).toMatchObject({ quantity: '0.3' });
    expect(terms(bookOf({ rules: { maxQuoteAmount: '50' } }), '1')).toMatchObject({ quantity: '0.5' });
  });

  it('are none below any least order', () => {
    expect(terms(bookOf({ rules: { minQty: '0.5' } }), '0.4')).toBeNull();
    expect(terms(bookOf({ rules: { minQuoteAmount: '50' } }), '0.5')).toBeNull();
  });

  it('round the price to the side that is filled rather', () => {
    const coarse = { rules: { tickSize: '0.5' } };
    expect(terms(bookOf(coarse), '1', 0.0001)).toMatchObject({ price: '99.5' });
    expect(terms(bookOf(coarse), '-1', 0.0001)).toMatchObject({ price: '100.5' });
  });

  it('are the largest order that every rule lets, for any rules and amounts', () => {
    const rules = record({
      lotSize: constantFrom('0.01', '0.05', '0.3'),
      minQty: constantFrom('0.01', '0.2', '1'),
      maxQty: constantFrom(null, '0.5', '2'),
      minQuoteAmount: constantFrom('0', '30', '120'),
    });
    assert(
      property(rules, constantFrom('1', '0.1', '10'), integer({ min: -300, max: 300 }), (some, contractSize, hundredths) => {
        const spec = { market: 'futures' as Market, contractSize, rules: some satisfies Partial<OrderRules> };
        const residual = new Exact(hundredths).div(100);
        const found = terms(bookOf(spec), residual.toFixed());
        let best = new Exact(0);
        for (let lots = 1; lots <= 30_000; lots++) {
          const quantity = new Exact(some.lotSize).mul(lots);
          if (quantity.mul(contractSize).gt(residual.abs())) break;
          const value = quantity.mul(contractSize).mul(hundredths > 0 ? 99 : 101);
          const fits = quantity.gte(some.minQty) && (some.maxQty === null || quantity.lte(some.maxQty));
          if (fits && value.gte(some.minQuoteAmount)) best = quantity;
        }
        if (best.isZero()) expect(found).toBeNull();
        else expect(found).toMatchObject({ quantity: best.toFixed(), side: hundredths > 0 ? 'sell' : 'buy' });
      }),
      { numRuns: 100 },
    );
  });
});

describe('the groups of books', () => {
  const books = (['unwind', 'complete', 'fallback'] as const).map((way, leg) => ({ way, leg }));
  const ways = (attempt: number, failed: readonly number[] = [0, 0, 0]) =>
    hedgeGroups(books, attempt, 2, (leg) => failed[leg] ?? 0).map((group) => group.map(({ way }) => way));

  it('begin with the missing leg alone, and take all together once its tries are over', () => {
    expect([ways(0), ways(1)]).toEqual([
      [['complete'], ['fallback', 'unwind']],
      [['complete'], ['fallback', 'unwind']],
    ]);
    expect(ways(2)).toEqual([['complete', 'fallback', 'unwind']]);
  });

  it('put behind what has left hedges undone', () => {
    expect(ways(2, [0, 2, 0])).toEqual([['fallback', 'unwind'], ['complete']]);
    expect(ways(4, [1, 2, 2])).toEqual([['unwind'], ['complete', 'fallback']]);
  });
});
