// Regression of one series on another in every window, without the error that adding and subtracting would build up: every window
// is the end of one block and the beginning of the next, as in rolling.ts, and moments of both parts are put together.

/** Means of x and y about the block's last pair, and sums of squares and products about them: of a part of a window. */
const MOMENTS: usize = 40;

/**
 * Slope, intercept and R^2 of y on x and a constant, in every window of pairs; out[i] tells of the pairs i to i + window - 1. NaN where
 * x (for R^2: or y) does not vary.
 * Source: pairwise updates of Chan, Golub and LeVeque (1983).
 * @param out three arrays of n - window + 1 float64, one behind the other
 * @param room 5 * window float64 to work in
 */
export function rollingRegression(x: usize, y: usize, n: i32, window: i32, out: usize, room: usize): void {
  const windows = n - window + 1;
  const intercepts = out + (<usize>windows << 3);
  const fits = intercepts + (<usize>windows << 3);
  for (let start = 0; start < windows; start += window) {
    // A pair that all windows from this block into the next one share: digits that it costs are lost in each of them anyway.
    const shared = <usize>(start + window - 1) << 3;
    const originX = load<f64>(x + shared);
    const originY = load<f64>(y + shared);
    let meanX: f64 = 0, meanY: f64 = 0, xx: f64 = 0, xy: f64 = 0, yy: f64 = 0;
    // The ends of the block, from the last pair backwards.
    for (let k = window - 1, count: f64 = 0; k >= 0; k--, count++) {
      const at = <usize>(start + k) << 3;
      const awayX = load<f64>(x + at) - originX - meanX;
      const awayY = load<f64>(y + at) - originY - meanY;
      const share = count / (count + 1);
      meanX += awayX / (count + 1);
      meanY += awayY / (count + 1);
      xx += awayX * awayX * share;
      xy += awayX * awayY * share;
      yy += awayY * awayY * share;
      const end = room + <usize>k * MOMENTS;
      store<f64>(end, meanX);
      store<f64>(end, meanY, 8);
      store<f64>(end, xx, 16);
      store<f64>(end, xy, 24);
      store<f64>(end, yy, 32);
    }
    meanX = meanY = xx = xy = yy = 0;
    const count = min(window, windows - start);
    // `k` pairs of the next block are in the window.
    for (let k = 0; k < count; k++) {
      if (k > 0) {
        const at = <usize>(start + window - 1 + k) << 3;
        const awayX = load<f64>(x + at) - originX - meanX;
        const awayY = load<f64>(y + at) - originY - meanY;
        const share = <f64>(k - 1) / <f64>k;
        meanX += awayX / <f64>k;
        meanY += awayY / <f64>k;
        xx += awayX * awayX * share;
        xy += awayX * awayY * share;
        yy += awayY * awayY * share;
      }
      const end = room + <usize>k * MOMENTS;
      const apartX = meanX - load<f64>(end);
      const apartY = meanY - load<f64>(end, 8);
      const share = <f64>k / <f64>window;
      const weight = share * <f64>(window - k);
      const windowXx = load<f64>(end, 16) + xx + apartX * apartX * weight;
      const windowXy = load<f64>(end, 24) + xy + apartX * apartY * weight;
      const windowYy = load<f64>(end, 32) + yy + apartY * apartY * weight;
      const slope = windowXy / windowXx;
      const at = <usize>(start + k) << 3;
      store<f64>(out + at, slope);
      const windowX = originX + (load<f64>(end) + apartX * share);
      store<f64>(intercepts + at, originY + (load<f64>(end, 8) + apartY * share) - slope * windowX);
      store<f64>(fits + at, (slope * windowXy) / windowYy);
    }
  }
}
