// 2024-08-08, 23:54 to midnight: Binance's spot and USD-M books of BTCUSDT, recorded at the same time, and the basis strategy on them, by the
// live engine with orders on paper.
// Run after a build: node build/examples/basis-2024-08-08/main.js [CAPTURES FOLDER [REPORT FOLDER [SECONDS, 60 or more]]]
// The captures: those of TIERCEL_DATA unless a folder is named. What the results can and cannot say: README.md beside this.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TextColumn, textTable } from '../../src/cli/text-table.js';
import { Catalogue } from '../../src/history/catalogue.js';
import { runOfBacktest } from '../../src/research/analysis/backtest-run.js';
import type { EngineResult } from '../../src/research/backtest/backtest-types.js';
import { SpreadAnalyzer } from '../../src/research/optimizer/spread-analyzer.js';
import type { ResearchReport } from '../../src/research/reports/report-data.js';
import { writeReport } from '../../src/research/reports/report-files.js';
import { equitySection, spreadSection } from '../../src/research/reports/report-sections.js';
import type { MarketFrame } from '../../src/research/thresholds/market-frame.js';
import { importBooks, secondsFrame } from './market.js';
import { type BasisRun, costsOf, type MeasuredCosts, RUNS, runBasis } from './runs.js';

interface Made {
  readonly run: BasisRun;
  readonly result: EngineResult;
  readonly costs: MeasuredCosts;
}

const line = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const right = <T>(title: string, text: (row: T) => string): TextColumn<T> => ({ title, align: 'right', text });

const { TIERCEL_DATA: root } = process.env;
const [captures = root === undefined ? '' : join(root, 'captures'), reportFolder, seconds] = process.argv.slice(2);
if (captures === '') {
  line('skipped: this example needs recorded books; name their folder, or set TIERCEL_DATA');
} else {
  const scratch = await mkdtemp(join(tmpdir(), 'tiercel-basis-'));
  const catalogue = await Catalogue.open(scratch, { threads: 1 });
  try {
    await study(catalogue, captures);
  } finally {
    catalogue.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function study(catalogue: Catalogue, folder: string): Promise<void> {
  const recorded = await importBooks(catalogue, folder);
  const toUs = seconds === undefined ? recorded.toUs : Math.min(recorded.toUs, recorded.fromUs + Number(seconds) * 1e6);
  const span = { fromUs: recorded.fromUs, toUs };
  const [from, to] = [span.fromUs, span.toUs].map((us) => new Date(us / 1000).toISOString());
  line(`both books from ${from} to ${to}, ${((span.toUs - span.fromUs) / 1e6).toFixed(1)} s`);

  const frame = await secondsFrame(catalogue, span);
  line(basisText(frame));

  const made: Made[] = [];
  for (const run of RUNS) {
    const result = await runBasis(catalogue, span, run);
    made.push({ run, result, costs: costsOf(result) });
  }
  line(runsText(made));

  for (const { run } of made) line(`  ${run.name}: ${run.meaning}`);
  if (reportFolder === undefined) return;
  await mkdir(reportFolder, { recursive: true });
  await writeReport(join(reportFolder, 'report.html'), reportOf(frame, made), 'html');
  await writeReport(join(reportFolder, 'report.json'), reportOf(frame, made), 'json');
  line(`\nreport: ${join(reportFolder, 'report.html')}`);
}

function basisText(frame: MarketFrame): string {
  const { meanSpread, stdSpread, percentiles } = new SpreadAnalyzer(frame).analyze();
  const { halfLife, pValue } = new SpreadAnalyzer(frame).meanReversion();
  const bps = (pct: number | undefined): string => ((pct ?? Number.NaN) * 100).toFixed(2);
  return [
    `the perpetual stands ${bps(meanSpread)} bps from spot, deviation ${bps(stdSpread)}, 1 % to 99 %: ${bps(percentiles[1])} to ${bps(percentiles[99])}`,
    `half-life ${(halfLife * 3600).toFixed(1)} s, p-value of a unit root ${pValue.toPrecision(2)}`,
    '',
  ].join('\n');
}

function runsText(made: readonly Made[]): string {
  return textTable<Made>(
    [
      { title: 'run', align: 'left', text: ({ run }) => run.name },
      right('events', ({ result }) => String(result.counts.events)),
      right('intents', ({ result }) => String(result.counts.emitted)),
      right('refused', ({ result }) => String(result.counts.refused)),
      right('rounds', ({ costs }) => String(costs.rounds)),
      right('fills', ({ result }) => String(result.counts.fills)),
      right('net USDT', ({ costs }) => costs.net.toFixed(2)),
      right('net bps', ({ costs }) => costs.netBps.toFixed(2)),
      right('of it fees', ({ costs }) => costs.feesBps.toFixed(2)),
      right('and prices', ({ costs }) => costs.pricesBps.toFixed(2)),
      right('ms to the last fill', ({ costs }) => costs.fillMs.toFixed(1)),
    ],
    made,
  );
}

function reportOf(frame: MarketFrame, made: readonly Made[]): ResearchReport {
  return {
    title: 'Basis of BTCUSDT at Binance, 2024-08-08',
    subtitle: 'The basis strategy over recorded books of spot and perpetual, by the live engine with orders on paper',
    figures: made.map(({ run, costs }) => ({
      name: run.name,
      text: `${costs.rounds} rounds, ${costs.netBps.toFixed(2)} bps each`,
      meaning: run.meaning,
    })),
    warnings: [
      'Six minutes of one night: no sample of anything.',
      'No funding and no mark prices were recorded; positions neither pay nor get any.',
      'Orders are filled by the books as they stood; the market does not answer them beyond what they took.',
    ],
    equity: equitySection(
      made.map(({ run, result }) => runOfBacktest(result, { strategyName: run.name })),
      'USDT',
    ),
    spread: spreadSection(frame, { name: 'Perpetual over spot, per cent of the spot ask, every second' }),
    tables: [
      {
        title: 'Runs',
        note: 'Basis points of a position, which is a quarter of the turnover of its round.',
        columns: ['run', 'rounds', 'fills', 'net USDT', 'net bps', 'of it fees', 'and prices', 'ms to the last fill'].map(
          (name, place) => ({
            name,
            isNumber: place > 0,
          }),
        ),
        rows: made.map(({ run, result, costs }) => [
          run.name,
          ...[costs.rounds, result.counts.fills].map(String),
          ...[costs.net, costs.netBps, costs.feesBps, costs.pricesBps, costs.fillMs].map((value) => value.toFixed(2)),
        ]),
      },
    ],
  };
}
