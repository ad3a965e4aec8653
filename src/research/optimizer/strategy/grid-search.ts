import type { Search } from './search.js';

/** Points asked for at once. */
const BATCH = 64;

/**
 * Every combination of evenly spaced levels: all values of a dimension that has few, and as many of each other as keep the number of
 * combinations within the evaluations allowed.
 */
export const gridSearch: Search = async ({ dimensions, levels, evaluationsMax, evaluate }) => {
  const counts = levelCounts(
    Array.from({ length: dimensions }, (_, dimension) => levels(dimension)),
    evaluationsMax,
  );
  const combinations = counts.reduce((product, count) => product * count, 1);
  const points = Array.from({ length: combinations }, (_, index) => pointAt(index, counts));
  const found = [];
  for (let from = 0; from < points.length; from += BATCH) found.push(...(await evaluate(points.slice(from, from + BATCH))));
  return found;
};

/** Levels of each dimension whose product is within the bound: raised in turn, the one with the fewest first. */
export function levelCounts(available: readonly number[], productMax: number): number[] {
  const counts = available.map(() => 1);
  for (;;) {
    const product = counts.reduce((all, count) => all * count, 1);
    const next = counts
      .map((count, dimension) => ({ count, dimension }))
      .filter(({ count, dimension }) => count < (available[dimension] as number) && (product / count) * (count + 1) <= productMax)
      .sort((a, b) => a.count - b.count || a.dimension - b.dimension)[0];
    if (next === undefined) return counts;
    counts[next.dimension] = next.count + 1;
  }
}

function pointAt(index: number, counts: readonly number[]): Float64Array {
  let rest = index;
  return Float64Array.from(counts, (count) => {
    const level = rest % count;
    rest = Math.floor(rest / count);
    return count === 1 ? 0.5 : level / (count - 1);
  });
}
