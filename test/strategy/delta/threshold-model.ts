/** One trade of the threshold rules: rows of entry and close, and why. */
export interface ModelTrade {
  readonly entry: number;
  readonly close: number;
  readonly reason: 'exit' | 'timeout' | 'end';
}

/**
 * The threshold rules of backtests, written down as plainly as they are said: short-spread side, one action a row, the exit before
 * the holding limit, a missing row (null) does nothing but counts for the hold.
 */
export function thresholdTrades(
  series: readonly (number | null)[],
  entry: number,
  exit: number,
  maxHoldRows: number,
): ModelTrade[] {
  const trades: ModelTrade[] = [];
  let entered = -1;
  series.forEach((spread, row) => {
    const isLast = row === series.length - 1;
    if (spread === null) return;
    if (entered < 0) {
      if (spread >= entry && !isLast) entered = row;
      return;
    }
    const reason = spread <= exit ? 'exit' : row - entered >= maxHoldRows ? 'timeout' : isLast ? 'end' : null;
    if (reason === null) return;
    trades.push({ entry: entered, close: row, reason });
    entered = -1;
  });
  return trades;
}
