import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { InvalidInputError } from '../../../src/domain/errors.js';
import { encodeRecord } from '../../../src/feeds/capture/format.js';
import { captureName, type NumberedRecord, type ReadOptions, readCapture } from '../../../src/feeds/capture/reader.js';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-reader-'));
afterAll(() => rmSync(folder, { recursive: true }));

const line = (text: string): string =>
  encodeRecord({ epochMs: 1, dir: 'in', kind: 'ws', conn: 'c', url: null, binary: false, payload: Buffer.from(text) });

async function read(name: string, bytes: Uint8Array | string, options?: ReadOptions): Promise<NumberedRecord[]> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const records: NumberedRecord[] = [];
  for await (const record of readCapture(path, options)) records.push(record);
  return records;
}

test('gzip is known by its content, also in several members, and line numbers count from 1', async () => {
  const lines = [line('a'), '\n', line('b'), line('c').trimEnd()];
  for (const bytes of [lines.join(''), gzipSync(lines.join('')), Buffer.concat(lines.map((text) => gzipSync(text)))]) {
    const records = await read('x.ndjson', bytes);
    expect(records.map(({ line: number, record }) => [number, record.raw])).toEqual([
      [1, 'a'],
      [3, 'b'],
      [4, 'c'],
    ]);
  }
});

test('lines longer than a chunk of the file come whole', async () => {
  const long = 'x'.repeat(3_000_000);
  const records = await read('long.ndjson.gz', gzipSync(line(long) + line('y')));
  expect(records.map(({ record }) => record.raw?.length)).toEqual([3_000_000, 1]);
});

test.each<[string, Uint8Array | string, string, ReadOptions?]>([
  ['a bad line', `${line('a')}{"t":`, 'bad.ndjson line 2 is not JSON'],
  ['a cut gzip', gzipSync(line('a'.repeat(100))).subarray(0, 40), 'cannot be read: unexpected end of file'],
  ['a line without end', 'x'.repeat(2_000_000), 'bad.ndjson line 1 is longer than 1000 bytes', { lineBytesMax: 1000 }],
])('%s is one clear sentence', async (_name, bytes, sentence, options) => {
  const reading = read('bad.ndjson', bytes, options);
  await expect(reading).rejects.toThrow(InvalidInputError);
  await expect(reading).rejects.toThrow(sentence);
});

test('a file that is not there is one clear sentence', async () => {
  await expect(readCapture(join(folder, 'nowhere')).next()).rejects.toThrow(/nowhere cannot be read: ENOENT/);
});

test('a capture is called as its file without the endings', () => {
  expect(['/a/b.c.ndjson.gz', 'b.c.ndjson', 'b.c'].map(captureName)).toEqual(['b.c', 'b.c', 'b.c']);
});
