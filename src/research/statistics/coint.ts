import { statisticsKernel } from '../../kernel/statistics.js';
import { adfRegression, type LagChoice } from './adf.js';
import { type CriticalValues, mackinnonCriticalValues, mackinnonPValue } from './mackinnon.js';
import { mustVary, samplePair } from './pair.js';
import { constantColumn, regress, residualsOf } from './regression.js';
import { removeMean } from './sample.js';

export interface CointOptions {
  /** Terms of the cointegrating regression: a constant, or a constant and a trend; a constant by default. */
  readonly trend?: 'c' | 'ct';
  /** As of `adf`, for the residuals. */
  readonly autolag?: LagChoice;
  readonly maxLag?: number | null;
}

export interface CointResult {
  /** Dickey-Fuller statistic of the residuals; -Infinity when the series are collinear. */
  readonly statistic: number;
  /** Of the hypothesis that the series are not cointegrated. */
  readonly pValue: number;
  /** Lagged steps in the test regression; null when the series are collinear. */
  readonly usedLag: number | null;
  readonly criticalValues: CriticalValues;
}

/** Series that leave less than this share of y unexplained are collinear. */
const COLLINEAR = 100 * Math.sqrt(Number.EPSILON);

/**
 * Cointegration of two series by Engle and Granger (1987): whether what x does not explain of y reverts. Not symmetric in y and x.
 * @throws InsufficientDataError for fewer than 10 pairs, or too few for the lags asked for
 * @throws NotFiniteError
 * @throws ConstantSeriesError when a series does not vary
 * @throws InvalidInputError when the series differ in length
 */
export function coint(y: ArrayLike<number>, x: ArrayLike<number>, options: CointOptions = {}): CointResult {
  const { trend = 'c', autolag = 'AIC', maxLag = null } = options;
  const n = y.length;
  const { residuals, unexplained } = cointegratingResiduals(y, x, trend);
  const criticalValues = mackinnonCriticalValues(n - 1, trend, 2);
  if (unexplained <= COLLINEAR) return { statistic: Number.NEGATIVE_INFINITY, pValue: 0, usedLag: null, criticalValues };
  const { statistic, usedLag } = adfRegression(residuals, { regression: 'n', autolag, maxLag });
  return { statistic, pValue: mackinnonPValue(statistic, trend, 2), usedLag, criticalValues };
}

/** What is left of y, in a unit of its own, and the share of its sum of squares that it is. */
function cointegratingResiduals(
  y: ArrayLike<number>,
  x: ArrayLike<number>,
  trend: 'c' | 'ct',
): { readonly residuals: Float64Array; readonly unexplained: number } {
  return statisticsKernel().scope(() => {
    const n = y.length;
    const { y: ys, x: xs } = samplePair(y, x, 10);
    mustVary(ys, xs);
    removeMean(ys.scaled);
    removeMean(xs.scaled);
    const columns = [constantColumn(n), xs.scaled.values];
    if (trend === 'ct')
      columns.splice(
        1,
        0,
        Float64Array.from({ length: n }, (_, t) => (t - (n - 1) / 2) / n),
      );
    const { coefficients, squaredResiduals } = regress(ys.scaled.values, columns);
    return {
      residuals: residualsOf(ys.scaled.values, columns, coefficients),
      unexplained: squaredResiduals / statisticsKernel().dot(ys.scaled, ys.scaled),
    };
  });
}
