import type { SeededRandom } from '../../../domain/random.js';
import { crowdingDistances, nonDominatedFronts } from './pareto.js';
import type { Candidate, Search, SearchSetup } from './search.js';

const POPULATION_MAX = 60;
const POPULATION_MIN = 8;
const CROSSOVER_CHANCE = 0.9;
/** How close children stay to their parents; the usual values of the paper. */
const CROSSOVER_INDEX = 15;
const MUTATION_INDEX = 20;

interface Ranked extends Candidate {
  readonly front: number;
  readonly crowding: number;
}

/**
 * NSGA-II (Deb, Pratap, Agarwal and Meyarivan, 2002): simulated binary crossover, polynomial mutation, and of parents and children
 * together the better fronts survive, within a front those with room around them. With one objective it is a genetic algorithm that
 * keeps its best.
 */
export const geneticSearch: Search = async (setup) => {
  const { evaluationsMax, evaluate, random, dimensions } = setup;
  const size = Math.max(POPULATION_MIN, Math.min(POPULATION_MAX, Math.floor(evaluationsMax / 8)));
  const first = Array.from({ length: Math.min(size, evaluationsMax) }, () =>
    Float64Array.from({ length: dimensions }, () => random.next()),
  );
  const all = await evaluate(first);
  let population = ranked(all);
  while (all.length < evaluationsMax) {
    const children = Array.from({ length: Math.min(size, evaluationsMax - all.length) }, () => child(population, setup));
    const born = await evaluate(children);
    all.push(...born);
    population = survivors([...population, ...born], size);
  }
  return all;
};

function ranked(candidates: readonly Candidate[]): Ranked[] {
  return nonDominatedFronts(candidates.map(({ objectives }) => objectives)).flatMap((members, front) => {
    const distances = crowdingDistances(members.map((member) => (candidates[member] as Candidate).objectives));
    return members.map((member, i) => ({ ...(candidates[member] as Candidate), front, crowding: distances[i] as number }));
  });
}

function survivors(candidates: readonly Candidate[], size: number): Ranked[] {
  return ranked(candidates).sort(better).slice(0, size);
}

/** Negative when `a` is to be preferred. */
function better(a: Ranked, b: Ranked): number {
  if (a.front !== b.front) return a.front - b.front;
  // Two infinite distances are equal, and their difference is none.
  return a.crowding === b.crowding ? 0 : b.crowding - a.crowding;
}

function child(population: readonly Ranked[], { random, dimensions }: SearchSetup): Float64Array {
  const [mother, father] = [tournament(population, random), tournament(population, random)];
  const crosses = random.next() < CROSSOVER_CHANCE;
  return Float64Array.from({ length: dimensions }, (_, i) => {
    const [a, b] = [mother.point[i] as number, father.point[i] as number];
    const gene = crosses ? crossed(a, b, random) : a;
    return Math.min(1, Math.max(0, random.next() < 1 / dimensions ? gene + mutation(random) : gene));
  });
}

function tournament(population: readonly Ranked[], random: SeededRandom): Ranked {
  const [a, b] = [population[random.below(population.length)] as Ranked, population[random.below(population.length)] as Ranked];
  return better(a, b) <= 0 ? a : b;
}

/** One of both children of a simulated binary crossover (Deb and Agrawal, 1995). */
function crossed(a: number, b: number, random: SeededRandom): number {
  const u = random.next();
  const spread = u <= 0.5 ? (2 * u) ** (1 / (CROSSOVER_INDEX + 1)) : (1 / (2 * (1 - u))) ** (1 / (CROSSOVER_INDEX + 1));
  const side = random.next() < 0.5 ? 1 : -1;
  return (a + b) / 2 + (side * spread * (a - b)) / 2;
}

/** A polynomial mutation, in (-1, 1). */
function mutation(random: SeededRandom): number {
  const u = random.next();
  return u < 0.5 ? (2 * u) ** (1 / (MUTATION_INDEX + 1)) - 1 : 1 - (2 * (1 - u)) ** (1 / (MUTATION_INDEX + 1));
}
