import { statisticsKernel } from '../../kernel/statistics.js';
import {
  filterRegimes,
  type MarkovParameters,
  type RegimeChances,
  ratio,
  regimeChances,
  smoothRegimes,
} from './markov-filter.js';
import { bfgs } from './minimise.js';
import { standardSample } from './sample.js';

/** A fitted model of two regimes; regime 0 is the calmer one. */
export interface MarkovFit extends MarkovParameters {
  readonly logLikelihood: number;
  /** Chance of regime 1, given all values. */
  readonly smoothedHigh: Float64Array;
}

const LENGTH_MIN = 30;
/** Least variance of a regime, by that of the series: a likelihood without bound lies beyond, at single values. */
const VARIANCE_FLOOR = 1e-6;
const [SCREEN_STEPS, STEPS_MAX, POLISH_ITERATIONS_MAX] = [25, 500, 200];
/** How many of the starts, the likeliest after the first steps, are followed to their end. */
const FOLLOWED = 3;
const STEP_GAIN_MIN = 1e-7;

/** Where searches begin, for a series of mean 0 and variance 1: regimes that differ in variance, in mean, in both. */
const STARTS: readonly MarkovParameters[] = [
  { means: [0, 0], variances: [0.4, 2.5], p00: 0.95, p11: 0.9 },
  { means: [0, 0], variances: [0.6, 5], p00: 0.9, p11: 0.6 },
  { means: [0, 0], variances: [0.1, 1.5], p00: 0.9, p11: 0.9 },
  { means: [-0.8, 0.8], variances: [0.3, 0.4], p00: 0.95, p11: 0.95 },
  { means: [0.8, -0.8], variances: [0.3, 0.4], p00: 0.7, p11: 0.7 },
  { means: [-0.4, 1.5], variances: [0.4, 0.8], p00: 0.95, p11: 0.8 },
  { means: [0.4, -1.5], variances: [0.4, 0.8], p00: 0.95, p11: 0.8 },
  { means: [-0.2, 2.5], variances: [0.5, 1], p00: 0.97, p11: 0.5 },
  { means: [0.2, -2.5], variances: [0.5, 1], p00: 0.97, p11: 0.5 },
];

/**
 * Fits two regimes by maximum likelihood: expectation and maximisation (Hamilton, 1990) from several starts, the likeliest polished by
 * BFGS, for the step of the former treats the first regime as given.
 * @throws InsufficientDataError for fewer than 30 values
 * @throws NotFiniteError
 * @throws ConstantSeriesError
 */
export function markovFit(values: ArrayLike<number>): MarkovFit {
  return statisticsKernel().scope(() => {
    const { scaled: series, mean, std } = standardSample(values, LENGTH_MIN);
    const room = { filtered: regimeChances(series.length), smoothed: regimeChances(series.length) };
    const screened = STARTS.map((start) => climb(series, start, SCREEN_STEPS, room));
    screened.sort((a, b) => b.logLikelihood - a.logLikelihood);
    const ends = screened.slice(0, FOLLOWED).map(({ parameters }) => climb(series, parameters, STEPS_MAX, room));
    const top = ends.reduce((best, end) => (end.logLikelihood > best.logLikelihood ? end : best));
    const loss = (at: Float64Array): number => -filterRegimes(series, parametersAt(at), room.filtered);
    const polished = bfgs(loss, placeOf(top.parameters), POLISH_ITERATIONS_MAX);
    const fitted = calmerFirst(parametersAt(polished.at));
    filterRegimes(series, fitted, room.filtered);
    smoothRegimes(fitted, room.filtered, room.smoothed);
    return {
      means: both((regime) => mean + fitted.means[regime] * std),
      variances: both((regime) => fitted.variances[regime] * std * std),
      p00: fitted.p00,
      p11: fitted.p11,
      logLikelihood: -polished.value - series.length * Math.log(std),
      smoothedHigh: room.smoothed.high,
    };
  });
}

interface Climbed {
  readonly parameters: MarkovParameters;
  readonly logLikelihood: number;
}

/** What the steps of a climb work in. */
interface Room {
  readonly filtered: RegimeChances;
  readonly smoothed: RegimeChances;
}

/** Steps of expectation and maximisation, until they gain next to nothing. */
function climb(values: Float64Array, start: MarkovParameters, stepsMax: number, room: Room): Climbed {
  let parameters = start;
  let logLikelihood = filterRegimes(values, parameters, room.filtered);
  for (let step = 0; step < stepsMax; step++) {
    const next = maximised(values, parameters, room);
    const reached = filterRegimes(values, next, room.filtered);
    if (!(reached > logLikelihood)) break;
    const gain = reached - logLikelihood;
    parameters = next;
    logLikelihood = reached;
    if (gain < STEP_GAIN_MIN) break;
  }
  return { parameters, logLikelihood };
}

/** The parameters that are likeliest, given how likely each regime and each switch was under the old ones. */
function maximised(values: Float64Array, old: MarkovParameters, { filtered, smoothed }: Room): MarkovParameters {
  const { p00, p11 } = old;
  smoothRegimes(old, filtered, smoothed);
  const { calm, high } = smoothed;
  const n = values.length;
  let [weight0, weight1, sum0, sum1] = [0, 0, 0, 0];
  for (let t = 0; t < n; t++) {
    const value = values[t] as number;
    weight0 += calm[t] as number;
    weight1 += high[t] as number;
    sum0 += (calm[t] as number) * value;
    sum1 += (high[t] as number) * value;
  }
  const mean0 = ratio(sum0, weight0);
  const mean1 = ratio(sum1, weight1);
  let [squares0, squares1, stayed0, stayed1] = [0, 0, 0, 0];
  for (let t = 0; t < n; t++) {
    const value = values[t] as number;
    squares0 += (calm[t] as number) * (value - mean0) ** 2;
    squares1 += (high[t] as number) * (value - mean1) ** 2;
    if (t === n - 1) break;
    const now0 = filtered.calm[t] as number;
    const now1 = filtered.high[t] as number;
    stayed0 += now0 * p00 * ratio(calm[t + 1] as number, now0 * p00 + now1 * (1 - p11));
    stayed1 += now1 * p11 * ratio(high[t + 1] as number, now0 * (1 - p00) + now1 * p11);
  }
  const left0 = weight0 - (calm[n - 1] as number);
  const left1 = weight1 - (high[n - 1] as number);
  return {
    means: [mean0, mean1],
    variances: [Math.max(VARIANCE_FLOOR, ratio(squares0, weight0)), Math.max(VARIANCE_FLOOR, ratio(squares1, weight1))],
    p00: inside(ratio(stayed0, left0)),
    p11: inside(ratio(stayed1, left1)),
  };
}

/** A chance that is neither impossible nor certain. */
function inside(chance: number): number {
  return Math.min(1 - 1e-9, Math.max(1e-9, chance));
}

/** Any six numbers are a model; see `parametersAt`. */
function placeOf({ means, variances, p00, p11 }: MarkovParameters): Float64Array {
  const log = (variance: number): number => Math.log(Math.max(variance - VARIANCE_FLOOR, VARIANCE_FLOOR * 1e-3));
  const logit = (chance: number): number => Math.log(chance / (1 - chance));
  return Float64Array.of(means[0], means[1], log(variances[0]), log(variances[1]), logit(inside(p00)), logit(inside(p11)));
}

function parametersAt([mean0 = 0, mean1 = 0, log0 = 0, log1 = 0, logit0 = 0, logit1 = 0]: Float64Array): MarkovParameters {
  const chance = (logit: number): number => inside(1 / (1 + Math.exp(-logit)));
  return {
    means: [mean0, mean1],
    variances: [VARIANCE_FLOOR + Math.exp(log0), VARIANCE_FLOOR + Math.exp(log1)],
    p00: chance(logit0),
    p11: chance(logit1),
  };
}

function calmerFirst(parameters: MarkovParameters): MarkovParameters {
  const { means, variances, p00, p11 } = parameters;
  if (variances[0] <= variances[1]) return parameters;
  return { means: [means[1], means[0]], variances: [variances[1], variances[0]], p00: p11, p11: p00 };
}

function both<T>(of: (regime: 0 | 1) => T): [T, T] {
  return [of(0), of(1)];
}
