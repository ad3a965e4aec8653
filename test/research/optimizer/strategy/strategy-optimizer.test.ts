// Goal: the optimiser of strategies finds good parameters, says truly what they are worth, and never looks ahead.
// Method: a strategy whose outcome is a known function of its parameters plus noise that belongs to the hour; the delta thresholds
// on a spread whose best thresholds are known.
import { afterAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../../src/domain/errors.js';
import { SeededRandom } from '../../../../src/domain/random.js';
import { SPREAD_TERMS } from '../../../../src/research/optimizer/spread-analyzer.js';
import { OBJECTIVES, type Span, totalReturn } from '../../../../src/research/optimizer/strategy/outcome.js';
import type { Parameters } from '../../../../src/research/optimizer/strategy/parameter-space.js';
import { pooledStrategy } from '../../../../src/research/optimizer/strategy/pooled-strategy.js';
import { StrategyOptimizer } from '../../../../src/research/optimizer/strategy/strategy-optimizer.js';
import { thresholdStrategy } from '../../../../src/research/optimizer/strategy/threshold-strategy.js';
import { THRESHOLD_TASK } from '../../../../src/research/optimizer/strategy/threshold-task.js';
import { OPTIMIZATION_METHODS, type OptimizableStrategy } from '../../../../src/research/optimizer/strategy/types.js';
import { ResearchPool, sharedFrame } from '../../../../src/research/pool/research-pool.js';
import { bestThresholds, tradedProfit } from '../bertram.js';
import { frameOfSpread, revertingSpread } from '../spreads.js';

const HOURS = 400;
const noise = Float64Array.from(
  { length: HOURS },
  (
    (random) => () =>
      random.normal()
  )(new SeededRandom(1)),
);

/** One hour is one microsecond. The return of an hour is `edge` plus noise, which grows with `size` and is the same for all. */
function knownStrategy(edge: (parameters: Parameters) => number, screened = edge): OptimizableStrategy & { asked: Span[] } {
  const asked: Span[] = [];
  const outcome = (of: typeof edge) => async (parameters: Parameters, span: Span) => {
    asked.push(span);
    const returns = noise.slice(Math.round(span.fromUs), Math.round(span.toUs)).map((value) => of(parameters) + 0.01 * value);
    return { returns, trades: returns.length };
  };
  return {
    asked,
    ranges: { x: { min: 0, max: 1 }, y: { min: 0, max: 1 }, idle: { min: 0, max: 1 } },
    span: { fromUs: 0, toUs: HOURS },
    evaluate: outcome(edge),
    screen: outcome(screened),
  };
}

const hill = ({ x = 0, y = 0 }: Parameters): number => 0.01 * Math.exp(-((x - 0.7) ** 2 + 4 * (y - 0.4) ** 2) / 0.1);
const SMALL = { evaluationsMax: 90, objective: OBJECTIVES.return, folds: 2 } as const;

describe('optimizeStrategyParameters', () => {
  it.each(OPTIMIZATION_METHODS)('finds the best parameters and what they are worth: %s', async (method) => {
    const evaluationsMax = method === 'bayesian' ? 45 : 600;
    const result = await new StrategyOptimizer({ ...SMALL, method, evaluationsMax }).optimizeStrategyParameters(
      knownStrategy(hill),
    );
    const { x = 0, y = 0 } = result.optimizedParameters;
    expect(Math.hypot(x - 0.7, y - 0.4)).toBeLessThan(0.13);
    expect(result.backtestingResults.totalReturn).toBe(result.optimizationScore);
    // What it is worth over 400 hours is 0.01 an hour, and the noise adds what it adds.
    const truth = 400 * hill(result.optimizedParameters) + 0.01 * noise.reduce((sum, value) => sum + value, 0);
    expect(result.optimizationScore).toBeCloseTo(truth, 9);
    expect(result.confidenceInterval[0]).toBeLessThan(truth);
    expect(result.confidenceInterval[1]).toBeGreaterThan(truth);
    expect(result.outOfSamplePerformance).toMatchObject({ periods: 160 });
    expect(result.deflatedSharpe.probability).toBeGreaterThan(0.95);
    expect(result.parameterSensitivity.idle).toBe(0);
    expect(result.parameterSensitivity.y).toBeGreaterThan(result.parameterSensitivity.x ?? 1);
    expect(result.robustnessScore).toBeGreaterThan(0.5);
    expect(result.robustnessScore).toBeLessThan(1);
    expect(result.trials).toBeLessThanOrEqual(evaluationsMax);
  });

  it('does the same again for the same seed, and something else for another', async () => {
    const run = (seed: number) => new StrategyOptimizer({ ...SMALL, seed }).optimizeStrategyParameters(knownStrategy(hill));
    expect(await run(1)).toEqual(await run(1));
    expect((await run(2)).optimizedParameters).not.toEqual((await run(1)).optimizedParameters);
  });

  it('lets the full simulation decide among finalists, and tells the gap', async () => {
    // The screen likes large x; the simulation finds that beyond 0.5 nothing is earned.
    const strategy = knownStrategy(
      ({ x = 0 }) => (x < 0.5 ? 0.01 * x : 0),
      ({ x = 0 }) => 0.01 * x,
    );
    const result = await new StrategyOptimizer({ ...SMALL, method: 'grid', finalists: 90 }).optimizeStrategyParameters(strategy);
    expect(result.optimizedParameters.x).toBeLessThan(0.5);
    expect(result.optimizedParameters.x).toBeGreaterThanOrEqual(0.25);
    const misled = result.finalists.find(({ parameters: { x = 0 } }) => x === 1);
    expect(misled?.gap).toBeCloseTo(-0.01 * HOURS, 9);
    expect(result.finalists[0]?.gap).toBeCloseTo(0, 9);
  });

  it('shows the choice between return and drawdown', async () => {
    // More of x is more return and more noise.
    const returnsOf = ({ x = 0 }: Parameters, { fromUs, toUs }: Span) =>
      noise.slice(Math.round(fromUs), Math.round(toUs)).map((value) => x * (0.005 + 0.01 * value));
    const strategy: OptimizableStrategy = {
      ranges: { x: { min: 0.1, max: 1 }, waste: { min: 0, max: 1 } },
      span: { fromUs: 0, toUs: HOURS },
      evaluate: async (parameters, span) => ({
        returns: returnsOf(parameters, span).map((value) => value - 0.002 * (parameters.waste ?? 0)),
        trades: 1,
      }),
    };
    const optimizer = new StrategyOptimizer({ method: 'multi-objective', evaluationsMax: 600, folds: 1 });
    const { paretoFront } = await optimizer.optimizeStrategyParameters(strategy);
    expect(paretoFront.length).toBeGreaterThan(10);
    expect(Math.max(...paretoFront.map(({ parameters }) => parameters.waste ?? 1))).toBeLessThan(0.1);
    const xs = paretoFront.map(({ parameters }) => parameters.x ?? 0);
    expect([Math.min(...xs), Math.max(...xs)]).toEqual([expect.closeTo(0.1, 1), expect.closeTo(1, 1)]);
    paretoFront.slice(1).forEach((point, i) => {
      expect(point.totalReturn).toBeGreaterThanOrEqual(paretoFront[i]?.totalReturn ?? 0);
    });
  });

  it('can be called off, and tells how far it is', async () => {
    const stop = new AbortController();
    const shares: number[] = [];
    const optimizer = new StrategyOptimizer({
      ...SMALL,
      signal: stop.signal,
      onProgress: ({ share }) => {
        shares.push(share);
        if (share > 0.2) stop.abort(new Error('enough'));
      },
    });
    await expect(optimizer.optimizeStrategyParameters(knownStrategy(hill))).rejects.toThrow('enough');
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  it('refuses options that make no sense', () => {
    for (const options of [{ evaluationsMax: 0 }, { evaluationsMax: 1.5 }, { finalists: 0 }]) {
      expect(() => new StrategyOptimizer(options)).toThrow(InvalidInputError);
    }
  });
});

describe('folds that leave nothing to learn from', () => {
  it('are told before anything is asked', async () => {
    const strategy = knownStrategy(hill);
    const optimizer = new StrategyOptimizer({ ...SMALL, embargoUs: HOURS });
    await expect(optimizer.optimizeStrategyParameters(strategy)).rejects.toThrow(InvalidInputError);
    expect(strategy.asked).toEqual([]);
  });
});

describe('validateOptimizationResults', () => {
  it('never shows the past of a fold what comes after it', async () => {
    const strategy = knownStrategy(hill);
    const { folds } = await new StrategyOptimizer(SMALL).validateOptimizationResults(strategy, {
      ...{ scheme: 'walk-forward', folds: 3, embargoUs: 5 },
    });
    const tests = new Set(folds.map(({ split }) => split.test));
    folds.forEach(({ split }) => {
      const before = strategy.asked.filter((span) => !tests.has(span) && span.toUs <= split.test.fromUs);
      expect(before.length).toBeGreaterThan(0);
      expect(split.train.every(({ toUs }) => toUs <= split.test.fromUs - 5)).toBe(true);
    });
    // Nothing is asked for but the pasts and the folds themselves.
    const allowed = new Set(folds.flatMap(({ split }) => [...split.train, split.test]));
    expect(strategy.asked.every((span) => allowed.has(span))).toBe(true);
  });

  it('tells luck from skill', async () => {
    // Without an edge a parameter only picks which part of the noise it likes.
    const lucky = knownStrategy(() => 0);
    const pick = async ({ x = 0 }: Parameters, { fromUs, toUs }: Span) => {
      const picked = noise.slice(Math.round(fromUs), Math.round(toUs)).map((value, i) => (Math.sin(i * x * 400) > 0 ? value : 0));
      return { returns: picked, trades: 1 };
    };
    const skilled = knownStrategy(hill);
    const optimizer = new StrategyOptimizer({ ...SMALL, evaluationsMax: 200 });
    const options = { scheme: 'purged', folds: 4, embargoUs: 2 } as const;
    const [luck, skill] = [
      await optimizer.validateOptimizationResults({ ...lucky, evaluate: pick, screen: pick }, options),
      await optimizer.validateOptimizationResults(skilled, options),
    ];
    expect(luck.efficiency).toBeLessThan(0.4);
    expect(skill.efficiency).toBeGreaterThan(0.7);
    const chosen = await optimizer.optimizeStrategyParameters({ ...lucky, evaluate: pick, screen: pick });
    expect(chosen.deflatedSharpe.probability).toBeLessThan(0.95);
  });
});

describe('thresholds of the delta strategy', () => {
  const spread = { mean: 0.5, std: 0.1, halfLifeS: 300 };
  const fees = { spotFee: 0.0001, futFee: 0.0001 };
  const frame = sharedFrame(frameOfSpread(revertingSpread(spread, 2 * 86_400, 1)));
  const pool = new ResearchPool({ threads: 1 });
  afterAll(() => pool.close());

  it('are found, simulated on the pool, near the best there are', async () => {
    const history = { frame, terms: { ...SPREAD_TERMS, ...fees }, periodUs: 3_600_000_000 };
    const local = thresholdStrategy(frame, fees);
    const pooled = pooledStrategy(local, pool, THRESHOLD_TASK, history);
    const optimizer = new StrategyOptimizer({ method: 'bayesian', objective: OBJECTIVES.return, evaluationsMax: 40, folds: 1 });
    const result = await optimizer.optimizeStrategyParameters(pooled);
    expect(result).toEqual(await optimizer.optimizeStrategyParameters(local));
    const { entryThresholdPct = 0, exitThresholdPct = 0 } = result.optimizedParameters;
    const long = revertingSpread(spread, 40 * 86_400, 999);
    const best = bestThresholds(spread, 0.04);
    const share = tradedProfit(long, entryThresholdPct, exitThresholdPct, 0.04) / tradedProfit(long, best.entry, best.exit, 0.04);
    expect(share).toBeGreaterThan(0.85);
    // Spreads leave out that fees are paid on both legs' own prices: the screen is close, and not the same.
    for (const { gap, score } of result.finalists) expect(Math.abs(gap / score)).toBeLessThan(0.05);
    expect(result.finalists.some(({ gap }) => gap !== 0)).toBe(true);
  });

  it('trade nothing where the exit is not below the entry, or no row has prices', async () => {
    const { evaluate, span } = thresholdStrategy(frame, fees);
    expect(await evaluate({ entryThresholdPct: 0.3, exitThresholdPct: 0.3 }, span)).toMatchObject({ trades: 0 });
    const empty = { ...frame, futBidPrice: frame.futBidPrice.map((price, row) => (row < 3600 ? Number.NaN : price)) };
    const firstHour = { fromUs: span.fromUs, toUs: span.fromUs + 3_600_000_000 };
    const outcome = await thresholdStrategy(empty, fees).evaluate({ entryThresholdPct: 0.55, exitThresholdPct: 0.45 }, firstHour);
    expect(outcome).toEqual({ returns: Float64Array.of(0), trades: 0 });
    expect(totalReturn(outcome.returns)).toBe(0);
  });
});
