// Goal: sizes of orders come exactly from what venues demand, and every rule that one breaks is named.
import { describe, expect, test } from 'vitest';
import { Exact, isOnGrid } from '../../../src/domain/decimal.js';
import { tradable } from '../../../src/sim/lab/instrument.js';
import { MinimalOrderCalculator } from '../../../src/strategy/three-tier/minimal-order-calculator.js';

const calculator = new MinimalOrderCalculator();
const mexc = tradable({ venue: 'mexc', rules: { lotSize: '0.04', minQuoteAmount: '1', minQty: '0.04' } });
const gateio = tradable({ venue: 'gateio', rules: { lotSize: '0.06', minQuoteAmount: '3', minQty: '0.06' } });

describe('calculateOrderSizes', () => {
  test('takes 1, 2, 5 and 10 times the larger minimum, up to a lot of both venues', () => {
    // 3 / 0.7 is 4.2857...; the common lot is 0.12.
    expect(calculator.calculateOrderSizes(mexc, gateio, '0.7')).toEqual([
      { multiplier: 1, amount: '4.32', value: '3.024', broken: [] },
      { multiplier: 2, amount: '8.64', value: '6.048', broken: [] },
      { multiplier: 5, amount: '21.48', value: '15.036', broken: [] },
      { multiplier: 10, amount: '42.96', value: '30.072', broken: [] },
    ]);
  });
  test('is exact where floats are not: prices of ten decimals, and a value that meets its minimum to the last digit', () => {
    const shib = tradable({ venue: 'mexc', priceDecimals: 10, qtyDecimals: 0, rules: { minQuoteAmount: '5' } });
    const [first] = calculator.calculateOrderSizes(shib, null, '0.0000123457');
    expect(first).toEqual({ multiplier: 1, amount: '405000', value: '5.0000085', broken: [] });
    const [met] = calculator.calculateOrderSizes(shib, null, '0.000005');
    expect(met).toMatchObject({ amount: '1000000', value: '5' });
  });
  test('counts base assets where a venue counts contracts', () => {
    const contracts = tradable({ venue: 'gateio', market: 'futures', contractSize: '10', qtyDecimals: 0 });
    const [first] = calculator.calculateOrderSizes(mexc, contracts, '0.7');
    expect(first).toMatchObject({ amount: '10', value: '7', broken: [] });
  });
  test('names every rule that a size breaks, at every venue', () => {
    const narrow = tradable({ venue: 'binance', rules: { maxQty: '10', maxQuoteAmount: '20', tickSize: '0.25' } });
    const sizes = calculator.calculateOrderSizes(narrow, mexc, '0.7');
    expect(sizes.map(({ broken }) => broken.map(({ venue, filter }) => `${venue} ${filter}`))).toEqual([
      ['binance tick size'],
      ['binance tick size', 'binance maximum quantity'],
      ['binance tick size', 'binance maximum quantity', 'binance maximum value'],
      ['binance tick size', 'binance maximum quantity', 'binance maximum value'],
    ]);
  });
  test('refuses a price that is none', () => {
    expect(() => calculator.calculateOrderSizes(mexc, null, '0')).toThrow('no price above 0');
    expect(() => calculator.calculateOrderSizes(mexc, null, 'NaN')).toThrow('no price above 0');
  });
});

describe('validateOrderPrecision', () => {
  const fine = tradable({ venue: 'mexc', qtyDecimals: 9, priceDecimals: 9, rules: { minQuoteAmount: '0' } });
  test('keeps more than eight decimals, and cuts what the lot does not have', () => {
    expect(calculator.validateOrderPrecision(fine, '0.123456789', '1')).toEqual({
      quantity: '0.123456789',
      isExact: true,
      broken: [],
    });
    expect(calculator.validateOrderPrecision(fine, '123456789.1234567899', '1')).toMatchObject({
      quantity: '123456789.123456789',
      isExact: false,
    });
  });
  test('tells which rules fail', () => {
    const filters = (quantity: string, price: string | null): string[] =>
      calculator.validateOrderPrecision(gateio, quantity, price).broken.map(({ filter }) => filter);
    expect(filters('0.06', '60')).toEqual([]);
    expect(filters('0.05', '60')).toEqual(['shape']);
    expect(filters('0.06', '1.00005')).toEqual(['tick size', 'minimum value']);
    expect(filters('0.06', null)).toEqual([]);
  });
});

describe('getMinProfitableSize', () => {
  const fees = { buyFee: '0.001', sellFee: '0.002' };
  test('is the least that both venues take when the spread alone pays', () => {
    expect(calculator.getMinProfitableSize(mexc, gateio, '0.7', '2', fees)).toBe('4.32');
  });
  test('grows with costs that do not depend on the size, and no smaller one leaves enough', () => {
    const size = calculator.getMinProfitableSize(mexc, gateio, '0.7', '2', { ...fees, fixedCost: '0.5', minProfit: '0.25' });
    const net = (amount: number): number =>
      new Exact('0.714').mul('0.998').minus(new Exact('0.7').mul('1.001')).mul(amount).minus('0.5').toNumber();
    expect(isOnGrid(size ?? '', '0.12')).toBe(true);
    expect(net(Number(size))).toBeGreaterThanOrEqual(0.25);
    expect(net(Number(size) - 0.12)).toBeLessThan(0.25);
  });
  test('there is none when fees eat the spread, or a bound is below what is needed', () => {
    expect(calculator.getMinProfitableSize(mexc, gateio, '0.7', '0.3', fees)).toBeNull();
    const capped = tradable({ venue: 'binance', rules: { maxQuoteAmount: '6' } });
    expect(calculator.getMinProfitableSize(capped, gateio, '0.7', '2', { ...fees, minProfit: '1' })).toBeNull();
  });
});
