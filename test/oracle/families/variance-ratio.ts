import { varianceRatio as varianceRatioOf } from '../../../src/research/statistics/variance-ratio.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `variance_ratio`. */
export const varianceRatio: StatisticsFamily = ({ input, series }) => varianceRatioOf(series(input.series), input.q as number[]);
