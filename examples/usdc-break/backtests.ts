// What trading the spread would have made: by fixed thresholds and by thresholds that are found anew each day from the day before.
import { SystemClock } from '../../src/domain/system-clock.js';
import { DeltaArbitrageOptimizer } from '../../src/research/optimizer/delta-arbitrage-optimizer.js';
import { type OptimizedBacktest, optimizedDeltaNeutralBacktest } from '../../src/research/optimizer/optimized-backtest.js';
import { deltaNeutralBacktest } from '../../src/research/thresholds/delta-neutral-backtest.js';
import { type DeltaFees, type DeltaTrade, deltaTrade } from '../../src/research/thresholds/delta-trade.js';
import type { MarketFrame } from '../../src/research/thresholds/market-frame.js';

const WINDOW_HOURS = 24;
const MAX_HOURS = 6;

/** Sums over the trades of a backtest. */
export interface TradeSums {
  readonly trades: number;
  readonly wins: number;
  readonly timeouts: number;
  readonly hoursHeld: number;
  /** Positions that were still open when days are missing; they are in none of the sums. */
  readonly overGaps: number;
  /** In per cent of a position, after fees. */
  readonly netPct: number;
  /** What the same trades make with each fill a row later, usually a minute: what is left when closes cannot be had. */
  readonly netNextRowPct: number;
  /** What they make in dollars, with the second leg changed at the rate of each moment. */
  readonly netInDollarsPct: number;
}

/** A day that was optimised before it was traded. */
export interface Fold {
  readonly date: string;
  /** Its beginning, milliseconds since the epoch. */
  readonly fromMs: number;
  readonly entryThresholdPct: number;
  readonly exitThresholdPct: number;
  readonly confidence: number;
  readonly declined: string | null;
  /** Profit of the thresholds over the day before, and of what was traded on the day itself; per cent of a position. */
  readonly inSamplePct: number | null;
  readonly outOfSamplePct: number;
}

/** Backtests of one view of the spread. */
export interface Backtests {
  readonly static: TradeSums;
  readonly optimized: TradeSums;
  readonly folds: readonly Fold[];
  readonly failures: readonly string[];
  readonly staticTrades: readonly DeltaTrade[];
  readonly found: OptimizedBacktest;
}

/**
 * Trades a frame by the defaults of the static backtest and by optimised thresholds.
 * @param dollars the same rows with all prices in dollars
 */
export async function backtests(frame: MarketFrame, dollars: MarketFrame, fees: DeltaFees): Promise<Backtests> {
  const optimizer = new DeltaArbitrageOptimizer(new SystemClock(), fees);
  const found = await optimizedDeltaNeutralBacktest(frame, optimizer, WINDOW_HOURS);
  const [firstDay] = found.optimizationHistory;
  const fromMs = firstDay?.optimizationTimestamp ?? Number.POSITIVE_INFINITY;
  // Both are judged over the same days: those that an optimisation could be made for.
  const staticTrades = deltaNeutralBacktest(frame, { ...fees, maxHours: MAX_HOURS }).filter(
    ({ entryTsUs }) => entryTsUs / 1000 >= fromMs,
  );
  return {
    static: sumsOf(staticTrades, frame, dollars, fees),
    optimized: sumsOf(found.trades, frame, dollars, fees),
    folds: foldsOf(found),
    failures: found.failures.map(({ timestamp, error }) => `${dateOf(timestamp)}: ${error.message}`),
    staticTrades: staticTrades.filter(endedInTime),
    found,
  };
}

/** Whether a trade ended when it should: else there was no row that it could have ended in. */
function endedInTime({ hours }: DeltaTrade): boolean {
  return hours <= MAX_HOURS + 1;
}

/** Trades with each fill so many rows later, or in the last row, at the prices of a frame. */
export function laterBy(rows: number, trades: readonly DeltaTrade[], frame: MarketFrame, fees: DeltaFees): DeltaTrade[] {
  const last = frame.tsUs.length - 1;
  return trades.map(({ entryRow, exitRow, reason }) =>
    deltaTrade(frame, Math.min(last, entryRow + rows), Math.min(last, exitRow + rows), fees, reason),
  );
}

/** @param dollars the same rows with all prices in dollars */
export function sumsOf(all: readonly DeltaTrade[], frame: MarketFrame, dollars: MarketFrame, fees: DeltaFees): TradeSums {
  const trades = all.filter(endedInTime);
  const net = (of: MarketFrame, lateRows: number): number =>
    laterBy(lateRows, trades, of, fees).reduce((sum, { netProfitPct }) => sum + netProfitPct, 0);
  return {
    trades: trades.length,
    wins: trades.filter(({ netProfitPct }) => netProfitPct > 0).length,
    timeouts: trades.filter(({ reason }) => reason === 'timeout').length,
    overGaps: all.length - trades.length,
    hoursHeld: trades.reduce((sum, { hours }) => sum + hours, 0),
    netPct: net(frame, 0),
    netNextRowPct: net(frame, 1),
    netInDollarsPct: net(dollars, 0),
  };
}

function foldsOf({ optimizationHistory, trades }: OptimizedBacktest): Fold[] {
  return optimizationHistory.map((made) => {
    const fromUs = made.optimizationTimestamp * 1000;
    const own = trades.filter(({ entryTsUs }) => entryTsUs >= fromUs && entryTsUs < fromUs + WINDOW_HOURS * 3.6e9);
    return {
      date: dateOf(made.optimizationTimestamp),
      fromMs: made.optimizationTimestamp,
      entryThresholdPct: made.entryThresholdPct,
      exitThresholdPct: made.exitThresholdPct,
      confidence: made.confidenceScore,
      declined: made.declined,
      inSamplePct: made.found?.figures.totalProfit ?? null,
      outOfSamplePct: own.reduce((sum, { netProfitPct }) => sum + netProfitPct, 0),
    };
  });
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
