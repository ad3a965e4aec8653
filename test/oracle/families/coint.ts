import { type CointOptions, coint as cointOf } from '../../../src/research/statistics/coint.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `coint`; collinear series have no lag. */
export const coint: StatisticsFamily = ({ input, series }) => {
  const { usedLag, ...result } = cointOf(series(input.y), series(input.x), input as CointOptions);
  return usedLag === null ? result : { ...result, usedLag };
};
