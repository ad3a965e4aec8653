/** Index of the last of rising times that is not after `timeMs`; -1 when all are. @param timeOf of an item, in the unit of `timeMs` */
export function periodAt<T>(items: ArrayLike<T>, timeMs: number, timeOf: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(items[middle] as T) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
