// Windows that move over a series by one value at a time.
//
// Nothing is ever subtracted from a window, so that no error grows along the series and a spike that has left a window leaves no
// trace: the series is cut in blocks as long as the window, and every window is the end of one block and the beginning of the next
// (van Herk, Gil and Werman, for minima). Mean and squares of both parts are put together by the formula of Chan, Golub and LeVeque.

// @ts-ignore: decorator
@inline
function at(base: usize, index: i32): usize {
  return base + (<usize>index << 3);
}

/**
 * Mean, standard deviation (divisor window - 1), minimum and maximum of every window, and how many deviations its last value lies
 * off its mean: NaN where the window is flat. out[i] tells of x[i..i + window - 1].
 * @param scale power of two that brings the values to about 1 for the squares
 * @param out five arrays of n - window + 1 float64, one behind the other: mean, deviation, z, minimum, maximum
 * @param room 5 * window float64 to work in
 */
export function rolling(x: usize, n: i32, window: i32, scale: f64, out: usize, room: usize): void {
  const windows = n - window + 1;
  const means = out;
  const deviations = at(means, windows);
  const scores = at(deviations, windows);
  const lows = at(scores, windows);
  const highs = at(lows, windows);
  const endMeans = room;
  const endSquares = at(endMeans, window);
  const endLows = at(endSquares, window);
  const endHighs = at(endLows, window);
  const inverses = at(endHighs, window);
  for (let k = 0; k < window; k++) store<f64>(at(inverses, k), 1 / <f64>(k + 1));
  const unit = 1 / scale;
  const inverse = load<f64>(at(inverses, window - 1));
  const divisor = <f64>(window - 1);
  for (let start = 0; start < windows; start += window) {
    // A value that all windows from this block into the next one share: digits that it costs are lost in each of them anyway.
    const centre = load<f64>(at(x, start + window - 1));
    // The ends of the block, from the last value backwards.
    let mean: f64 = 0, squares: f64 = 0, low: f64 = Infinity, high: f64 = -Infinity;
    for (let k = window - 1, count = 0; k >= 0; k--, count++) {
      const value = load<f64>(at(x, start + k));
      const distance = (value - centre) * scale - mean;
      const part = distance * load<f64>(at(inverses, count));
      mean += part;
      squares += distance * part * <f64>count;
      low = min(low, value);
      high = max(high, value);
      store<f64>(at(endMeans, k), mean);
      store<f64>(at(endSquares, k), squares);
      store<f64>(at(endLows, k), low);
      store<f64>(at(endHighs, k), high);
    }
    mean = squares = 0;
    low = Infinity;
    high = -Infinity;
    const count = min(window, windows - start);
    // `k` values of the next block are in the window.
    for (let k = 0; k < count; k++) {
      const latest = load<f64>(at(x, start + window - 1 + k));
      const last = (latest - centre) * scale;
      if (k > 0) {
        const distance = last - mean;
        const part = distance * load<f64>(at(inverses, k - 1));
        mean += part;
        squares += distance * part * <f64>(k - 1);
        low = min(low, latest);
        high = max(high, latest);
      }
      const apart = mean - load<f64>(at(endMeans, k));
      const share = <f64>k * inverse;
      const windowMean = load<f64>(at(endMeans, k)) + apart * share;
      const windowSquares = load<f64>(at(endSquares, k)) + squares + apart * apart * share * <f64>(window - k);
      const windowLow = min(load<f64>(at(endLows, k)), low);
      const windowHigh = max(load<f64>(at(endHighs, k)), high);
      const deviation = windowLow == windowHigh ? 0 : sqrt(windowSquares / divisor);
      const index = start + k;
      store<f64>(at(means, index), centre + windowMean * unit);
      store<f64>(at(deviations, index), deviation * unit);
      store<f64>(at(scores, index), deviation == 0 ? NaN : (last - windowMean) / deviation);
      store<f64>(at(lows, index), windowLow);
      store<f64>(at(highs, index), windowHigh);
    }
  }
}

/** First place in `n` ordered values that does not lie below `value`. Without a branch on what is found, which none could foretell. */
function placeOf(ordered: usize, n: i32, value: f64): i32 {
  if (n == 0) return 0;
  let place = 0;
  let left = n;
  while (left > 1) {
    const half = left >>> 1;
    place += half & -(<i32>(load<f64>(at(ordered, place + half - 1)) < value));
    left -= half;
  }
  return place + <i32>(load<f64>(at(ordered, place)) < value);
}

/**
 * Median of every window, from a window kept in order: what lies between the value that leaves and the one that comes is moved.
 * @param out n - window + 1 float64
 * @param ordered room for `window` float64
 */
export function rollingMedian(x: usize, n: i32, window: i32, out: usize, ordered: usize): void {
  for (let i = 0; i < n; i++) {
    const value = load<f64>(at(x, i));
    const held = min(i, window);
    let place = placeOf(ordered, held, value);
    if (i < window) {
      memory.copy(at(ordered, place + 1), at(ordered, place), <usize>(held - place) << 3);
    } else {
      const leaving = placeOf(ordered, held, load<f64>(at(x, i - window)));
      if (leaving < place) {
        place--;
        memory.copy(at(ordered, leaving), at(ordered, leaving + 1), <usize>(place - leaving) << 3);
      } else {
        memory.copy(at(ordered, place + 1), at(ordered, place), <usize>(leaving - place) << 3);
      }
    }
    store<f64>(at(ordered, place), value);
    if (i < window - 1) continue;
    const upper = load<f64>(at(ordered, window >> 1));
    const lower = load<f64>(at(ordered, (window - 1) >> 1));
    store<f64>(at(out, i - window + 1), lower + (upper - lower) * 0.5);
  }
}

/**
 * Exponentially weighted mean and variance at every value (West 1979, by the distance of each value from the mean before it).
 * @param alpha weight of the latest value, above 0 and at most 1
 * @param adjusted whether weights are (1 - alpha)^i by their sum; else the first value keeps all that the later ones leave
 * @param scale power of two that brings the values to about 1 for the squares
 * @param out three arrays of n float64, one behind the other: mean, variance, NaN where it is not defined, and biased variance
 */
export function exponential(x: usize, n: i32, alpha: f64, adjusted: bool, scale: f64, out: usize): void {
  const variances = at(out, n);
  const biased = at(variances, n);
  const unit = 1 / scale;
  const kept = 1 - alpha;
  const latest: f64 = adjusted ? 1 : alpha;
  let distance: f64 = 0, left: f64 = 0, variance: f64 = 0, weights: f64 = 1, squares: f64 = 1;
  for (let i = 0; i < n; i++) {
    const value = load<f64>(at(x, i));
    if (i > 0) {
      const earlier = weights * kept;
      weights = earlier + latest;
      squares = squares * kept * kept + latest * latest;
      // From the value to the mean before it: only steps are added up, so that no level costs digits, nor a spike once it is forgotten.
      distance = (value - load<f64>(at(x, i - 1))) * scale + left * distance;
      left = earlier / weights;
      variance = left * (variance + distance * distance * (latest / weights));
    }
    store<f64>(at(out, i), value - left * distance * unit);
    const biasedVariance = variance * unit * unit;
    const all = weights * weights;
    store<f64>(at(variances, i), all > squares ? (biasedVariance * all) / (all - squares) : NaN);
    store<f64>(at(biased, i), biasedVariance);
  }
}
