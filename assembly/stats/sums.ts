// Sums over series of float64 that lie one behind the other in memory. Eight sums run side by side, which is fast and loses
// fewer digits than one; the order of addition is fixed, so that the same series always gives the same result.

/** What both lanes of two pairs of sums come to. */
// @ts-ignore: decorator
@inline
export function total(a: v128, b: v128, c: v128, d: v128): f64 {
  const sum = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** Sum of `n` values. */
export function sumOf(x: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  const end = x + (<usize>n << 3);
  const bulk = x + (<usize>(n & ~7) << 3);
  for (; x < bulk; x += 64) {
    a = f64x2.add(a, v128.load(x));
    b = f64x2.add(b, v128.load(x, 16));
    c = f64x2.add(c, v128.load(x, 32));
    d = f64x2.add(d, v128.load(x, 48));
  }
  let sum = total(a, b, c, d);
  for (; x < end; x += 8) sum += load<f64>(x);
  return sum;
}

/** Sum of the products of `n` values of two series. */
export function dot(x: usize, y: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  const end = x + (<usize>n << 3);
  const bulk = x + (<usize>(n & ~7) << 3);
  for (; x < bulk; x += 64, y += 64) {
    a = f64x2.add(a, f64x2.mul(v128.load(x), v128.load(y)));
    b = f64x2.add(b, f64x2.mul(v128.load(x, 16), v128.load(y, 16)));
    c = f64x2.add(c, f64x2.mul(v128.load(x, 32), v128.load(y, 32)));
    d = f64x2.add(d, f64x2.mul(v128.load(x, 48), v128.load(y, 48)));
  }
  let sum = total(a, b, c, d);
  for (; x < end; x += 8, y += 8) sum += load<f64>(x) * load<f64>(y);
  return sum;
}

/** Adds `factor` times the `n` values at `x` to those at `y`. */
export function addScaled(x: usize, factor: f64, y: usize, n: i32): void {
  const end = x + (<usize>n << 3);
  const bulk = x + (<usize>(n & ~3) << 3);
  const factors = f64x2.splat(factor);
  for (; x < bulk; x += 32, y += 32) {
    v128.store(y, f64x2.add(v128.load(y), f64x2.mul(factors, v128.load(x))));
    v128.store(y, f64x2.add(v128.load(y, 16), f64x2.mul(factors, v128.load(x, 16))), 16);
  }
  for (; x < end; x += 8, y += 8) store<f64>(y, load<f64>(y) + factor * load<f64>(x));
}

/** Writes (x * scale - origin) of `n` values to `to`, which may be `x` itself. Exact while scale is a power of two and all is near origin. */
export function shift(x: usize, n: i32, scale: f64, origin: f64, to: usize): void {
  const end = x + (<usize>n << 3);
  for (; x < end; x += 8, to += 8) store<f64>(to, load<f64>(x) * scale - origin);
}

/** Replaces `n` values by their distances from `centre`. */
export function distances(x: usize, n: i32, centre: f64): void {
  const end = x + (<usize>n << 3);
  for (; x < end; x += 8) store<f64>(x, abs(load<f64>(x) - centre));
}

/**
 * Smallest and largest of `n` values, to out[0] and out[1].
 * @returns whether all are finite; the answers mean nothing otherwise
 */
export function extent(x: usize, n: i32, out: usize): bool {
  let low = f64x2.splat(Infinity);
  let high = f64x2.splat(-Infinity);
  // A value less itself is 0, or NaN when it is not finite.
  let faults = f64x2.splat(0);
  const end = x + (<usize>n << 3);
  const bulk = x + (<usize>(n & ~1) << 3);
  for (; x < bulk; x += 16) {
    const pair = v128.load(x);
    low = f64x2.min(low, pair);
    high = f64x2.max(high, pair);
    faults = f64x2.add(faults, f64x2.sub(pair, pair));
  }
  let smallest = min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
  let largest = max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
  let fault = f64x2.extract_lane(faults, 0) + f64x2.extract_lane(faults, 1);
  if (x < end) {
    const last = load<f64>(x);
    smallest = min(smallest, last);
    largest = max(largest, last);
    fault += last - last;
  }
  store<f64>(out, smallest);
  store<f64>(out, largest, 8);
  return fault == 0;
}

/**
 * Central moments of `n` values, two passes: out = mean, then the means of (x - mean)^2, ^3, ^4 and of |x - mean|.
 * The series should begin near 0 (`shift`); its squares must not overflow.
 */
export function moments(x: usize, n: i32, out: usize): void {
  const mean = sumOf(x, n) / <f64>n;
  const means = f64x2.splat(mean);
  let first = f64x2.splat(0), second = first, third = first, fourth = first, absolute = first;
  const end = x + (<usize>n << 3);
  const bulk = x + (<usize>(n & ~1) << 3);
  for (; x < bulk; x += 16) {
    const deviation = f64x2.sub(v128.load(x), means);
    const square = f64x2.mul(deviation, deviation);
    first = f64x2.add(first, deviation);
    second = f64x2.add(second, square);
    third = f64x2.add(third, f64x2.mul(square, deviation));
    fourth = f64x2.add(fourth, f64x2.mul(square, square));
    absolute = f64x2.add(absolute, f64x2.abs(deviation));
  }
  let sum1 = f64x2.extract_lane(first, 0) + f64x2.extract_lane(first, 1);
  let sum2 = f64x2.extract_lane(second, 0) + f64x2.extract_lane(second, 1);
  let sum3 = f64x2.extract_lane(third, 0) + f64x2.extract_lane(third, 1);
  let sum4 = f64x2.extract_lane(fourth, 0) + f64x2.extract_lane(fourth, 1);
  let sumAbsolute = f64x2.extract_lane(absolute, 0) + f64x2.extract_lane(absolute, 1);
  if (x < end) {
    const deviation = load<f64>(x) - mean;
    const square = deviation * deviation;
    sum1 += deviation;
    sum2 += square;
    sum3 += square * deviation;
    sum4 += square * square;
    sumAbsolute += abs(deviation);
  }
  // What the first pass has rounded away comes back as a mean that is not quite 0.
  store<f64>(out, mean + sum1 / <f64>n);
  store<f64>(out, sum2 / <f64>n, 8);
  store<f64>(out, sum3 / <f64>n, 16);
  store<f64>(out, sum4 / <f64>n, 24);
  store<f64>(out, sumAbsolute / <f64>n, 32);
}
