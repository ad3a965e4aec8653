import { moments as momentsOf } from '../../../src/research/statistics/moments.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `moments`. */
export const moments: StatisticsFamily = ({ input, series }) => momentsOf(series(input.series));
