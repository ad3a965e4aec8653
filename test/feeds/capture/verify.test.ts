import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type CommandOutput, captureVerify } from '../../../src/cli/capture-verify.js';
import { SystemClock } from '../../../src/domain/system-clock.js';
import { encodeRecord } from '../../../src/feeds/capture/format.js';
import { verifyCapture } from '../../../src/feeds/capture/verify.js';
import { dataFolder } from '../../property/captured.js';

const scratch = mkdtempSync(join(tmpdir(), 'tiercel-verify-'));
afterAll(() => rmSync(scratch, { recursive: true }));

class Text implements CommandOutput {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

async function run(
  files: readonly string[],
  expected: string | undefined,
  json = false,
): Promise<{ code: number; text: string }> {
  const output = new Text();
  const code = await captureVerify(files, { expected, json }, output, new SystemClock());
  return { code, text: output.text };
}

const captures = join(dataFolder ?? '', 'captures');

describe.skipIf(dataFolder === undefined)('recorded sessions', () => {
  // Goal: the session and the kernel end every recorded session as two independent programs did. Method: all of them, all figures.
  test('no capture differs from what is expected of it', async () => {
    const files = readdirSync(captures)
      .filter((name) => name.includes('.ndjson'))
      .map((name) => join(captures, name));
    const { code, text } = await run(files, join(captures, 'expected'), true);
    const report = JSON.parse(text) as { differences: unknown[]; compared: number; files: { lines: number }[] };
    expect(report.differences).toEqual([]);
    expect(report.compared).toBe(readdirSync(join(captures, 'expected')).length);
    expect(report.files.reduce((sum, { lines }) => sum + lines, 0)).toBe(379_294);
    expect(code).toBe(0);
  });

  test.each([
    ['book.askLevels', /"askLevels": \d+/, '"askLevels": 7'],
    ['book.lastSequence', /"lastSequence": \d+/, '"lastSequence": 8'],
    ['book.topDigest.hex', /"hex": "[0-9a-f]{8}/, '"hex": "00000000'],
    ['book.top10.bidQtySum', /"bidQtySum": "[^"]+"/, '"bidQtySum": "1.5"'],
    ['bookTicker.count', /("bookTicker": \{\s*"count":) \d+/, '$1 3'],
    ['aggTrades.notionalSum', /("aggTrades": [^}]*"notionalSum": )"[^"]+"/, '$1"1"'],
  ])('an altered %s is named, and the exit code is 1', async (field, pattern, replacement) => {
    const name = 'binance-spot.cryptofeed-20210417';
    const folder = join(scratch, field);
    cpSync(join(captures, 'expected', `${name}.json`), join(folder, `${name}.json`));
    const original = readFileSync(join(folder, `${name}.json`), 'utf8');
    const altered = original.replace(pattern, replacement);
    expect(altered).not.toBe(original);
    rmSync(join(folder, `${name}.json`));
    writeFileSync(join(folder, `${name}.json`), altered);
    const { code, text } = await run([join(captures, `${name}.ndjson.gz`)], folder);
    expect(code).toBe(1);
    const found = text.split('\n').filter((line) => line.startsWith('DIFFERS'));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((line) => line.includes(`${name} `) && line.includes(field))).toBe(true);
  });
});

/** A capture of Binance spot, as a recorder of another host and file name would write it. */
function writeCapture(name: string, messages: readonly (readonly [url: string | null, body: unknown])[]): string {
  const path = join(scratch, name);
  const lines = messages.map(([url, body], index) =>
    encodeRecord({
      epochMs: 1_700_000_000_000 + index,
      dir: 'in',
      kind: url === null ? 'ws' : 'http',
      conn: url === null ? 'ws://127.0.0.1:9000/stream' : 'http',
      url,
      binary: false,
      payload: Buffer.from(JSON.stringify(body)),
    }),
  );
  writeFileSync(path, lines.join(''));
  return path;
}

const depth = (first: number, last: number, bids: string[][], asks: string[][]) => ({
  stream: 'xyusdt@depth',
  data: { e: 'depthUpdate', E: 1, s: 'XYUSDT', U: first, u: last, b: bids, a: asks },
});
const SNAPSHOT = 'http://127.0.0.1:9000/api/v3/depth?symbol=XYUSDT&limit=1000';

test('a gap that is in the data is reported, and the next snapshot joins again', async () => {
  const path = writeCapture('binance-spot.20260101.ndjson', [
    [null, depth(11, 12, [['1.5', '2']], [])],
    [SNAPSHOT, { lastUpdateId: 10, bids: [['1.4', '1.25']], asks: [['1.60', '3']] }],
    [null, depth(13, 13, [], [['1.6', '4']])],
    [null, depth(20, 21, [], [['1.6', '5']])],
    [SNAPSHOT, { lastUpdateId: 21, bids: [['1.3', '1']], asks: [['1.7', '1']] }],
    [
      null,
      depth(
        22,
        22,
        [
          ['1.3', '0'],
          ['1.25', '0.125'],
        ],
        [],
      ),
    ],
    [null, { result: null, id: 1 }],
  ]);
  const report = await verifyCapture(path);
  const [feed] = report.feeds;
  expect(feed).toMatchObject({
    venue: 'binance',
    market: 'spot',
    verdicts: { buffered: 1, snapshot: 2, applied: 2, gap: 1, acknowledged: 1 },
  });
  expect(feed?.symbols).toMatchObject([
    {
      symbol: 'XYUSDT',
      state: 'SYNCED',
      gaps: 1,
      resynchronisations: 1,
      sequence: '22',
      bestBid: ['1.25', '0.125'],
      bestAsk: ['1.7', '1'],
    },
  ]);
});

test('quantities that no scale holds within 2^53 units are exact all the same, and said to be so', async () => {
  const path = writeCapture('binance-spot.wide.ndjson', [
    [SNAPSHOT, { lastUpdateId: 10, bids: [['1', '10000000.000000003']], asks: [['2', '29616.079108195']] }],
    [
      null,
      depth(
        11,
        11,
        [['0.5', '0.000000001']],
        [
          ['2', '0'],
          ['3', '7'],
        ],
      ),
    ],
  ]);
  const [feed] = (await verifyCapture(path)).feeds;
  expect(feed?.symbols).toMatchObject([
    {
      quantitiesAsCodes: true,
      bestBid: ['1', '10000000.000000003'],
      bestAsk: ['3', '7'],
      top10: { bidQtySum: '10000000.000000004', bidNotionalSum: '10000000.0000000035' },
    },
  ]);
});

test('files that cannot be used are one clear sentence', async () => {
  await expect(run([join(scratch, 'nowhere.ndjson')], undefined)).rejects.toThrow(/nowhere.ndjson cannot be read/);
  await expect(run([], join(scratch, 'nowhere'))).rejects.toThrow(/--expected .*nowhere: there is no such folder/);
  writeFileSync(join(scratch, 'x.json'), '{"symbols":{"A":{"book":1}}}');
  await expect(run([join(scratch, 'x.ndjson')], scratch)).rejects.toThrow(/x.json field symbols.A.book:/);
});
