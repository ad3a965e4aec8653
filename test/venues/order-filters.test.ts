import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import { OrderRuleError } from '../../src/domain/errors.js';
import type { OrderRules, TradableInstrument } from '../../src/domain/instrument.js';
import type { OrderRequest } from '../../src/domain/order.js';
import { brokenRules, checkOrder } from '../../src/venues/order-filters.js';
import { minOrderInfo } from '../../src/venues/order-info.js';

const RULES: OrderRules = {
  tickSize: '0.05',
  lotSize: '0.003',
  minQty: '0.006',
  maxQty: '300',
  maxMarketQty: '30',
  minQuoteAmount: '5',
  maxQuoteAmount: '100000',
  quoteStep: '0.01',
};

function instrument(rules: Partial<OrderRules> = {}, contractSize = '1'): TradableInstrument {
  return {
    venue: 'binance',
    market: 'spot',
    symbol: 'ETHUSDT',
    requestName: 'ETHUSDT',
    aliases: [],
    base: 'ETH',
    quote: 'USDT',
    priceDecimals: 2,
    qtyDecimals: 3,
    contractSize,
    takerFeeBps: 10,
    makerFeeBps: 10,
    contract: null,
    rules: { ...RULES, ...rules },
  };
}

function order(changes: Partial<OrderRequest> = {}): OrderRequest {
  return {
    symbol: 'ETHUSDT',
    side: 'buy',
    type: 'limit',
    timeInForce: 'gtc',
    quantity: '0.3',
    quoteAmount: null,
    price: '3000.15',
    clientOrderId: 'c-1',
    reduceOnly: false,
    ...changes,
  };
}

const market = { type: 'market', timeInForce: 'ioc', price: null } as const;
const filters = (changes: Partial<OrderRequest>, reference: string | null = null, rules: Partial<OrderRules> = {}): string[] =>
  brokenRules(order(changes), instrument(rules), reference).map(({ filter }) => filter);

describe('the rules of an order', () => {
  it('lets pass what is on the grid and within the bounds', () => {
    expect(filters({})).toEqual([]);
    expect(filters({ ...market })).toEqual([]);
    expect(filters({ ...market, quantity: null, quoteAmount: '25.31' })).toEqual([]);
  });

  it('names the filter that refuses, ticks that are no power of ten too', () => {
    expect(filters({ price: '3000.12' })).toEqual(['tick size']);
    expect(filters({ quantity: '0.301' })).toEqual(['lot size']);
    expect(filters({ quantity: '0.003' })).toEqual(['minimum quantity']);
    expect(filters({ quantity: '300.003', price: '1' })).toEqual(['maximum quantity']);
    expect(filters({ ...market, quantity: '30.003' })).toEqual(['maximum quantity']);
    expect(filters({ quantity: '0.006', price: '100' })).toEqual(['minimum value']);
    expect(filters({ quantity: '300' })).toEqual(['maximum value']);
    expect(filters({ ...market, quantity: null, quoteAmount: '25.311' })).toEqual(['quote step']);
    expect(filters({ ...market, quantity: null, quoteAmount: '25' }, null, { quoteStep: null })).toEqual(['quote step']);
    expect(filters({ ...market, quantity: null, quoteAmount: '4.99' })).toEqual(['minimum value']);
    expect(filters({ ...market, quantity: '0.006' }, '100')).toEqual(['minimum value']);
  });

  it('refuses what is no order at all', () => {
    for (const changes of [
      { quantity: null },
      { quoteAmount: '10' },
      { price: null },
      { ...market, price: '3000' },
      { type: 'market', price: null, timeInForce: 'gtc' },
      { quantity: '-0.3' },
      { quantity: '0' },
      { quantity: '3e-1' },
      { price: 'NaN' },
      { price: '' },
    ] satisfies Partial<OrderRequest>[]) {
      expect(filters(changes)).toEqual(['shape']);
    }
  });

  it('counts a contract with its size', () => {
    const value = (size: string): string[] =>
      brokenRules(order({ quantity: '3', price: '100' }), instrument({}, size), null).map(({ filter }) => filter);
    expect(value('0.01')).toEqual(['minimum value']);
    expect(value('0.1')).toEqual([]);
  });

  it('throws with venue, symbol, order and filter', () => {
    let thrown: unknown;
    try {
      checkOrder(order({ price: '1.01' }), instrument());
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OrderRuleError);
    expect(thrown).toMatchObject({
      remedy: 'abandon',
      context: { venue: 'binance', symbol: 'ETHUSDT', clientOrderId: 'c-1', filter: 'tick size' },
    });
    expect(String(thrown)).toContain('price 1.01 is no multiple of 0.05');
  });

  it('accepts every multiple of any step and nothing in between', () => {
    const step = fc.record({ digits: fc.integer({ min: 1, max: 999 }), decimals: fc.integer({ min: 0, max: 10 }) });
    const decimal = (units: bigint, decimals: number): string => {
      const text = units.toString().padStart(decimals + 1, '0');
      return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
    };
    fc.assert(
      fc.property(step, fc.bigInt(1n, 10n ** 12n), fc.nat(999), ({ digits, decimals }, steps, beside) => {
        const rules = { tickSize: decimal(BigInt(digits), decimals), minQuoteAmount: '0', maxQuoteAmount: null };
        const units = steps * BigInt(digits) + BigInt(beside % digits);
        const broken = filters({ price: decimal(units, decimals) }, null, rules);
        expect(broken).toEqual(beside % digits === 0 ? [] : ['tick size']);
      }),
    );
  });

  it('are kept or broken as exact decimals say, at every bound and beside it', () => {
    const hundredth = (units: number): string => new Exact(units).div(100).toFixed();
    const bound = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(
        fc.record({ tick: fc.integer({ min: 1, max: 7 }), lot: fc.integer({ min: 1, max: 7 }), minQty: bound }),
        fc.record({ maxQty: fc.option(bound), minValue: fc.nat(2000), maxValue: fc.option(fc.nat(2000)) }),
        fc.record({ price: fc.integer({ min: 1, max: 60 }), quantity: fc.integer({ min: 1, max: 60 }) }),
        fc.constantFrom('1', '0.01', '10'),
        ({ tick, lot, minQty }, { maxQty, minValue, maxValue }, { price, quantity }, size) => {
          const worth = (units: number): string => new Exact(units).div(10_000).toFixed();
          const rules: OrderRules = {
            ...{ tickSize: hundredth(tick), lotSize: hundredth(lot), minQty: hundredth(minQty), maxMarketQty: null },
            ...{ maxQty: maxQty === null ? null : hundredth(maxQty), minQuoteAmount: worth(minValue), quoteStep: null },
            maxQuoteAmount: maxValue === null ? null : worth(maxValue),
          };
          const value = new Exact(price * quantity).mul(size);
          const isKept =
            price % tick === 0 &&
            quantity % lot === 0 &&
            quantity >= minQty &&
            (maxQty === null || quantity <= maxQty) &&
            value.gte(minValue) &&
            (maxValue === null || value.lte(maxValue));
          const broken = brokenRules(
            order({ price: hundredth(price), quantity: hundredth(quantity) }),
            instrument(rules, size),
            null,
          );
          expect(broken.length === 0).toBe(isKept);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('tells the minimums in decimals', () => {
    expect(minOrderInfo(instrument())).toEqual({
      symbol: 'ETHUSDT',
      minQuoteAmount: '5',
      basePrecision: 3,
      quotePrecision: 2,
      pricePrecision: 2,
    });
  });
});
