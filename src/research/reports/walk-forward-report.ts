import type { Random } from '../../domain/random.js';
import { type BacktestRun, runOfDelta } from '../analysis/backtest-run.js';
import type { DeltaWalk } from '../analysis/delta-walk.js';
import { backtestResult, performanceMetrics } from '../analysis/performance-metrics.js';
import { performanceReport } from '../analysis/performance-report.js';
import type { Stretch, WalkForwardReport } from '../analysis/walk-forward.js';
import type { RegimeSpan } from '../regimes/classify-market.js';
import { frameMarket } from '../regimes/frame-market.js';
import { MarketRegimeAnalyzer } from '../regimes/market-regime-analyzer.js';
import { REGIMES, regimeName } from '../regimes/regime-names.js';
import type { DeltaTrade } from '../thresholds/delta-trade.js';
import { type MarketFrame, rowAt, sliceFrame } from '../thresholds/market-frame.js';
import type { RegimeSection, ResearchReport, TableSection, WalkForwardSection } from './report-data.js';
import { equitySection, spreadSection, sweepFront, sweepSection } from './report-sections.js';
import { scenarioSection } from './scenario-section.js';

/** What a report of a walk over delta thresholds is made from. */
export interface WalkForwardSource {
  /** "BTC/USDT", or the file that it is from. */
  readonly name: string;
  readonly frame: MarketFrame;
  readonly walk: DeltaWalk;
  readonly report: WalkForwardReport;
  readonly capitalQuote: number;
  /** For the bootstrap of the scenarios. */
  readonly random: Random;
}

/** A report and the run that it is of. */
export interface ReportedWalk {
  readonly report: ResearchReport;
  /** Out of sample, all tests one behind the other. */
  readonly run: BacktestRun;
}

/** Regimes need this many conditions for their forecast to be scored. */
const SCORED_FROM = 100;

/** Tells a walk: what was earned out of sample, against thresholds that were learnt once and against the static backtest. */
export function reportedWalk({ name, frame, walk, report, capitalQuote, random }: WalkForwardSource): ReportedWalk {
  const { folds } = report;
  const [first, last] = [folds[0], folds.at(-1)];
  const tested: Stretch = { from: first?.test.from ?? 0, to: last?.test.to ?? 0 };
  const test = sliceFrame(frame, rowAt(frame, tested.from), rowAt(frame, tested.to));
  const runOf = (strategyName: string, trades: readonly DeltaTrade[]): BacktestRun =>
    runOfDelta(test, trades, { strategyName, pair: name, venues: ['spot', 'futures'], capitalQuote });
  const trades = folds.flatMap((fold) => (fold.parameters === null ? [] : walk.trades(fold.parameters, fold.test)));
  const run = runOf('walk-forward', trades);
  const once = first?.parameters ?? null;
  const others = [
    ...(once === null
      ? []
      : [
          runOf(
            'trained once',
            folds.flatMap((fold) => walk.trades(once, fold.test)),
          ),
        ]),
    runOf(
      'static',
      folds.flatMap((fold) => walk.staticTrades(fold.test)),
    ),
  ];
  const result = backtestResult(run);
  const told = performanceReport(performanceMetrics(run), result);
  const grid = last === undefined ? null : walk.sweep(last.train);
  const scenarios = scenarioSection(run, random);
  return {
    run,
    report: {
      title: `Walk-forward of the delta thresholds: ${name}`,
      subtitle: `${dateText(tested.from / 1000)} to ${dateText(tested.to / 1000)} UTC out of sample, ${folds.length} trainings`,
      figures: told.figures,
      warnings: [
        ...told.warnings,
        'Trades fill at the touch that is shown, with one position at a time; what size the books would bear is not asked.',
        'What is open when a test ends is closed there, and the next begins with nothing.',
        'Funding is not in the data and not in the profit. Drawdowns are those of closed trades.',
      ],
      equity: equitySection([run, ...others], 'quote units'),
      spread: spreadSection(test, {
        name,
        trades,
        thresholds: folds.flatMap(({ parameters, test: { from } }) =>
          parameters === null
            ? []
            : [{ fromMs: from / 1000, entryPct: thresholdOf(parameters, 'entry'), exitPct: thresholdOf(parameters, 'exit') }],
        ),
      }),
      ...regimeSections(test, run, name),
      ...(grid !== null && {
        sweep: sweepSection(grid, '% of a position', 'The last training. Every cell is a backtest of one pair of thresholds.'),
        pareto: sweepFront(grid),
      }),
      ...(scenarios !== null && { scenarios }),
      walkForward: walkForwardSection(report),
    },
  };
}

/** Trainings and tests of a walk over thresholds, times in microseconds. */
export function walkForwardSection(report: WalkForwardReport): WalkForwardSection {
  return {
    note: walkText(report),
    parameterNames: report.drift.map((drift) => parameterText(drift.name)),
    unit: '% of a position',
    folds: report.folds.map(({ test: { from, to }, parameters, inSample, outOfSample }) => ({
      ...{ testFromMs: from / 1000, testToMs: to / 1000, inSample, outOfSample },
      parameters: report.drift.map((drift) => parameters?.[drift.name] ?? null),
    })),
  };
}

/** A walk in a few sentences. */
export function walkText({ outOfSample, unretrained, efficiency, declined, empty, folds, drift }: WalkForwardReport): string {
  const moved = drift.flatMap(({ name, relative }) =>
    relative === null ? [] : [`${parameterText(name)} by ${(relative * 100).toFixed(0)} %`],
  );
  return [
    `Out of sample ${outOfSample.toFixed(3)} % of a position; with the first thresholds kept ${unretrained.toFixed(3)} %.`,
    efficiency === null ? '' : ` A unit of time earned ${(efficiency * 100).toFixed(0)} % of what it earned in sample.`,
    declined === 0 ? '' : ` ${declined} of ${folds.length} trainings declined, and their tests were sat out.`,
    empty === 0 ? '' : ` ${empty} more had no data to be tested on.`,
    moved.length === 0 ? '' : ` Mean drift from training to training: ${moved.join(', ')}.`,
  ].join('');
}

function thresholdOf(parameters: Readonly<Record<string, number>>, side: 'entry' | 'exit'): number {
  return parameters[`${side}ThresholdPct`] ?? Number.NaN;
}

/** "entryThresholdPct" as "entry threshold %". */
function parameterText(name: string): string {
  return name.replace(/Pct$/, ' %').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function regimeSections(
  frame: MarketFrame,
  run: BacktestRun,
  name: string,
): Pick<ResearchReport, 'regimes' | 'regimePerformance' | 'tables'> {
  const market = frameMarket(frame, name);
  const analyzer = new MarketRegimeAnalyzer();
  const conditions = analyzer.classifyMarketConditions(market);
  if (conditions.length === 0) return {};
  const spans = analyzer.spansOf(conditions, market);
  const { regimes } = analyzer.analyzeRegimePerformance(backtestResult(run), spans, conditions);
  const close = market.exchangeData['spot']?.[name]?.close ?? new Float64Array();
  return {
    regimes: regimeSection(name, [...market.timestamps], [...close], spans),
    regimePerformance: regimes.map(({ name: regime, timeShare, trades, profit, metrics }) => {
      return { regime, timeShare, trades, profit, metrics };
    }),
    ...(conditions.length > SCORED_FROM && { tables: [forecastTable(analyzer.scoreForecast(conditions))] }),
  };
}

/** A series over its regimes, of which at most every k-th value is shown. */
function regimeSection(
  name: string,
  tsMs: readonly number[],
  values: readonly number[],
  spans: readonly RegimeSpan[],
): RegimeSection {
  const step = Math.max(1, Math.ceil(tsMs.length / 4_000));
  const kept = tsMs.flatMap((_, at) => (at % step === 0 ? [at] : []));
  const total = spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return {
    name,
    note: 'Told from the past alone: a colour begins when the regime was known.',
    axis: 'spot price, quote',
    tsMs: kept.map((at) => tsMs[at] as number),
    values: kept.map((at) => (Number.isNaN(values[at]) ? null : (values[at] as number))),
    spans: spans.map(({ fromMs, toMs, regime }) => ({ fromMs, toMs, regime: regimeName(regime) })),
    shares: REGIMES.flatMap((regime) => {
      const held = spans.filter((span) => span.regime === regime).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
      return held === 0 ? [] : [{ regime: regimeName(regime), share: held / total }];
    }),
  };
}

function forecastTable({ steps, model, naive, isBetter }: ReturnType<MarketRegimeAnalyzer['scoreForecast']>): TableSection {
  const row = (who: string, { logScore, brier, hitRate }: typeof model): string[] => [
    who,
    logScore.toFixed(4),
    brier.toFixed(4),
    `${(hitRate * 100).toFixed(1)} %`,
  ];
  return {
    title: 'Forecast of the next regime',
    note: `${steps} steps, each forecast from those before it. The chain is ${isBetter ? 'better' : 'not better'} than persistence by both scores.`,
    columns: [
      { name: 'forecast' },
      ...['log score (0 is best)', 'Brier score (0 is best)', 'hits'].map((title) => ({ name: title, isNumber: true })),
    ],
    rows: [row('chain with durations', model), row('persistence', naive)],
  };
}

/** A moment to the minute, UTC. */
export function dateText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
