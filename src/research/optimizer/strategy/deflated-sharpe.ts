import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile';
import { meanOf } from '../mean-reversion.js';
import { sharpeRatio } from './outcome.js';

/** What a Sharpe ratio is worth, given how many were tried. All ratios are of one period. */
export interface DeflatedSharpe {
  readonly sharpe: number;
  /** What the best of so many trials without any skill is expected to show. */
  readonly expectedBest: number;
  /** Chance that the true ratio exceeds `expectedBest`. */
  readonly probability: number;
}

/** Ratio and shape of returns of one period. */
export interface SharpeShape {
  readonly sharpe: number;
  readonly periods: number;
  /** 0 and 3 for the normal distribution. */
  readonly skewness: number;
  readonly kurtosis: number;
}

const EULER_MASCHERONI = 0.5772156649015329;

/**
 * Largest ratio that so many independent trials without skill are expected to show (Bailey and Lopez de Prado, 2014, "The deflated
 * Sharpe ratio", equation 1).
 * @param variance of the ratios over the trials
 */
export function expectedBestSharpe(trials: number, variance: number): number {
  if (trials < 2) return 0;
  const quantile = (tail: number): number => normalQuantile(1 - tail, 0, 1);
  return (
    Math.sqrt(variance) * ((1 - EULER_MASCHERONI) * quantile(1 / trials) + EULER_MASCHERONI * quantile(1 / (trials * Math.E)))
  );
}

/**
 * Chance that the true ratio is above a given one, in view of length, skewness and kurtosis of the record (Bailey and Lopez de Prado,
 * 2012, "The Sharpe ratio efficient frontier").
 */
export function probabilisticSharpe({ sharpe, periods, skewness, kurtosis }: SharpeShape, above: number): number {
  const width = Math.sqrt(Math.max(Number.MIN_VALUE, 1 - skewness * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe));
  return normalCdf(((sharpe - above) * Math.sqrt(periods - 1)) / width, 0, 1);
}

/**
 * The deflated Sharpe ratio of the returns that were chosen out of many.
 * The variance of the trials is bounded by 1 / (periods - 1), that of ratios without skill: a search over parameters of which some are
 * truly better shows more, and that is no luck. Trials that are alike count as if they were independent, which is a little too strict.
 * @param trialSharpes ratios of all trials, the chosen one among them
 */
export function deflatedSharpe(returns: Float64Array, trialSharpes: readonly number[]): DeflatedSharpe {
  const trials = Float64Array.from(trialSharpes);
  const mean = meanOf(trials);
  const spread = trials.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, trials.length - 1);
  const variance = Math.min(spread, 1 / Math.max(1, returns.length - 1));
  const expectedBest = expectedBestSharpe(trials.length, variance);
  const shape = shapeOf(returns);
  return { sharpe: shape.sharpe, expectedBest, probability: probabilisticSharpe(shape, expectedBest) };
}

function shapeOf(returns: Float64Array): SharpeShape {
  const mean = meanOf(returns);
  const power = (exponent: number): number =>
    returns.reduce((sum, value) => sum + (value - mean) ** exponent, 0) / returns.length;
  const variance = power(2);
  const isFlat = !(variance > 0);
  return {
    sharpe: sharpeRatio(returns),
    periods: returns.length,
    skewness: isFlat ? 0 : power(3) / variance ** 1.5,
    kurtosis: isFlat ? 3 : power(4) / variance ** 2,
  };
}
