// Sums along the path of a series: of its running total, of its steps over some distance, of its range within blocks.

/** Replaces `n` values by their squares. */
export function square(x: usize, n: i32): void {
  const end = x + (<usize>n << 3);
  for (; x < end; x += 8) store<f64>(x, load<f64>(x) * load<f64>(x));
}

/** Sum of the squares of the running totals of `n` values. */
export function totalSquares(x: usize, n: i32): f64 {
  let running: f64 = 0;
  let sum: f64 = 0;
  const end = x + (<usize>n << 3);
  for (; x < end; x += 8) {
    running += load<f64>(x);
    sum += running * running;
  }
  return sum;
}

/** Sum of (x[t] - x[t - lag] - drift)^2 over t from `lag` to n - 1. */
export function stepSquares(x: usize, n: i32, lag: i32, drift: f64): f64 {
  const drifts = f64x2.splat(drift);
  let a = f64x2.splat(0), b = a;
  const end = x + (<usize>n << 3);
  let late = x + (<usize>lag << 3);
  const bulk = late + (<usize>((n - lag) & ~3) << 3);
  for (; late < bulk; x += 32, late += 32) {
    const first = f64x2.sub(f64x2.sub(v128.load(late), v128.load(x)), drifts);
    const second = f64x2.sub(f64x2.sub(v128.load(late, 16), v128.load(x, 16)), drifts);
    a = f64x2.add(a, f64x2.mul(first, first));
    b = f64x2.add(b, f64x2.mul(second, second));
  }
  const both = f64x2.add(a, b);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; late < end; x += 8, late += 8) {
    const step = load<f64>(late) - load<f64>(x) - drift;
    sum += step * step;
  }
  return sum;
}

/**
 * Mean rescaled range of the consecutive blocks of `size` values, what is left over at the end aside: the range of the running sum
 * of deviations from the block's mean by their root mean square. Blocks that do not vary are left out.
 * @returns NaN when no block varies
 */
export function rescaledRange(x: usize, n: i32, size: i32): f64 {
  const bytes = <usize>size << 3;
  let sum: f64 = 0;
  let blocks = 0;
  for (let left = n; left >= size; left -= size, x += bytes) {
    const first = load<f64>(x);
    const end = x + bytes;
    let mean: f64 = 0;
    let varies = false;
    for (let at = x; at < end; at += 8) {
      const distance = load<f64>(at) - first;
      varies = varies || distance != 0;
      mean += distance;
    }
    if (!varies) continue;
    mean /= <f64>size;
    let running: f64 = 0;
    let low: f64 = Infinity;
    let high: f64 = -Infinity;
    let squares: f64 = 0;
    for (let at = x; at < end; at += 8) {
      const deviation = load<f64>(at) - first - mean;
      running += deviation;
      low = min(low, running);
      high = max(high, running);
      squares += deviation * deviation;
    }
    if (squares == 0) continue; // they vary by less than a square can hold
    sum += (high - low) / sqrt(squares / <f64>size);
    blocks++;
  }
  return sum / <f64>blocks;
}
