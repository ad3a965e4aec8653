// The walk-forward: thresholds learnt on the first 60 % of the days, before the break, and tried on the rest, learnt again every day.
import { SystemClock } from '../../src/domain/system-clock.js';
import { DeltaWalk } from '../../src/research/analysis/delta-walk.js';
import { type WalkForwardReport, walkForward } from '../../src/research/analysis/walk-forward.js';
import { DeltaArbitrageOptimizer } from '../../src/research/optimizer/delta-arbitrage-optimizer.js';
import type { DeltaFees, DeltaTrade } from '../../src/research/thresholds/delta-trade.js';
import type { MarketFrame } from '../../src/research/thresholds/market-frame.js';
import { HOUR_US } from '../../src/strategy/hedged/funding.js';
import { laterBy, sumsOf, type TradeSums } from './backtests.js';

const TRAIN_SHARE = 0.6;
const DAY_US = 24 * HOUR_US;
/** A month is a twelfth of a year; a twelfth of the fourteen days that there are is about a day. */
const RETRAIN_HOURS = 24;
/** As long as a position may be held, so that none of a training reaches into its test. */
const PURGE_HOURS = 6;

/** Trainings, tests and what was traded in the tests. */
export interface Walk {
  readonly report: WalkForwardReport;
  readonly trades: readonly DeltaTrade[];
  /** The same with each fill a row later. */
  readonly lateTrades: readonly DeltaTrade[];
  readonly sums: TradeSums;
}

/** Walks over the same trainings and tests. */
export interface Walks {
  /** By the optimiser, as live. */
  readonly optimized: Walk;
  /** By the best pair of a sweep, whatever speaks against it. */
  readonly unguarded: Walk;
  /** The static backtest of each test, which learns nothing. */
  readonly static: TradeSums;
}

/**
 * @param dollars the same rows with all prices in dollars
 */
export async function walks(frame: MarketFrame, dollars: MarketFrame, fees: DeltaFees): Promise<Walks> {
  const { tsUs } = frame;
  const [from, to] = [tsUs[0] as number, (tsUs.at(-1) as number) + 1];
  // Of the days that are there, not of the calendar, a third of which is missing.
  const splitUs = afterDays(frame, TRAIN_SHARE);
  const terms = {
    ...{ from, to, trainShare: (splitUs - from) / (to - from) },
    ...{ retrainEvery: RETRAIN_HOURS * HOUR_US, purge: PURGE_HOURS * HOUR_US },
  };
  const walk = new DeltaWalk(frame, new DeltaArbitrageOptimizer(new SystemClock(), fees));
  const made = (report: WalkForwardReport): Walk => {
    const trades = report.folds.flatMap(({ parameters, test }) => (parameters === null ? [] : walk.trades(parameters, test)));
    return { report, trades, lateTrades: laterBy(1, trades, frame, fees), sums: sumsOf(trades, frame, dollars, fees) };
  };
  const optimized = await walkForward(walk, terms);
  const unguarded = await walkForward(
    {
      has: (stretch) => walk.has(stretch),
      train: (stretch) => walk.bestOfSweep(stretch),
      evaluate: (parameters, stretch) => walk.evaluate(parameters, stretch),
    },
    terms,
  );
  const untaught = optimized.folds.flatMap(({ test }) => walk.staticTrades(test));
  return { optimized: made(optimized), unguarded: made(unguarded), static: sumsOf(untaught, frame, dollars, fees) };
}

/** The moment at which so large a share of the days that have rows is over. */
function afterDays({ tsUs }: MarketFrame, share: number): number {
  // A row's minute ends at its time, so that midnight belongs to the day before.
  const days = [...new Set(Array.from(tsUs, (us) => Math.ceil(us / DAY_US) - 1))];
  const whole = Math.floor(days.length * share);
  return ((days[whole] as number) + days.length * share - whole) * DAY_US;
}
