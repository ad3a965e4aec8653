// Order statistics without sorting: each place is found by narrowing a range round it (Hoare's selection with the median of three
// as pivot). A range that does not shrink as it should is sorted by heap, so that no order of the values makes this slow.

// @ts-ignore: decorator
@inline
function get(x: usize, index: i32): f64 {
  return load<f64>(x + (<usize>index << 3));
}

// @ts-ignore: decorator
@inline
function set(x: usize, index: i32, value: f64): void {
  store<f64>(x + (<usize>index << 3), value);
}

/** Ranges no longer than this are sorted by insertion. */
const SHORT: i32 = 12;

/**
 * Orders the values so that x[place] is what it would be if they were sorted, with nothing larger before and nothing smaller
 * behind it, within x[low..high], which holds the place. No value may be NaN.
 */
export function selectPlace(x: usize, low: i32, high: i32, place: i32): void {
  let patience = 4 * (32 - clz<i32>(high - low + 1));
  while (high - low >= SHORT) {
    if (patience-- == 0) {
      heapSort(x + (<usize>low << 3), high - low + 1);
      return;
    }
    const pivot = medianOfThree(get(x, low), get(x, (low + high) >>> 1), get(x, high));
    let i = low - 1;
    let j = high + 1;
    while (true) {
      do i++; while (get(x, i) < pivot);
      do j--; while (get(x, j) > pivot);
      if (i >= j) break;
      const value = get(x, i);
      set(x, i, get(x, j));
      set(x, j, value);
    }
    if (place <= j) high = j;
    else low = j + 1;
  }
  insertionSort(x, low, high);
}

// @ts-ignore: decorator
@inline
function medianOfThree(a: f64, b: f64, c: f64): f64 {
  return max(min(a, b), min(max(a, b), c));
}

function insertionSort(x: usize, low: i32, high: i32): void {
  for (let i = low + 1; i <= high; i++) {
    const value = get(x, i);
    let j = i - 1;
    for (; j >= low && get(x, j) > value; j--) set(x, j + 1, get(x, j));
    set(x, j + 1, value);
  }
}

function heapSort(x: usize, n: i32): void {
  for (let start = (n >>> 1) - 1; start >= 0; start--) siftDown(x, start, n);
  for (let end = n - 1; end > 0; end--) {
    const value = get(x, 0);
    set(x, 0, get(x, end));
    set(x, end, value);
    siftDown(x, 0, end);
  }
}

function siftDown(x: usize, root: i32, n: i32): void {
  const value = get(x, root);
  while (true) {
    let child = 2 * root + 1;
    if (child >= n) break;
    if (child + 1 < n && get(x, child + 1) > get(x, child)) child++;
    if (!(get(x, child) > value)) break;
    set(x, root, get(x, child));
    root = child;
  }
  set(x, root, value);
}

/**
 * Quantiles between the order statistics (type 7 of Hyndman and Fan: position (n - 1) * fraction, linear in between). Reorders x.
 * @param n at least 1
 * @param fractions `count` shares from 0 to 1 in ascending order; their quantiles take their place
 */
export function quantiles(x: usize, n: i32, fractions: usize, count: i32): void {
  let low = 0;
  for (let i = 0; i < count; i++) {
    const position = <f64>(n - 1) * get(fractions, i);
    const place = <i32>position;
    const share = position - <f64>place;
    if (place >= low) selectPlace(x, low, n - 1, place);
    // Everything before `low` is in its final part of the order, and x[low] is in its very place.
    low = place;
    const value = get(x, place);
    if (share == 0) {
      set(fractions, i, value);
      continue;
    }
    selectPlace(x, place + 1, n - 1, place + 1);
    set(fractions, i, between(value, get(x, place + 1), share));
  }
}

/** a + (b - a) * share, from the nearer end: exact at both, and between them for any share. */
// @ts-ignore: decorator
@inline
function between(a: f64, b: f64, share: f64): f64 {
  return share < 0.5 ? a + (b - a) * share : b - (b - a) * (1 - share);
}
