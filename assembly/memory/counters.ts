/** Adds to a float64 counter that this thread alone writes; others may read it at any time. */
// @ts-ignore: decorator
@inline
export function count(address: usize, amount: f64 = 1): void {
  store<f64>(address, load<f64>(address) + amount);
}
