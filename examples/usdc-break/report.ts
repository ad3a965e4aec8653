// The report of the example: one file of HTML, and JSON of the same.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runOfDelta } from '../../src/research/analysis/backtest-run.js';
import type { ReportedFigure } from '../../src/research/analysis/performance-report.js';
import type { SpreadRegime } from '../../src/research/optimizer/spread-regimes.js';
import type { RegimeSection, ResearchReport, TableSection, WalkForwardSection } from '../../src/research/reports/report-data.js';
import { writeReport } from '../../src/research/reports/report-files.js';
import { equitySection, spreadSection } from '../../src/research/reports/report-sections.js';
import { dateText, walkForwardSection, walkText } from '../../src/research/reports/walk-forward-report.js';
import type { MarketFrame } from '../../src/research/thresholds/market-frame.js';
import type { Backtests, TradeSums } from './backtests.js';
import type { CheckedSeries } from './market.js';
import type { DayDistances } from './spreads.js';
import type { Walk, Walks } from './walk.js';

const CAPITAL = 10_000;

/** Everything that the example found. */
export interface Findings {
  readonly checked: readonly CheckedSeries[];
  readonly alignmentQuality: number;
  readonly days: readonly DayDistances[];
  readonly regimes: Readonly<Record<'nominal' | 'converted', readonly SpreadRegime[]>>;
  readonly market: RegimeSection;
  readonly nominal: MarketFrame;
  readonly converted: MarketFrame;
  /** By the lower fees. */
  readonly backtests: Readonly<Record<'nominal' | 'converted', Backtests>>;
  readonly walked: Readonly<Record<'nominal' | 'converted', Walks>>;
  readonly feeBps: number;
}

const WARNINGS = [
  'Closes of one-minute candles are last trades, not quotes that could be had: what is seen at one venue may be a minute older than at the other.',
  'Bid and ask are set one basis point from the close. That is an assumption; so is that both legs fill at once and in full.',
  'Days that are not in the data were not looked at. Where they are missing, positions that would be open are left out and counted.',
  'Three weeks in one year say nothing about the next break of a peg.',
];

/** Writes report.html and report.json into a folder. */
export async function writeReports(folder: string, findings: Findings): Promise<void> {
  await mkdir(folder, { recursive: true });
  const report = reportOf(findings);
  await writeReport(join(folder, 'report.html'), report, 'html');
  await writeReport(join(folder, 'report.json'), report, 'json');
}

function reportOf({
  checked,
  alignmentQuality,
  days,
  regimes,
  market,
  nominal,
  backtests,
  walked,
  feeBps,
}: Findings): ResearchReport {
  const { nominal: made } = backtests;
  const worst = days.reduce(
    (widest, day) => (day.nominal.maxBps > widest.nominal.maxBps ? day : widest),
    days[0] as DayDistances,
  );
  const terms = { pair: 'BTC/USD BTC/USDC', venues: ['coinbase', 'kraken'], capitalQuote: CAPITAL };
  return {
    title: 'The break of USDC, March 2023',
    subtitle: 'Kraken BTC/USDC against Coinbase BTC/USD, one-minute candles, before and after the USDC is changed into dollars',
    figures: [
      {
        name: 'Alignment quality',
        text: alignmentQuality.toFixed(3),
        meaning: 'mean over the minutes of the worst series of each',
      },
      {
        name: `Widest on ${worst.date}`,
        text: `${worst.nominal.maxBps.toFixed(0)} bps nominal, ${worst.converted.maxBps.toFixed(0)} converted`,
        meaning: 'largest distance of that day, of each kind',
      },
      {
        name: 'Optimised, nominal spread',
        text: `${made.optimized.netPct.toFixed(2)} %, ${made.optimized.netNextRowPct.toFixed(2)} % a row later`,
        meaning: `of a position, after ${feeBps} bps a fill; the second figure fills each trade one row later`,
      },
      walkFigure('Walk-forward, optimised', walked.nominal.optimized),
      walkFigure('Walk-forward, unguarded', walked.nominal.unguarded),
    ],
    warnings: WARNINGS,
    equity: equitySection(
      [
        runOfDelta(nominal, made.staticTrades, { ...terms, strategyName: 'static thresholds' }),
        runOfDelta(nominal, made.found.trades, { ...terms, strategyName: 'optimised, day by day' }),
        runOfDelta(nominal, walked.nominal.unguarded.trades, { ...terms, strategyName: 'walk-forward, unguarded' }),
        runOfDelta(nominal, walked.nominal.unguarded.lateTrades, { ...terms, strategyName: 'the same, a row later' }),
        runOfDelta(nominal, walked.nominal.optimized.trades, { ...terms, strategyName: 'walk-forward, optimised' }),
      ],
      'USD',
    ),
    spread: spreadSection(nominal, {
      name: 'Nominal spread: what looks like a chance while a USDC is taken for a dollar',
      trades: made.found.trades,
      thresholds: made.found.thresholds.map(({ fromTsUs, entryThresholdPct, exitThresholdPct }) => ({
        fromMs: fromTsUs / 1000,
        entryPct: entryThresholdPct,
        exitPct: exitThresholdPct,
      })),
    }),
    regimes: market,
    walkForward: shownWalk(walked.nominal.optimized),
    tables: [
      unguardedTable(walked.nominal.unguarded),
      distanceTable(days),
      sumsTable(backtests, walked, feeBps),
      regimeTable(regimes),
      gapTable(checked),
    ],
  };
}

const numbers = (...names: string[]): TableSection['columns'] => names.map((name) => ({ name, isNumber: true }));

function distanceTable(days: readonly DayDistances[]): TableSection {
  return {
    title: 'Distance by day, basis points',
    columns: [
      { name: 'day' },
      ...numbers('nominal median', 'p95', 'max', 'converted median', 'p95', 'max', 'lowest USDC/USD', 'minutes'),
    ],
    rows: days.map(({ date, nominal, converted, lowestUsdc }) => [
      date,
      ...[nominal, converted].flatMap(({ medianBps, p95Bps, maxBps }) =>
        [medianBps, p95Bps, maxBps].map((bps) => bps.toFixed(1)),
      ),
      lowestUsdc.toFixed(4),
      String(nominal.minutes),
    ]),
  };
}

function walkFigure(name: string, { sums: { trades, netPct, netNextRowPct } }: Walk): ReportedFigure {
  const text = trades === 0 ? 'no trade' : `${netPct.toFixed(2)} %, ${netNextRowPct.toFixed(2)} % a row later`;
  return { name, text, meaning: 'out of sample, of a position' };
}

/** What the walk is, before what came of it. */
function shownWalk({ report }: Walk): WalkForwardSection {
  const section = walkForwardSection(report);
  const terms =
    'The nominal spread. The first training has 60 % of the days that are in the data, each later one everything so far; a day is tested, then learnt again.';
  return { ...section, note: `${terms} ${section.note ?? ''}` };
}

function unguardedTable({ report }: Walk): TableSection {
  const text = (value: number | null | undefined): string => ((value ?? null) === null ? '' : (value as number).toFixed(3));
  return {
    title: 'The same walk without guards',
    note: `The best pair of a sweep over the training, whatever speaks against it. ${walkText(report)}`,
    columns: [
      { name: 'tested from' },
      ...numbers('enter %', 'leave %', 'in sample, %', 'out of sample, %', 'first thresholds kept, %'),
    ],
    rows: report.folds.map(({ test, parameters, inSample, outOfSample, unretrained }) => [
      dateText(test.from / 1000),
      ...[parameters?.['entryThresholdPct'], parameters?.['exitThresholdPct'], inSample, outOfSample, unretrained].map(text),
    ]),
  };
}

function sumsTable(backtests: Findings['backtests'], walked: Findings['walked'], feeBps: number): TableSection {
  return {
    title: `Backtests, ${feeBps} bps a fill, per cent of a position`,
    columns: [
      { name: 'spread' },
      { name: 'thresholds' },
      ...numbers('trades', 'won', 'net', 'a row later', 'in dollars', 'over gaps'),
    ],
    rows: (['nominal', 'converted'] as const).flatMap((view) => {
      const { optimized, unguarded, static: untaught } = walked[view];
      const rows: [string, TradeSums][] = [
        ['static', backtests[view].static],
        ['optimised, day by day', backtests[view].optimized],
        ['walk-forward days, static', untaught],
        ['walk-forward, unguarded', unguarded.sums],
        ['walk-forward, optimised', optimized.sums],
      ];
      return rows.map(([kind, { trades, wins, netPct, netNextRowPct, netInDollarsPct, overGaps }]) => {
        const profits = [netPct, netNextRowPct, netInDollarsPct].map((profit) => profit.toFixed(2));
        return [view, kind, String(trades), String(wins), ...profits, String(overGaps)];
      });
    }),
  };
}

function regimeTable(regimes: Findings['regimes']): TableSection {
  return {
    title: 'Regimes of the spread',
    columns: [
      { name: 'spread' },
      { name: 'from' },
      { name: 'to' },
      { name: 'kind' },
      ...numbers('mean %', 'deviation %', 'half-life, h'),
    ],
    rows: Object.entries(regimes).flatMap(([view, found]) =>
      found.map(({ fromTsUs, toTsUs, kind, meanPct, stdPct, halfLifeHours }) => [
        view,
        ...[fromTsUs, toTsUs].map((us) => new Date(us / 1000).toISOString().slice(0, 16)),
        kind,
        ...[meanPct, stdPct, halfLifeHours].map((value) => value.toFixed(3)),
      ]),
    ),
  };
}

function gapTable(checked: readonly CheckedSeries[]): TableSection {
  return {
    title: 'Gaps and anomalies',
    note: 'Kraken and Coinbase have no row for a minute without trades, Binance.US has one without volume.',
    columns: [{ name: 'series' }, ...numbers('rows', 'missing', 'longest gap, min', 'no volume', 'jumps', 'complete')],
    rows: checked.map(({ venue, symbol, report }) => [
      `${venue} ${symbol}`,
      ...[report.rows, report.missing, Math.max(0, ...report.gaps.map(({ count }) => count))].map(String),
      ...[report.zeroVolume, report.jumps.length].map(String),
      report.completeness.toFixed(3),
    ]),
  };
}
