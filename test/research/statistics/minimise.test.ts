import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bfgs, nelderMead, type Objective } from '../../../src/research/statistics/minimise.js';

/** A curved valley (Rosenbrock, 1960) with its least value, 0, at (1, 1). */
const valley: Objective = ([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2;

test('both searches find the end of a curved valley', () => {
  const start = Float64Array.of(-1.2, 1);
  for (const { at, value } of [nelderMead(valley, start, 0.5, 1000), bfgs(valley, start, 200)]) {
    expect(value).toBeLessThan(1e-8);
    expect(at[0]).toBeCloseTo(1, 3);
    expect(at[1]).toBeCloseTo(1, 3);
  }
  expect(Array.from(start)).toEqual([-1.2, 1]);
});

test('the bottom of a bowl is found from anywhere, whatever its axes', () => {
  const coordinate = fc.double({ min: -20, max: 20, noNaN: true });
  const axis = fc.double({ min: 0.1, max: 10, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(coordinate, coordinate, axis), { minLength: 1, maxLength: 5 }), (axes) => {
      const bowl: Objective = (at) => axes.reduce((sum, [, centre, width], i) => sum + width * ((at[i] ?? 0) - centre) ** 2, 3);
      const start = Float64Array.from(axes, ([from]) => from);
      const found = bfgs(bowl, start, 100);
      expect(found.value).toBeCloseTo(3, 6);
      const simplex = nelderMead(bowl, start, 1, 4000);
      expect(simplex.value).toBeLessThanOrEqual(bowl(start));
      expect(bfgs(bowl, simplex.at, 100).value).toBeCloseTo(3, 6);
    }),
  );
});

test('where the objective is not defined is no place to go', () => {
  const wall: Objective = ([x = 0]) => (x < 1 ? Number.NaN : x === 1 ? Number.POSITIVE_INFINITY : x - Math.log(x - 1));
  expect(nelderMead(wall, Float64Array.of(5), 1, 500).at[0]).toBeCloseTo(2, 4);
  expect(bfgs(wall, Float64Array.of(5), 100).at[0]).toBeCloseTo(2, 4);
});

test('a search stops when its evaluations are used up, and is never worse than its start', () => {
  let calls = 0;
  const counted: Objective = (at) => {
    calls++;
    return valley(at);
  };
  const { value } = nelderMead(counted, Float64Array.of(-1.2, 1), 0.5, 20);
  expect(calls).toBeLessThanOrEqual(24);
  expect(value).toBeLessThanOrEqual(valley(Float64Array.of(-1.2, 1)));
  const flat: Objective = () => 7;
  expect(bfgs(flat, Float64Array.of(1, 2), 10)).toEqual({ at: Float64Array.of(1, 2), value: 7 });
});
