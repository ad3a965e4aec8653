import { statisticsKernel } from '../../kernel/statistics.js';
import { type GarchParameters, garchLogLikelihood, meanSquare } from './garch.js';
import { bfgs, type Minimum, nelderMead } from './minimise.js';
import { standardSample } from './sample.js';

/** A fitted model, and what it makes of the series from a 'sample' start. */
export interface GarchFit extends GarchParameters {
  readonly logLikelihood: number;
}

const LENGTH_MIN = 50;

/** Persistence (alpha + beta) and alpha's share of it, from which a search begins. */
const STARTS = [
  [0.95, 0.1],
  [0.9, 0.05],
  [0.9, 0.25],
  [0.98, 0.04],
  [0.6, 0.5],
  [0.99, 0.1],
  [0.1, 0.5],
] as const;
/** How many of the starts, the likeliest, are searched from. */
const SEARCHED = 3;
const EVALUATIONS_MAX = 2000;
const POLISH_ITERATIONS_MAX = 200;

/**
 * Fits a GARCH(1,1) model by maximum likelihood, the first variance being the mean square about mu: a simplex search from the likeliest of
 * several starts, polished by BFGS. The bounds alpha, beta >= 0 and alpha + beta < 1 are kept by the parametrisation.
 * @throws InsufficientDataError for fewer than 50 values
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 */
export function garchFit(values: ArrayLike<number>): GarchFit {
  return statisticsKernel().scope(() => {
    const { scaled: series, mean, std } = standardSample(values, LENGTH_MIN);
    const variance = new Float64Array(series.length + 1);
    const loss = (at: Float64Array): number => {
      const parameters = parametersAt(at);
      variance[0] = meanSquare(series, parameters.mu);
      return -garchLogLikelihood(series, parameters, variance);
    };
    const starts = STARTS.map(([persistence, share]): Minimum => {
      const at = Float64Array.of(0, Math.log(1 - persistence), logit(persistence), logit(share));
      return { at, value: loss(at) };
    });
    starts.sort((a, b) => a.value - b.value);
    const ends = starts
      .slice(0, SEARCHED)
      .map(({ at }) => bfgs(loss, nelderMead(loss, at, 0.3, EVALUATIONS_MAX).at, POLISH_ITERATIONS_MAX));
    const best = ends.reduce((least, end) => (end.value < least.value ? end : least));
    const { mu, omega, alpha, beta } = parametersAt(best.at);
    return {
      mu: mean + mu * std,
      omega: omega * std * std,
      alpha,
      beta,
      logLikelihood: -best.value - series.length * Math.log(std),
    };
  });
}

/** Any four numbers are a model: mu, ln omega, and the logits of the persistence and of alpha's share of it. */
function parametersAt([mu = 0, logOmega = 0, persistence = 0, share = 0]: Float64Array): GarchParameters {
  const sum = logistic(persistence) * (1 - 1e-12);
  const alpha = sum * logistic(share);
  return { mu, omega: Math.exp(logOmega), alpha, beta: sum - alpha };
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}
