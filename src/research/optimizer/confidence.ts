/** What confidence in a pair of thresholds rests on. */
export interface ConfidenceEvidence {
  readonly trades: number;
  /** Of the augmented Dickey-Fuller test. */
  readonly adfPValue: number;
  /** How far profits in blocks of time that were not looked at come up to those that were: at most 1, negative for a loss. */
  readonly agreement: number;
  /** How much of the profit the neighbouring pairs make, in [0, 1]. */
  readonly flatness: number;
}

/** Number of trades that count half. */
const TRADES_HALF = 10;
/** A p-value from which on the spread counts as a random walk, and one down to which it may be one. */
const P_NONE = 0.1;
const P_FULL = 0.001;

/**
 * Confidence in [0, 1]: stationarity x agreement x sqrt(count x flatness), each of them in [0, 1].
 *  - stationarity falls with the logarithm of the p-value, from 1 at 0.001 or less to 0 at 0.1 or more: without mean reversion
 *    nothing else counts
 *  - agreement and flatness, as given; a pair that only one of four blocks made profitable agrees to a quarter
 *  - count = trades / (trades + 10)
 */
export function confidenceScore({ trades, adfPValue, agreement, flatness }: ConfidenceEvidence): number {
  const stationarity = unit(Math.log(P_NONE / Math.max(adfPValue, P_FULL)) / Math.log(P_NONE / P_FULL));
  const count = trades / (trades + TRADES_HALF);
  return stationarity * unit(agreement) * Math.sqrt(count * unit(flatness));
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
