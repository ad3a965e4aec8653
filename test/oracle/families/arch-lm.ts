import { type ArchLmOptions, archLm as archLmOf } from '../../../src/research/statistics/arch-lm.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `arch_lm`. */
export const archLm: StatisticsFamily = ({ input, series }) => archLmOf(series(input.series), input as unknown as ArchLmOptions);
