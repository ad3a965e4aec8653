import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Budget, Capital } from '../../src/strategy/capital.js';

// Goal: however plans reserve, come to an end and are told of balances, no account is ever promised twice. Method: a map of promises.

const ACCOUNTS = 3;
const step = fc.oneof(
  fc.record({
    kind: fc.constant('reserve' as const),
    intent: fc.integer({ min: 1, max: 9 }),
    account: fc.nat(ACCOUNTS - 1),
    units: fc.integer({ min: 0, max: 80 }),
  }),
  fc.record({ kind: fc.constant('release' as const), intent: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ kind: fc.constant('balance' as const), account: fc.nat(ACCOUNTS - 1), units: fc.integer({ min: 0, max: 150 }) }),
);

test('no two plans count on the same funds', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const capital = new Capital(ACCOUNTS);
      const balances = Array<number>(ACCOUNTS).fill(0);
      const promised = Array.from({ length: ACCOUNTS }, () => new Map<number, number>());
      const left = (account: number): number =>
        Math.max(0, (balances[account] ?? 0) - [...(promised[account]?.values() ?? [])].reduce((sum, units) => sum + units, 0));
      for (const one of steps) {
        if (one.kind === 'balance') {
          capital.setBalance(one.account, one.units);
          balances[one.account] = one.units;
        } else if (one.kind === 'release') {
          capital.release(one.intent);
          for (const account of promised) account.delete(one.intent);
        } else {
          const fits = one.units <= left(one.account);
          expect(capital.reserve(one.intent, one.account, one.units)).toBe(fits);
          const account = promised[one.account];
          if (fits) account?.set(one.intent, (account.get(one.intent) ?? 0) + one.units);
        }
        for (let account = 0; account < ACCOUNTS; account++) expect(capital.available(account)).toBe(left(account));
      }
    }),
  );
});

test('fractions of a unit are never there to spend, and always needed in full', () => {
  const capital = new Capital(1);
  capital.setBalance(0, 10.9);
  expect(capital.available(0)).toBe(10);
  expect(capital.reserve(1, 0, 9.1)).toBe(true);
  expect(capital.available(0)).toBe(0);
  expect(capital.reserve(2, 0, Number.NaN)).toBe(false);
});

test('a budget is never passed, and what is freed can be committed again', () => {
  const budget = new Budget(100);
  expect([budget.commit(60), budget.commit(50), budget.commit(40), budget.leftQuote]).toEqual([true, false, true, 0]);
  budget.free(70);
  expect([budget.committedQuote, budget.commit(Number.NaN), budget.commit(70)]).toEqual([30, false, true]);
});
