// Goal: `tiercel backtest --vary` plays every combination of parameters on threads, each as the backtest alone plays it, and says of what
// cannot be varied why.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BacktestFlags, runBacktest } from '../../src/cli/backtest.js';
import { type BacktestVariant, combinationsOf, variantsText } from '../../src/cli/backtest-variants.js';
import { loadConfig } from '../../src/cli/config.js';
import { runParity } from '../../src/cli/parity.js';

const FLAGS: BacktestFlags = { set: [], vary: [], threads: 2, seed: 1, toVenueMs: 20, fromVenueMs: 20, slippageBps: 0 };
const config = loadConfig(undefined);

describe('combinations', () => {
  it('are all of the values, the last key fastest, each value once', () => {
    expect(combinationsOf(['a=1, 2,1', 'b=x,y'])).toEqual([
      ['a=1', 'b=x'],
      ['a=1', 'b=y'],
      ['a=2', 'b=x'],
      ['a=2', 'b=y'],
    ]);
  });

  it.each(['a', 'a=', '=1', 'a=1,,2'])('are not made of "%s"', (text) => {
    expect(() => combinationsOf([text])).toThrow('expected key=value,value,...');
  });

  it('are not more than a table can tell', () => {
    const list = Array.from({ length: 40 }, (_, value) => value).join(',');
    expect(() => combinationsOf([`a=${list}`, `b=${list}`])).toThrow('1600 backtests');
  });
});

it('tells amounts to four decimals, summed over strategies, and how to take the best', () => {
  const strategy = { strategy: 's', asset: 'USDT', trades: 2, wins: 1, fills: 4, turnover: '9', realised: '1', fees: '0.25' };
  const summary = {
    ...{ startUs: 0, endUs: 1, trades: 4, hash: '0123456789abcdef', isClean: true },
    counts: { events: 1, turns: 1, intents: 2, executed: 2, halts: 0, causes: {} },
    strategies: ['1.00004', '0.5'].map((net) => ({ ...strategy, net, funding: '-0.1' })),
  } as unknown as BacktestVariant['summary'];
  expect(variantsText([{ set: ['a=1', 'b=x'], summary }])).toBe(
    '  parameters  trades  won     net    fees  funding  state\n' +
      '  a=1 b=x          4    2  1.5000  0.5000  -0.2000  01234567\n',
  );
  expect(variantsText([1, 2].map((a) => ({ set: [`a=${a}`], summary })))).toMatch(/The best of 2 looks better than it is/);
});

describe('variants of a recorded run', () => {
  let folder: string;
  let recording: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tiercel-variants-'));
    recording = join(folder, 'recording');
    await runParity(config, { minutes: 0.5, seed: 3, record: recording, json: true }, { write: () => {} });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(flags: Partial<BacktestFlags>, paths = [recording]) {
    let shown = '';
    const code = await runBacktest(paths, config, { ...FLAGS, ...flags, json: true }, { write: (text) => (shown += text) });
    expect(code).toBe(0);
    return JSON.parse(shown);
  }

  it('come to what each backtest comes to alone', async () => {
    const all = await run({ strategy: 'three-tier', set: ['confirmMs=0'], vary: ['minNetBps=60,150'] });
    expect(all.map(({ set }: BacktestVariant) => set)).toEqual([['minNetBps=60'], ['minNetBps=150']]);
    const alone = await run({ strategy: 'three-tier', set: ['confirmMs=0', 'minNetBps=150'] });
    expect(all[1].summary).toEqual(alone);
    expect(alone.trades).toBeGreaterThan(0);
    expect(all[0].summary.trades).toBeGreaterThan(alone.trades);
  }, 120_000);

  it('are refused with the parameter that cannot be, and without a strategy or with what is for one backtest', async () => {
    const vary = ['minNetBps=99999'];
    await expect(run({ strategy: 'three-tier', vary })).rejects.toThrow(
      /^minNetBps=99999: strategy.three-tier.minNetBps: Too big/,
    );
    await expect(run({ vary })).rejects.toThrow('--vary needs --strategy');
    await expect(run({ strategy: 'three-tier', vary, out: 'x' })).rejects.toThrow('are for one backtest');
    await expect(run({ strategy: 'three-tier', vary: ['minNetBps=60'], threads: 0 })).rejects.toThrow('at least one');
    const nowhere = join(folder, 'nowhere');
    await expect(run({ strategy: 'three-tier', vary: ['minNetBps=60'] }, [nowhere])).rejects.toThrow('cannot be read');
  }, 120_000);
});
