import { statisticsKernel } from '../../kernel/statistics.js';
import { correlationsOf } from './autocorrelation.js';
import { ConstantSeriesError } from './errors.js';
import { removeMean, varyingSample } from './sample.js';
import { chiSquareTail } from './tails.js';
import { wholeNumber } from './whole-number.js';

export interface LjungBoxOptions {
  /** Numbers of lags to test, one result each. */
  readonly lags: readonly number[];
  /** Parameters of a model whose residuals these are; 0 by default. */
  readonly modelDf?: number;
  /** Tests (x - mean)^2, for clusters of volatility. */
  readonly squared?: boolean;
}

/** What autocorrelations say together, one element for each number of lags. Small p-values speak against independence. */
export interface LjungBoxResult {
  readonly ljungBox: Float64Array;
  /** Upper tails of chi-square; NaN where there are no more lags than parameters of the model. */
  readonly ljungBoxP: Float64Array;
  readonly boxPierce: Float64Array;
  readonly boxPierceP: Float64Array;
}

/**
 * Ljung-Box and Box-Pierce tests of a series for autocorrelation.
 * @throws InsufficientDataError unless there are more values than lags
 * @throws NotFiniteError
 * @throws ConstantSeriesError when the values, or their squared deviations where those are tested, do not vary
 * @throws InvalidInputError when a number of lags is not whole, or modelDf is not
 */
export function ljungBox(values: ArrayLike<number>, { lags, modelDf = 0, squared = false }: LjungBoxOptions): LjungBoxResult {
  for (const lag of lags) wholeNumber('lags', lag, 1);
  wholeNumber('modelDf', modelDf, 0);
  const most = Math.max(0, ...lags);
  const correlations = statisticsKernel().scope(() => {
    const { scaled } = varyingSample(values, most + 1);
    const kernel = statisticsKernel();
    removeMean(scaled);
    if (squared) {
      kernel.square(scaled);
      const { min, max } = kernel.extent(scaled);
      if (min === max) throw new ConstantSeriesError('the squared deviations do not vary');
      removeMean(scaled);
    }
    return correlationsOf(scaled, most);
  });
  const n = values.length;
  const at = (statistic: (lag: number) => number): Float64Array => Float64Array.from(lags, statistic);
  const box = at((lag) => n * (n + 2) * sumTo(lag, (k) => (correlations[k] ?? 0) ** 2 / (n - k)));
  const pierce = at((lag) => n * sumTo(lag, (k) => (correlations[k] ?? 0) ** 2));
  const tail = (statistic: number, index: number): number => chiSquareTail(statistic, (lags[index] ?? 0) - modelDf);
  return { ljungBox: box, ljungBoxP: box.map(tail), boxPierce: pierce, boxPierceP: pierce.map(tail) };
}

function sumTo(last: number, term: (k: number) => number): number {
  let sum = 0;
  for (let k = 1; k <= last; k++) sum += term(k);
  return sum;
}
