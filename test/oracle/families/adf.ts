import { type AdfOptions, adf as adfOf } from '../../../src/research/statistics/adf.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `adf`. */
export const adf: StatisticsFamily = ({ input, series }) => adfOf(series(input.series), input as AdfOptions);
