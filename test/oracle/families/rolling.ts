import { rolling as rollingOf } from '../../../src/research/statistics/rolling.js';
import { type StatisticsFamily, thinned } from '../statistics.js';

/** Family `rolling`. */
export const rolling: StatisticsFamily = ({ input, expected, series }) =>
  thinned(rollingOf(series(input.series), input.window as number), expected.at as number[], (input.window as number) - 1);
