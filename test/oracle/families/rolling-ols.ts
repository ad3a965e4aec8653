import { rollingOls as rollingOf } from '../../../src/research/statistics/rolling-ols.js';
import { type StatisticsFamily, thinned } from '../statistics.js';

/** Family `rolling_ols`. */
export const rollingOls: StatisticsFamily = ({ input, expected, series }) => {
  const window = input.window as number;
  return thinned(rollingOf(series(input.y), series(input.x), window), expected.at as number[], window - 1);
};
