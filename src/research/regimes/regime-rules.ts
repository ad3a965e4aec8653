import { MarketRegime } from '../../history/quality/market-condition.js';

/** What regimes are told by. All windows are in rows and end with the row that is judged: nothing later counts. */
export interface RegimeRules {
  /** Rows over which volatility and trend are measured; at least 4. 60 by default: an hour of minutes. */
  readonly windowRows: number;
  /** Rows of which the usual volatility is the median; at least `windowRows`. 1,440 by default: a day of minutes. */
  readonly usualRows: number;
  /** Judged every so many rows; 15 by default. */
  readonly stepRows: number;
  /** Volatility by the usual one: above `crisis`, above `high`, below `low`. 4, 2 and 0.5 by default. */
  readonly crisis: number;
  readonly high: number;
  readonly low: number;
  /** Efficiency of the way, 0 to 1, from which on it is a trend; 0.4 by default. */
  readonly trend: number;
  /** A fall in the window of so many usual standard deviations of such a window is a crisis too; 5 by default. */
  readonly crash: number;
}

/** See `RegimeRules`. */
export const REGIME_RULES: RegimeRules = {
  ...{ windowRows: 60, usualRows: 1440, stepRows: 15 },
  ...{ crisis: 4, high: 2, low: 0.5, trend: 0.4, crash: 5 },
};

/** Figures of one window of prices. */
export interface WindowFigures {
  /** Standard deviation of the logarithmic returns of a row, about 0: over a short window their mean is noise. */
  readonly volatility: number;
  /** Logarithm of the last price by the first. */
  readonly move: number;
  /** Kaufman's efficiency ratio: way from start to end over the way walked, 0 to 1. */
  readonly efficiency: number;
  /** Rows with a return. */
  readonly returns: number;
}

/**
 * The regime of a window. In this order: CRISIS when volatility is above `crisis` times the usual one, or the price has fallen by more than
 * `crash` usual deviations; HIGH_VOLATILITY above `high` times; TRENDING_UP or _DOWN when the way is efficient; LOW_VOLATILITY below `low`
 * times; else RANGING.
 * @param usualVolatility of a row; 0 while none is known, when only trends are told
 */
export function regimeOf(
  { volatility, move, efficiency, returns }: WindowFigures,
  usualVolatility: number,
  rules: RegimeRules,
): MarketRegime {
  const usual = usualVolatility > 0 ? usualVolatility : volatility;
  if (volatility > rules.crisis * usual || -move > rules.crash * usual * Math.sqrt(returns)) return MarketRegime.CRISIS;
  if (volatility > rules.high * usual) return MarketRegime.HIGH_VOLATILITY;
  if (efficiency > rules.trend) return move > 0 ? MarketRegime.TRENDING_UP : MarketRegime.TRENDING_DOWN;
  return volatility < rules.low * usual ? MarketRegime.LOW_VOLATILITY : MarketRegime.RANGING;
}

/** Figures of the returns of `count` rows that end with row `last`; a return that is missing is left out. */
export function windowFigures(logPrices: Float64Array, last: number, count: number): WindowFigures {
  let [move, way, squares, returns] = [0, 0, 0, 0];
  for (let row = Math.max(1, last - count + 1); row <= last; row++) {
    const each = (logPrices[row] as number) - (logPrices[row - 1] as number);
    if (!Number.isFinite(each)) continue;
    move += each;
    way += Math.abs(each);
    squares += each * each;
    returns++;
  }
  return {
    volatility: returns === 0 ? 0 : Math.sqrt(squares / returns),
    move,
    efficiency: way === 0 ? 0 : Math.min(1, Math.abs(move) / way),
    returns,
  };
}
