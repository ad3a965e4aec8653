import { type MarkovParameters, markovFilter } from '../../../src/research/statistics/markov-filter.js';
import { markovFit } from '../../../src/research/statistics/markov-fit.js';
import { type StatisticsFamily, thinned } from '../statistics.js';
import { fitted } from './fitted.js';

/** Family `markov_switching`: functions `filter` and `fit`. */
export const markovSwitching: StatisticsFamily = ({ input, expected, series }) => {
  const values = series(input.series);
  const at = expected.at as number[];
  if (input.function === 'filter') {
    const { logLikelihood, ...path } = markovFilter(values, input as unknown as MarkovParameters);
    return { logLikelihood, ...thinned(path, at) };
  }
  const { smoothedHigh, ...fit } = markovFit(values);
  const { logLikelihood } = markovFilter(values, fit);
  return fitted(expected, { ...fit, ...thinned({ smoothedHigh }, at) }, logLikelihood);
};
