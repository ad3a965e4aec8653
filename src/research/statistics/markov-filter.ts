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
  const filtered = regimeChances(values.length);
  const logLikelihood = filterRegimes(values, parameters, filtered);
  const smoothed = regimeChances(values.length);
  smoothRegimes(parameters, filtered, smoothed);
  return { logLikelihood, filtered: filtered.high, smoothed: smoothed.high };
}

/** Chances of both regimes at every value. Each is kept, for 1 less a chance near 1 has lost its digits. */
export interface RegimeChances {
  readonly calm: Float64Array;
  readonly high: Float64Array;
}

export function regimeChances(length: number): RegimeChances {
  return { calm: new Float64Array(length), high: new Float64Array(length) };
}

/** Fills `filtered` with the chances given the values up to then. @returns the log-likelihood of all values */
export function filterRegimes(values: ArrayLike<number>, parameters: MarkovParameters, filtered: RegimeChances): number {
  const { means, variances, p00, p11 } = parameters;
  const [mean0, mean1] = means;
  const [variance0, variance1] = variances;
  const constant0 = -(LOG_2_PI + Math.log(variance0)) / 2;
  const constant1 = -(LOG_2_PI + Math.log(variance1)) / 2;
  const { calm, high } = filtered;
  let logLikelihood = 0;
  // Not 2 - p00 - p11, which has lost the last digits where both are near 1.
  const leaves = 1 - p00 + (1 - p11);
  let chance0 = (1 - p11) / leaves;
  let chance1 = (1 - p00) / leaves;
  for (let t = 0; t < values.length; t++) {
    const value = values[t] as number;
    const log0 = constant0 - (value - mean0) ** 2 / (2 * variance0);
    const log1 = constant1 - (value - mean1) ** 2 / (2 * variance1);
    // The larger density, of regimes that are possible at all, is scaled to 1: no value is so far off that both vanish.
    const top = chance1 === 0 || (chance0 > 0 && log0 > log1) ? log0 : log1;
    const weight0 = chance0 === 0 ? 0 : chance0 * Math.exp(log0 - top);
    const weight1 = chance1 === 0 ? 0 : chance1 * Math.exp(log1 - top);
    const sum = weight0 + weight1;
    logLikelihood += top + Math.log(sum);
    const now0 = weight0 / sum;
    const now1 = weight1 / sum;
    calm[t] = now0;
    high[t] = now1;
    chance0 = now0 * p00 + now1 * (1 - p11);
    chance1 = now0 * (1 - p00) + now1 * p11;
  }
  return logLikelihood;
}

/** Fills `smoothed` with the chances given all values, from the filtered ones. */
export function smoothRegimes({ p00, p11 }: MarkovParameters, filtered: RegimeChances, smoothed: RegimeChances): void {
  const last = filtered.high.length - 1;
  let next0 = filtered.calm[last] as number;
  let next1 = filtered.high[last] as number;
  smoothed.calm[last] = next0;
  smoothed.high[last] = next1;
  for (let t = last - 1; t >= 0; t--) {
    const now0 = filtered.calm[t] as number;
    const now1 = filtered.high[t] as number;
    const share0 = ratio(next0, now0 * p00 + now1 * (1 - p11));
    const share1 = ratio(next1, now0 * (1 - p00) + now1 * p11);
    next0 = now0 * (p00 * share0 + (1 - p00) * share1);
    next1 = now1 * ((1 - p11) * share0 + p11 * share1);
    smoothed.calm[t] = next0;
    smoothed.high[t] = next1;
  }
}

/** 0 for what cannot happen. */
export function ratio(part: number, whole: number): number {
  return part === 0 ? 0 : part / whole;
}
