import { statisticsKernel } from '../../kernel/statistics.js';
import type { Series } from '../../kernel/statistics-arena.js';
import { constantColumn, regress, residualsOf, trendColumn } from './regression.js';
import { removeMean, varyingSample } from './sample.js';
import { wholeNumber } from './whole-number.js';

export interface KpssOptions {
  /** Stationary about a level ('c', the default) or about a trend. */
  readonly regression?: 'c' | 'ct';
  /** Lags of the long-run variance; chosen by the data (Hobijn, Franses and Ooms 1998) by default. */
  readonly nlags?: number | 'auto';
}

export interface KpssResult {
  readonly statistic: number;
  /** Of the hypothesis that the series is stationary; interpolated, and no less than 0.01 nor more than 0.10. */
  readonly pValue: number;
  readonly lags: number;
}

const LENGTH_MIN = { c: 3, ct: 4 } as const;
const P_VALUES = [0.1, 0.05, 0.025, 0.01];
/** Kwiatkowski, Phillips, Schmidt and Shin 1992, table 1. */
const CRITICAL = { c: [0.347, 0.463, 0.574, 0.739], ct: [0.119, 0.146, 0.176, 0.216] } as const;

/**
 * KPSS test: small p-values speak against stationarity.
 * @throws InsufficientDataError for fewer than 3 values (4 with a trend), or no more values than lags
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 * @throws InvalidInputError when nlags is no whole number
 */
export function kpss(values: ArrayLike<number>, { regression = 'c', nlags = 'auto' }: KpssOptions = {}): KpssResult {
  const fixed = nlags === 'auto' ? 0 : wholeNumber('nlags', nlags, 0);
  const n = values.length;
  return statisticsKernel().scope(() => {
    const kernel = statisticsKernel();
    const { scaled } = varyingSample(values, Math.max(LENGTH_MIN[regression], fixed + 1));
    removeMean(scaled);
    if (regression === 'ct') removeTrend(scaled);
    const lags = nlags === 'auto' ? automaticLags(scaled) : fixed;
    const products = kernel.laggedProducts(scaled, lags);
    let longRun = products[0] ?? 0;
    for (let j = 1; j <= lags; j++) longRun += 2 * (1 - j / (lags + 1)) * (products[j] ?? 0);
    const statistic = kernel.totalSquares(scaled) / n / longRun;
    return { statistic, pValue: interpolate(statistic, CRITICAL[regression], P_VALUES), lags };
  });
}

/** Leaves the residuals of a regression on a constant and a trend, in place. */
function removeTrend(series: Series): void {
  const rows = series.values.length;
  const columns = [constantColumn(rows), trendColumn(rows)];
  series.values.set(residualsOf(series.values, columns, regress(series.values, columns).coefficients));
}

function automaticLags(residuals: Series): number {
  const n = residuals.values.length;
  const tried = Math.min(n - 1, Math.floor(n ** (2 / 9)));
  const products = statisticsKernel().laggedProducts(residuals, tried);
  let s0 = products[0] ?? 0;
  let s1 = 0;
  for (let j = 1; j <= tried; j++) {
    s0 += 2 * (products[j] ?? 0);
    s1 += 2 * j * (products[j] ?? 0);
  }
  return Math.min(n - 1, Math.floor(1.1447 * ((s1 / s0) ** 2) ** (1 / 3) * n ** (1 / 3)));
}

/** Linear between the points, held at the ends. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  const after = xs.findIndex((point) => x < point);
  if (after === 0) return ys[0] ?? Number.NaN;
  if (after < 0) return ys.at(-1) ?? Number.NaN;
  const [x0 = 0, x1 = 1] = [xs[after - 1], xs[after]];
  const [y0 = 0, y1 = 0] = [ys[after - 1], ys[after]];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
