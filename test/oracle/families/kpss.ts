import { type KpssOptions, kpss as kpssOf } from '../../../src/research/statistics/kpss.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `kpss`. */
export const kpss: StatisticsFamily = ({ input, series }) => kpssOf(series(input.series), input as KpssOptions);
