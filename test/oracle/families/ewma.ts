import { type EwmaOptions, ewma as ewmaOf } from '../../../src/research/statistics/ewma.js';
import { type StatisticsFamily, thinned } from '../statistics.js';

/** Family `ewma`. */
export const ewma: StatisticsFamily = ({ input, expected, series }) =>
  thinned(ewmaOf(series(input.series), input as EwmaOptions), expected.at as number[]);
