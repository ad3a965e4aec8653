// March 2023: BTC at three venues in three currencies, one of which lost its peg. A spread of hundreds of basis points that was none.
// Run after a build: node build/examples/usdc-break/main.js [DATA FOLDER [REPORT FOLDER [FROM [TO]]]]
// The data: klines-1m-202303 of TIERCEL_DATA/history unless a folder is named. What the results can and cannot say: README.md beside this.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TextColumn, textTable } from '../../src/cli/text-table.js';
import { dateStartUs } from '../../src/history/series.js';
import { walkText } from '../../src/research/reports/walk-forward-report.js';
import { type Backtests, backtests, type TradeSums } from './backtests.js';
import { alignMarket, type CheckedSeries, checkMarket, importMarket } from './market.js';
import { marketRegimes, regimesOf, reversionOf } from './regimes.js';
import { writeReports } from './report.js';
import { type DayDistances, dayDistances, frameOf, type SpreadDistance, twoCurrencies } from './spreads.js';
import { type Walks, walks } from './walk.js';

/** What a fill costs: the default of the source documents, and about what a small account pays. */
const FEES_BPS = [5, 26];
const HALF_SPREAD_BPS = 1;

const line = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const right = <T>(title: string, text: (row: T) => string): TextColumn<T> => ({ title, align: 'right', text });

const { TIERCEL_DATA: root } = process.env;
const [data = root === undefined ? '' : join(root, 'history', 'klines-1m-202303'), reportFolder, from, to] =
  process.argv.slice(2);
if (data === '') {
  line('skipped: this example needs candles; name their folder, or set TIERCEL_DATA');
} else {
  const scratch = await mkdtemp(join(tmpdir(), 'tiercel-usdc-'));
  try {
    await study(data, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function study(folder: string, scratch: string): Promise<void> {
  const range = { ...(from !== undefined && { fromUs: dateStartUs(from) }), ...(to !== undefined && { toUs: dateStartUs(to) }) };
  const { reports, klines } = await importMarket(folder, scratch, range);
  const sum = (of: 'rows' | 'malformedCount'): number => reports.reduce((total, report) => total + report[of], 0);
  line(`imported ${reports.length} files, ${sum('rows')} rows, ${sum('malformedCount')} malformed`);

  const checked = checkMarket(klines);
  line(`\nGaps and anomalies (Kraken and Coinbase have no row for a minute without trades)\n${gapText(checked)}`);

  const aligned = alignMarket(klines);
  line(`aligned on ${aligned.timestamps.length} minutes, quality ${aligned.alignmentQuality.toFixed(3)}`);
  for (const [venue, quality] of Object.entries(aligned.exchangeQuality)) line(`  ${venue} ${quality.toFixed(3)}`);

  const market = twoCurrencies(aligned);
  const days = dayDistances(market);
  line(
    `\nKraken BTC/USDC from Coinbase BTC/USD, bps, where all traded in that minute: median / p95 / max\n${distanceText(days)}`,
  );

  const frames = {
    nominal: frameOf(market, 1, HALF_SPREAD_BPS),
    converted: frameOf(market, market.usdcUsd, HALF_SPREAD_BPS),
  };
  const regimes = { nominal: regimesOf(frames.nominal), converted: regimesOf(frames.converted) };
  for (const view of ['nominal', 'converted'] as const) {
    const { halfLife, pValue } = reversionOf(frames[view]);
    line(`${view} spread: half-life ${halfLife.toFixed(2)} h, p-value of a unit root ${pValue.toPrecision(2)}`);
    for (const { fromTsUs, toTsUs, kind, meanPct, stdPct } of regimes[view]) {
      const [start, end] = [fromTsUs, toTsUs].map((us) => new Date(us / 1000).toISOString().slice(0, 16));
      line(`  ${start} to ${end} ${kind}: mean ${meanPct.toFixed(3)} %, deviation ${stdPct.toFixed(3)} %`);
    }
  }

  const { section, forecast } = marketRegimes(aligned);
  const shares = section.shares.map(({ regime, share }) => `${regime} ${(share * 100).toFixed(1)} %`);
  line(`\nmarket regimes of ${section.name}: ${shares.join(', ')}`);
  const scores = [forecast.model, forecast.naive].map(({ logScore }) => logScore.toFixed(4));
  line(`  forecast of the next quarter of an hour: log score ${scores[0]}, of "it stays" ${scores[1]}`);

  for (const feeBps of FEES_BPS) {
    const fees = { spotFee: feeBps / 1e4, futFee: feeBps / 1e4 };
    const nominal = await backtests(frames.nominal, frames.converted, fees);
    const converted = await backtests(frames.converted, frames.converted, fees);
    const walked = {
      nominal: await walks(frames.nominal, frames.converted, fees),
      converted: await walks(frames.converted, frames.converted, fees),
    };
    for (const [view, made] of Object.entries({ nominal, converted } as const))
      line(`\n${view} spread, ${feeBps} bps a fill\n${backtestText(made)}${walkTable(walked[view as 'nominal'])}`);
    if (reportFolder === undefined || feeBps !== FEES_BPS[0]) continue;
    const { alignmentQuality } = aligned;
    await writeReports(reportFolder, {
      checked,
      alignmentQuality,
      days,
      regimes,
      market: section,
      ...frames,
      backtests: { nominal, converted },
      walked,
      feeBps,
    });
  }
  if (reportFolder !== undefined) line(`\nreport: ${join(reportFolder, 'report.html')}`);
}

function gapText(checked: readonly CheckedSeries[]): string {
  return textTable<CheckedSeries>(
    [
      { title: 'series', align: 'left', text: ({ venue, symbol }) => `${venue} ${symbol}` },
      right('rows', ({ report }) => String(report.rows)),
      right('missing', ({ report }) => String(report.missing)),
      right('longest gap, min', ({ report }) => String(Math.max(0, ...report.gaps.map(({ count }) => count)))),
      right('no volume', ({ report }) => String(report.zeroVolume)),
      right('jumps', ({ report }) => String(report.jumps.length)),
      right('complete', ({ report }) => report.completeness.toFixed(3)),
    ],
    checked,
  );
}

function distanceText(days: readonly DayDistances[]): string {
  const text = ({ medianBps, p95Bps, maxBps }: SpreadDistance): string =>
    [medianBps, p95Bps, maxBps].map((bps) => bps.toFixed(1)).join(' / ');
  return textTable<DayDistances>(
    [
      { title: 'day', align: 'left', text: ({ date }) => date },
      right('nominal', ({ nominal }) => text(nominal)),
      right('converted', ({ converted }) => text(converted)),
      right('lowest USDC/USD', ({ lowestUsdc }) => lowestUsdc.toFixed(4)),
    ],
    days,
  );
}

type NamedSums = readonly [name: string, sums: TradeSums];

function sumsText(title: string, rows: readonly NamedSums[]): string {
  return textTable<NamedSums>(
    [
      { title, align: 'left', text: ([name]) => name },
      right('trades', ([, { trades }]) => String(trades)),
      right('won', ([, { wins }]) => String(wins)),
      right('timeouts', ([, { timeouts }]) => String(timeouts)),
      right('over gaps', ([, { overGaps }]) => String(overGaps)),
      right('net %', ([, { netPct }]) => netPct.toFixed(2)),
      right('a row later', ([, { netNextRowPct }]) => netNextRowPct.toFixed(2)),
      right('in dollars', ([, { netInDollarsPct }]) => netInDollarsPct.toFixed(2)),
    ],
    rows,
  );
}

function walkTable({ optimized, unguarded, static: untaught }: Walks): string {
  const { folds } = optimized.report;
  const from = new Date((folds[0]?.test.from ?? 0) / 1000).toISOString().slice(0, 16);
  const learnt = ({ report }: Walks['optimized']): string =>
    report.folds.map(({ parameters }) => parameters?.['entryThresholdPct']?.toFixed(3) ?? '-').join(' ');
  return [
    `walk-forward: ${folds.length} trainings, tested from ${from} on\n`,
    sumsText('thresholds', [
      ['static', untaught],
      ['best of the sweep', unguarded.sums],
      ['optimised', optimized.sums],
    ]),
    `  optimised: ${walkText(optimized.report)}\n  entries by training: ${learnt(optimized)}\n`,
    `  best of the sweep: ${walkText(unguarded.report)}\n  entries by training: ${learnt(unguarded)}\n`,
  ].join('');
}

function backtestText({ static: fixed, optimized, folds, failures }: Backtests): string {
  const table = sumsText('thresholds', [
    ['static', fixed],
    ['optimised', optimized],
  ]);
  const found = folds
    .filter(({ inSamplePct }) => inSamplePct !== null)
    .map(({ date, declined, entryThresholdPct, exitThresholdPct, confidence, inSamplePct, outOfSamplePct }) => {
      const thresholds = declined ?? `enter ${entryThresholdPct.toFixed(3)} %, leave ${exitThresholdPct.toFixed(3)} %`;
      const profits = `${(inSamplePct ?? 0).toFixed(2)} % the day before, ${outOfSamplePct.toFixed(2)} % on the day`;
      return `  ${date} ${thresholds}, confidence ${confidence.toFixed(2)}: ${profits}\n`;
    });
  const none = folds.length - found.length;
  return `${table}${found.join('')}  ${none} days without a pair that pays, ${failures.length} without data\n`;
}
