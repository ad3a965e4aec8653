// Tasks for the pool's tests; they run from their compiled form.
import type { TaskContext } from '../../../src/research/pool/task.js';

/** Sum of a column, telling each quarter. */
export function sumColumn(column: Float64Array, { report }: TaskContext): number {
  let sum = 0;
  column.forEach((value, row) => {
    sum += value;
    if ((row + 1) % (column.length / 4) === 0) report({ share: (row + 1) / column.length, label: `row ${row}` });
  });
  return sum;
}

/** Writes into shared memory, to show whose it is. */
export function markColumn(column: Float64Array): void {
  column[0] = 42;
}

/** Never ends; says that it has begun. */
export function spin(_: null, { report }: TaskContext): never {
  report({ share: 0, label: 'begun' });
  for (;;);
}

export function fail(text: string): never {
  throw new RangeError(text);
}

/** Takes more memory than a thread has. */
export function hoard(): number {
  const all: number[][] = [];
  for (;;) all.push(new Array<number>(1e5).fill(all.length));
}
