import { halfLife as halfLifeOf } from '../../../src/research/statistics/half-life.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `half_life`. */
export const halfLife: StatisticsFamily = ({ input, series }) => halfLifeOf(series(input.series));
