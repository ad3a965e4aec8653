import {
  type CusumPageOptions,
  type CusumSegmentOptions,
  cusumPage,
  cusumSegment,
} from '../../../src/research/statistics/cusum.js';
import { type StatisticsFamily, thinned } from '../statistics.js';

/** Family `cusum`: functions `page` and `segment`. Mean and deviation are expected where the function has to find them. */
export const cusum: StatisticsFamily = ({ input, expected, series }) => {
  const values = series(input.series);
  if (input.function === 'segment') return cusumSegment(values, input as CusumSegmentOptions);
  const { target, sigma, alarms, from, ...sums } = cusumPage(values, input as unknown as CusumPageOptions);
  return { alarms, ...thinned(sums, expected.at as number[], from), ...('warmup' in input && { target, sigma }) };
};
