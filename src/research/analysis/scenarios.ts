import { CalculationError } from '../../domain/calculation-error.js';
import type { Random } from '../../domain/random.js';
import { type AnalysedTrade, type BacktestRun, decimalText } from './backtest-run.js';
import { type PerformanceMetrics, performanceMetrics } from './performance-metrics.js';

/** How much is put at risk. */
export interface Scenario {
  readonly name: string;
  /** Share of the account that the worst trade to be expected would cost, in per cent. */
  readonly riskPct: number;
}

/** The three scenarios of the source documents. */
const SCENARIOS: readonly Scenario[] = [
  { name: 'conservative', riskPct: 1 },
  { name: 'balanced', riskPct: 3 },
  { name: 'aggressive', riskPct: 5 },
];

/** What a strategy has to show before it trades: above the first two, below the last. Fractions. */
export interface Gates {
  readonly sharpeRatio: number;
  readonly winRate: number;
  readonly maxDrawdown: number;
}

/** The gates of the source documents. */
export const GATES: Gates = { sharpeRatio: 1.5, winRate: 0.55, maxDrawdown: 0.15 };

/** A gate and how far from it a scenario came. */
export interface GateResult {
  readonly name: keyof Gates;
  readonly bound: number;
  /** Null where there is no such figure, which does not pass. */
  readonly value: number | null;
  /** By how much it passed, negative when it did not; in the unit of the bound. */
  readonly margin: number | null;
  readonly isPassed: boolean;
  /** Value and margin for people. */
  readonly text: string;
}

/** A trade as a source tells it, before it is sized. */
export interface SourcedTrade {
  /** Milliseconds since the epoch, within the period. */
  readonly entryMs: number;
  readonly exitMs: number;
  /** Profit after costs, in units of what is at risk: 1 wins as much as the risk, -1 loses all of it. */
  readonly returnOnRisk: number;
}

/** Where the trades of a scenario come from; asked once a scenario, in the order of their exits. */
export type TradeSource = (scenario: Scenario) => readonly SourcedTrade[];

/** Terms of `runScenarios`. */
export interface ScenarioTerms {
  readonly startMs: number;
  readonly endMs: number;
  readonly capitalQuote: number;
  /** Spacing of the equity curve; a day by default. */
  readonly intervalMs?: number;
  readonly scenarios?: readonly Scenario[];
  readonly gates?: Gates;
}

/** How a scenario did. */
export interface ScenarioOutcome {
  readonly name: string;
  readonly riskPct: number;
  readonly totalReturn: number;
  /** Null when the account was lost. */
  readonly metrics: PerformanceMetrics | null;
  readonly trades: number;
  readonly gates: readonly GateResult[];
  readonly isPassed: boolean;
  /** Null when the account was lost. */
  readonly run: BacktestRun | null;
}

/** All scenarios, in the order given. */
export interface ScenarioReport {
  readonly gates: Gates;
  readonly outcomes: readonly ScenarioOutcome[];
}

const DAY_MS = 86_400_000;

/**
 * Trades an account once for each scenario, every trade risking the scenario's share of what the account is worth when it is closed
 * (compounding), and holds the outcome against the gates. An account that has nothing left stops there: it has lost everything and
 * passes no gate but perhaps the win rate.
 * @throws CalculationError INVALID_CAPITAL, INVALID_PERIOD, and as `performanceMetrics` for trades that are none
 */
export function runScenarios(source: TradeSource, terms: ScenarioTerms): ScenarioReport {
  const { scenarios = SCENARIOS, gates = GATES, capitalQuote, startMs, endMs } = terms;
  if (!(capitalQuote > 0 && Number.isFinite(capitalQuote)))
    throw new CalculationError('INVALID_CAPITAL', { capital: capitalQuote });
  if (!(endMs > startMs)) throw new CalculationError('INVALID_PERIOD', { startMs, endMs });
  return { gates, outcomes: scenarios.map((scenario) => outcomeOf(scenario, source(scenario), terms, gates)) };
}

function outcomeOf(scenario: Scenario, trades: readonly SourcedTrade[], terms: ScenarioTerms, gates: Gates): ScenarioOutcome {
  const { capitalQuote, startMs, endMs, intervalMs = DAY_MS } = terms;
  const share = scenario.riskPct / 100;
  let worth = capitalQuote;
  const worths: number[] = [];
  const executionResults: AnalysedTrade[] = [];
  for (const { entryMs, exitMs, returnOnRisk } of trades) {
    const risked = worth * share;
    const pnl = risked * returnOnRisk;
    worth += pnl;
    worths.push(worth);
    executionResults.push({
      ...{ strategy: scenario.name, pair: '', venues: [], entryMs, exitMs },
      ...{ pnl: decimalText(pnl), capital: decimalText(risked) },
    });
    if (!(worth > 0)) return lostOutcome(scenario, executionResults, gates);
  }
  const points = Math.floor((endMs - startMs) / intervalMs) + 1;
  const tsMs = Float64Array.from({ length: points + 1 }, (_, point) => startMs + point * intervalMs);
  let closed = 0;
  const equity = tsMs.map((ms) => {
    while (closed < trades.length && (trades[closed] as SourcedTrade).exitMs <= ms) closed++;
    return closed === 0 ? capitalQuote : (worths[closed - 1] as number);
  });
  const run: BacktestRun = {
    ...{ strategyName: scenario.name, parameters: { riskPct: scenario.riskPct }, startMs, endMs, executionResults },
    ...{ equity: { intervalMs, tsMs, equity }, opportunityCaptureRate: null },
  };
  const metrics = performanceMetrics(run);
  return {
    ...scenario,
    ...{ totalReturn: metrics.totalReturn, metrics, trades: trades.length, run },
    ...judged(gateResults(metrics, gates)),
  };
}

function lostOutcome(scenario: Scenario, trades: readonly AnalysedTrade[], gates: Gates): ScenarioOutcome {
  const winRate = trades.filter(({ pnl }) => Number(pnl) > 0).length / trades.length;
  return {
    ...scenario,
    ...{ totalReturn: -1, metrics: null, trades: trades.length, run: null },
    ...judged(gateResults({ sharpeRatio: null, winRate, maxDrawdown: 1 }, gates)),
  };
}

function judged(gates: readonly GateResult[]): Pick<ScenarioOutcome, 'gates' | 'isPassed'> {
  return { gates, isPassed: gates.every(({ isPassed }) => isPassed) };
}

/** Holds metrics against gates. A figure that there is none of does not pass; one that lies on its bound does not either. */
export function gateResults(
  metrics: Pick<PerformanceMetrics, 'sharpeRatio' | 'winRate' | 'maxDrawdown'>,
  gates: Gates = GATES,
): GateResult[] {
  const gate = (name: keyof Gates, sign: 1 | -1, scale: number, unit: string): GateResult => {
    const [value, bound] = [metrics[name], gates[name]];
    if (value === null) return { name, bound, value, margin: null, isPassed: false, text: 'none' };
    const margin = sign * (value - bound);
    const text = `${(value * scale).toFixed(2)}${unit} (${margin < 0 ? '' : '+'}${(margin * scale).toFixed(2)})`;
    return { name, bound, value, margin, isPassed: margin > 0, text };
  };
  return [gate('sharpeRatio', 1, 1, ''), gate('winRate', 1, 100, ' %'), gate('maxDrawdown', -1, 100, ' %')];
}

/** Terms of `drawnTrades`. */
export interface DrawTerms {
  readonly random: Random;
  /** Trades a day, and milliseconds that each takes; at least one trade fits the period. */
  readonly tradesPerDay: number;
  readonly holdMs: number;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * A source that draws trades from past ones, with replacement (a bootstrap), at equal distances over the period. Every scenario gets
 * the same draws, so that only the risk differs.
 * @param returnsOnRisk of past trades; at least one
 * @throws CalculationError INSUFFICIENT_DATA, INVALID_INTERVAL
 */
export function drawnTrades(returnsOnRisk: readonly number[], terms: DrawTerms): TradeSource {
  const { random, tradesPerDay, holdMs, startMs, endMs } = terms;
  if (returnsOnRisk.length === 0) throw new CalculationError('INSUFFICIENT_DATA', { returns: 0 });
  if (!(tradesPerDay > 0 && holdMs >= 0)) throw new CalculationError('INVALID_INTERVAL', { tradesPerDay, holdMs });
  const apartMs = DAY_MS / tradesPerDay;
  const trades: SourcedTrade[] = [];
  for (let entryMs = startMs; entryMs + holdMs <= endMs; entryMs += apartMs) {
    const returnOnRisk = returnsOnRisk[Math.floor(random.next() * returnsOnRisk.length)] as number;
    trades.push({ entryMs, exitMs: entryMs + holdMs, returnOnRisk });
  }
  return () => trades;
}

/**
 * Profits in units of risk, from profits as fractions of what was bound. The risk of one trade is the loss that all but the worst
 * `tailShare` of past losers stayed within; without losers it is the least gain, since nothing else is known to be at stake.
 * @throws CalculationError INSUFFICIENT_DATA for no trades, or where neither loss nor gain was ever made
 */
export function returnsOnRisk(returns: readonly number[], tailShare = 0.05): number[] {
  const losses = returns.filter((value) => value < 0).map((value) => -value);
  const sizes = (losses.length > 0 ? losses : returns.filter((value) => value > 0)).toSorted((a, b) => a - b);
  const place = losses.length > 0 ? Math.min(sizes.length - 1, Math.floor(sizes.length * (1 - tailShare))) : 0;
  const risk = sizes[place];
  if (risk === undefined) throw new CalculationError('INSUFFICIENT_DATA', { returns: returns.length });
  return returns.map((value) => value / risk);
}
