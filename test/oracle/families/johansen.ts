import { johansen as johansenOf } from '../../../src/research/statistics/johansen.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `johansen`: only the constant term (detOrder 0) is asked for. */
export const johansen: StatisticsFamily = ({ input, series }) => {
  if (input.detOrder !== 0) throw new Error(`detOrder ${input.detOrder} is not known`);
  return johansenOf(series(input.y), series(input.x), input.kArDiff as number);
};
