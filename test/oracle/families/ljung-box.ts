import { type LjungBoxOptions, ljungBox as ljungBoxOf } from '../../../src/research/statistics/ljung-box.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `ljung_box`. */
export const ljungBox: StatisticsFamily = ({ input, series }) =>
  ljungBoxOf(series(input.series), input as unknown as LjungBoxOptions);
