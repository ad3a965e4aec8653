// Goal: the spread is told as it was written: the widest entry and the narrowest exit spread of every span, thresholds as steps, gaps as
// gaps; what is not followed is not found, and bad questions are refused in one sentence.
import { describe, expect, it } from 'vitest';
import { allocateSpreadRing, SPREAD_COLUMNS, SpreadRingWriter } from '../../src/market/spread-ring.js';
import { type ApiSources, answer } from '../../src/ops/http-api.js';
import { readSpread, type SharedSpreads } from '../../src/ops/spread-api.js';
import { fakeDelta, fakeSpreads } from './fake-delta.js';
import { FakeBooks, fakeSnapshot, noControl } from './fake-engine.js';

const START_S = 1_767_225_600;
const END_US = 1_767_225_600_000_000;

/** Rows of one pair: second, spot bid and ask, futures bid and ask, thresholds. */
function spreadsOf(rows: readonly (readonly [number, number, number, number, number, number, number])[]): SharedSpreads {
  const buffer = allocateSpreadRing(1000);
  const writer = new SpreadRingWriter(buffer);
  for (const [second, spotBid, spotAsk, futBid, futAsk, entry, exit] of rows) {
    const row = [(START_S + second) * 1e6 + 1, spotBid, 1, spotAsk, 1, futBid, 1, futAsk, 1, entry, exit];
    expect(row.length).toBe(SPREAD_COLUMNS.length);
    writer.write(Float64Array.from(row));
  }
  return [{ strategy: 'delta', rings: [buffer] }];
}

const { NaN: MISSING } = Number;

describe('the spread over time', () => {
  it('has a point for every second where there is room', () => {
    const spreads = spreadsOf([
      [0, 99, 100, 101, 102, 0.5, 0.1],
      [1, MISSING, MISSING, 101, 102, 0.5, 0.1],
      [3, 100, 100, 100.5, 100.25, 0.6, 0.2],
    ]);
    expect(readSpread(spreads, 'delta', 0, 0.01, 100)).toEqual({
      stepS: 1,
      epochS: [1, 2, 3, 4].map((second) => START_S + second),
      entryPct: [1, null, null, 0.5],
      exitPct: [3, null, null, 0.25],
      entryThresholdPct: [0.5, 0.5, null, 0.6],
      exitThresholdPct: [0.1, 0.1, null, 0.2],
    });
  });

  it('keeps the extremes of a span, and the thresholds at its end', () => {
    const spreads = spreadsOf([
      [0, 100, 100, 101, 101, 0.5, 0.1],
      [1, 100, 100, 103, 103, 0.6, 0.2],
      [2, 100, 100, 102, 102, 0.7, 0.3],
      [3, 100, 100, 104, 104, 0.8, 0.4],
    ]);
    const points = readSpread(spreads, 'delta', 0, 4 / 3600, 2);
    expect(points).toMatchObject({ stepS: 2, entryPct: [3, 4], exitPct: [1, 2], entryThresholdPct: [0.6, 0.8] });
    expect(readSpread(spreads, 'delta', 0, 2 / 3600, 2)).toMatchObject({ stepS: 1, entryPct: [2, 4] });
  });

  it('is empty before the first row, and not there for others', () => {
    expect(readSpread(spreadsOf([]), 'delta', 0, 1, 100)).toMatchObject({ epochS: [], entryPct: [] });
    expect(readSpread(spreadsOf([]), 'delta', 1, 1, 100)).toBeNull();
    expect(readSpread(spreadsOf([]), 'basis', 0, 1, 100)).toBeNull();
  });
});

describe('the API of delta strategies', () => {
  const snapshot = fakeSnapshot(1, { delta: [fakeDelta(END_US)] });
  const sources: ApiSources = {
    ...{ snapshot: () => snapshot, books: new FakeBooks(), spreads: fakeSpreads(END_US), assets: new Map(), control: noControl },
  };
  const get = async (path: string, query = '') => {
    const sender = { address: Uint8Array.of(127, 0, 0, 1), host: '', origin: '', fetchSite: '' };
    const { status, body } = await answer(sources, { method: 'GET', path, query, sender, contentType: '', body: null });
    return { status, body: JSON.parse(String(body)) as Record<string, never> };
  };

  it('tells how the search stands, and the spread of a pair', async () => {
    expect(await get('/api/v1/delta')).toEqual({ status: 200, body: { strategies: [fakeDelta(END_US)] } });
    const { status, body } = await get('/api/v1/delta/delta/spread', 'pair=0&hours=0.25&points=100');
    expect(status).toBe(200);
    expect(body).toMatchObject({ strategy: 'delta', pair: 0, stepS: 9 });
    const { epochS, entryPct } = body as unknown as { epochS: number[]; entryPct: (number | null)[] };
    expect(epochS.length).toBe(100);
    expect(entryPct.filter((value) => value === null).length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['/api/v1/delta/other/spread', '', 404, 'No strategy "other" follows a pair 0.'],
    ['/api/v1/delta/delta/spread', 'pair=2', 404, 'No strategy "delta" follows a pair 2.'],
    ['/api/v1/delta/delta/spread', 'hours=99', 400, 'hours must be a number above 0 and at most 48, but is "99".'],
    ['/api/v1/delta/delta/spread', 'hours=0', 400, 'hours must be a number above 0 and at most 48, but is "0".'],
    ['/api/v1/delta/delta/spread', 'points=1', 400, 'points must be a whole number from 10 to 2000, but is "1".'],
    ['/api/v1/delta/delta/spread', 'step=1', 400, 'Unknown query parameter "step".'],
  ])('%s?%s is %i', async (path, query, status, message) => {
    expect(await get(path, query)).toMatchObject({ status, body: { error: { message } } });
  });
});
