import { statisticsKernel } from '../../kernel/statistics.js';
import { part, type Series } from '../../kernel/statistics-arena.js';
import { ConstantSeriesError, InsufficientDataError } from './errors.js';
import { type CriticalValues, type Deterministic, mackinnonCriticalValues, mackinnonPValue } from './mackinnon.js';
import { nestedSquaredResiduals } from './nested-lags.js';
import { constantColumn, laggedColumns, regress, trendColumn } from './regression.js';
import { removeMean, stepsOf, varyingSample } from './sample.js';
import { wholeNumber } from './whole-number.js';

/** How many lagged steps the test regression has: as given, or the number with the smallest information criterion. */
export type LagChoice = 'AIC' | 'BIC' | null;

export interface AdfOptions {
  /** Deterministic terms; a constant by default. */
  readonly regression?: Deterministic;
  /** 'AIC' by default; null takes `maxLag` itself. */
  readonly autolag?: LagChoice;
  /** Most lagged steps; null, the default, for ceil(12 * (n / 100)^(1/4)), or what the series allows. */
  readonly maxLag?: number | null;
}

/** What the test regression comes to, before it is judged. */
export interface AdfRegression {
  /** Coefficient of the level by its standard error. */
  readonly statistic: number;
  /** Lagged steps in the regression. */
  readonly usedLag: number;
  /** Rows of the regression: n - 1 - usedLag. */
  readonly nobs: number;
  /** The smallest information criterion; absent where the lag was given. */
  readonly icBest?: number;
}

export interface AdfResult extends AdfRegression {
  /** Of the hypothesis that the series has a unit root. */
  readonly pValue: number;
  readonly criticalValues: CriticalValues;
}

/** Columns of deterministic terms. */
const TERMS: Readonly<Record<Deterministic, number>> = { n: 0, c: 1, ct: 2 };

/**
 * Augmented Dickey-Fuller test: small p-values speak against a unit root, for mean reversion.
 * @throws InsufficientDataError when there are too few values for one row more than regressors, or for `maxLag`
 * @throws NotFiniteError
 * @throws ConstantSeriesError when neither the values nor, beside a constant, their steps vary
 * @throws InvalidInputError when maxLag is no whole number
 */
export function adf(values: ArrayLike<number>, options: AdfOptions = {}): AdfResult {
  const { regression = 'c' } = options;
  const fit = adfRegression(values, options);
  return {
    ...fit,
    pValue: mackinnonPValue(fit.statistic, regression),
    criticalValues: mackinnonCriticalValues(fit.nobs, regression),
  };
}

/**
 * The regression behind `adf`: step[t] = gamma * x[t-1] + sum of delta[j] * step[t-j] (+ constant (+ trend)) + noise.
 * Throws what `adf` throws.
 */
export function adfRegression(values: ArrayLike<number>, options: AdfOptions = {}): AdfRegression {
  const { regression = 'c', autolag = 'AIC' } = options;
  const n = values.length;
  const lagMax = Math.floor(n / 2) - TERMS[regression] - 1;
  const asked = options.maxLag ?? Math.min(lagMax, Math.ceil(12 * (n / 100) ** 0.25));
  if (lagMax < 0 || asked > lagMax) {
    throw new InsufficientDataError(`${n} values are too few for ${Math.max(0, asked)} lags`, { length: n, maxLag: asked });
  }
  const maxLag = wholeNumber('maxLag', asked, 0);
  return statisticsKernel().scope(() => {
    const { level, steps, unit } = levelAndSteps(values, regression);
    if (autolag === null) return fitLag(level, steps, regression, maxLag);
    const { lag, ic } = chooseLag(level, steps, regression, maxLag, autolag);
    const rows = steps.values.length - maxLag;
    return { ...fitLag(level, steps, regression, lag), icBest: ic + 2 * rows * Math.log(unit) };
  });
}

interface LevelAndSteps {
  readonly level: Series;
  readonly steps: Series;
  /** What a 1 in them stands for. */
  readonly unit: number;
}

/** Levels and steps in one unit; centred where a constant in the regression takes up what that leaves out. */
function levelAndSteps(values: ArrayLike<number>, regression: Deterministic): LevelAndSteps {
  const kernel = statisticsKernel();
  const { scaled, unit } = varyingSample(values, 1);
  const steps = stepsOf(scaled);
  if (regression === 'n') {
    const level = kernel.series(values);
    kernel.shift(level, 1 / unit, 0);
    return { level, steps, unit };
  }
  const { min, max } = kernel.extent(steps);
  if (min === max) throw new ConstantSeriesError('every step of the series is the same');
  for (const series of [scaled, steps]) removeMean(series);
  return { level: scaled, steps, unit };
}

function deterministicColumns(regression: Deterministic, rows: number): Float64Array[] {
  return [constantColumn(rows), trendColumn(rows)].slice(0, TERMS[regression]);
}

/** Smallest information criterion, up to the unit of the steps, over 0..maxLag lags, all fitted on the rows that `maxLag` leaves; the lower lag on a tie. */
function chooseLag(
  level: Series,
  steps: Series,
  regression: Deterministic,
  maxLag: number,
  autolag: 'AIC' | 'BIC',
): { lag: number; ic: number } {
  const kernel = statisticsKernel();
  const rows = steps.values.length - maxLag;
  const fixed = [...deterministicColumns(regression, rows).map((column) => kernel.series(column)), part(level, maxLag, -1)];
  const penalty = autolag === 'AIC' ? 2 : Math.log(rows);
  let lag = 0;
  let ic = Number.POSITIVE_INFINITY;
  nestedSquaredResiduals(fixed, steps, maxLag).forEach((squares, candidate) => {
    const logLikelihood = (-rows / 2) * (Math.log(2 * Math.PI) + Math.log(squares / rows) + 1);
    const criterion = -2 * logLikelihood + penalty * (fixed.length + candidate);
    if (criterion < ic) {
      lag = candidate;
      ic = criterion;
    }
  });
  return { lag, ic };
}

function fitLag(level: Series, steps: Series, regression: Deterministic, usedLag: number): AdfRegression {
  const all = steps.values;
  const nobs = all.length - usedLag;
  const columns = [...deterministicColumns(regression, nobs), level.values.subarray(usedLag, -1), ...laggedColumns(all, usedLag)];
  const { coefficients, standardErrors } = regress(all.subarray(usedLag), columns);
  const at = TERMS[regression];
  const statistic = (coefficients[at] ?? Number.NaN) / (standardErrors[at] ?? Number.NaN);
  return { statistic, usedLag, nobs };
}
