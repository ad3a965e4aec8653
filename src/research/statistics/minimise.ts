/** A function of several variables to be made small; Infinity or NaN where it is not defined. */
export type Objective = (at: Float64Array) => number;

/** Where an objective is smallest, as far as a search has found. */
export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
}

/**
 * Downhill simplex (Nelder and Mead, 1965): needs no derivatives and forgives bad starts.
 * @param step how far the other corners lie from the start
 * @param evaluationsMax bound on the evaluations
 */
export function nelderMead(objective: Objective, start: Float64Array, step: number, evaluationsMax: number): Minimum {
  const n = start.length;
  const cornerOf = (at: Float64Array): Minimum => ({ at, value: orInfinity(objective(at)) });
  const simplex = [cornerOf(start.slice())];
  for (let i = 0; i < n; i++) simplex.push(cornerOf(start.map((value, j) => (i === j ? value + step : value))));
  let evaluations = n + 1;
  while (evaluations < evaluationsMax) {
    simplex.sort((a, b) => a.value - b.value);
    const best = simplex[0] as Minimum;
    const worst = simplex[n] as Minimum;
    if (worst.value - best.value <= 1e-12 * (1 + Math.abs(best.value))) break;
    const centre = start.map((_, j) => simplex.slice(0, n).reduce((sum, { at }) => sum + (at[j] as number), 0) / n);
    const along = (factor: number): Minimum => {
      evaluations++;
      return cornerOf(centre.map((value, j) => value + factor * ((worst.at[j] as number) - value)));
    };
    const reflected = along(-1);
    let next = reflected;
    if (reflected.value < best.value) {
      const expanded = along(-2);
      if (expanded.value < reflected.value) next = expanded;
    } else if (reflected.value >= (simplex[n - 1] as Minimum).value) {
      next = reflected.value < worst.value ? along(-0.5) : along(0.5);
      if (next.value >= Math.min(reflected.value, worst.value)) {
        for (let i = 1; i <= n; i++) {
          const { at } = simplex[i] as Minimum;
          simplex[i] = cornerOf(at.map((value, j) => (value + (best.at[j] as number)) / 2));
        }
        evaluations += n;
        continue;
      }
    }
    simplex[n] = next;
  }
  return simplex.reduce((least, corner) => (corner.value < least.value ? corner : least));
}

/**
 * Quasi-Newton polish (Broyden, Fletcher, Goldfarb, Shanno) with central differences, for a start near the minimum. Never worse than
 * its start.
 */
export function bfgs(objective: Objective, start: Float64Array, iterationsMax: number): Minimum {
  const n = start.length;
  let at: Float64Array = start.slice();
  let value = orInfinity(objective(at));
  let gradient = gradientOf(objective, at);
  let inverse = identity(n);
  for (let iteration = 0; iteration < iterationsMax; iteration++) {
    let direction = inverse.map((row) => -inner(row, gradient));
    let slope = inner(direction, gradient);
    if (!(slope < 0)) {
      inverse = identity(n);
      direction = [...gradient].map((partial) => -partial);
      slope = inner(direction, gradient);
    }
    const next = descend(objective, at, value, direction, slope);
    if (next === null) break;
    const nextGradient = gradientOf(objective, next.at);
    const moved = next.at.map((x, i) => x - (at[i] as number));
    const turned = nextGradient.map((x, i) => x - (gradient[i] as number));
    const gained = value - next.value;
    ({ at, value } = next);
    gradient = nextGradient;
    updateInverse(inverse, moved, turned);
    if (gained <= 1e-13 * (1 + Math.abs(value))) break;
  }
  return { at, value };
}

const SHORTENINGS_MAX = 40;

/** Goes along a direction as far as the value falls as the slope promises; null when it does not fall at all. */
function descend(
  objective: Objective,
  from: Float64Array,
  value: number,
  direction: readonly number[],
  slope: number,
): Minimum | null {
  let share = 1;
  for (let i = 0; i < SHORTENINGS_MAX; i++, share /= 2) {
    const at = from.map((x, j) => x + share * (direction[j] as number));
    const reached = orInfinity(objective(at));
    if (reached < value && reached <= value + 1e-4 * share * slope) return { at, value: reached };
  }
  return null;
}

/** H + (1 + t'Ht / t'm) mm' / t'm - (m t'H + Ht m') / t'm, for a move m that turned the gradient by t. */
function updateInverse(inverse: Float64Array[], moved: Float64Array, turned: Float64Array): void {
  const curvature = inner(moved, turned);
  if (!(curvature > 1e-300)) return;
  const image = inverse.map((row) => inner(row, turned));
  const stretch = (1 + inner(image, turned) / curvature) / curvature;
  inverse.forEach((row, i) => {
    for (let j = 0; j < row.length; j++) {
      const cross = (moved[i] as number) * (image[j] as number) + (image[i] as number) * (moved[j] as number);
      row[j] = (row[j] as number) + stretch * (moved[i] as number) * (moved[j] as number) - cross / curvature;
    }
  });
}

function gradientOf(objective: Objective, at: Float64Array): Float64Array {
  return at.map((value, i) => {
    const step = 1e-5 * (1 + Math.abs(value));
    const probe = at.slice();
    probe[i] = value + step;
    const above = objective(probe);
    probe[i] = value - step;
    const partial = (above - objective(probe)) / (2 * step);
    return Number.isFinite(partial) ? partial : 0;
  });
}

function identity(n: number): Float64Array[] {
  return Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
}

function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function orInfinity(value: number): number {
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}
