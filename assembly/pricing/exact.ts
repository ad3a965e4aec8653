// Products of whole numbers below 2^53, in 128 bits: a price times a quantity does not fit a float64.

/** The last product, as high * 2^64 + low. */
export let productHigh: u64 = 0;
export let productLow: u64 = 0;

/**
 * Multiplies whole numbers whose product is below 2^115. The low word is the wrapped product; the float64 product is wrong by
 * less than 2^63, so what it has above the low word, in steps of 2^64, rounds to the high word.
 */
export function multiply(a: u64, b: u64): void {
  productLow = a * b;
  productHigh = <u64>nearest((<f64>a * <f64>b - <f64>productLow) * (1.0 / 18446744073709551616.0));
}

/** Whether a * b <= c * d, exactly. */
export function productAtMost(a: u64, b: u64, c: u64, d: u64): bool {
  multiply(a, b);
  const high = productHigh;
  const low = productLow;
  multiply(c, d);
  return high < productHigh || (high == productHigh && low <= productLow);
}
