import { kalmanHedge as hedgeOf, type KalmanHedgeOptions } from '../../../src/research/statistics/kalman-hedge.js';
import { type StatisticsFamily, thinned } from '../statistics.js';

/** Family `kalman_hedge`. */
export const kalmanHedge: StatisticsFamily = ({ input, expected, series }) => {
  const options = input as unknown as KalmanHedgeOptions;
  const { logLikelihood, ...path } = hedgeOf(series(input.y), series(input.x), options);
  return { ...thinned(path, expected.at as number[]), logLikelihood };
};
