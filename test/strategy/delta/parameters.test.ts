// Goal: what an update has to be to be taken, and how the old and the new parameters become those in use.
import { describe, expect, test } from 'vitest';
import { deltaConfig } from '../../../src/strategy/delta/config.js';
import { ParameterValidationError } from '../../../src/strategy/delta/errors.js';
import { DeltaParameters, validateParameters } from '../../../src/strategy/delta/parameters.js';
import type { OptimizationStatusEvent, ParameterUpdateEvent } from '../../../src/strategy/delta/types.js';
import { update } from './delta-market.js';

const configOf = (given: object = {}) => deltaConfig.parse({ symbol: { base: 'ABC', quote: 'USDT' }, ...given });

describe('the configuration', () => {
  test('has the usual values of every parameter', () => {
    expect(configOf()).toMatchObject({
      basePositionSize: 100,
      maxPositionMultiplier: 2,
      optimizationLookbackHours: 24,
      parameterUpdateIntervalMinutes: 5,
      minSpreadDataPoints: 100,
      maxEntryThreshold: 1,
      minExitThreshold: 0.05,
      maxPositionHoldMinutes: 360,
      targetHitRate: 0.7,
      minDailyTrades: 5,
      maxDrawdownTolerance: 0.02,
    });
  });

  test.each([
    ['maxEntryThreshold', 1.01],
    ['minExitThreshold', 0.049],
    ['maxPositionHoldMinutes', 361],
    ['minSpreadDataPoints', 99],
    ['maxPositionMultiplier', 5.1],
    ['entryThresholdPct', 1.1],
    ['exitThresholdPct', 0.04],
    ['exitThresholdPct', 0.5],
    ['positionMultiplier', 3],
    ['maxAdverseMove', 0.2],
    ['unknown', 1],
  ])('never goes beyond the safety limits: %s %f', (name, value) => {
    expect(deltaConfig.safeParse({ symbol: { base: 'ABC', quote: 'USDT' }, [name]: value }).success).toBe(false);
  });
});

describe('an update', () => {
  test.each([
    [{ entryThresholdPct: 1.0001 }, 'entry threshold 1.0001 % is not within 1 %'],
    [{ entryThresholdPct: Number.NaN }, 'entry threshold NaN % is not within 1 %'],
    [{ exitThresholdPct: 0.0499 }, 'exit threshold 0.0499 % is not at least 0.05 %'],
    [{ exitThresholdPct: Number.NaN }, 'exit threshold NaN % is not at least 0.05 %'],
    [{ exitThresholdPct: 0.6 }, 'exit threshold 0.6 % is not below the entry threshold 0.6 %'],
    [{ entryThresholdPct: 0.2, exitThresholdPct: 0.6 }, 'exit threshold 0.6 % is not below the entry threshold 0.2 %'],
    [{ confidenceScore: 1.1 }, 'confidence 1.1 is not between 0 and 1'],
    [{ dataPointsAnalyzed: 99 }, 'rests on 99 data points, 100 are needed'],
    [{ optimizationTimestamp: 500 }, 'timestamp 500 is not after 500'],
    [{ optimizationTimestamp: Number.POSITIVE_INFINITY }, 'timestamp Infinity is not after 500'],
    [{ positionMultiplier: -1 }, 'multiplier -1 is not positive'],
  ])('%o is refused', (given, message) => {
    const validate = (): void => validateParameters(update(given), configOf(), 500);
    expect(validate).toThrow(ParameterValidationError);
    expect(validate).toThrow(message);
  });

  test('at the limits is taken', () => {
    expect(() =>
      validateParameters(update({ entryThresholdPct: 1, exitThresholdPct: 0.05, dataPointsAnalyzed: 100 }), configOf()),
    ).not.toThrow();
  });
});

describe('taking over', () => {
  const raised: (ParameterUpdateEvent | OptimizationStatusEvent)[] = [];
  const raise = (_kind: string, facts: ParameterUpdateEvent | OptimizationStatusEvent): void => {
    raised.push(facts);
  };

  test('the first counts wholly, later ones by their weight', () => {
    const parameters = new DeltaParameters(configOf({ smoothingWeight: 0.25 }));
    parameters.stage(update({ entryThresholdPct: 0.8, exitThresholdPct: 0.4, optimizationTimestamp: 1 }), 0);
    expect(parameters.takeOver(10, raise)).toBe(true);
    expect(parameters.active).toMatchObject({ entryThresholdPct: 0.8, exitThresholdPct: 0.4, optimizationTimestamp: 1 });
    parameters.stage(update({ entryThresholdPct: 0.4, exitThresholdPct: 0.2, optimizationTimestamp: 2 }), 20);
    parameters.takeOver(20, raise);
    expect(parameters.active.entryThresholdPct).toBeCloseTo(0.7, 12);
    expect(parameters.active.exitThresholdPct).toBeCloseTo(0.35, 12);
    expect(raised).toHaveLength(2);
    expect(raised[1]).toMatchObject({ timestamp: 20, oldEntryThreshold: 0.8, oldExitThreshold: 0.4 });
    expect(parameters.takeOver(30, raise)).toBe(false);
  });

  test('a younger one replaces one that waits, an older one is refused', () => {
    const parameters = new DeltaParameters(configOf());
    expect(parameters.stage(update({ entryThresholdPct: 0.7, optimizationTimestamp: 2 }), 0)).toBe(true);
    expect(parameters.stage(update({ entryThresholdPct: 0.9, optimizationTimestamp: 3 }), 0)).toBe(true);
    expect(parameters.stage(update({ entryThresholdPct: 0.8, optimizationTimestamp: 2 }), 0)).toBe(false);
    parameters.takeOver(0, raise);
    expect(parameters.active.entryThresholdPct).toBe(0.9);
    expect(parameters.status(299_999)).toMatchObject({ updatesApplied: 1, updatesRefused: 1, isUpdateDue: false });
    expect(parameters.status(300_000).isUpdateDue).toBe(true);
  });

  test('what was put by is a copy: changing it afterwards changes nothing', () => {
    const parameters = new DeltaParameters(configOf());
    const given = { ...update() };
    parameters.stage(given, 0);
    given.entryThresholdPct = 99;
    parameters.takeOver(0, raise);
    expect(parameters.active.entryThresholdPct).toBe(0.6);
  });
});
