import type { BacktestOptions } from './backtest-types.js';
import type { TradingSetup } from './paper-trading.js';

/** How often a backtest looks round while nothing happens. What follows from trades keeps its own times, whatever the pace. */
export interface Pace extends Required<Pick<BacktestOptions, 'equityMs'>> {
  readonly setup: Required<Pick<TradingSetup, 'idleMs' | 'patienceMs' | 'desk' | 'paper'>>;
}

/** Checks of accounts among bars: they find nothing that a trade has not stirred up. */
const CHECK_BARS = 15;
const REFRESH_BARS = 60;
/** Every symbol has had its first bar by then. */
const PATIENCE_BARS = 5;

/**
 * The pace of a history that says something once in `intervalMs`, as bars do: between two of them there is nothing to see, so that the
 * engine does not turn, resting orders and funding are not looked at, and equity is not sampled. Orders under way have their turns.
 */
export function paceOfBars(intervalMs: number): Pace {
  const refreshMsMax = REFRESH_BARS * intervalMs;
  return {
    equityMs: intervalMs,
    setup: {
      // A bar that is late does not make an idle turn.
      ...{ idleMs: 2 * intervalMs, patienceMs: PATIENCE_BARS * intervalMs },
      paper: { lookMs: intervalMs },
      desk: {
        ...{ upkeepMs: intervalMs, sweepMs: refreshMsMax },
        watch: { checkMs: CHECK_BARS * intervalMs, refreshMsMax },
      },
    },
  };
}
