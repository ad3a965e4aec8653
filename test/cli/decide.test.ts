// Goal: deciding on captures is a function of the files: the basis over time is what the recorded books say, decisions come with the
// numbers that made them, and two runs give identical bytes. Method: two small made-up captures of which everything is known, and the
// real simultaneous captures of Binance spot and USD-M futures where they are there.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Config, ConfigSchema } from '../../src/cli/config.js';
import { assetsOf } from '../../src/cli/decide/capture-instruments.js';
import { type DecideReport, decideOnCaptures } from '../../src/cli/decide/decide-on-captures.js';
import { mergedCaptures } from '../../src/cli/decide/merged-captures.js';
import { type DecideFlags, parametersOf, runDecide } from '../../src/cli/decide.js';
import { encodeRecord } from '../../src/feeds/capture/format.js';
import { dataFolder } from '../property/captured.js';

const scratch = mkdtempSync(join(tmpdir(), 'tiercel-decide-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const config: Config = ConfigSchema.parse({});
const START_MS = 1_767_225_600_000;

let captures = 0;

/** One side of a made-up market: a book, then its best prices moved at given milliseconds. */
function capture(
  market: 'spot' | 'futures',
  quotes: readonly (readonly [ms: number, bid: string, ask: string])[],
  symbol = 'ABCUSDT',
): string {
  const isSpot = market === 'spot';
  const [host, rest] = isSpot
    ? ['stream.binance.com:9443', 'api.binance.com/api/v3']
    : ['fstream.binance.com', 'fapi.binance.com/fapi/v1'];
  const line = (ms: number, kind: 'ws' | 'http', message: object): string =>
    encodeRecord({
      epochMs: START_MS + ms,
      dir: 'in',
      kind,
      conn: kind === 'ws' ? `wss://${host}/stream` : 'http',
      url: kind === 'ws' ? null : `https://${rest}/depth?symbol=${symbol}&limit=1000`,
      binary: false,
      payload: Buffer.from(JSON.stringify(message)),
    });
  const update = (ms: number, id: number, b: unknown, a: unknown): string =>
    line(ms, 'ws', {
      stream: `${symbol.toLowerCase()}@depth@100ms`,
      data: { e: 'depthUpdate', E: START_MS + ms, T: START_MS + ms, s: symbol, U: id, u: id, pu: id - 1, b, a },
    });
  const [first] = quotes;
  if (first === undefined) throw new Error('a capture needs a quote');
  const [ms, bid, ask] = first;
  const lines = [
    update(ms, 10, [[bid, '50.0']], [[ask, '50.0']]),
    line(ms, 'http', { lastUpdateId: 10, bids: [[bid, '50.0']], asks: [[ask, '50.0']] }),
  ];
  let [bidNow, askNow] = [bid, ask];
  quotes.slice(1).forEach(([at, newBid, newAsk], index) => {
    const old = (before: string, now: string): string[][] =>
      before === now
        ? [[now, '50.0']]
        : [
            [before, '0'],
            [now, '50.0'],
          ];
    lines.push(update(at, 11 + index, old(bidNow, newBid), old(askNow, newAsk)));
    [bidNow, askNow] = [newBid, newAsk];
  });
  const path = join(scratch, `binance-${isSpot ? 'spot' : 'usdm'}.${++captures}.ndjson`);
  writeFileSync(path, lines.join(''));
  return path;
}

async function run(files: readonly string[], flags: Partial<DecideFlags> = {}, with_: Config = config): Promise<string> {
  let text = '';
  await runDecide(files, with_, { set: [], ...flags }, { write: (part) => (text += part) });
  return text;
}

describe('the basis of made-up captures', () => {
  let files: string[];
  let report: DecideReport;
  beforeAll(async () => {
    const spot = capture('spot', [
      [100, '100.00', '100.02'],
      [1500, '101.00', '101.02'],
      [2500, '101.00', '101.02'],
      [4200, '101.00', '101.04'],
    ]);
    const futures = capture('futures', [
      [300, '100.50', '100.60'],
      [1700, '101.50', '101.60'],
      [2900, '102.00', '102.10'],
    ]);
    files = [spot, futures];
    report = await decideOnCaptures(files, config, { everyMs: undefined, sampleMs: 1000 });
  });

  it('is of the books as they stood at each whole second, and ends with the shorter capture', () => {
    const [series] = report.basis;
    expect(report.basis).toHaveLength(1);
    expect(
      series?.points.map(({ ms, spotBid, spotAsk, futuresBid, futuresAsk }) => [
        ms - START_MS,
        spotBid,
        spotAsk,
        futuresBid,
        futuresAsk,
      ]),
    ).toEqual([
      [1000, '100', '100.02', '100.5', '100.6'],
      [2000, '101', '101.02', '101.5', '101.6'],
    ]);
    const [first] = series?.points ?? [];
    expect(first?.midBps).toBeCloseTo((100.55 / 100.01 - 1) * 1e4, 9);
    expect(first?.longSpotBps).toBeCloseTo((100.5 / 100.02 - 1) * 1e4, 9);
    expect(first?.shortSpotBps).toBeCloseTo((100.6 / 100 - 1) * 1e4, 9);
    expect(series?.roundTripFeeBps).toBeCloseTo(30, 9);
  });

  it('has a turn after each frame, or at an interval', async () => {
    expect(report.turns).toBe(10);
    // From the first whole half second to the last before 4.2 s, and one at the end.
    expect((await decideOnCaptures(files, config, { everyMs: 500, sampleMs: 1000 })).turns).toBe(9);
  });

  it('is the same whatever the order of the files', async () => {
    const other = await decideOnCaptures(files.toReversed(), config, { everyMs: undefined, sampleMs: 1000 });
    expect(other.basis).toEqual(report.basis);
  });
});

describe('decisions on made-up captures', () => {
  const wide = (): string[] => [
    capture('spot', [
      [100, '100.00', '100.02'],
      [900, '100.00', '100.03'],
      [1500, '100.00', '100.02'],
      [2500, '100.00', '100.03'],
    ]),
    capture('futures', [
      [300, '102.00', '102.10'],
      [1100, '102.00', '102.20'],
      [2600, '102.00', '102.10'],
    ]),
  ];

  it('say what was seen, what was done, and what is held', async () => {
    const files = wide();
    const strategies = [{ kind: 'basis', budgetQuote: 1000, parameters: {} }];
    const report = await decideOnCaptures(files, { ...config, strategies }, { everyMs: undefined, sampleMs: 1000 });
    const entered = report.decisions.find(({ verdict }) => verdict === 'enter');
    expect(entered).toMatchObject({ strategy: 'basis', stage: 'entry', goesOn: true });
    expect(entered?.figures).toMatchObject({ spotAskPrice: 100.02, futuresBidPrice: 102, direction: 1 });
    expect(entered?.figures['entryBasisBps']).toBeCloseTo((102 / 100.02 - 1) * 1e4, 6);
    const [intent] = report.intents;
    expect(intent).toMatchObject({ purpose: 'open', decision: entered?.id, ms: START_MS + 300 });
    expect(intent?.legs.map(({ book, side }) => [book, side])).toEqual([
      ['binance spot ABCUSDT', 'buy'],
      ['binance futures ABCUSDT', 'sell'],
    ]);
    expect(report.positions.map(({ book, base }) => [book, Math.sign(base)])).toEqual([
      ['binance spot ABCUSDT', 1],
      ['binance futures ABCUSDT', -1],
    ]);
  });

  it('are printed with their numbers, and put on a page that needs nothing else', async () => {
    const html = join(scratch, 'page.html');
    const files = wide();
    const text = await run(files, { strategy: 'basis', set: ['minNetBps=20'], html });
    expect(text).toContain('basis {"minNetBps":20}');
    expect(text).toMatch(
      /00:00:00\.300 basis entry: enter \(binance spot ABCUSDT \/ binance futures ABCUSDT\)\n {4}spotBidPrice 100, spotAskPrice 100\.02/,
    );
    expect(text).toMatch(/open: buy [\d.]+ binance spot ABCUSDT at [\d.]+ or better, sell [\d.]+ binance futures ABCUSDT/);
    const page = readFileSync(html, 'utf8');
    expect(page).not.toMatch(/<!-- [A-Z]+ -->|(src|href)="(?!data:)/);
    const held = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(page)?.[1];
    expect(JSON.parse(held ?? '')).toEqual(
      JSON.parse(await run(files, { strategy: 'basis', set: ['minNetBps=20'], json: true })),
    );
  });
});

describe('what cannot be decided on', () => {
  const spot = (): string => capture('spot', [[0, '1.0', '1.1']]);

  it.each([
    ['a strategy that is not there', { strategy: 'nonsense' }, /there is no strategy "nonsense"; there are .*basis/],
    ['a parameter out of bounds', { strategy: 'basis', set: ['leverage=1000'] }, /strategy\.basis\.leverage/],
    ['a parameter without a value', { strategy: 'basis', set: ['leverage'] }, /--set leverage: expected key=value/],
    ['a parameter of nothing', { set: ['a=1'] }, /--set says a parameter of the strategy that --strategy names/],
    ['no time between turns', { every: 0 }, /--every 0: expected milliseconds above 0/],
    ['a page in no folder', { html: '/nowhere/at/all.html' }, /--html \/nowhere\/at\/all\.html cannot be written/],
  ])('%s is refused in one sentence', async (_name, flags, sentence) => {
    await expect(run([spot()], flags)).rejects.toThrow(sentence);
  });

  it('a capture without times, or with contracts of an unknown size, is refused', async () => {
    const timeless = join(scratch, 'binance-spot.timeless.ndjson');
    writeFileSync(timeless, readFileSync(spot(), 'utf8').replaceAll(/"t":\d+/g, '"t":null'));
    await expect(run([timeless])).rejects.toThrow('a capture without times cannot be decided on');
    const mexc = join(scratch, 'mexc-futures.x.ndjson');
    const push = { channel: 'push.depth', symbol: 'ABC_USDT', data: { asks: [[1.1, 1, 1]], bids: [[1, 1, 1]], version: 1 } };
    const record = {
      epochMs: START_MS,
      dir: 'in',
      kind: 'ws',
      conn: 'wss://contract.mexc.com/edge',
      url: null,
      binary: false,
    } as const;
    writeFileSync(mexc, encodeRecord({ ...record, payload: Buffer.from(JSON.stringify(push)) }));
    await expect(run([mexc])).rejects.toThrow(/does not say how much a contract of ABC_USDT is/);
  });
});

it('parameters are read as JSON where they are, and as text elsewhere', () => {
  expect(parametersOf(['a=1.5', 'b=true', 'c=BTC/USDT', 'd=[1,2]', 'e=x=y', 'f='])).toEqual({
    a: 1.5,
    b: true,
    c: 'BTC/USDT',
    d: [1, 2],
    e: 'x=y',
    f: '',
  });
});

it.each([
  ['BTCUSDT', 'BTC', 'USDT'],
  ['ETHBTC', 'ETH', 'BTC'],
  ['BTC-USD', 'BTC', 'USD'],
  ['XBT/USD', 'BTC', 'USD'],
  ['BTC_USDT', 'BTC', 'USDT'],
  ['USDCUSDT', 'USDC', 'USDT'],
])('%s is %s in %s', (symbol, base, quote) => {
  expect(assetsOf(symbol)).toEqual({ base, quote });
});

it('captures are merged by time, the earlier file first, each in its own order', async () => {
  const one = capture('spot', [
    [0, '1.0', '1.1'],
    [200, '1.0', '1.1'],
    [100, '1.0', '1.1'],
    [500, '1.0', '1.1'],
  ]);
  const two = capture('futures', [
    [0, '1.0', '1.1'],
    [150, '1.0', '1.1'],
    [200, '1.0', '1.1'],
  ]);
  const seen: [number, boolean, number][] = [];
  for await (const { record, atMs, ended } of mergedCaptures([one, two]))
    seen.push([atMs - START_MS, record.conn.includes('fstream') || record.url?.includes('fapi') === true, ended]);
  expect(seen).toEqual([
    [0, false, -1],
    [0, false, -1],
    [0, true, -1],
    [0, true, -1],
    [150, true, -1],
    [200, false, -1],
    [200, false, -1],
    [200, true, 1],
    [500, false, 0],
  ]);
});

describe.skipIf(dataFolder === undefined)('Binance spot and USD-M futures of 2024-08-08', () => {
  const files = ['binance-spot', 'binance-usdm'].map((name) =>
    join(dataFolder ?? '', 'captures', `${name}.hftbacktest-20240808.btcusdt.ndjson.gz`),
  );

  it('give identical bytes in two runs: table, page and JSON', async () => {
    const html = [join(scratch, 'one.html'), join(scratch, 'two.html')];
    const one = await run(files, { strategy: 'basis', html: html[0], json: true });
    const two = await run(files, { strategy: 'basis', html: html[1], json: true });
    expect(two === one).toBe(true);
    expect(readFileSync(html[1] ?? '').equals(readFileSync(html[0] ?? ''))).toBe(true);
    const report = JSON.parse(one) as DecideReport;
    // The recordings overlap for 344.8 s, in all of which both books are there.
    expect(report.basis[0]?.points).toHaveLength(344);
    // A perpetual that night stood some four basis points below spot; no round trip pays for its fees.
    expect(report.basis[0]?.points.every(({ midBps }) => midBps < -1.5 && midBps > -7)).toBe(true);
    expect(report.decisions.length).toBeGreaterThan(300);
    expect(new Set(report.decisions.map(({ verdict }) => verdict))).toEqual(new Set(['below-threshold']));
    for (const { figures } of report.decisions) expect(figures['expectedNetBps']).toBeLessThan(figures['thresholdBps'] as number);
  }, 60_000);
});
