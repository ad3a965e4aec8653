// What a pair of a spot book and a perpetual showed, second by second, in shared memory: one thread writes, any number read, and nobody
// waits for anybody.
//
// Layout: a line for each counter, then a column of doubles for each of SPREAD_COLUMNS. Row n lies at place n modulo the capacity of
// every column. The writer says that a row is begun before it touches its place, and that it is written afterwards; a reader copies
// rows that are written, and then leaves out those whose places were begun anew meanwhile.

const BEGUN = 0; // i32 index: rows that were begun
const WRITTEN = 16; // rows that are whole
const HEADER_BYTES = 128;

/**
 * What was seen: microseconds since the epoch, then prices in the quote asset and quantities in base assets at the touch of both books.
 * A book that could not be traded on has NaN in all four.
 */
export const TOUCH_COLUMNS = [
  'tsUs',
  'spotBidPrice',
  'spotBidQty',
  'spotAskPrice',
  'spotAskQty',
  'futBidPrice',
  'futBidQty',
  'futAskPrice',
  'futAskQty',
] as const;

/** All columns: what was seen, then the thresholds that decided at that time, in per cent. */
export const SPREAD_COLUMNS = [...TOUCH_COLUMNS, 'entryThresholdPct', 'exitThresholdPct'] as const;
export type SpreadColumn = (typeof SPREAD_COLUMNS)[number];

/** Rows by column, all of one length, the oldest first. */
export type SpreadRows<Column extends SpreadColumn = SpreadColumn> = Readonly<Record<Column, Float64Array>>;

/** Memory for the newest `rows` rows. */
export function allocateSpreadRing(rows: number): SharedArrayBuffer {
  if (!Number.isSafeInteger(rows) || rows < 1) throw new RangeError(`a ring of ${rows} rows`);
  return new SharedArrayBuffer(HEADER_BYTES + rows * SPREAD_COLUMNS.length * 8);
}

class SpreadRing {
  /** Rows that it holds at most. */
  readonly capacity: number;
  protected readonly counters: Int32Array;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.capacity = (buffer.byteLength - HEADER_BYTES) / (8 * SPREAD_COLUMNS.length);
    this.counters = new Int32Array(buffer, 0, HEADER_BYTES / 4);
  }

  /** Rows written since the ring was made. Seconds of 68 years have a number. */
  get written(): number {
    return Atomics.load(this.counters, WRITTEN);
  }
}

/** The end of the one thread that writes. Writing allocates nothing and never waits. */
export class SpreadRingWriter extends SpreadRing {
  private readonly values: Float64Array;

  constructor(buffer: SharedArrayBuffer) {
    super(buffer);
    this.values = new Float64Array(buffer, HEADER_BYTES);
  }

  /** @param row a value for each of SPREAD_COLUMNS in their order, of a later time than the row before; copied */
  write(row: Float64Array): void {
    const { values, capacity, counters } = this;
    const number = Atomics.load(counters, WRITTEN);
    Atomics.store(counters, BEGUN, number + 1);
    let at = number % capacity;
    for (let column = 0; column < SPREAD_COLUMNS.length; column++) {
      values[at] = row[column] as number;
      at += capacity;
    }
    Atomics.store(counters, WRITTEN, number + 1);
  }
}

/** A reader's end, on any thread. */
export class SpreadRingReader extends SpreadRing {
  private readonly words: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    super(buffer);
    this.words = new Int32Array(buffer, HEADER_BYTES);
  }

  /**
   * Copies rows, whole and in the order of time. Rows that the writer overtakes meanwhile are left out at the old end.
   * @param rowsMax the newest so many; all that there are unless given
   * @param columns the ones that are wanted; all unless given
   */
  read<Column extends SpreadColumn = SpreadColumn>(
    rowsMax = this.capacity,
    columns: readonly Column[] = SPREAD_COLUMNS as readonly SpreadColumn[] as readonly Column[],
  ): SpreadRows<Column> {
    const { capacity, counters } = this;
    const end = Atomics.load(counters, WRITTEN);
    const first = Math.max(0, end - Math.min(rowsMax, capacity));
    const copies = columns.map((name) => [name, this.copy(SPREAD_COLUMNS.indexOf(name) * capacity, first, end)] as const);
    const lost = Math.min(Math.max(0, Atomics.load(counters, BEGUN) - capacity - first), end - first);
    return Object.fromEntries(copies.map(([name, values]) => [name, values.subarray(lost)])) as SpreadRows<Column>;
  }

  /** Word by word: loads that are not atomic could pass the look at what was begun. */
  private copy(column: number, first: number, end: number): Float64Array {
    const { words, capacity } = this;
    const values = new Float64Array(end - first);
    const target = new Int32Array(values.buffer);
    let to = 0;
    for (let row = first; row < end; row++) {
      const at = (column + (row % capacity)) * 2;
      target[to++] = Atomics.load(words, at);
      target[to++] = Atomics.load(words, at + 1);
    }
    return values;
  }
}
