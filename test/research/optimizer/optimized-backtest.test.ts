// Goal: the optimised backtest trades by thresholds that only the past knew, follows a spread whose level shifts, and does as a live
// run does where nothing can be optimised.
// Method: synthetic spreads; the slow definition of what is in force; a planted optimiser that sees the future, which has to show.
import { describe, expect, it } from 'vitest';
import {
  DeltaArbitrageOptimizer,
  type DeltaOptimizerOptions,
} from '../../../src/research/optimizer/delta-arbitrage-optimizer.js';
import { InsufficientDataError } from '../../../src/research/optimizer/errors.js';
import { type BacktestedOptimizer, optimizedDeltaNeutralBacktest } from '../../../src/research/optimizer/optimized-backtest.js';
import { thresholdBacktest } from '../../../src/research/thresholds/delta-neutral-backtest.js';
import type { DeltaTrade } from '../../../src/research/thresholds/delta-trade.js';
import { type MarketFrame, rowAt, sliceFrame } from '../../../src/research/thresholds/market-frame.js';
import { ParameterValidationError } from '../../../src/strategy/delta/errors.js';
import { frameOfSpread, joined, revertingSpread, wanderingSpread } from './spreads.js';

const HOUR_S = 3600;
const WINDOW_HOURS = 4;
const WINDOW_S = WINDOW_HOURS * HOUR_S;
const FEES = { spotFee: 0.0001, futFee: 0.0001 };
const QUICK = { mean: 0.3, std: 0.1, halfLifeS: 120 };

function optimizer(options: Partial<DeltaOptimizerOptions> = {}): DeltaArbitrageOptimizer {
  return new DeltaArbitrageOptimizer({ monotonicUs: () => 0, epochUs: () => 0 }, { ...FEES, ...options });
}

const netOf = (trades: readonly DeltaTrade[]): number => trades.reduce((sum, { netProfitPct }) => sum + netProfitPct, 0);

describe('optimizedDeltaNeutralBacktest', () => {
  const shifting = frameOfSpread(
    joined(...[0.3, 0.7, 0.5].map((mean, part) => revertingSpread({ ...QUICK, mean }, 2 * WINDOW_S, part + 1))),
  );

  it('optimises once a window, over the window before', async () => {
    const { optimizationHistory, thresholds, failures } = await optimizedDeltaNeutralBacktest(
      shifting,
      optimizer(),
      WINDOW_HOURS,
    );
    expect(failures).toEqual([]);
    expect(optimizationHistory).toHaveLength(5);
    expect(thresholds).toHaveLength(5);
    for (const [place, { optimizationTimestamp, entryThresholdPct }] of optimizationHistory.entries()) {
      const startUs = shifting.tsUs[0] as number;
      expect(optimizationTimestamp * 1000).toBe(startUs + (place + 1) * WINDOW_S * 1e6);
      const own = sliceFrame(shifting, place * WINDOW_S, (place + 1) * WINDOW_S);
      expect(entryThresholdPct).toBe((await optimizer().optimizeParameters(own, WINDOW_HOURS)).entryThresholdPct);
    }
  });

  it('follows a level that shifts, and beats what the first window would have kept', async () => {
    const { trades, thresholds } = await optimizedDeltaNeutralBacktest(shifting, optimizer(), WINDOW_HOURS);
    const [first] = thresholds;
    const kept = thresholdBacktest(shifting, first?.entryThresholdPct ?? 0, first?.exitThresholdPct ?? 0, {
      ...FEES,
      maxHours: 6,
    });
    const since = kept.filter(({ entryTsUs }) => entryTsUs >= (first?.fromTsUs ?? 0));
    expect(netOf(trades)).toBeGreaterThan(1.5 * netOf(since));
    expect(trades[0]?.entryTsUs).toBeGreaterThanOrEqual(first?.fromTsUs ?? 0);
  });

  it('trades as the static backtest does while thresholds stay', async () => {
    const frame = frameOfSpread(revertingSpread(QUICK, WINDOW_S, 4));
    const parameters = { entryThresholdPct: 0.4, exitThresholdPct: 0.25 };
    const { trades } = await optimizedDeltaNeutralBacktest(frame, optimizer(), 24, parameters);
    expect(trades).toEqual(thresholdBacktest(frame, 0.4, 0.25, { ...FEES, maxHours: 6 }));
    expect((await optimizedDeltaNeutralBacktest(frame, optimizer(), 24)).trades).toEqual([]);
  });

  it('keeps what was in force where the optimiser declines or fails, and leaves by new thresholds', async () => {
    const flat = new Float64Array(WINDOW_S).fill(0.5);
    const walk = wanderingSpread(0.5, 0.005, WINDOW_S, 3);
    const frame = frameOfSpread(joined(revertingSpread(QUICK, WINDOW_S, 5), flat, walk, revertingSpread(QUICK, WINDOW_S, 6)));
    const { optimizationHistory, thresholds, failures } = await optimizedDeltaNeutralBacktest(frame, optimizer(), WINDOW_HOURS);
    expect(failures.map(({ error }) => error.code)).toHaveLength(1);
    expect(optimizationHistory.map(({ declined }) => declined === null)).toEqual([true, false]);
    expect(thresholds).toHaveLength(1);
    // A position of the first thresholds that only the second let go.
    const held = frameOfSpread(joined(new Float64Array(100).fill(0.5), new Float64Array(100).fill(0.45)));
    const changing: BacktestedOptimizer = {
      options: optimizer().options,
      validateParameters: () => true,
      optimizeParameters: async () => ({
        ...(optimizationHistory[0] as (typeof optimizationHistory)[0]),
        exitThresholdPct: 0.46,
      }),
    };
    const both = await optimizedDeltaNeutralBacktest(held, changing, 150 / HOUR_S, {
      entryThresholdPct: 0.5,
      exitThresholdPct: 0.1,
    });
    expect(both.trades[0]).toMatchObject({ entryRow: 0, exitRow: 150, reason: 'exit' });
  });

  it('says what it cannot do', async () => {
    const few = await optimizedDeltaNeutralBacktest(sliceFrame(shifting, 0, 200), optimizer(), 80 / HOUR_S);
    expect(few.failures.map(({ error }) => error.constructor)).toEqual([InsufficientDataError, InsufficientDataError]);
    const wide = { entryThresholdPct: 3, exitThresholdPct: 0.1 };
    await expect(optimizedDeltaNeutralBacktest(shifting, optimizer(), 24, wide)).rejects.toThrow(ParameterValidationError);
    await expect(optimizedDeltaNeutralBacktest(shifting, optimizer(), 0)).rejects.toMatchObject({ fault: 'INVALID_INTERVAL' });
  });
});

describe('looking ahead', () => {
  /** The same until a row, another afterwards. */
  const frames = (untilRow: number): [MarketFrame, MarketFrame] => {
    const past = revertingSpread(QUICK, untilRow, 11);
    const [one, other] = [12, 13].map((seed) => revertingSpread({ ...QUICK, mean: seed / 20 }, 3 * WINDOW_S, seed));
    return [frameOfSpread(joined(past, one as Float64Array)), frameOfSpread(joined(past, other as Float64Array))];
  };
  const untilRow = 2 * WINDOW_S + 1234;

  /** Whether anything up to a row is different when only what comes after it is. */
  async function looksAhead(make: (frame: MarketFrame) => BacktestedOptimizer): Promise<boolean> {
    const seen = await Promise.all(
      frames(untilRow).map(async (frame) => {
        const { trades, thresholds } = await optimizedDeltaNeutralBacktest(frame, make(frame), WINDOW_HOURS);
        const untilUs = frame.tsUs[untilRow] as number;
        return JSON.stringify([
          trades.filter(({ exitRow }) => exitRow < untilRow),
          thresholds.filter(({ fromTsUs }) => fromTsUs < untilUs),
        ]);
      }),
    );
    return seen[0] !== seen[1];
  }

  it('does not happen', async () => {
    expect(await looksAhead(() => optimizer())).toBe(false);
  });

  it('shows when it is planted', async () => {
    // Optimises over the window to come.
    const planted = (frame: MarketFrame): BacktestedOptimizer => {
      const honest = optimizer();
      return {
        options: honest.options,
        validateParameters: (entry, exit) => honest.validateParameters(entry, exit),
        optimizeParameters: (past, hours) => {
          const next = rowAt(frame, past.tsUs[past.tsUs.length - 1] as number) + 1;
          return honest.optimizeParameters(sliceFrame(frame, next, next + WINDOW_S), hours);
        },
      };
    };
    expect(await looksAhead(planted)).toBe(true);
  });
});
