import { type GarchParameters, type GarchStart, garchPath } from '../../../src/research/statistics/garch.js';
import { garchFit } from '../../../src/research/statistics/garch-fit.js';
import { type StatisticsFamily, thinned } from '../statistics.js';
import { fitted } from './fitted.js';

/** Family `garch11`: functions `loglikelihood` and `fit`. */
export const garch11: StatisticsFamily = ({ input, expected, series }) => {
  const values = series(input.series);
  if (input.function === 'fit') {
    const fit = garchFit(values);
    return fitted(expected, fit, garchPath(values, fit).logLikelihood);
  }
  const { logLikelihood, variance, forecast } = garchPath(values, input as unknown as GarchParameters, input.init as GarchStart);
  return { logLikelihood, ...thinned({ variance }, expected.at as number[]), forecast };
};
