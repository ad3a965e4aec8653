import { InvalidInputError } from '../../domain/errors.js';
import { statisticsKernel } from '../../kernel/statistics.js';
import { checkedSeries } from './sample.js';

/** A GARCH(1,1) model (Bollerslev, 1986): value = mu + e, e ~ N(0, h), next h = omega + alpha * e^2 + beta * h. */
export interface GarchParameters {
  readonly mu: number;
  readonly omega: number;
  readonly alpha: number;
  readonly beta: number;
}

/** The first variance: the mean square about mu, or what the variance comes to in the long run. */
export type GarchStart = 'sample' | 'unconditional';

export interface GarchPath {
  readonly logLikelihood: number;
  /** Variance of every value given those before it; the last, one more than there are values, is the forecast. */
  readonly variance: Float64Array;
  /** Expected variances of the next values, the nearest first. */
  readonly forecast: Float64Array;
}

const FORECAST_STEPS = 10;
const LOG_2_PI = Math.log(2 * Math.PI);

/**
 * What a series says under a model. The log-likelihood is NaN when the first variance is 0: a 'sample' start and every value mu.
 * @throws InsufficientDataError for no values
 * @throws NotFiniteError
 * @throws InvalidInputError unless omega > 0, alpha and beta >= 0, and, for an 'unconditional' start, alpha + beta < 1
 */
export function garchPath(
  values: ArrayLike<number>,
  parameters: GarchParameters,
  start: GarchStart = 'sample',
  forecastSteps = FORECAST_STEPS,
): GarchPath {
  const { mu, omega, alpha, beta } = parameters;
  statisticsKernel().scope(() => checkedSeries(values, 1));
  const isStationary = alpha + beta < 1;
  if (!(omega > 0 && alpha >= 0 && beta >= 0 && (isStationary || start === 'sample') && Number.isFinite(mu))) {
    throw new InvalidInputError(`no GARCH model: omega ${omega}, alpha ${alpha}, beta ${beta}, mu ${mu}`, { ...parameters });
  }
  const n = values.length;
  const variance = new Float64Array(n + 1);
  variance[0] = start === 'sample' ? meanSquare(values, mu) : omega / (1 - alpha - beta);
  const logLikelihood = garchLogLikelihood(values, parameters, variance);
  const forecast = new Float64Array(forecastSteps);
  let expected = variance[n] as number;
  for (let step = 0; step < forecastSteps; step++) {
    forecast[step] = expected;
    expected = omega + (alpha + beta) * expected;
  }
  return { logLikelihood, variance, forecast };
}

/** Mean of the squared distances from mu. */
export function meanSquare(values: ArrayLike<number>, mu: number): number {
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += ((values[t] as number) - mu) ** 2;
  return sum / values.length;
}

/** Log-likelihood from the first variance, variance[0]; the others, one more than there are values, are filled in. */
export function garchLogLikelihood(
  values: ArrayLike<number>,
  { mu, omega, alpha, beta }: GarchParameters,
  variance: Float64Array,
): number {
  const n = values.length;
  let h = variance[0] as number;
  let sum = n * LOG_2_PI;
  for (let t = 0; t < n; t++) {
    const square = ((values[t] as number) - mu) ** 2;
    sum += Math.log(h) + square / h;
    h = omega + alpha * square + beta * h;
    variance[t + 1] = h;
  }
  return -sum / 2;
}
