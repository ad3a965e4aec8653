import { InvalidInputError } from '../../domain/errors.js';
import { statisticsKernel } from '../../kernel/statistics.js';
import { checkedSeries } from './sample.js';

/** Two regimes that a Markov chain switches between: in regime s a value is N(means[s], variances[s]). */
export interface MarkovParameters {
  readonly means: readonly [number, number];
  readonly variances: readonly [number, number];
  /** Chance to stay in regime 0, and in regime 1, from one value to the next. */
  readonly p00: number;
  readonly p11: number;
}

/** Chances of regime 1 at every value. */
export interface RegimePath {
  readonly logLikelihood: number;
  /** Given the values up to then. */
  readonly filtered: Float64Array;
  /** Given all values. */
  readonly smoothed: Float64Array;
}

const LOG_2_PI = Math.log(2 * Math.PI);

/**
 * Which regime a series was in, under known parameters; the chain starts from its stationary distribution.
 * Source: Hamilton (1989); Kim (1994) for the smoothing.
 * @throws InsufficientDataError for no values
 * @throws NotFiniteError
 * @throws InvalidInputError unless variances are positive, chances from 0 to 1, and not both 1
 */
export function markovFilter(values: ArrayLike<number>, parameters: MarkovParameters): RegimePath {
  statisticsKernel().scope(() => checkedSeries(values, 1));
  const { variances, p00, p11 } = parameters;
  const isChance = (p: number): boolean => p >= 0 && p <= 1;
  if (!(variances[0] > 0 && variances[1] > 0 && isChance(p00) && isChance(p11) && p00 + p11 < 2)) {
    throw new InvalidInputError('variances have to be above 0, p00 and p11 from 0 to 1, and not both 1', { ...parameters });
  }
  const filtered = new Float64Array(values.length);
  const logLikelihood = filterRegimes(values, parameters, filtered);
  return { logLikelihood, filtered, smoothed: smoothRegimes(parameters, filtered) };
}

/** Fills `filtered`. @returns the log-likelihood of all values */
export function filterRegimes(values: ArrayLike<number>, parameters: MarkovParameters, filtered: Float64Array): number {
  const { means, variances, p00, p11 } = parameters;
  const [mean0, mean1] = means;
  const [variance0, variance1] = variances;
  const constant0 = -(LOG_2_PI + Math.log(variance0)) / 2;
  const constant1 = -(LOG_2_PI + Math.log(variance1)) / 2;
  let logLikelihood = 0;
  let chance1 = (1 - p00) / (2 - p00 - p11);
  for (let t = 0; t < values.length; t++) {
    const value = values[t] as number;
    const log0 = constant0 - (value - mean0) ** 2 / (2 * variance0);
    const log1 = constant1 - (value - mean1) ** 2 / (2 * variance1);
    // The larger density, of regimes that are possible at all, is scaled to 1: no value is so far off that both vanish.
    const top = chance1 === 0 || (chance1 < 1 && log0 > log1) ? log0 : log1;
    const weight0 = chance1 === 1 ? 0 : (1 - chance1) * Math.exp(log0 - top);
    const weight1 = chance1 === 0 ? 0 : chance1 * Math.exp(log1 - top);
    const sum = weight0 + weight1;
    logLikelihood += top + Math.log(sum);
    const now1 = weight1 / sum;
    filtered[t] = now1;
    chance1 = now1 * p11 + (1 - now1) * (1 - p00);
  }
  return logLikelihood;
}

/** Chance of regime 1 given all values, from the filtered chances. */
export function smoothRegimes({ p00, p11 }: MarkovParameters, filtered: Float64Array): Float64Array {
  const smoothed = filtered.slice();
  for (let t = smoothed.length - 2; t >= 0; t--) {
    const now1 = filtered[t] as number;
    const next1 = smoothed[t + 1] as number;
    const chance1 = now1 * p11 + (1 - now1) * (1 - p00);
    smoothed[t] = now1 * (ratio(p11 * next1, chance1) + ratio((1 - p11) * (1 - next1), 1 - chance1));
  }
  return smoothed;
}

/** 0 for what cannot happen. */
export function ratio(part: number, whole: number): number {
  return part === 0 ? 0 : part / whole;
}
