import type { StrategyContext } from '../strategy/context.js';
import type { Decision, DecisionLog, DecisionStage } from '../strategy/decision-log.js';
import { rowName, type StrategyUniverse } from '../strategy/universe.js';

/** One decision, readable on its own. */
export interface DecisionView {
  readonly id: number;
  readonly epochUs: number;
  readonly strategy: string;
  readonly symbol: string;
  /** Venues and markets of the books it is about. */
  readonly books: readonly string[];
  readonly stage: string;
  readonly verdict: string;
  /** What led to it: names with units, and values. */
  readonly figures: readonly (readonly [name: string, value: number])[];
}

/** What a strategy has done so far. */
export interface StrategyStatus {
  readonly name: string;
  readonly intents: number;
  readonly budgetQuote: number;
  readonly committedQuote: number;
}

/** How the decisions of one running strategy are to be read. */
export interface DecisionReading {
  readonly name: string;
  readonly stages: readonly DecisionStage[];
}

/** A decision in words and numbers. @param epochOffsetUs added to its time to get microseconds since the epoch */
function decisionView(
  decision: Decision,
  readings: readonly DecisionReading[],
  universe: StrategyUniverse,
  epochOffsetUs: number,
): DecisionView {
  const reading = readings[decision.strategy];
  const stage = reading?.stages[decision.stage];
  const row = universe.rows[decision.row];
  return {
    id: decision.id,
    epochUs: decision.tsUs + epochOffsetUs,
    strategy: reading?.name ?? '',
    symbol: row === undefined ? '' : rowName(row),
    books: [decision.book, decision.otherBook].flatMap((book) => {
      const instrument = universe.books[book]?.instrument;
      return instrument === undefined ? [] : [`${instrument.venue} ${instrument.market}`];
    }),
    stage: stage?.name ?? '',
    verdict: stage?.verdicts[decision.verdict] ?? '',
    figures: Array.from(decision.figures.subarray(0, decision.figureCount), (value, index) => [
      stage?.figures[index] ?? `figure ${index}`,
      value,
    ]),
  };
}

/** The newest decisions, the last one first. */
export function decisionViews(
  log: DecisionLog,
  readings: readonly DecisionReading[],
  universe: StrategyUniverse,
  epochOffsetUs: number,
  max: number,
): DecisionView[] {
  return log.newest(max).map((decision) => decisionView(decision, readings, universe, epochOffsetUs));
}

/** A decision as lines of text: what, why, with every number. */
export function decisionText({ epochUs, strategy, symbol, books, stage, verdict, figures }: DecisionView): string {
  const when = new Date(epochUs / 1000).toISOString();
  const numbers = figures.map(([name, value]) => `${name} ${figureText(value)}`).join(', ');
  return `${when} ${strategy} ${symbol} (${books.join(' / ')}): ${stage}: ${verdict}: ${numbers}`;
}

/** A figure with as many digits as say something. */
export function figureText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(8)));
}

/** What the strategies have done so far. */
export function strategyStatuses(contexts: readonly StrategyContext[]): StrategyStatus[] {
  return contexts.map(({ name, intentsEmitted, budget }) => ({
    name,
    intents: intentsEmitted,
    budgetQuote: budget.limitQuote,
    committedQuote: budget.committedQuote,
  }));
}
