// Goal: the recent market is what the engine has seen, and before that what the catalogue has, second by second; what neither knows is no
// row.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Catalogue } from '../../../src/history/catalogue.js';
import { allocateSpreadRing, SPREAD_COLUMNS, SpreadRingWriter } from '../../../src/market/spread-ring.js';
import { recentMarketData } from '../../../src/research/live/recent-market-data.js';
import { checkFrame } from '../../../src/research/thresholds/market-frame.js';
import { storeQuotes } from './catalogued.js';

const SECOND_US = 1_000_000;
/** A whole second, some minutes before midnight, so that the quotes lie in files of two days. */
const NOON_US = 1_767_225_600_000_000 - 5 * SECOND_US;
const folder = mkdtempSync(join(tmpdir(), 'tiercel-recent-'));
const history = { folder, spot: { venue: 'mexc', symbol: 'ABCUSDT' }, futures: { venue: 'gateio-futures', symbol: 'ABC_USDT' } };
let opened = 0;
const open = (path: string): Promise<Catalogue> => {
  opened++;
  return Catalogue.open(path);
};
const hours = (seconds: number): number => seconds / 3600;
const at = (second: number): number => NOON_US + second * SECOND_US;

beforeAll(async () => {
  const catalogue = await Catalogue.open(folder);
  await storeQuotes(catalogue, history.spot, [
    // Good for five seconds: seconds 0 to 4 and, anew, 8 to 12; of two in a second the last one counts.
    [at(-0.5), 98, 1, 99, 2],
    [at(0.2), 100, 1, 101, 2],
    [at(8.1), 102, 3, 103, 4],
    [at(8.9), 104, 5, 105, 6],
    [at(20), 1, 1, 2, 2],
  ]);
  await storeQuotes(catalogue, history.futures, [
    [at(1.5), 200, 1, 201, 1],
    [at(4.5), 202, 1, 203, 1],
    [at(9.5), 204, 7, 205, 8],
  ]);
  catalogue.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A ring that saw these seconds, each with its number as prices. */
function ring(...seconds: readonly number[]): SharedArrayBuffer {
  const buffer = allocateSpreadRing(100);
  const writer = new SpreadRingWriter(buffer);
  const row = new Float64Array(SPREAD_COLUMNS.length);
  for (const second of seconds) {
    row.fill(second);
    row[0] = at(second);
    writer.write(row);
  }
  return buffer;
}

describe('the recent market', () => {
  it('is what the ring has, where that is enough, and asks no catalogue', async () => {
    const source = { ring: ring(1, 2, 3, 5, 6), history };
    const frame = await recentMarketData(source, hours(4), at(6), open);
    expect([...frame.tsUs]).toEqual([2, 3, 5, 6].map(at));
    expect([...frame.spotBidPrice]).toEqual([2, 3, 5, 6]);
    expect(opened).toBe(0);
    const alone = await recentMarketData({ ring: ring(1, 2), history: null }, hours(60), at(10), open);
    expect([...alone.tsUs]).toEqual([1, 2].map(at));
  });

  it('is filled up from the catalogue, with its gaps', async () => {
    const frame = await recentMarketData({ ring: ring(11, 12), history }, hours(20), at(12), open);
    checkFrame(frame);
    // A row tells what stood at the end of its second.
    const ends = [1, 2, 3, 4, 8, 9, 10].map((second) => at(second + 1) - 1);
    expect([...frame.tsUs]).toEqual([...ends, at(11), at(12)]);
    expect([...frame.spotBidPrice]).toEqual([100, 100, 100, 100, 104, 104, 104, 11, 12]);
    expect([...(frame.spotAskQty ?? [])]).toEqual([2, 2, 2, 2, 6, 6, 6, 11, 12]);
    expect([...frame.futAskPrice]).toEqual([201, 201, 201, 203, 203, 205, 205, 11, 12]);
    expect(opened).toBe(1);
  });

  it('has only what is known', async () => {
    const nobody = { ...history, spot: { venue: 'kraken', symbol: 'ABC/USDT' } };
    const frame = await recentMarketData({ ring: ring(), history: nobody }, hours(20), at(12), open);
    expect(frame.tsUs.length).toBe(0);
    const before = await recentMarketData({ ring: ring(), history }, hours(4), at(4), open);
    expect([...before.tsUs]).toEqual([1, 2, 3].map((second) => at(second + 1) - 1));
  });
});
