/** Objectives of a candidate, each to be made large. */
export type Objectives = ArrayLike<number>;

/** Whether `a` is at least as good as `b` in everything and better in something. */
export function dominates(a: Objectives, b: Objectives): boolean {
  let isBetter = false;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (x < y) return false;
    if (x > y) isBetter = true;
  }
  return isBetter;
}

/**
 * Fast non-dominated sort (Deb, Pratap, Agarwal and Meyarivan, 2002): indices by front. Nothing dominates those of the first front,
 * only those of earlier fronts dominate the others.
 */
export function nonDominatedFronts(candidates: readonly Objectives[]): number[][] {
  const dominated: number[][] = candidates.map(() => []);
  const dominators = new Int32Array(candidates.length);
  candidates.forEach((a, i) => {
    for (let j = i + 1; j < candidates.length; j++) {
      const b = candidates[j] as Objectives;
      const [better, worse] = dominates(a, b) ? [i, j] : dominates(b, a) ? [j, i] : [-1, -1];
      if (better < 0) continue;
      (dominated[better] as number[]).push(worse);
      dominators[worse] = (dominators[worse] as number) + 1;
    }
  });
  const fronts: number[][] = [];
  let front = candidates.map((_, i) => i).filter((i) => dominators[i] === 0);
  while (front.length > 0) {
    fronts.push(front);
    const next: number[] = [];
    for (const i of front) {
      for (const j of dominated[i] as number[]) {
        dominators[j] = (dominators[j] as number) - 1;
        if (dominators[j] === 0) next.push(j);
      }
    }
    front = next.sort((a, b) => a - b);
  }
  return fronts;
}

/**
 * Crowding distance of the members of a front, in their order: how far their neighbours lie apart in each objective, as a share of
 * the front's extent, summed up; infinite at the ends.
 */
export function crowdingDistances(front: readonly Objectives[]): Float64Array {
  const distances = new Float64Array(front.length);
  for (let objective = 0; objective < (front[0]?.length ?? 0); objective++) {
    const heightOf = (member: number): number => (front[member] as Objectives)[objective] as number;
    const order = front.map((_, member) => member).sort((a, b) => heightOf(a) - heightOf(b));
    const [first, last] = [order[0] as number, order[order.length - 1] as number];
    const extent = heightOf(last) - heightOf(first);
    distances[first] = Number.POSITIVE_INFINITY;
    distances[last] = Number.POSITIVE_INFINITY;
    if (extent === 0) continue;
    for (let i = 1; i < order.length - 1; i++) {
      const member = order[i] as number;
      const gap = heightOf(order[i + 1] as number) - heightOf(order[i - 1] as number);
      distances[member] = (distances[member] as number) + gap / extent;
    }
  }
  return distances;
}
