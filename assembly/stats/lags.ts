// Sums of products of a series with itself some steps later.
import { total } from './sums';

/**
 * out[k] = sum over t from k to n - 1 of x[t] * x[t - k], for k from 0 to `lags`, which is less than n.
 * Four lags at a time share what they load.
 */
export function laggedProducts(x: usize, n: i32, lags: i32, out: usize): void {
  let lag = 0;
  for (; lag + 3 <= lags; lag += 4) fourLags(x, n, lag, out + (<usize>lag << 3));
  for (; lag <= lags; lag++) store<f64>(out + (<usize>lag << 3), oneLag(x, x + (<usize>lag << 3), n - lag));
}

function oneLag(early: usize, late: usize, n: i32): f64 {
  let a = f64x2.splat(0), b = a;
  const end = early + (<usize>n << 3);
  const bulk = early + (<usize>(n & ~3) << 3);
  for (; early < bulk; early += 32, late += 32) {
    a = f64x2.add(a, f64x2.mul(v128.load(early), v128.load(late)));
    b = f64x2.add(b, f64x2.mul(v128.load(early, 16), v128.load(late, 16)));
  }
  let sum = total(a, b, f64x2.splat(0), f64x2.splat(0));
  for (; early < end; early += 8, late += 8) sum += load<f64>(early) * load<f64>(late);
  return sum;
}

/** Lags `lag` to `lag + 3`: as many terms as the last of them has together, then what the others have more. */
function fourLags(x: usize, n: i32, lag: i32, out: usize): void {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  const terms = n - lag - 3;
  let early = x;
  let late = x + (<usize>lag << 3);
  const bulk = x + (<usize>(terms & ~1) << 3);
  for (; early < bulk; early += 16, late += 16) {
    const pair = v128.load(early);
    a = f64x2.add(a, f64x2.mul(pair, v128.load(late)));
    b = f64x2.add(b, f64x2.mul(pair, v128.load(late, 8)));
    c = f64x2.add(c, f64x2.mul(pair, v128.load(late, 16)));
    d = f64x2.add(d, f64x2.mul(pair, v128.load(late, 24)));
  }
  let sumA = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  let sumB = f64x2.extract_lane(b, 0) + f64x2.extract_lane(b, 1);
  let sumC = f64x2.extract_lane(c, 0) + f64x2.extract_lane(c, 1);
  let sumD = f64x2.extract_lane(d, 0) + f64x2.extract_lane(d, 1);
  const end = x + (<usize>n << 3);
  for (; late < end; early += 8, late += 8) {
    const value = load<f64>(early);
    sumA += value * load<f64>(late);
    if (late + 8 < end) sumB += value * load<f64>(late, 8);
    if (late + 16 < end) sumC += value * load<f64>(late, 16);
    if (late + 24 < end) sumD += value * load<f64>(late, 24);
  }
  store<f64>(out, sumA);
  store<f64>(out, sumB, 8);
  store<f64>(out, sumC, 16);
  store<f64>(out, sumD, 24);
}
