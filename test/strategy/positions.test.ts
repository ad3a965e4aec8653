import { expect, test } from 'vitest';
import { Intent, IntentLeg, LEGS_MAX } from '../../src/strategy/intent.js';
import { Positions } from '../../src/strategy/positions.js';

const update = (filledUnits: number, isFinal = false) => ({
  intent: 7,
  leg: 1,
  book: 2,
  filledUnits,
  filledQuoteUnits: 0,
  feeQuote: 0,
  isFinal,
});

test('fills told twice, and the last word told again, count once', () => {
  const positions = new Positions(3);
  expect([update(10), update(10), update(25, true), update(25, true)].map((told) => positions.apply(told))).toEqual([
    10, 0, 15, 0,
  ]);
  expect([positions.of(2), positions.of(0)]).toEqual([25, 0]);
});

test('a leg aims at a position, so that reaching it leaves nothing to trade', () => {
  const leg = new IntentLeg();
  leg.positionUnits = -30;
  leg.targetUnits = 0;
  expect(leg.changeUnits).toBe(30);
  leg.positionUnits = 0;
  expect(leg.changeUnits).toBe(0);
});

test('an intent has room for a bounded number of legs', () => {
  const intent = new Intent();
  for (let leg = 0; leg < LEGS_MAX; leg++) intent.addLeg();
  expect(() => intent.addLeg()).toThrow('at most 8 legs');
});
