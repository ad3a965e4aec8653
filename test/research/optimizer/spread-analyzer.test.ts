// Goal: what is said about a spread is what it was made with.
import { describe, expect, it } from 'vitest';
import { confidenceScore } from '../../../src/research/optimizer/confidence.js';
import { InsufficientDataError } from '../../../src/research/optimizer/errors.js';
import { SpreadAnalyzer } from '../../../src/research/optimizer/spread-analyzer.js';
import { erfi, modelProfit, SpreadLevel } from '../../../src/research/optimizer/spread-model.js';
import { GAP_MAX_US, regularSamples, stretches } from '../../../src/research/optimizer/spread-samples.js';
import { sliceFrame } from '../../../src/research/thresholds/market-frame.js';
import { bestThresholds, erfi as integratedErfi } from './bertram.js';
import { frameOfSpread, joined, revertingSpread, wanderingSpread } from './spreads.js';

const SPREAD = { mean: 0.5, std: 0.1, halfLifeS: 600 };

describe('SpreadAnalyzer', () => {
  const analyzer = new SpreadAnalyzer(frameOfSpread(revertingSpread(SPREAD, 7 * 86_400, 4)), { spotFee: 0.0001, futFee: 0.0001 });

  it('describes an Ornstein-Uhlenbeck spread', () => {
    const analysis = analyzer.analyze();
    expect(analysis.meanSpread).toBeCloseTo(0.5, 2);
    expect(analysis.stdSpread / 0.1).toBeCloseTo(1, 0.9);
    expect(analysis.halfLifeHours).toBeCloseTo(600 / 3600, 1);
    // Percentiles of the normal distribution.
    expect(analysis.percentiles[50]).toBeCloseTo(0.5, 1.5);
    expect(analysis.percentiles[95]).toBeCloseTo(0.5 + 1.645 * 0.1, 1.5);
    const stepS = analysis.autocorrelationStepHours * 3600;
    expect(analysis.autocorrelation).toHaveLength(51);
    expect(analysis.autocorrelation[50]).toBeCloseTo(2 ** ((-50 * stepS) / 600), 1);
  });

  it('measures how the spread returns', () => {
    const metrics = analyzer.meanReversion();
    expect(metrics.pValue).toBeLessThan(0.001);
    expect(metrics.longTermMean).toBeCloseTo(0.5, 1.5);
    expect(metrics.reversionSpeed * metrics.halfLife).toBeCloseTo(Math.LN2, 9);
    expect(metrics.volatilityClustering).toBe(false);
    const walk = new SpreadAnalyzer(frameOfSpread(wanderingSpread(0.5, 0.001, 86_400, 3))).meanReversion();
    expect(walk.pValue).toBeGreaterThan(0.05);
  });

  it('finds the half-life of a spread that returns within a few seconds', () => {
    const quick = new SpreadAnalyzer(frameOfSpread(revertingSpread({ ...SPREAD, halfLifeS: 5 }, 86_400, 1)));
    expect(quick.meanReversion().halfLife * 3600).toBeCloseTo(5, 0);
  });

  it('notices clusters of volatility', () => {
    const spread = revertingSpread({ ...SPREAD, halfLifeS: 30 }, 86_400, 2);
    const clustered = spread.map((value, s) => 0.5 + (value - 0.5) * (Math.sin(s / 4000) > 0 ? 3 : 0.5));
    expect(new SpreadAnalyzer(frameOfSpread(clustered)).meanReversion().volatilityClustering).toBe(true);
  });

  it('finds thresholds for a hit rate', () => {
    const found = analyzer.calculateOptimalThresholds(0.7);
    const best = bestThresholds(SPREAD, 0.04);
    expect(found?.hitRate).toBeGreaterThanOrEqual(0.7);
    expect(found?.entryThresholdPct).toBeCloseTo(best.entry, 1);
    expect(found?.exitThresholdPct).toBeCloseTo(best.exit, 1);
    const dear = new SpreadAnalyzer(frameOfSpread(revertingSpread(SPREAD, 3600, 1)), { spotFee: 0.01, futFee: 0.01 });
    expect(dear.calculateOptimalThresholds(0.7)).toBeNull();
  });
});

describe('detectSpreadRegimes', () => {
  it('sees one regime where the level stays', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const regimes = new SpreadAnalyzer(frameOfSpread(revertingSpread(SPREAD, 86_400, seed))).detectSpreadRegimes();
      expect(regimes.map(({ kind }) => kind)).toEqual(['mean-reverting']);
    }
  });

  it('finds where the level shifts, and where the spread turns wild', () => {
    const third = 28_800;
    const spread = joined(
      revertingSpread({ mean: 0.2, std: 0.03, halfLifeS: 120 }, third, 1),
      revertingSpread({ mean: 0.6, std: 0.03, halfLifeS: 120 }, third, 2),
      revertingSpread({ mean: 0.2, std: 0.12, halfLifeS: 120 }, third / 2, 3),
    );
    const frame = frameOfSpread(spread);
    const regimes = new SpreadAnalyzer(frame).detectSpreadRegimes();
    expect(regimes.map(({ kind }) => kind)).toEqual(['mean-reverting', 'mean-reverting', 'volatile']);
    expect(regimes.map(({ meanPct }) => Math.round(meanPct * 10) / 10)).toEqual([0.2, 0.6, 0.2]);
    const shiftsS = regimes.map(({ fromTsUs }) => (fromTsUs - (frame.tsUs[0] ?? 0)) / 1e6);
    expect(shiftsS[0]).toBe(0);
    expect(Math.abs((shiftsS[1] ?? 0) - third)).toBeLessThan(120);
    expect(Math.abs((shiftsS[2] ?? 0) - 2 * third)).toBeLessThan(120);
  });
});

describe('confidenceScore', () => {
  const good = { trades: 40, adfPValue: 1e-6, agreement: 1, flatness: 1 };

  it('is stationarity and agreement times the root of the rest', () => {
    expect(confidenceScore(good)).toBeCloseTo(Math.sqrt(0.8), 12);
    expect(confidenceScore({ ...good, adfPValue: 0.01 })).toBeCloseTo(0.5 * Math.sqrt(0.8), 12);
    expect(confidenceScore({ ...good, agreement: 0.5, flatness: 0.5 })).toBeCloseTo(0.5 * Math.sqrt(0.4), 12);
  });

  it('is nothing without mean reversion, trades or a profit that others have seen', () => {
    expect(confidenceScore({ ...good, adfPValue: 0.1 })).toBe(0);
    expect(confidenceScore({ ...good, trades: 0 })).toBe(0);
    expect(confidenceScore({ ...good, agreement: -1 })).toBe(0);
    expect(confidenceScore({ ...good, flatness: 0 })).toBe(0);
  });
});

describe('the model of a spread', () => {
  it('has its best thresholds where the closed form has them', () => {
    const level = SpreadLevel.of(Float64Array.of(0.4, 0.6), Float64Array.of(0.4, 0.6));
    expect([level.mean, level.std, level.halfGap]).toEqual([0.5, expect.closeTo(0.1, 12), 0]);
    const { entry, exit } = bestThresholds(SPREAD, 0.04);
    const best = modelProfit(entry, exit, 0.04, level);
    for (const [a, b] of [
      [0.01, 0],
      [-0.01, 0],
      [0, 0.01],
      [0, -0.01],
    ] as const) {
      expect(modelProfit(entry + a, exit + b, 0.04, level)).toBeLessThan(best);
    }
  });

  it('adds levels up', () => {
    const [a, b] = [revertingSpread(SPREAD, 1000, 1), revertingSpread(SPREAD, 500, 2)];
    const both = SpreadLevel.of(joined(a, b), joined(a, b));
    const sum = SpreadLevel.of(a, a).plus(SpreadLevel.of(b, b));
    expect([sum.mean, sum.std]).toEqual([expect.closeTo(both.mean, 12), expect.closeTo(both.std, 12)]);
  });

  it('knows the imaginary error function', () => {
    for (const x of [-2, -0.3, 0, 0.1, 1, 2.5, 4]) expect(erfi(x) / (integratedErfi(x) || 1)).toBeCloseTo(x === 0 ? 0 : 1, 6);
    expect(erfi(6)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('regularSamples', () => {
  it('takes the last point at or before each moment', () => {
    const points = { tsUs: Float64Array.of(0, 1, 5, 10), spreadPct: Float64Array.of(1, 2, 3, 4) };
    expect(regularSamples(points, 3)).toEqual({ values: Float64Array.of(1, 3, 4), stepUs: 5, startUs: 0 });
    expect([...regularSamples(points, 100).values]).toEqual([1, 2, 3, 4]);
  });

  it('carries no value over a gap', () => {
    const apart = (us: number) => ({ tsUs: Float64Array.of(0, 1, 1 + us, 2 + us), spreadPct: Float64Array.of(1, 2, 3, 4) });
    expect([...regularSamples(apart(GAP_MAX_US), 4).values]).toEqual([1, 2, 2, 4]);
    expect(() => regularSamples(apart(GAP_MAX_US + 1), 4)).toThrow(InsufficientDataError);
    expect(stretches(apart(GAP_MAX_US))).toHaveLength(1);
    expect(stretches(apart(GAP_MAX_US + 1)).map(({ spreadPct }) => [...spreadPct])).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(stretches({ tsUs: new Float64Array(), spreadPct: new Float64Array() })).toEqual([]);
  });
});

describe('a spread with hours missing', () => {
  const DAY = 86_400;
  const whole = frameOfSpread(revertingSpread({ ...SPREAD, halfLifeS: 120 }, DAY + 7200, 5));
  const tsUs = whole.tsUs.map((us, row) => (row < 7200 ? us : us + 20 * 3.6e9));
  const gapped = new SpreadAnalyzer({ ...whole, tsUs });
  const after = new SpreadAnalyzer(sliceFrame(whole, 7200, DAY + 7200));

  it('returns as its longest stretch does: what is carried on would pass for a spread that stands still', () => {
    expect(gapped.meanReversion()).toEqual(after.meanReversion());
    expect(gapped.analyze().autocorrelation).toEqual(after.analyze().autocorrelation);
  });

  it('has regimes on either side of the gap, none of them over it, and no shift for that', () => {
    const gapUs = [tsUs[7199] as number, tsUs[7200] as number] as const;
    const regimes = gapped.detectSpreadRegimes();
    expect(regimes.map(({ toTsUs }) => toTsUs)).toContain(gapUs[0]);
    expect(regimes.map(({ fromTsUs }) => fromTsUs)).toContain(gapUs[1]);
    expect(gapped.analyze().regimeChanges).toBe(regimes.length - 2);
  });
});
