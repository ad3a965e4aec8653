import { hurst as hurstOf } from '../../../src/research/statistics/hurst.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `hurst`. */
export const hurst: StatisticsFamily = ({ input, series }) => hurstOf(series(input.series), input.sizes as number[] | undefined);
