// Goal: the thresholds found are about as good as any can be where that is known, and nothing is advised where nothing is to be had.
// Method: Ornstein-Uhlenbeck spreads, of which the best thresholds are known in closed form; random walks; broken data; a clock
// that runs away.
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/domain/clock.js';
import { InvalidInputError } from '../../../src/domain/errors.js';
import {
  DeltaArbitrageOptimizer,
  type DeltaOptimizerOptions,
} from '../../../src/research/optimizer/delta-arbitrage-optimizer.js';
import { InsufficientDataError, OptimizationTimeoutError } from '../../../src/research/optimizer/errors.js';
import { ConstantSeriesError } from '../../../src/research/statistics/errors.js';
import { sliceFrame } from '../../../src/research/thresholds/market-frame.js';
import { walkThresholds } from '../../../src/research/thresholds/threshold-walk.js';
import { deltaConfig } from '../../../src/strategy/delta/config.js';
import { validateParameters } from '../../../src/strategy/delta/parameters.js';
import { faultOf } from '../thresholds/fault-of.js';
import { bestThresholds, tradedProfit } from './bertram.js';
import { frameOfSpread, joined, revertingSpread, wanderingSpread } from './spreads.js';

const DAY_S = 86_400;
const NOW_US = 1_763_000_000_000_000;

/** A clock on which every look takes so long. */
function tickingClock(stepUs = 0): Clock {
  let nowUs = 0;
  return { monotonicUs: () => (nowUs += stepUs), epochUs: () => NOW_US };
}

function optimizer(options: Partial<DeltaOptimizerOptions> = {}): DeltaArbitrageOptimizer {
  return new DeltaArbitrageOptimizer(tickingClock(), options);
}

const CHEAP = { spotFee: 0.0001, futFee: 0.0001 };
const CHEAP_FEE_PCT = 0.04;
const QUICK = { mean: 0.5, std: 0.1, halfLifeS: 300 };

describe('optimizeParameters on an Ornstein-Uhlenbeck spread', () => {
  it.each([QUICK, { mean: 0.3, std: 0.08, halfLifeS: 60 }])(
    'finds thresholds within 5 % of the best profit: %o',
    async (spread) => {
      const long = revertingSpread(spread, 40 * DAY_S, 999);
      const best = bestThresholds(spread, CHEAP_FEE_PCT);
      const bestProfit = tradedProfit(long, best.entry, best.exit, CHEAP_FEE_PCT);
      // The closed form is right about what a long run makes.
      expect(bestProfit / long.length / best.profitPerS).toBeCloseTo(1, 1);
      for (let seed = 1; seed <= 8; seed++) {
        const result = await optimizer(CHEAP).optimizeParameters(frameOfSpread(revertingSpread(spread, DAY_S, seed)));
        const profit = tradedProfit(long, result.entryThresholdPct, result.exitThresholdPct, CHEAP_FEE_PCT);
        expect(profit / bestProfit).toBeGreaterThan(0.95);
        expect(result.declined).toBeNull();
        expect(result.confidenceScore).toBeGreaterThan(0.7);
        expect(Math.abs(Math.log2((result.meanReversionSpeed * 3600) / spread.halfLifeS))).toBeLessThan(0.5);
      }
    },
  );

  it('says what its thresholds would have made, and what it rests on', async () => {
    const spread = revertingSpread(QUICK, DAY_S, 3);
    const result = await optimizer(CHEAP).optimizeParameters(frameOfSpread(spread));
    const { entryThresholdPct, exitThresholdPct } = result;
    const series = { entry: spread, exit: spread, places: spread.map((_, second) => second) };
    const trades = walkThresholds(series, entryThresholdPct, exitThresholdPct, { fee: CHEAP_FEE_PCT, maxHold: 21_600 });
    expect(result.found?.figures.trades).toBe(trades.length);
    expect(result.found?.figures.totalProfit).toBeCloseTo(
      trades.reduce((sum, { profit }) => sum + profit, 0),
      9,
    );
    expect(result).toMatchObject({ dataPointsAnalyzed: DAY_S, optimizationTimestamp: NOW_US / 1000 });
    expect(result.analysisPeriodHours).toBeCloseTo(24, 2);
    expect(result.spreadVolatility).toBeCloseTo(QUICK.std, 2);
    // It can be handed to the strategy as it is.
    expect(() => validateParameters(result, deltaConfig.parse({ symbol: { base: 'BTC', quote: 'USDT' } }))).not.toThrow();
  });

  it('sees only the hours asked for', async () => {
    const [before, after] = [revertingSpread({ ...QUICK, mean: 0.9 }, DAY_S, 1), revertingSpread(QUICK, DAY_S / 2, 2)];
    const frame = frameOfSpread(joined(before, after));
    const last = await optimizer(CHEAP).optimizeParameters(frame, 11.9);
    const alone = await optimizer(CHEAP).optimizeParameters(sliceFrame(frame, DAY_S, frame.tsUs.length), 11.9);
    expect(last).toEqual(alone);
  });

  it('keeps to hit rate, trades a day and drawdown, or declines', async () => {
    const frame = frameOfSpread(revertingSpread(QUICK, DAY_S, 5));
    const free = await optimizer(CHEAP).optimizeParameters(frame);
    const busy = await optimizer({ ...CHEAP, minTradesPerDay: 60 }).optimizeParameters(frame);
    expect(free.found?.figures.trades).toBeLessThan(60);
    expect(busy.found?.figures.trades).toBeGreaterThanOrEqual(60);
    const impossible = await optimizer({ ...CHEAP, minTradesPerDay: 100_000 }).optimizeParameters(frame);
    expect(impossible).toMatchObject({ declined: 'no-profitable-pair', confidenceScore: 0, found: null });
    // Held for a minute at most, many trades end in a loss: a higher hit rate asked for is a higher hit rate found.
    const short = { ...CHEAP, maxHoldMinutes: 4, targetHitRate: 0.9 };
    const sure = await optimizer(short).optimizeParameters(frame);
    expect(sure.found?.figures.winRate ?? 1).toBeGreaterThanOrEqual(0.9);
    const careful = await optimizer({ ...CHEAP, maxHoldMinutes: 10, maxDrawdownTolerance: 0.0005 }).optimizeParameters(frame);
    expect(careful.found?.figures.maxDrawdown ?? 0).toBeLessThanOrEqual(0.05);
  });

  it('never goes beyond the safety limits', async () => {
    for (const mean of [0.05, 0.95]) {
      const result = await optimizer(CHEAP).optimizeParameters(frameOfSpread(revertingSpread({ ...QUICK, mean }, DAY_S, 1)));
      expect(result.declined).toBeNull();
      expect(optimizer().validateParameters(result.entryThresholdPct, result.exitThresholdPct)).toBe(true);
    }
  });
});

describe('optimizeParameters where nothing is to be had', () => {
  it('declines random walks with a confidence below 0.3', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const frame = frameOfSpread(wanderingSpread(0.5, 0.001, DAY_S, seed));
      const result = await optimizer(CHEAP).optimizeParameters(frame);
      expect(result.confidenceScore).toBeLessThan(0.3);
      expect(result.declined).not.toBeNull();
      expect(result).toMatchObject({ entryThresholdPct: 1, exitThresholdPct: 0.05 });
    }
  });

  it('declines where fees eat what the spread gives', async () => {
    const frame = frameOfSpread(revertingSpread({ ...QUICK, std: 0.01 }, DAY_S, 1));
    expect(await optimizer({ spotFee: 0.001, futFee: 0.001 }).optimizeParameters(frame)).toMatchObject({
      declined: 'no-profitable-pair',
      confidenceScore: 0,
    });
  });

  it('loses confidence in a profit of which only one block of time knows', async () => {
    // Nothing but a little noise, and a quarter of a day in which the spread swings.
    const calm = revertingSpread({ mean: 0.3, std: 0.02, halfLifeS: 60 }, DAY_S, 1);
    const wild = revertingSpread({ mean: 0.3, std: 0.12, halfLifeS: 60 }, DAY_S / 4, 2);
    const once = calm.slice();
    once.set(wild, DAY_S / 2);
    const always = revertingSpread({ mean: 0.3, std: 0.12, halfLifeS: 60 }, DAY_S, 3);
    const [lucky, steady] = await Promise.all(
      [once, always].map((spread) => optimizer(CHEAP).optimizeParameters(frameOfSpread(spread))),
    );
    expect(lucky?.found?.inSamplePct).toBeGreaterThan(1);
    expect(lucky?.confidenceScore).toBeLessThan(0.3);
    expect(steady?.confidenceScore).toBeGreaterThan(0.8);
  });
});

describe('data and limits', () => {
  const frame = frameOfSpread(revertingSpread(QUICK, 3600, 1));

  it('names what is wrong with the data', async () => {
    const refusal = async (run: Promise<unknown>): Promise<unknown> => run.then(() => undefined).catch((error: unknown) => error);
    expect(await refusal(optimizer().optimizeParameters(sliceFrame(frame, 0, 99)))).toBeInstanceOf(InsufficientDataError);
    expect(await refusal(optimizer().optimizeParameters(sliceFrame(frame, 0, 0)))).toBeInstanceOf(InsufficientDataError);
    const empty = { ...frame, futBidPrice: frame.futBidPrice.map(() => Number.NaN) };
    expect(await refusal(optimizer().optimizeParameters(empty))).toBeInstanceOf(InsufficientDataError);
    const flat = frameOfSpread(new Float64Array(3600).fill(0.3));
    expect(await refusal(optimizer().optimizeParameters(flat))).toBeInstanceOf(ConstantSeriesError);
    for (const price of [0, -1, Number.POSITIVE_INFINITY]) {
      const broken = { ...frame, spotAskPrice: frame.spotAskPrice.map((good, row) => (row === 500 ? price : good)) };
      expect(faultOf(() => optimizer().analyzeSpreadDistribution(broken))).toBe('INVALID_PRICE');
    }
    expect(faultOf(() => optimizer().analyzeSpreadDistribution({ ...frame, tsUs: frame.tsUs.slice().reverse() }))).toBe(
      'INVALID_INTERVAL',
    );
    expect(await refusal(optimizer().optimizeParameters(frame, 0))).toBeInstanceOf(InvalidInputError);
  });

  it('takes rows without a price as missing', async () => {
    const holes = { ...frame, futAskPrice: frame.futAskPrice.map((price, row) => (row % 3 === 0 ? Number.NaN : price)) };
    const result = await optimizer(CHEAP).optimizeParameters(holes);
    expect(result.dataPointsAnalyzed).toBe(2400);
  });

  it('ends with an error when time is up', async () => {
    const slow = new DeltaArbitrageOptimizer(tickingClock(400_000), { timeLimitMs: 1000 });
    await expect(slow.optimizeParameters(frame)).rejects.toThrow(OptimizationTimeoutError);
    const justInTime = new DeltaArbitrageOptimizer(tickingClock(400_000), { timeLimitMs: 10_000 });
    await expect(justInTime.optimizeParameters(frame)).resolves.toBeDefined();
  });

  it('refuses options that make no sense or widen the limits', () => {
    for (const options of [
      { maxEntryThreshold: 1.1 },
      { minExitThreshold: 0.04 },
      { targetHitRate: 1.2 },
      { timeLimitMs: Number.NaN },
    ]) {
      expect(() => optimizer(options)).toThrow(InvalidInputError);
    }
  });

  it('validates thresholds as the strategy does', () => {
    const found = optimizer();
    expect(found.validateParameters(0.5, 0.1)).toBe(true);
    for (const [entry, exit] of [
      [1.01, 0.1],
      [0.5, 0.04],
      [0.1, 0.5],
      [0.3, 0.3],
      [Number.NaN, 0.1],
      [0.5, Number.NaN],
    ] as const) {
      expect(found.validateParameters(entry, exit)).toBe(false);
    }
  });
});
