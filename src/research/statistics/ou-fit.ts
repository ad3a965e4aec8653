import { InvalidInputError } from '../../domain/errors.js';
import { firstOrder } from './first-order.js';

/** An Ornstein-Uhlenbeck process dX = theta * (mu - X) dt + sigma dW; null where the series is none. */
export interface OuFit {
  /** Of x[t+1] = a + b * x[t] + noise. */
  readonly a: number;
  readonly b: number;
  /** Sum of squared residuals by the number of steps. */
  readonly residualVariance: number;
  /** Whether 0 < b < 1. */
  readonly meanReverting: boolean;
  /** Speed of return, in 1 / unit of dt. */
  readonly theta: number | null;
  /** Level of rest. */
  readonly mu: number | null;
  readonly sigma: number | null;
  /** ln 2 / theta, in the unit of dt. */
  readonly halfLife: number | null;
  /** Standard deviation in the long run. */
  readonly stationaryStd: number | null;
  /** Conditional on the first value. */
  readonly logLikelihood: number | null;
}

/**
 * Maximum likelihood of an Ornstein-Uhlenbeck process through its exact discretisation, conditional on the first value.
 * @param dt time between samples, in the unit of the answers
 * @throws InsufficientDataError for fewer than 4 values
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 * @throws InvalidInputError unless dt is finite and positive
 */
export function ouFit(values: ArrayLike<number>, dt = 1): OuFit {
  if (!(dt > 0 && Number.isFinite(dt))) throw new InvalidInputError(`dt is ${dt}, and must be a positive number`, { dt });
  const { intercept, slope, squaredResiduals, pairs, equilibrium } = firstOrder(values);
  const found = { a: intercept, b: 1 + slope, residualVariance: squaredResiduals / pairs };
  if (!(slope > -1 && slope < 0)) {
    const none = { theta: null, mu: null, sigma: null, halfLife: null, stationaryStd: null, logLikelihood: null };
    return { ...found, meanReverting: false, ...none };
  }
  const theta = -Math.log1p(slope) / dt;
  const stationaryStd = Math.sqrt(found.residualVariance / (-slope * (2 + slope))); // 1 - b^2 without cancellation
  return {
    ...found,
    meanReverting: true,
    theta,
    mu: equilibrium,
    sigma: stationaryStd * Math.sqrt(2 * theta),
    halfLife: Math.LN2 / theta,
    stationaryStd,
    logLikelihood: (-pairs / 2) * (Math.log(2 * Math.PI) + Math.log(found.residualVariance) + 1),
  };
}
