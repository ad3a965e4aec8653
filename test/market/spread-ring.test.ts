// Goal: a reader gets the newest rows of the ring, whole, in order, as a plain list would keep them; also while another thread writes
// without a pause; and the test would notice torn rows if there were any.
// Method: every row has one number in all of its columns. A real thread writes such rows as fast as it can over a small ring.
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocateSpreadRing,
  SPREAD_COLUMNS,
  SpreadRingReader,
  SpreadRingWriter,
  type SpreadRows,
} from '../../src/market/spread-ring.js';

const COLUMNS = SPREAD_COLUMNS.length;
const sameRow = (value: number): Float64Array => new Float64Array(COLUMNS).fill(value);

/** Rows of which not all columns are the same. */
function torn(rows: SpreadRows): number {
  let count = 0;
  for (let row = 0; row < rows.tsUs.length; row++) {
    if (SPREAD_COLUMNS.some((name) => rows[name][row] !== rows.tsUs[row])) count++;
  }
  return count;
}

const WRITER = `
const { workerData } = require('node:worker_threads');
(async () => {
  const { SpreadRingWriter } = await import(workerData.module);
  const writer = new SpreadRingWriter(workerData.buffer);
  const stop = new Int32Array(workerData.stop);
  const row = new Float64Array(${COLUMNS});
  for (let number = 0; Atomics.load(stop, 0) === 0; number++) {
    row.fill(number);
    writer.write(row);
  }
})();
`;

describe('the ring of spreads', () => {
  it('keeps the newest rows, as a list does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.array(fc.array(fc.double(), { minLength: COLUMNS, maxLength: COLUMNS }), { maxLength: 30 }),
        fc.integer({ min: 0, max: 9 }),
        (capacity, list, rowsMax) => {
          const buffer = allocateSpreadRing(capacity);
          const writer = new SpreadRingWriter(buffer);
          for (const row of list) writer.write(Float64Array.from(row));
          const reader = new SpreadRingReader(buffer);
          expect(reader.capacity).toBe(capacity);
          expect(reader.written).toBe(list.length);
          const kept = list.slice(Math.max(0, list.length - Math.min(capacity, rowsMax)));
          const rows = reader.read(rowsMax);
          SPREAD_COLUMNS.forEach((name, column) => {
            expect([...rows[name]]).toEqual(kept.map((row) => row[column]));
          });
        },
      ),
    );
  });

  it('leaves out what the writer overtakes during a read', () => {
    const buffer = allocateSpreadRing(4);
    const writer = new SpreadRingWriter(buffer);
    for (let number = 0; number < 6; number++) writer.write(sameRow(number));
    // A row that is begun and not written yet: its place held row 2, which no reader may trust from now on.
    new Int32Array(buffer)[0] = 7;
    expect([...new SpreadRingReader(buffer).read().tsUs]).toEqual([3, 4, 5]);
    expect([...new SpreadRingReader(buffer).read(2).tsUs]).toEqual([4, 5]);
  });

  it('gives no torn row while another thread writes, and unguarded copies do', async () => {
    const capacity = 64;
    const buffer = allocateSpreadRing(capacity);
    const stop = new SharedArrayBuffer(4);
    const module = new URL('../../build/src/market/spread-ring.js', import.meta.url).href;
    const worker = new Worker(WRITER, { eval: true, workerData: { module, buffer, stop } });
    const reader = new SpreadRingReader(buffer);
    const values = new Float64Array(buffer, 128);
    let rows = 0;
    let tornRows = 0;
    let disordered = 0;
    let unguarded = 0;
    let moved = 0;
    try {
      const ended = new Promise((_, reject) => worker.once('error', reject));
      while (reader.written < capacity) {
        await Promise.race([new Promise((resolve) => setImmediate(resolve)), ended]);
      }
      for (let round = 0; round < 2_000_000 && (moved < 1_000 || unguarded === 0 || rows < 50_000); round++) {
        const before = reader.written;
        const read = reader.read();
        rows += read.tsUs.length;
        tornRows += torn(read);
        for (let row = 1; row < read.tsUs.length; row++) {
          if (read.tsUs[row] !== (read.tsUs[row - 1] as number) + 1) disordered++;
        }
        if (reader.written !== before) moved++;
        for (let place = 0; place < capacity; place++) {
          const value = values[place];
          for (let column = 1; column < COLUMNS; column++) if (values[column * capacity + place] !== value) unguarded++;
        }
      }
    } finally {
      Atomics.store(new Int32Array(stop), 0, 1);
      await worker.terminate();
    }
    expect({ tornRows, disordered }).toEqual({ tornRows: 0, disordered: 0 });
    expect(rows).toBeGreaterThan(0);
    expect(moved).toBeGreaterThan(0);
    expect(unguarded).toBeGreaterThan(0);
  });

  it('refuses a ring without rows', () => {
    for (const rows of [0, -1, 1.5, Number.NaN]) expect(() => allocateSpreadRing(rows)).toThrow(RangeError);
  });
});
