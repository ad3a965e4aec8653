import { autocorrelation, partialAutocorrelation } from '../../../src/research/statistics/autocorrelation.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `acf`. */
export const acf: StatisticsFamily = ({ input, series }) => ({
  values: (input.function === 'acf' ? autocorrelation : partialAutocorrelation)(series(input.series), input.nlags as number),
});
