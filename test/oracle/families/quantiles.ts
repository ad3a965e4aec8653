import { quantiles as quantilesOf } from '../../../src/research/statistics/quantiles.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `quantiles`. */
export const quantiles: StatisticsFamily = ({ input, series }) => ({
  values: quantilesOf(series(input.series), input.percentiles as number[]),
});
