import { expect, test } from 'vitest';
import type { OrderReport, OrderState } from '../../src/domain/order.js';
import { OrderMemory } from '../../src/gateway/order-memory.js';

function report(state: OrderState, more: Partial<OrderReport> = {}): OrderReport {
  return {
    venue: 'binance',
    market: 'spot',
    symbol: 'AAAUSDT',
    venueOrderId: 'v',
    clientOrderId: 'c',
    side: 'buy',
    state,
    price: '10',
    quantity: '1',
    filledQty: '0',
    filledQuote: null,
    updatedMs: null,
    reason: null,
    ...more,
  };
}

test('nothing follows on an end but the same end with more in it', () => {
  const orders = new OrderMemory(10);
  expect(orders.accept(report('canceled', { filledQty: null }))).toMatchObject({ state: 'canceled' });
  expect(orders.accept(report('open'))).toBeNull();
  expect(orders.accept(report('filled'))).toBeNull();
  expect(orders.accept(report('canceled', { filledQty: '0.3' }))).toMatchObject({ state: 'canceled', filledQty: '0.3' });
  expect(orders.accept(report('canceled', { filledQty: '0.3' }))).toBeNull();
});

test('an answer that was asked for before the stream said more is old, unless it is an end', () => {
  const orders = new OrderMemory(10);
  const askedAt = orders.now;
  expect(orders.accept(report('partially-filled', { filledQty: '0.5' }))).not.toBeNull();
  expect(orders.accept(report('open'), askedAt)).toBeNull();
  expect(orders.accept(report('partially-filled', { filledQty: '0.5' }), askedAt)).toBeNull();
  expect(orders.accept(report('filled', { filledQty: '1' }), askedAt)).toMatchObject({ state: 'filled' });
});

test('what a message leaves out is filled in from before', () => {
  const orders = new OrderMemory(10);
  orders.accept(report('open'));
  const sparse = report('canceled', { side: null, price: null, quantity: null, filledQty: null, clientOrderId: null });
  expect(orders.accept(sparse)).toEqual(report('canceled'));
});

test('an order told by the venue’s id before our answer is joined with ours, and told again under its name', () => {
  const orders = new OrderMemory(10);
  expect(orders.sent('AAAUSDT', 'c', 5)).toBe(true);
  expect(orders.accept(report('filled', { clientOrderId: null, filledQty: '1' }))).toMatchObject({ clientOrderId: null });
  orders.addFill({ venueOrderId: 'v', clientOrderId: null }, '1');
  expect(orders.accept(report('open'), 0)).toMatchObject({ state: 'filled', clientOrderId: 'c', filledQty: '1' });
  expect(orders.find({ clientOrderId: 'c', venueOrderId: null })).toMatchObject({ sentMs: 5, venueOrderId: 'v' });
  expect(orders.open()).toEqual([]);
  expect(orders.accept(report('open'), 0)).toBeNull();
});

test('a client id leaves once; it is free again when the venue never had it', () => {
  const orders = new OrderMemory(10);
  expect([orders.sent('AAAUSDT', 'c', 1), orders.sent('AAAUSDT', 'c', 2)]).toEqual([true, false]);
  orders.forget('c');
  expect(orders.sent('AAAUSDT', 'c', 3)).toBe(true);
  orders.accept(report('open'));
  orders.forget('c');
  expect(orders.sent('AAAUSDT', 'c', 4)).toBe(false);
});

test('ended orders are forgotten beyond the bound, open ones never', () => {
  const orders = new OrderMemory(3);
  orders.accept(report('open', { venueOrderId: 'open', clientOrderId: 'open' }));
  for (let i = 0; i < 10; i++) orders.accept(report('filled', { venueOrderId: `v${i}`, clientOrderId: `c${i}` }));
  const known = (id: string): boolean => orders.find({ clientOrderId: id, venueOrderId: null }) !== undefined;
  expect([known('open'), known('c6'), known('c7'), known('c9')]).toEqual([true, false, true, true]);
});
