// Goal: a report tells what was expected, what came of it, and what it cost, for the range that is asked for and by hand.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ReportFlags, reportLedger } from '../../src/cli/report.js';
import { InvalidInputError } from '../../src/domain/errors.js';
import type { LedgerEntry } from '../../src/ledger/entries.js';
import { Journal } from '../../src/ledger/journal.js';
import { reportOf } from '../../src/ledger/report.js';
import { numbered } from './numbered.js';
import { at, DAY_US, fill, funding, intent, order, START_US, transfer } from './samples.js';

const ALWAYS = { fromUs: 0, toUs: Number.POSITIVE_INFINITY };
const kraken = { venue: 'kraken', symbol: 'BTC/USDT', clientOrderId: 'c2', side: 'sell' } as const;

/** A trade that wins on the first day and one that loses on the second, of a second strategy. */
const ENTRIES: readonly LedgerEntry[] = [
  { kind: 'start', ...at(0), mode: 'paper', version: '1' },
  transfer(),
  intent({ ...at(100) }),
  order({ ...at(150) }),
  order({ ...kraken, ...at(160), leg: 1 }),
  order({ ...at(1150), step: 'acknowledged', state: 'open' }),
  fill({ ...at(2150), fee: '0.1', feeAsset: 'USDT' }),
  fill({ ...kraken, ...at(2160), tradeId: 't2', price: '102', fee: '0.001', feeAsset: 'BNB' }),
  intent({ ...at(DAY_US), intent: 'i2', strategy: 'basis', expectedNet: '2' }),
  order({ ...at(DAY_US + 50), intent: 'i2', strategy: 'basis', clientOrderId: 'c3' }),
  fill({ ...at(DAY_US + 60), strategy: 'basis', clientOrderId: 'c3', tradeId: 't3', price: '100' }),
  fill({ ...at(DAY_US + 70), strategy: 'basis', clientOrderId: 'c3', tradeId: 't4', price: '99', side: 'sell', quantity: '0.5' }),
  funding({ ...at(DAY_US + 80), strategy: 'basis' }),
  { kind: 'risk', ...at(DAY_US + 90), event: 'refusal', text: 'order rate' },
];

describe('a report', () => {
  test('of everything', () => {
    const report = reportOf(numbered(ENTRIES), ALWAYS);
    const row = { asset: 'USDT', fills: 2, funding: '0' };
    expect(report).toMatchObject({
      entries: ENTRIES.length,
      riskEvents: 1,
      total: [
        {
          name: 'total',
          asset: 'USDT',
          fills: 4,
          turnover: '351.5',
          realised: '1.5',
          fees: '0.1',
          funding: '-0.25',
          net: '1.15',
        },
      ],
      byStrategy: [
        { ...row, name: 'basis', realised: '-0.5', fees: '0', funding: '-0.25', net: '-0.75' },
        { ...row, name: 'pairs', realised: '2', fees: '0.1', net: '1.9' },
      ],
      bySymbol: [
        { name: 'BTC/USDT futures', net: '-0.25' },
        { name: 'BTC/USDT spot', net: '1.4' },
      ],
      byVenue: [
        { name: 'binance futures', net: '-0.25' },
        { name: 'binance spot', net: '-0.6' },
        { name: 'kraken spot', net: '2' },
      ],
      byDay: [
        { name: '2026-01-01', net: '1.9' },
        { name: '2026-01-02', net: '-0.75' },
      ],
      trades: [
        {
          ...{ asset: 'USDT', taken: 2, completed: 1, completedRate: 0.5, trades: 2, wins: 1, winRate: 0.5, unmatched: 1 },
          ...{ expected: '3.5', realised: '1.4', difference: '-2.1' },
        },
      ],
      feesByAsset: [
        { asset: 'BNB', amount: '0.001' },
        { asset: 'USDT', amount: '0.1' },
      ],
      unvaluedFees: [{ asset: 'BNB', amount: '0.001' }],
      transfers: [{ asset: 'USDT', amount: '1000' }],
      adjustments: [],
      positions: [{ strategy: 'basis', market: 'spot', venue: null, symbol: 'BTC/USDT', quantity: '0.5', cost: '50' }],
    });
  });

  test('of a day, with what was bought before it', () => {
    const report = reportOf(numbered(ENTRIES), { fromUs: START_US + DAY_US, toUs: START_US + 2 * DAY_US });
    expect(report).toMatchObject({
      entries: 6,
      transfers: [],
      total: [{ realised: '-0.5', net: '-0.75' }],
      trades: [{ trades: 1, wins: 0 }],
    });
    const closing = fill({ ...at(2 * DAY_US), strategy: 'basis', tradeId: 't5', price: '104', side: 'sell', quantity: '0.5' });
    const next = reportOf(numbered([...ENTRIES, closing]), { fromUs: START_US + 2 * DAY_US, toUs: START_US + 3 * DAY_US });
    expect(next).toMatchObject({ total: [{ realised: '2', net: '2' }], trades: [], positions: [] });
  });

  test('counts what was taken up: carried out in full, hedged elsewhere, or without any fill', () => {
    const elsewhere = [order({ ...kraken, clientOrderId: 'h1' }), fill({ ...kraken, clientOrderId: 'h1', tradeId: 't9' })];
    const oneLeg = [intent(), order({}), fill({ quantity: '0.6' }), fill({ tradeId: 't2', quantity: '0.4' })];
    const trades = (entries: readonly LedgerEntry[]) => reportOf(numbered(entries), ALWAYS).trades[0];
    expect(trades([...oneLeg, ...elsewhere])).toMatchObject({ taken: 1, completed: 1, completedRate: 1 });
    expect(trades([...oneLeg.slice(0, 3), ...elsewhere])).toMatchObject({ taken: 1, completed: 0, trades: 1 });
    const hedge = { venue: 'gateio', clientOrderId: 'h1', side: 'sell' } as const;
    expect(trades([...oneLeg, order(hedge), fill({ ...hedge, tradeId: 't9' })])).toMatchObject({ completed: 0, trades: 1 });
    expect(trades([intent(), order({})])).toMatchObject({ taken: 1, completed: 0, trades: 0, winRate: null });
  });

  test('tells the latencies between entries, of one run only', () => {
    const { latency } = reportOf(numbered(ENTRIES), ALWAYS);
    expect(latency).toEqual({
      intentToOrder: { count: 3, p50Us: 50, p90Us: 60, p99Us: 60, maxUs: 60 },
      orderToAcknowledged: { count: 1, p50Us: 1000, p90Us: 1000, p99Us: 1000, maxUs: 1000 },
      orderToFill: { count: 3, p50Us: 2000, p90Us: 2000, p99Us: 2000, maxUs: 2000 },
    });
    const restarted = [order(), { kind: 'start', ...at(0), mode: 'paper', version: '1' } as const, fill()];
    expect(reportOf(numbered(restarted), ALWAYS).latency.orderToFill).toBeNull();
  });

  test('of nothing', () => {
    expect(reportOf([], ALWAYS)).toMatchObject({ entries: 0, total: [], trades: [], holdings: [] });
  });
});

describe('tiercel report', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ledger-'));
    path = join(folder, 'ledger.db');
    const journal = Journal.open(path);
    journal.appendAll(ENTRIES);
    journal.close();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function run(flags: ReportFlags): string {
    let text = '';
    const write = (part: string): void => {
      text += part;
    };
    expect(reportLedger(path, flags, { write })).toBe(0);
    return text;
  }

  test.each<[ReportFlags, number]>([
    [{}, 14],
    [{ day: '2026-01-01' }, 8],
    [{ day: '2026-01-02' }, 6],
    [{ week: '2026-01-04' }, 14],
    [{ week: '2026-01-05' }, 0],
    [{ from: '2026-01-02' }, 6],
    [{ to: '2026-01-01' }, 8],
    [{ to: '2026-01-01T00:00:00Z' }, 0],
    [{ from: '2026-01-01', to: '2026-01-02' }, 14],
  ])('%j counts %i entries', (flags, entries) => {
    expect(JSON.parse(run({ ...flags, json: true }))).toMatchObject({ entries });
  });

  test('is readable', () => {
    const text = run({ day: '2026-01-01' });
    expect(text).toContain('2026-01-01T00:00:00.000Z to 2026-01-02T00:00:00.000Z: 8 entries, 0 risk events\n');
    expect(text).toContain(
      '1 trades in USDT: 1 won (100.0 %), 0 with something open; realised 1.9, expected 1.5, difference 0.4\n',
    );
    expect(text).toContain('fees of unknown value, in no sum: 0.001 BNB\n');
  });

  test.each<ReportFlags>([{ day: 'monday' }, { week: '2026-13-01' }, { from: '1' }, { day: '2026-01-01', from: '2026-01-01' }])(
    '%j is bad input',
    (flags) => {
      expect(() => run(flags)).toThrow(InvalidInputError);
    },
  );

  test('a ledger that is not there is told as that', () => {
    const nowhere = join(folder, 'nowhere.ledger');
    const told = `${nowhere}: there is no such file`;
    expect(() => reportLedger(nowhere, {}, { write: () => {} })).toThrow(new InvalidInputError(told, { file: nowhere }));
  });
});
