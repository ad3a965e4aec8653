// Goal: a report is one file that loads nothing and executes nothing that a name says; its tables read as they were written.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryDatabase, sqlText } from '../../../src/history/database.js';
import { htmlReport } from '../../../src/research/reports/html-report.js';
import type { ResearchReport } from '../../../src/research/reports/report-data.js';
import { writeParquet, writeReport } from '../../../src/research/reports/report-files.js';
import {
  equitySection,
  markFront,
  spreadSection,
  sweepFront,
  sweepSection,
} from '../../../src/research/reports/report-sections.js';
import { equityTable, tradeTable } from '../../../src/research/reports/report-tables.js';
import { spreadSeries } from '../../../src/research/thresholds/spread-series.js';
import { sweepThresholds } from '../../../src/research/thresholds/threshold-sweep.js';
import { run, trade } from '../analysis/runs.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-report-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';

/** The JSON that a page carries. */
function carried(html: string): ResearchReport {
  const [, json = ''] = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as ResearchReport;
}

describe('a report as a page', () => {
  it('has everything in it, and loads nothing', () => {
    const html = htmlReport({ title: 'Delta', equity: equitySection([run([100, 110, 90])], 'USDT') });
    expect(html).toContain('uPlot');
    expect(html).not.toMatch(/<(script|img|link)[^>]*\s(src|href)=(?!"data:)/);
    expect(html).not.toMatch(/@import|url\(/);
    expect(html).not.toContain('<!-- ');
    expect(carried(html).equity?.curves[0]?.chart).toMatchObject({
      equity: [100, 110, 90],
      drawdownPct: [0, 0, expect.closeTo(-18.18, 2)],
    });
  });

  it('carries any name as data and nothing else', () => {
    const scripts = (html: string): number => html.split('<script').length;
    const plain = htmlReport({ title: 'x', warnings: ['y'] });
    const hostile = htmlReport({ title: HOSTILE, warnings: [HOSTILE] });
    expect(scripts(hostile)).toBe(scripts(plain));
    expect(hostile).not.toContain('<img');
    expect(carried(hostile)).toMatchObject({ title: HOSTILE, warnings: [HOSTILE] });
  });

  it('tells what is not finite by name or not at all', () => {
    const metrics = { winRate: 1, avgTradeReturn: Number.POSITIVE_INFINITY, sharpeRatio: Number.NaN };
    const row = { regime: 'CRISIS', timeShare: 1, trades: 1, profit: 1, metrics } as const;
    expect(carried(htmlReport({ title: 'x', regimePerformance: [row] })).regimePerformance?.[0]?.metrics).toEqual({
      ...{ winRate: 1, avgTradeReturn: 'Infinity', sharpeRatio: null },
    });
  });

  it('is written whole, as HTML and as JSON', async () => {
    const report = { title: 'Delta', warnings: ['one'] };
    await writeReport(join(folder, 'report.html'), report, 'html');
    await writeReport(join(folder, 'report.json'), report, 'json');
    expect(readdirSync(folder).sort()).toEqual(['report.html', 'report.json']);
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toEqual(report);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toBe(htmlReport(report));
  });
});

describe('sections', () => {
  // One trade of 1 - 0.2 from 1.0 down to 0.2; the end takes what is open at 0.5.
  const series = spreadSeries(Float64Array.of(0, 1, 0.2, 0.5, 1, 0.5));
  const grid = sweepThresholds(series, [0.5, 1], [0.2, 0.6], { fee: 0.1, maxHold: 100 });

  it('show each pair of a sweep, and the best', () => {
    const { profit, trades, best } = sweepSection(grid);
    // Enter at 0.5, leave at 0.2: 1 - 0.2 - 0.1, then 0.5 - 0.5 - 0.1. At 1 and 0.6 as at 1 and 0.2, but left at 0.5 in the end.
    expect(profit).toEqual([expect.closeTo(0.6, 12), null, expect.closeTo(1.1, 12), expect.closeTo(1.1, 12)]);
    expect(trades).toEqual([2, null, 2, 2]);
    expect(best).toBe(2);
    expect(sweepFront(grid).points.map(({ isFront }) => isFront)).toEqual([false, true, true]);
  });

  it('mark the points that no other beats', () => {
    const coordinate = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(fc.array(fc.record({ x: coordinate, y: coordinate }), { maxLength: 25 }), (points) => {
        const beaten = (p: { x: number; y: number }): boolean =>
          points.some((q) => q.x <= p.x && q.y >= p.y && (q.x < p.x || q.y > p.y));
        expect(markFront(points).map(({ isFront }) => isFront)).toEqual(points.map((point) => !beaten(point)));
      }),
    );
  });

  it('show the spread with what is missing left out', () => {
    const column = (...values: number[]): Float64Array => Float64Array.from(values);
    const frame = {
      tsUs: column(1e6, 2e6, 3e6),
      spotBidPrice: column(100, 100, 100),
      spotAskPrice: column(100, Number.NaN, 100),
      futBidPrice: column(101, 101, 102),
      futAskPrice: column(101, 101, 102),
    };
    expect(spreadSection(frame, { name: 'BTC' })).toMatchObject({
      ...{ tsMs: [1000, 2000, 3000], entryPct: [1, null, 2], exitPct: [1, null, 2], trades: [], thresholds: [] },
    });
    // No line is drawn over hours that are not there.
    const gapped = { ...frame, tsUs: column(1e6, 2e6, 3e6 + 3.6e9), spotAskPrice: column(100, 100, 100) };
    expect(spreadSection(gapped, { name: 'BTC' })).toMatchObject({
      ...{ tsMs: [1000, 2000, 3_602_999, 3_603_000], entryPct: [1, 1, null, 2], exitPct: [1, 1, null, 2] },
    });
  });
});

describe('tables', () => {
  const read = async (path: string): Promise<readonly unknown[]> => {
    const database = await HistoryDatabase.open({ memoryLimitMb: 128, threads: 1, temporaryFolder: folder });
    try {
      return await database.rows(`SELECT * FROM read_parquet(${sqlText(path)})`);
    } finally {
      database.close();
    }
  };

  it('are read from Parquet as they were written', async () => {
    const path = join(folder, "it's.parquet");
    await writeParquet(path, {
      name: ['a, "b"', '', null],
      value: [1.5, Number.NaN, -1e-300],
      more: Float64Array.of(0.1, 2 ** 53, 3),
    });
    expect(await read(path)).toEqual([
      { name: 'a, "b"', value: 1.5, more: 0.1 },
      { name: '', value: null, more: 2 ** 53 },
      { name: null, value: -1e-300, more: 3 },
    ]);
    await expect(writeParquet(join(folder, 'bad.parquet'), { a: [1], b: [1, 2] })).rejects.toThrow(TypeError);
    expect(readdirSync(folder)).toEqual(["it's.parquet"]);
  });

  it('have the trades and the equity of a run', async () => {
    const traded = run([100, 110, 99], [trade(0, 10), trade(1, -11)]);
    await writeParquet(join(folder, 'trades.parquet'), tradeTable(traded));
    await writeParquet(join(folder, 'equity.parquet'), equityTable(traded));
    expect(await read(join(folder, 'trades.parquet'))).toMatchObject([{ profit: 10, venues: 'binance kraken' }, { profit: -11 }]);
    expect(await read(join(folder, 'equity.parquet'))).toMatchObject([{ drawdown: 0 }, { equity: 110 }, { drawdown: 0.1 }]);
  });
});
