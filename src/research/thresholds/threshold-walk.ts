import { CalculationError } from '../../domain/calculation-error.js';
import { type PositionSpan, walkPositions } from './position-walk.js';
import type { SpreadSeries } from './spread-series.js';

/** What a threshold backtest costs and allows. */
export interface SweepTerms {
  /** Taken from the profit of every round trip, in the unit of the spread. */
  readonly fee: number;
  /** How long a position is held at most, in the unit of the series' places; at least 1. */
  readonly maxHold: number;
}

/** Why a position was left: the spread came down, or it was held too long. */
export type ThresholdExit = 'exit' | 'timeout';

/** A round trip of a threshold backtest. */
export interface ThresholdTrade extends PositionSpan<ThresholdExit> {
  /** entry spread - exit spread - fee, in the unit of the spread. */
  readonly profit: number;
}

/** @throws CalculationError INVALID_MAX_HOLD when a position could not be held for 1 */
export function checkTerms({ maxHold }: Pick<SweepTerms, 'maxHold'>): void {
  if (!(maxHold >= 1)) throw new CalculationError('INVALID_MAX_HOLD', { maxHold });
}

/**
 * Trades one pair of thresholds, row by row: the plain definition of what the kernel's sweep computes from events. Flat, it enters
 * where the spread has reached `entry`; in position it leaves where the spread has fallen to `exit`, else where the position is over
 * its limit, else in the last row.
 * @throws CalculationError INVALID_MAX_HOLD
 */
export function walkThresholds(series: SpreadSeries, entry: number, exit: number, terms: SweepTerms): ThresholdTrade[] {
  checkTerms(terms);
  const { entry: entrySpreads, exit: exitSpreads, places } = series;
  const spans = walkPositions<ThresholdExit>(places.length - 1, {
    isMissing: (row) => Number.isNaN(exitSpreads[row]),
    enters: (row) => (entrySpreads[row] as number) >= entry,
    leaves: (entryRow, row) => {
      if ((exitSpreads[row] as number) <= exit) return 'exit';
      return (places[row] as number) - (places[entryRow] as number) >= terms.maxHold ? 'timeout' : null;
    },
  });
  return spans.map((span) => {
    const profit = (entrySpreads[span.entryRow] as number) - (exitSpreads[span.exitRow] as number) - terms.fee;
    return { ...span, profit };
  });
}
