// The statistics of the kernel by the same methods in plain TypeScript over typed arrays: what they are measured against.

/** Element of a typed array that is known to be there. */
const at = (x: Float64Array, index: number): number => x[index] as number;

function dot(x: Float64Array, fromX: number, y: Float64Array, fromY: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += at(x, fromX + i) * at(y, fromY + i);
  return sum;
}

/** The values less the first, and then less their mean. */
function centred(x: Float64Array): Float64Array {
  const first = at(x, 0);
  const shifted = x.map((value) => value - first);
  let mean = 0;
  for (let i = 0; i < x.length; i++) mean += at(shifted, i);
  mean /= x.length;
  for (let i = 0; i < x.length; i++) shifted[i] = at(shifted, i) - mean;
  return shifted;
}

/** Autocorrelations at lags 0 to `lags`. */
export function plainAutocorrelation(values: Float64Array, lags: number): Float64Array {
  const x = centred(values);
  const products = Float64Array.from({ length: lags + 1 }, (_, lag) => dot(x, 0, x, lag, x.length - lag));
  const whole = at(products, 0);
  return products.map((product) => product / whole);
}

/** Percentiles by selection with the median of three, in ascending order. */
export function plainQuantiles(values: Float64Array, percentiles: readonly number[]): Float64Array {
  const x = values.slice();
  let low = 0;
  return Float64Array.from(percentiles, (percentile) => {
    const position = ((x.length - 1) * percentile) / 100;
    const place = Math.floor(position);
    select(x, low, x.length - 1, place);
    low = place;
    const share = position - place;
    if (share === 0) return at(x, place);
    select(x, place + 1, x.length - 1, place + 1);
    return at(x, place) + (at(x, place + 1) - at(x, place)) * share;
  });
}

function select(x: Float64Array, from: number, to: number, place: number): void {
  let low = from;
  let high = to;
  while (low < high) {
    const [a, b, c] = [at(x, low), at(x, (low + high) >>> 1), at(x, high)];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let i = low - 1;
    let j = high + 1;
    for (;;) {
      do i++;
      while (at(x, i) < pivot);
      do j--;
      while (at(x, j) > pivot);
      if (i >= j) break;
      const value = at(x, i);
      x[i] = at(x, j);
      x[j] = value;
    }
    if (place <= j) high = j;
    else low = j + 1;
  }
}

/** Percentiles of the sorted values. */
export function sortedQuantiles(values: Float64Array, percentiles: readonly number[]): Float64Array {
  const x = values.slice().sort();
  return Float64Array.from(percentiles, (percentile) => {
    const position = ((x.length - 1) * percentile) / 100;
    const place = Math.floor(position);
    const next = x[place + 1] ?? at(x, place);
    return at(x, place) + (next - at(x, place)) * (position - place);
  });
}

/** Mean, deviation, z-score, minimum, maximum and median of every window: blocks for the first five, an ordered window for the last. */
export function plainRolling(x: Float64Array, window: number): Float64Array[] {
  const windows = x.length - window + 1;
  const [means, deviations, scores, lows, highs, medians] = Array.from({ length: 6 }, () => new Float64Array(windows)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [endMeans, endSquares, endLows, endHighs] = Array.from({ length: 4 }, () => new Float64Array(window)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const inverses = Float64Array.from({ length: window }, (_, k) => 1 / (k + 1));
  for (let start = 0; start < windows; start += window) {
    const centre = at(x, start + window - 1);
    let [mean, squares, low, high] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = window - 1, count = 0; k >= 0; k--, count++) {
      const value = at(x, start + k);
      const distance = value - centre - mean;
      const part = distance * at(inverses, count);
      mean += part;
      squares += distance * part * count;
      if (value < low) low = value;
      if (value > high) high = value;
      endMeans[k] = mean;
      endSquares[k] = squares;
      endLows[k] = low;
      endHighs[k] = high;
    }
    [mean, squares, low, high] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const count = Math.min(window, windows - start);
    for (let k = 0; k < count; k++) {
      const latest = at(x, start + window - 1 + k);
      const last = latest - centre;
      if (k > 0) {
        const distance = last - mean;
        const part = distance * at(inverses, k - 1);
        mean += part;
        squares += distance * part * (k - 1);
        if (latest < low) low = latest;
        if (latest > high) high = latest;
      }
      const apart = mean - at(endMeans, k);
      const share = k / window;
      const windowMean = at(endMeans, k) + apart * share;
      const windowLow = Math.min(at(endLows, k), low);
      const windowHigh = Math.max(at(endHighs, k), high);
      const total = at(endSquares, k) + squares + apart * apart * share * (window - k);
      const deviation = windowLow === windowHigh ? 0 : Math.sqrt(total / (window - 1));
      means[start + k] = centre + windowMean;
      deviations[start + k] = deviation;
      scores[start + k] = deviation === 0 ? Number.NaN : (last - windowMean) / deviation;
      lows[start + k] = windowLow;
      highs[start + k] = windowHigh;
    }
  }
  rollingMedians(x, window, medians);
  return [means, deviations, scores, lows, highs, medians];
}

function placeOf(ordered: Float64Array, n: number, value: number): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(ordered, middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function rollingMedians(x: Float64Array, window: number, out: Float64Array): void {
  const ordered = new Float64Array(window);
  for (let i = 0; i < x.length; i++) {
    const held = Math.min(i, window);
    const leaving = i < window ? held : placeOf(ordered, held, at(x, i - window));
    let place = placeOf(ordered, held, at(x, i));
    if (leaving < place) {
      place--;
      ordered.copyWithin(leaving, leaving + 1, place + 1);
    } else {
      ordered.copyWithin(place + 1, place, leaving);
    }
    ordered[place] = at(x, i);
    if (i >= window - 1) out[i - window + 1] = (at(ordered, window >> 1) + at(ordered, (window - 1) >> 1)) / 2;
  }
}

export interface PlainFit {
  readonly coefficients: Float64Array;
  readonly standardErrors: Float64Array;
}

/** Least squares by Householder reflections. */
export function plainLeastSquares(response: Float64Array, regressors: readonly Float64Array[]): PlainFit {
  const rows = response.length;
  const count = regressors.length;
  const columns = [...regressors, response].map((column) => column.slice());
  const diagonal = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    const reflector = columns[j] as Float64Array;
    const square = dot(reflector, j, reflector, j, rows - j);
    const first = at(reflector, j);
    const alpha = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
    reflector[j] = first - alpha;
    diagonal[j] = alpha;
    for (let k = j + 1; k <= count; k++) {
      const target = columns[k] as Float64Array;
      const factor = dot(reflector, j, target, j, rows - j) / (square - first * alpha);
      for (let i = j; i < rows; i++) target[i] = at(target, i) - factor * at(reflector, i);
    }
  }
  const rotated = columns[count] as Float64Array;
  const variance = dot(rotated, count, rotated, count, rows - count) / (rows - count);
  const solve = (right: Float64Array): Float64Array => {
    const solution = new Float64Array(count);
    for (let i = count - 1; i >= 0; i--) {
      let value = at(right, i);
      for (let k = i + 1; k < count; k++) value -= at(columns[k] as Float64Array, i) * at(solution, k);
      solution[i] = value / at(diagonal, i);
    }
    return solution;
  };
  const factors = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    solve(Float64Array.from({ length: count }, (_, i) => (i === j ? 1 : 0))).forEach((value, i) => {
      factors[i] = at(factors, i) + value * value;
    });
  }
  return { coefficients: solve(rotated), standardErrors: factors.map((factor) => Math.sqrt(factor * variance)) };
}

/** Statistic of the augmented Dickey-Fuller test with a constant, its lag by AIC from one set of cross products. */
export function plainAdf(values: Float64Array): number {
  const n = values.length;
  const maxLag = Math.ceil(12 * (n / 100) ** 0.25);
  const level = centred(values);
  const steps = centred(Float64Array.from({ length: n - 1 }, (_, i) => at(level, i + 1) - at(level, i)));
  const lag = lagByAic(level, steps, maxLag);
  const rows = steps.length - lag;
  const lagged = Array.from({ length: lag }, (_, j) => steps.subarray(lag - 1 - j, steps.length - 1 - j));
  const fit = plainLeastSquares(steps.subarray(lag), [new Float64Array(rows).fill(1), level.subarray(lag, -1), ...lagged]);
  return at(fit.coefficients, 1) / at(fit.standardErrors, 1);
}

function lagByAic(level: Float64Array, steps: Float64Array, maxLag: number): number {
  const rows = steps.length - maxLag;
  const size = maxLag + 1;
  const products = new Float64Array(size * size);
  for (let distance = 0; distance <= maxLag; distance++) {
    let product = dot(steps, maxLag, steps, maxLag - distance, rows);
    for (let a = 0; a + distance <= maxLag; a++) {
      const b = a + distance;
      products[a * size + b] = product;
      products[b * size + a] = product;
      if (b < maxLag) {
        product += at(steps, maxLag - 1 - a) * at(steps, maxLag - 1 - b);
        product -= at(steps, steps.length - 1 - a) * at(steps, steps.length - 1 - b);
      }
    }
  }
  const ones = new Float64Array(rows).fill(1);
  // Columns: constant, level, lags 1 to maxLag, and the steps themselves last.
  const cross = (i: number, j: number): number => {
    const lagOf = (index: number): number => (index === maxLag + 2 ? 0 : index - 1);
    if (i < 2) return dot(i === 0 ? ones : level, i === 0 ? 0 : maxLag, j === 0 ? ones : level, j === 0 ? 0 : maxLag, rows);
    if (j < 2) return dot(steps, maxLag - lagOf(i), j === 0 ? ones : level, j === 0 ? 0 : maxLag, rows);
    return at(products, lagOf(i) * size + lagOf(j));
  };
  const factor: Float64Array[] = [];
  for (let i = 0; i <= maxLag + 2; i++) {
    const row = new Float64Array(i + 1);
    factor.push(row);
    for (let j = 0; j <= i; j++) {
      const pivot = factor[j] as Float64Array;
      let value = cross(i, j);
      for (let k = 0; k < j; k++) value -= at(row, k) * at(pivot, k);
      row[j] = i === j ? Math.sqrt(value) : value / at(pivot, j);
    }
  }
  const response = factor[maxLag + 2] as Float64Array;
  let left = at(products, 0) - at(response, 0) ** 2 - at(response, 1) ** 2;
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let lag = 0; lag <= maxLag; lag++) {
    const criterion = rows * Math.log(left / rows) + 2 * (lag + 2);
    if (criterion < least) {
      least = criterion;
      best = lag;
    }
    left -= at(response, lag + 2) ** 2;
  }
  return best;
}
