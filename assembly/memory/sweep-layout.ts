// The figures of one pair of thresholds, as the kernel's sweep writes them: float64 each, offsets in bytes.

/** Trades, and those with a profit above 0. */
export const SWEEP_TRADES = 0;
export const SWEEP_WINS = 8;
/** Sum of the profits, and of their squares. */
export const SWEEP_PROFIT = 16;
export const SWEEP_PROFIT_SQUARES = 24;
/** Largest fall of the cumulative profit from its maximum so far, both 0 at first; positive. */
export const SWEEP_DRAWDOWN = 32;
/** Trades closed because they were held too long, and because the data ended. */
export const SWEEP_TIMEOUTS = 40;
export const SWEEP_ENDS = 48;
/** Sum of the holding times. */
export const SWEEP_HELD = 56;
export const SWEEP_STRIDE = 64;
