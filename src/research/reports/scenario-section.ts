import type { Random } from '../../domain/random.js';
import type { BacktestRun } from '../analysis/backtest-run.js';
import { drawnTrades, returnsOnRisk, runScenarios } from '../analysis/scenarios.js';
import type { ScenarioSection } from './report-data.js';

const DAY_MS = 86_400_000;
const CAPITAL_QUOTE = 10_000;
/** Points of the equity that ratios are reckoned on. */
const POINTS = 500;

/** The scenarios of the source documents, with trades drawn from those of a run as often as they came; null without any to draw from. */
export function scenarioSection(
  { executionResults: trades, startMs, endMs }: BacktestRun,
  random: Random,
): ScenarioSection | null {
  const returns = trades.map(({ pnl, capital }) => Number(pnl) / Number(capital));
  if (returns.every((value) => value === 0)) return null;
  const holdMs = trades.reduce((sum, { entryMs, exitMs }) => sum + exitMs - entryMs, 0) / trades.length;
  const tradesPerDay = trades.length / ((endMs - startMs) / DAY_MS);
  const source = drawnTrades(returnsOnRisk(returns), { random, tradesPerDay, holdMs, startMs, endMs });
  const period = { startMs, endMs, capitalQuote: CAPITAL_QUOTE, intervalMs: Math.max(1, (endMs - startMs) / POINTS) };
  const { outcomes } = runScenarios(source, period);
  const note = returns.some((value) => value < 0)
    ? 'Trades drawn at random from those above; the risk of a trade is the loss that 95 % of the losers stayed within.'
    : 'Trades drawn at random from those above. None of them lost, so that their risk is unknown: the least gain stands for it.';
  return { note, outcomes };
}
