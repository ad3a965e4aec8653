import { InvalidInputError } from '../../domain/errors.js';
import { statisticsKernel } from '../../kernel/statistics.js';
import { samplePair } from './pair.js';

/** What a Kalman hedge assumes. */
export interface KalmanHedgeOptions {
  /** Variance by which slope and intercept wander from one pair to the next. */
  readonly qSlope: number;
  readonly qIntercept: number;
  /** Variance of the observation. */
  readonly r: number;
  /** Slope and intercept expected before the first pair, and the variances of that; 1, 0 and 1, 1 by default. */
  readonly mean0?: readonly [slope: number, intercept: number];
  readonly p0?: readonly [slope: number, intercept: number];
}

const LOG_2_PI = Math.log(2 * Math.PI);

/**
 * Hedge ratio that wanders: y = slope * x + intercept + noise, slope and intercept random walks, filtered pair by pair. Fields hold what
 * is known after the latest pair; nothing is allocated by an update.
 * Source: Kalman (1960), with the update of the variance in Joseph's form.
 */
export class KalmanHedge {
  slope: number;
  intercept: number;
  /** Covariance of slope and intercept. */
  slopeVariance: number;
  interceptVariance: number;
  covariance = 0;
  /** How far the latest y lay from what was expected of it, and the variance of that expectation. */
  innovation = Number.NaN;
  innovationVariance = Number.NaN;
  logLikelihood = 0;
  private isFirst = true;

  /** @throws InvalidInputError unless r is positive and the other variances are not negative */
  constructor(private readonly options: KalmanHedgeOptions) {
    const { qSlope, qIntercept, r, mean0 = [1, 0], p0 = [1, 1] } = options;
    if (!(r > 0 && qSlope >= 0 && qIntercept >= 0 && p0[0] >= 0 && p0[1] >= 0)) {
      throw new InvalidInputError('r has to be above 0, and qSlope, qIntercept and p0 at least 0', { qSlope, qIntercept, r, p0 });
    }
    [this.slope, this.intercept] = mean0;
    [this.slopeVariance, this.interceptVariance] = p0;
  }

  /** Takes the next pair. */
  update(y: number, x: number): void {
    const { qSlope, qIntercept, r } = this.options;
    if (!this.isFirst) {
      this.slopeVariance += qSlope;
      this.interceptVariance += qIntercept;
    }
    this.isFirst = false;
    const { slopeVariance: a, covariance: b, interceptVariance: c } = this;
    const innovation = y - (this.slope * x + this.intercept);
    const withSlope = a * x + b;
    const withIntercept = b * x + c;
    const variance = withSlope * x + withIntercept + r;
    const slopeGain = withSlope / variance;
    const interceptGain = withIntercept / variance;
    this.slope += slopeGain * innovation;
    this.intercept += interceptGain * innovation;
    // (I - KH) P (I - KH)' + r KK', H = (x, 1).
    const [i11, i12] = [1 - slopeGain * x, -slopeGain];
    const [i21, i22] = [-interceptGain * x, 1 - interceptGain];
    const [left11, left12] = [i11 * a + i12 * b, i11 * b + i12 * c];
    const [left21, left22] = [i21 * a + i22 * b, i21 * b + i22 * c];
    this.slopeVariance = left11 * i11 + left12 * i12 + r * slopeGain * slopeGain;
    this.covariance = left11 * i21 + left12 * i22 + r * slopeGain * interceptGain;
    this.interceptVariance = left21 * i21 + left22 * i22 + r * interceptGain * interceptGain;
    this.innovation = innovation;
    this.innovationVariance = variance;
    this.logLikelihood -= (LOG_2_PI + Math.log(variance) + (innovation * innovation) / variance) / 2;
  }
}

/** A Kalman hedge over two series: what was known after each pair. */
export interface KalmanHedgePath {
  readonly slope: Float64Array;
  readonly intercept: Float64Array;
  readonly slopeVariance: Float64Array;
  readonly innovation: Float64Array;
  readonly innovationVariance: Float64Array;
  /** Of all of y. */
  readonly logLikelihood: number;
}

/**
 * Runs a `KalmanHedge` over two series.
 * @throws InsufficientDataError without a pair
 * @throws NotFiniteError
 * @throws InvalidInputError when the series differ in length, or as `KalmanHedge`
 */
export function kalmanHedge(y: ArrayLike<number>, x: ArrayLike<number>, options: KalmanHedgeOptions): KalmanHedgePath {
  statisticsKernel().scope(() => samplePair(y, x, 1));
  const filter = new KalmanHedge(options);
  const column = (): Float64Array => new Float64Array(y.length);
  const path = {
    slope: column(),
    intercept: column(),
    slopeVariance: column(),
    innovation: column(),
    innovationVariance: column(),
  };
  for (let t = 0; t < y.length; t++) {
    filter.update(y[t] as number, x[t] as number);
    path.slope[t] = filter.slope;
    path.intercept[t] = filter.intercept;
    path.slopeVariance[t] = filter.slopeVariance;
    path.innovation[t] = filter.innovation;
    path.innovationVariance[t] = filter.innovationVariance;
  }
  return { ...path, logLikelihood: filter.logLikelihood };
}
