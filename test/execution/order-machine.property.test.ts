// Goal: any history of an order, in any order and with repetitions, leaves the machine where the plainest reading of it says.
import { array, assert, constant, constantFrom, oneof, property, record, shuffledSubarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER_STATES } from '../../src/domain/order.js';
import { OrderMachine } from '../../src/execution/order-machine.js';
import { apply, expectedAfter, type Happening, REQUEST } from './order-machine-model.js';

/** A trade has one size, however often it is told. */
const SIZES: Readonly<Record<string, string>> = { a: '0.1', b: '0.3', c: '0.6', d: '1' };

const fill = record({ tradeId: constantFrom(...Object.keys(SIZES)), fee: constantFrom(null, '0.1') }).map(
  ({ tradeId, fee }): Happening => ({ kind: 'fill', tradeId, quantity: SIZES[tradeId] ?? '0', fee }),
);
const report = record({ state: constantFrom(...ORDER_STATES), filledQty: constantFrom(null, '0', '0.1', '0.4', '1') }).map(
  (said): Happening => ({ kind: 'report', ...said }),
);
const silent = constantFrom<Happening>({ kind: 'lose' }, { kind: 'refuse' }, { kind: 'give-up' });
const history = array(oneof({ weight: 4, arbitrary: fill }, { weight: 4, arbitrary: report }, { weight: 1, arbitrary: silent }), {
  maxLength: 12,
});

const seen = (machine: OrderMachine) => ({
  state: machine.state,
  told: machine.told.toFixed(),
  filled: machine.filled.toFixed(),
  isEnded: machine.isEnded,
  isSettled: machine.isSettled,
});

describe('an order', () => {
  it('stands after every step where its history puts it, and says so when something changed', () => {
    assert(
      property(history, (events) => {
        const machine = new OrderMachine(REQUEST);
        const past: Happening[] = [];
        let finalUs: number | null = null;
        for (const [at, one] of [{ kind: 'send' } as const, ...events].entries()) {
          const before = seen(machine);
          const isNews = apply(machine, one, at);
          past.push(one);
          expect(seen(machine)).toEqual(expectedAfter(past, '1'));
          if (isNews === false) expect(seen(machine)).toEqual(before);
          if (machine.isSettled) finalUs ??= at;
          expect(machine.timing.finalUs).toBe(finalUs);
          if (before.isEnded) expect([before.state, 'canceled']).toContain(machine.state);
        }
        const wasHeard = (one: Happening) => one.kind === 'fill' || (one.kind === 'report' && one.state !== 'unknown');
        const first = past.findIndex(wasHeard);
        expect(machine.timing.acknowledgedUs).toBe(first < 0 ? null : first);
        const fees = new Map(machine.fills.map(({ tradeId, fee }) => [tradeId, fee]));
        for (const tradeId of Object.keys(SIZES)) {
          const told = past.filter((one) => one.kind === 'fill' && one.tradeId === tradeId);
          expect(fees.has(tradeId)).toBe(told.length > 0);
          if (told.length > 0)
            expect(fees.get(tradeId)).toBe(told.some((one) => 'fee' in one && one.fee !== null) ? '0.1' : null);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('comes to the same amounts and the same end in whatever order a venue tells them', () => {
    // What a venue does with an order: some trades, then one end that tells how much they came to.
    const story = oneof(
      constant({ ids: ['a'], end: 'canceled' as const }),
      constant({ ids: ['a', 'b'], end: 'expired' as const }),
      constant({ ids: ['a', 'b', 'c'], end: 'filled' as const }),
    ).chain(({ ids, end }) => {
      const total = { a: '0.1', ab: '0.4', abc: '1' }[ids.join('')] ?? '0';
      const words: Happening[] = [
        { kind: 'report', state: 'open', filledQty: '0' },
        { kind: 'report', state: 'partially-filled', filledQty: '0.1' },
        { kind: 'report', state: end, filledQty: total },
        ...ids.map((tradeId): Happening => ({ kind: 'fill', tradeId, quantity: SIZES[tradeId] ?? '0', fee: '0.1' })),
      ];
      const doubled = [...words, ...words];
      return shuffledSubarray(doubled, { minLength: doubled.length }).map((told) => ({ told, end, total }));
    });
    assert(
      property(story, ({ told, end, total }) => {
        const machine = new OrderMachine(REQUEST);
        for (const [at, one] of told.entries()) apply(machine, one, at);
        expect(seen(machine)).toEqual({ state: end, told: total, filled: total, isEnded: true, isSettled: true });
      }),
      { numRuns: 500 },
    );
  });
});
