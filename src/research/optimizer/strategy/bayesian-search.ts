import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import type { SeededRandom } from '../../../domain/random.js';
import { GaussianProcess, type Prediction } from './gaussian-process.js';
import type { Candidate, Search } from './search.js';

/** Points that are believed in anew, of all that were evaluated: the newest, as fitting takes the cube of their number. */
const FITTED_MAX = 120;
const DRAWS = 400;
const NEAR_DRAWS = 100;
const NEAR_STD = 0.05;

/**
 * Bayesian optimisation of the first objective: a Gaussian process says what to expect where, and the next point is the one from
 * which the largest improvement over the best so far is expected (Jones, Schonlau and Welch, 1998). Begins with a Latin hypercube.
 */
export const bayesianSearch: Search = async ({ dimensions, evaluationsMax, random, evaluate }) => {
  const all = await evaluate(latinHypercube(Math.min(evaluationsMax, 4 + 3 * dimensions), dimensions, random));
  while (all.length < evaluationsMax) all.push(...(await evaluate([nextPoint(all, dimensions, random)])));
  return all;
};

function nextPoint(all: readonly Candidate[], dimensions: number, random: SeededRandom): Float64Array {
  const known = all.filter(({ objectives }) => Number.isFinite(objectives[0]));
  const drawn = (): Float64Array => Float64Array.from({ length: dimensions }, () => random.next());
  const best = known.reduce<Candidate | null>((top, one) => (top === null || heightOf(one) > heightOf(top) ? one : top), null);
  if (best === null) return drawn();
  const fitted = known.slice(-FITTED_MAX);
  if (!fitted.includes(best)) fitted.push(best);
  const process = GaussianProcess.fit(
    fitted.map(({ point }) => point),
    fitted.map(heightOf),
  );
  const near = (): Float64Array => best.point.map((x) => Math.min(1, Math.max(0, x + NEAR_STD * random.normal())));
  const options = [...Array.from({ length: DRAWS }, drawn), ...Array.from({ length: NEAR_DRAWS }, near)];
  let next = options[0] as Float64Array;
  let most = -1;
  for (const option of options) {
    const improvement = expectedImprovement(process.predict(option), heightOf(best));
    if (improvement <= most) continue;
    most = improvement;
    next = option;
  }
  return next;
}

function heightOf({ objectives }: Candidate): number {
  return objectives[0] as number;
}

/** Mean of how far a normal variable exceeds `best`: 0 where it does not. */
export function expectedImprovement({ mean, std }: Prediction, best: number): number {
  if (std === 0) return Math.max(0, mean - best);
  const z = (mean - best) / std;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return (mean - best) * normalCdf(z, 0, 1) + std * density;
}

/** Points of which each dimension has one in every n-th of its side. */
export function latinHypercube(count: number, dimensions: number, random: SeededRandom): Float64Array[] {
  const points = Array.from({ length: count }, () => new Float64Array(dimensions));
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const places = points.map((_, i) => i);
    for (let i = places.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [places[i], places[j]] = [places[j] as number, places[i] as number];
    }
    points.forEach((point, i) => {
      point[dimension] = ((places[i] as number) + random.next()) / count;
    });
  }
  return points;
}
