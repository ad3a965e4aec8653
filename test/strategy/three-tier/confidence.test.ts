// Goal: each factor of the confidence is what it is described as, and history moves it as plans succeed and fail.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Confidence, depthFactor, freshnessFactor, persistenceFactor } from '../../../src/strategy/three-tier/confidence.js';
import { OpportunityHistory } from '../../../src/strategy/three-tier/history.js';

test('depth is by the thinner side, and full when the size rests as often as is asked', () => {
  expect(depthFactor(100, 100, 50, 2)).toBe(1);
  expect(depthFactor(100, 50, 50, 2)).toBe(0.5);
  expect(depthFactor(1000, 0, 50, 2)).toBe(0);
  expect(depthFactor(10, 10, 0, 2)).toBe(0);
});

test('freshness is by the older book, against the greatest age', () => {
  expect(freshnessFactor(1000, 600, 1000, 1000)).toBe(1);
  expect(freshnessFactor(1000, 600, 1000, 900)).toBe(0.75);
  expect(freshnessFactor(1000, 600, 600, 1000)).toBe(0);
  expect(freshnessFactor(1000, 600, 100, 1000)).toBe(0);
});

test('persistence is a half when it has stood as long as it has to, and grows from there', () => {
  expect([0, 3000, 6000].map((stoodUs) => persistenceFactor(stoodUs, 3000))).toEqual([0, 0.5, 0.75]);
  expect(persistenceFactor(0, 0)).toBe(1);
});

test('confidence is the geometric mean, in [0, 1], and none when a factor is none', () => {
  const factor = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(factor, factor, factor, factor, (depth, freshness, persistence, history) => {
      const { value } = Object.assign(new Confidence(), { depth, freshness, persistence, history });
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
      expect(value).toBeCloseTo(Math.sqrt(Math.sqrt(depth * freshness * persistence * history)), 9);
    }),
  );
});

test('the success rate begins at its prior and follows what the plans of that pair came to', () => {
  const history = new OpportunityHistory(2, 2, 1);
  const pair = history.pair(1, 0, 2);
  expect(history.successRate(pair)).toBeCloseTo(2 / 3, 12);
  history.countPlan(pair, false);
  history.countPlan(pair, false);
  history.countPlan(pair, true);
  expect(history.successRate(pair)).toBe(0.5);
  expect(history.successRate(history.pair(1, 2, 0))).toBeCloseTo(2 / 3, 12);
  history.countOpened(history.pair(1, 2, 0));
  expect(history.ofRow(1)).toEqual({ opened: 1, confirmed: 0, attempted: 3, succeeded: 1 });
  expect(history.ofPair(pair)).toEqual({ opened: 0, confirmed: 0, attempted: 3, succeeded: 1 });
  expect(history.ofRow(0)).toEqual({ opened: 0, confirmed: 0, attempted: 0, succeeded: 0 });
});
