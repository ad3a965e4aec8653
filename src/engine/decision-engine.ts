import type { Clock } from '../domain/clock.js';
import type { Kernel } from '../kernel/kernel.js';
import { Scanner } from '../kernel/scan.js';
import { Views } from '../kernel/views.js';
import { Capital } from '../strategy/capital.js';
import type { StrategyEvent } from '../strategy/context.js';
import { CostModel, type CostSettings } from '../strategy/cost-model.js';
import { DecisionLog } from '../strategy/decision-log.js';
import type { Intent } from '../strategy/intent.js';
import { rowSizing, type SizingSettings } from '../strategy/row-sizing.js';
import type { HostedStrategy } from '../strategy/strategy.js';
import { rowName, type StrategyUniverse } from '../strategy/universe.js';
import { Engine, type EngineOptions, type TurnSink } from './engine.js';
import { ListingGuard } from './listing-guard.js';
import { StrategyHost } from './strategy-host.js';

export interface DecisionEngineParts {
  readonly kernel: Kernel;
  readonly universe: StrategyUniverse;
  readonly strategies: readonly HostedStrategy[];
  readonly options: EngineOptions;
  readonly sizing: SizingSettings;
  readonly costs: CostSettings;
  readonly clock: Clock;
  /** Address of the receive-to-decision histogram. */
  readonly histogram: number;
  /** Takes intents; the record is reused later. */
  readonly emit: (intent: Intent) => void;
  readonly raise: (event: StrategyEvent) => void;
  readonly sink?: TurnSink;
  /** How far apart prices of one asset may be; see ListingGuard. */
  readonly listingRatioMax?: number;
}

/** An engine with everything that it decides with. */
export interface DecisionEngine {
  readonly engine: Engine;
  readonly host: StrategyHost;
  readonly scanner: Scanner;
  readonly views: Views;
  readonly capital: Capital;
  readonly costs: CostModel;
  readonly decisions: DecisionLog;
}

/** Puts an engine together over planned memory: the scan's rows and their sizes, costs, capital, strategies. Live and in replay alike. */
export function makeDecisionEngine(parts: DecisionEngineParts): DecisionEngine {
  const { kernel, universe, options, clock, histogram } = parts;
  const addressOf = (book: number): number => kernel.plan.books[book] ?? 0;
  const scanner = new Scanner(kernel);
  for (const row of universe.rows) {
    scanner.setRow(
      row.row,
      row.books.map(({ book, takerFee, basePerUnit }) => ({ book: addressOf(book), takerFee, basePerUnit })),
    );
    scanner.setSizing(row.row, rowSizing(row, parts.sizing));
  }
  const views = new Views(kernel, scanner);
  const capital = new Capital(universe.accounts.length);
  const costs = new CostModel(universe, scanner, parts.costs);
  const decisions = new DecisionLog();
  let intents = 0;
  const host = new StrategyHost(parts.strategies, universe.books.length, {
    capital,
    costs,
    decisions,
    emit: parts.emit,
    raise: parts.raise,
    nextIntentId: () => ++intents,
  });
  const rows = universe.rows.map((row) => ({ books: row.books.map(({ book }) => addressOf(book)) }));
  const tell = (row: number, book: number, isListed: boolean): void => parts.raise(listingEvent(universe, row, book, isListed));
  const guard = new ListingGuard(universe, scanner, tell, parts.listingRatioMax);
  const engine = new Engine(kernel, scanner, views, rows, host, histogram, options, clock, parts.sink ?? null, guard);
  return { engine, host, scanner, views, capital, costs, decisions };
}

function listingEvent({ rows, books }: StrategyUniverse, row: number, book: number, isListed: boolean): StrategyEvent {
  const info = rows[row];
  const venue = books[book]?.instrument.venue;
  const kind = isListed ? 'listing-agrees-again' : 'listing-is-another-asset';
  return { strategy: 'engine', kind, facts: { symbol: info === undefined ? '' : rowName(info), venue } };
}
