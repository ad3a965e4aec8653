/** When a position is entered and left, row by row. */
export interface PositionRules<Reason extends string> {
  /** A missing row does nothing. */
  isMissing(row: number): boolean;
  /** Asked when flat. */
  enters(row: number): boolean;
  /** Asked in a position since `entryRow`: why it is left at `row`, or null to stay. */
  leaves(entryRow: number, row: number): Reason | null;
}

/** Rows between which a position was held, and why it was left; 'end' when the data were at their end. */
export interface PositionSpan<Reason extends string> {
  readonly entryRow: number;
  readonly exitRow: number;
  readonly reason: Reason | 'end';
}

/**
 * Walks rows 0 to `last`, one position at a time and one action a row: nothing is entered in the row in which a position was left, nor
 * in the last row, in which an open position ends.
 * @param last a row that is not missing
 */
export function walkPositions<Reason extends string>(last: number, rules: PositionRules<Reason>): PositionSpan<Reason>[] {
  const spans: PositionSpan<Reason>[] = [];
  let entryRow = -1;
  for (let row = 0; row <= last; row++) {
    if (rules.isMissing(row)) continue;
    if (entryRow < 0) {
      if (row < last && rules.enters(row)) entryRow = row;
      continue;
    }
    const reason = rules.leaves(entryRow, row) ?? (row === last ? 'end' : null);
    if (reason === null) continue;
    spans.push({ entryRow, exitRow: row, reason });
    entryRow = -1;
  }
  return spans;
}
