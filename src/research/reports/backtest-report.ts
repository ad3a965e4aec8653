import type { Random } from '../../domain/random.js';
import { type BacktestRun, type RunName, runOfBacktest } from '../analysis/backtest-run.js';
import { ExchangePerformanceAnalyzer } from '../analysis/exchange-performance-analyzer.js';
import type { FeeSchedule } from '../analysis/exchange-types.js';
import { executionLogsOf } from '../analysis/execution-logs.js';
import { backtestResult, performanceMetrics } from '../analysis/performance-metrics.js';
import { performanceReport } from '../analysis/performance-report.js';
import type { EngineResult } from '../backtest/backtest-types.js';
import type { ResearchReport, TableSection } from './report-data.js';
import { equitySection } from './report-sections.js';
import { scenarioSection } from './scenario-section.js';
import { dateText } from './walk-forward-report.js';

/** What a report of a backtest is made from, besides its result. */
export interface BacktestReportTerms extends RunName {
  /** Asset that the equity is in. */
  readonly quote: string;
  /** What the exchanges charge; those that are missing score in the middle. */
  readonly fees: readonly FeeSchedule[];
  /** For the bootstrap of the scenarios. */
  readonly random: Random;
}

/**
 * Tells a backtest of the engine: figures, equity, scenarios, exchanges by what its ledger says of them, strategies, and why intents came to
 * nothing.
 * @throws CalculationError as `performanceMetrics`
 */
export function reportedBacktest(
  result: EngineResult,
  terms: BacktestReportTerms,
): { readonly report: ResearchReport; readonly run: BacktestRun } {
  const run = runOfBacktest(result, terms);
  const told = performanceReport(performanceMetrics(run), backtestResult(run));
  const exchanges = new ExchangePerformanceAnalyzer();
  const api = exchanges.monitorApiPerformance(executionLogsOf(result.entries));
  const known = exchanges.analysesOf({ fees: terms.fees, api }).filter(({ api: own }) => own !== undefined);
  const scenarios = scenarioSection(run, terms.random);
  const { events, turns, emitted } = result.counts;
  return {
    run,
    report: {
      title: `Backtest: ${terms.strategyName}`,
      subtitle: `${dateText(run.startMs)} to ${dateText(run.endMs)} UTC, ${events} events, ${turns} turns, ${emitted} intents, state ${result.hash.slice(0, 16)}`,
      figures: told.figures,
      warnings: [
        ...told.warnings,
        ...(result.wasAborted ? ['The run was ended before its data did.'] : []),
        ...(result.isClean ? [] : ['Orders were still open at the end.']),
      ],
      equity: equitySection([run], terms.quote),
      ...(scenarios !== null && { scenarios }),
      ...(known.length > 0 && { venues: exchanges.rankExchangesForArbitrage(known) }),
      tables: [strategyTable(result), causeTable(result)].filter(({ rows }) => rows.length > 0),
    },
  };
}

function strategyTable({ strategies }: EngineResult): TableSection {
  const numbers = ['trades', 'won', 'turnover', 'realised', 'fees', 'funding', 'net'];
  return {
    title: 'Strategies',
    columns: [{ name: 'strategy' }, { name: 'asset' }, ...numbers.map((name) => ({ name, isNumber: true }))],
    rows: strategies.map(({ strategy, asset, trades, wins, turnover, realised, fees, funding, net }) => [
      ...[strategy, asset, String(trades), String(wins)],
      ...[turnover, realised, fees, funding, net].map((amount) => Number(amount).toFixed(4)),
    ]),
  };
}

function causeTable({ counts }: EngineResult): TableSection {
  return {
    title: 'Why intents came to nothing',
    columns: [{ name: 'cause' }, { name: 'times', isNumber: true }],
    rows: Object.entries(counts.causes)
      .sort(([, a], [, b]) => b - a)
      .map(([cause, times]) => [cause, String(times)]),
  };
}
