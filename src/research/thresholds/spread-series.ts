import { CalculationError } from '../../domain/calculation-error.js';

/**
 * A spread to trade thresholds on: columns of one length, oldest row first. A missing row is NaN in both spreads; the last row
 * is never missing.
 */
export interface SpreadSeries {
  /** The spread that a position would be entered at. */
  readonly entry: Float64Array;
  /** The spread that it would be left at. The same column as `entry` where bid and ask are not told apart. */
  readonly exit: Float64Array;
  /** Where a row lies, in the unit in which holding is limited: the row's number, or its time. Rises from row to row. */
  readonly places: Float64Array;
}

/**
 * A series from its spreads: rows of which either is NaN or infinite are missing, and such rows at the end are dropped.
 * @param places the rows' numbers unless given
 * @throws CalculationError INSUFFICIENT_DATA when no row is left
 */
export function spreadSeries(entry: Float64Array, exit = entry, places?: Float64Array): SpreadSeries {
  const isMissing = (row: number): boolean => !Number.isFinite((entry[row] as number) + (exit[row] as number));
  let rows = Math.min(entry.length, exit.length);
  while (rows > 0 && isMissing(rows - 1)) rows--;
  if (rows === 0) throw new CalculationError('INSUFFICIENT_DATA', { rows });
  const blanked = (values: Float64Array): Float64Array =>
    values.slice(0, rows).map((value, row) => (isMissing(row) ? NaN : value));
  const entries = blanked(entry);
  return {
    entry: entries,
    exit: exit === entry ? entries : blanked(exit),
    places: places?.subarray(0, rows) ?? Float64Array.from({ length: rows }, (_, row) => row),
  };
}
