import { HOUR_US } from '../../strategy/hedged/funding.js';
import { adf } from '../statistics/adf.js';
import { archLm } from '../statistics/arch-lm.js';
import { type OuFit, ouFit } from '../statistics/ou-fit.js';
import { regularSamples, type SpreadPoints } from './spread-samples.js';

/** Mean reversion of a spread. */
export interface MeanReversionMetrics {
  /** Hours in which half of a deviation is gone; infinite when the spread does not return. */
  readonly halfLife: number;
  /** Speed of return in 1 / hour: ln 2 / halfLife, 0 when it does not return. */
  readonly reversionSpeed: number;
  /** Level of rest in per cent; the mean of the spread when it does not return. */
  readonly longTermMean: number;
  /** Whether large steps follow large ones: Engle's test at 1 %. */
  readonly volatilityClustering: boolean;
  /** Augmented Dickey-Fuller test with a constant; small p-values speak for mean reversion. */
  readonly adfStatistic: number;
  readonly pValue: number;
}

/**
 * Samples that the tests look at: one a minute of a day. What tells a spread that returns from one that does not is the length of
 * time, not the number of samples in it, and a test over 86,400 values would take longer than all the rest.
 */
const SAMPLES_MAX = 1441;
const ADF_LAGS_MAX = 8;
const ARCH_LAGS = 5;
const ARCH_LEVEL = 0.01;

/**
 * Mean reversion from at most 1441 samples at equal distances; the half-life from all points where it is shorter than that distance.
 * @param points one stretch
 * @throws InsufficientDataError of the statistics for fewer than some 30 points, of the optimiser for a gap as `regularSamples`
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 */
export function meanReversion(points: SpreadPoints): MeanReversionMetrics {
  const { values, stepUs } = regularSamples(points, SAMPLES_MAX);
  const { statistic, pValue } = adf(values, { maxLag: Math.min(ADF_LAGS_MAX, Math.max(0, Math.floor(values.length / 4) - 2)) });
  const fit = quickestFit(points, ouFit(values, stepUs / HOUR_US), stepUs);
  const residuals = new Float64Array(values.length - 1);
  for (let i = 0; i < residuals.length; i++) residuals[i] = (values[i + 1] as number) - fit.b * (values[i] as number);
  const { lmP } = archLm(residuals, { nlags: ARCH_LAGS, demean: true });
  return {
    halfLife: fit.halfLife ?? Number.POSITIVE_INFINITY,
    reversionSpeed: fit.theta ?? 0,
    longTermMean: fit.mu ?? meanOf(values),
    volatilityClustering: lmP < ARCH_LEVEL,
    adfStatistic: statistic,
    pValue,
  };
}

/** A fit over all points where the sampled one saw next to nothing of a deviation at the following sample. */
function quickestFit(points: SpreadPoints, sampled: OuFit, stepUs: number): OuFit {
  const isTooQuick = sampled.b <= 0 || (sampled.halfLife !== null && sampled.halfLife * HOUR_US < stepUs);
  const { tsUs, spreadPct } = points;
  if (!isTooQuick || tsUs.length <= SAMPLES_MAX) return sampled;
  const spanUs = (tsUs[tsUs.length - 1] as number) - (tsUs[0] as number);
  return ouFit(spreadPct, spanUs / (tsUs.length - 1) / HOUR_US);
}

/** Arithmetic mean; NaN of nothing. */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}
