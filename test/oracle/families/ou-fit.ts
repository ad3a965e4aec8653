import { ouFit as ouFitOf } from '../../../src/research/statistics/ou-fit.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `ou_fit`. */
export const ouFit: StatisticsFamily = ({ input, series }) => ouFitOf(series(input.series), input.dt as number);
