// Goal: a position equals the plainest model of it for any sequence of events, and its figures always add up.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CalculationError } from '../../src/domain/calculation-error.js';
import type { CostMethod } from '../../src/ledger/lots.js';
import { Position } from '../../src/ledger/position.js';
import { type PositionEvent, TwinPosition } from '../twin/position.js';
import { Rational } from '../twin/rational.js';

const STEPS_PER_UNIT = 4;
/** Quarters of a base unit. */
const quantity = fc.integer({ min: 1, max: 24 }).map((steps) => String(steps / STEPS_PER_UNIT));
const price = fc.integer({ min: 1, max: 9999 }).map((cents) => (cents / 100).toFixed(2));
const signed = fc.integer({ min: -500, max: 500 }).map((cents) => (cents / 100).toFixed(2));
const feeInBase = fc.record({
  asset: fc.constant('base' as const),
  amount: fc.integer({ min: -3, max: 3 }).map((steps) => String(steps / STEPS_PER_UNIT)),
  conversion: price,
});
const fee = fc.oneof(
  fc.record({ asset: fc.constant('quote' as const), amount: signed }),
  feeInBase,
  fc.record({ asset: fc.constant('other' as const), amount: signed, conversion: price }),
);
const event: fc.Arbitrary<PositionEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      t: fc.constant('fill' as const),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      qty: quantity,
      price,
      fee: fc.option(fee),
    }),
  },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('charge' as const), fee }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('funding' as const), amount: signed }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constant('quote' as const), amount: signed }) },
  {
    weight: 2,
    arbitrary: fc.record({
      t: fc.constant('base' as const),
      amount: fc.tuple(quantity, fc.boolean()).map(([size, out]) => (out ? `-${size}` : size)),
      price,
    }),
  },
);

function applies(position: Position, event: PositionEvent): boolean {
  try {
    if (event.t === 'fill') position.fill(event);
    else if (event.t === 'charge') position.charge(event.fee);
    else if (event.t === 'funding') position.fund(event);
    else if (event.t === 'quote') position.transferQuote(event.amount);
    else position.transferBase(event.amount, event.price);
    return true;
  } catch (error) {
    if (error instanceof CalculationError && error.fault === 'INSUFFICIENT_POSITION') return false;
    throw error;
  }
}

describe.each<CostMethod>(['fifo', 'average'])('%s', (method) => {
  test('equals the plainest model after every event, and the figures add up', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), price, (events, mark) => {
        const position = new Position(method);
        const twin = new TwinPosition(method, STEPS_PER_UNIT);
        for (const happening of events) {
          expect(applies(position, happening)).toBe(twin.apply(happening));
          const { position: held, ...figures } = position.statement(mark);
          expect(Rational.of(held).compare(twin.quantity)).toBe(0);
          const unrealised = twin.quantity.times(Rational.of(mark)).minus(twin.openCost);
          const net = twin.realised.minus(twin.fees).plus(twin.funding);
          const wanted = {
            openCost: twin.openCost,
            cash: twin.cash,
            realisedGross: twin.realised,
            fees: twin.fees,
            funding: twin.funding,
            netTransfers: twin.transfers,
            realisedNet: net,
            unrealised,
            equity: twin.transfers.plus(net).plus(unrealised),
          };
          for (const [name, value] of Object.entries(wanted)) {
            const got = Rational.of(figures[name as keyof typeof wanted]);
            const error = got.minus(value).abs();
            // Averages that do not end are cut at 40 digits, and what is made of them differs by as little.
            expect(error.compare(Rational.of(method === 'fifo' ? 0 : '1e-32')), name).toBeLessThanOrEqual(0);
          }
          const value = twin.cash.plus(Rational.of(held).times(Rational.of(mark))).minus(twin.otherFees);
          expect(Rational.of(figures.equity).compare(value), 'equity').toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('open lots are what is left of the oldest first', () => {
  const position = new Position('fifo');
  position.fill({ side: 'buy', qty: '2', price: '10' });
  position.fill({ side: 'buy', qty: '3', price: '11' });
  position.fill({ side: 'sell', qty: '2.5', price: '12' });
  expect(position.statement('12')).toMatchObject({ openLots: [['2.5', '11']], realisedGross: '4.5', avgCost: '11' });
  position.fill({ side: 'sell', qty: '4', price: '9' });
  expect(position.statement('8')).toMatchObject({ openLots: [['-1.5', '9']], realisedGross: '-0.5', unrealised: '1.5' });
});

test.each([
  ['INVALID_QUANTITY', { side: 'buy', qty: '0', price: '0' }],
  ['INVALID_PRICE', { side: 'sell', qty: '1', price: '-1', fee: { asset: 'other', amount: '1' } }],
  ['MISSING_CONVERSION', { side: 'sell', qty: '1', price: '1', fee: { asset: 'other', amount: '1', conversion: null } }],
] as const)('%s changes nothing', (faultName, bad) => {
  const position = new Position('average');
  position.fill({ side: 'buy', qty: '1', price: '2' });
  const before = position.statement('3');
  expect(() => position.fill(bad)).toThrow(expect.objectContaining({ fault: faultName }));
  expect(position.statement('3')).toEqual(before);
});
