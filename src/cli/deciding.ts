import type { Clock } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import { AssumedFills } from '../engine/assumed-fills.js';
import { type DecisionEngine, makeDecisionEngine } from '../engine/decision-engine.js';
import type { TurnSink } from '../engine/engine.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Universe } from '../market/universe.js';
import type { DecisionReading } from '../ops/strategy-report.js';
import { type BookFees, strategyUniverse } from '../strategy/build-universe.js';
import type { Capital } from '../strategy/capital.js';
import type { StrategyEvent } from '../strategy/context.js';
import { DEFAULT_COST_SETTINGS } from '../strategy/cost-model.js';
import type { Intent } from '../strategy/intent.js';
import { makeStrategies, type StrategySpec, strategyOf } from '../strategy/registry.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import type { Config } from './config.js';

const FULL_SCAN_INTERVAL_US = 100_000;
const BPS = 1e-4;
/** Paper inventory of a base asset, in units: more than any budget buys. */
const PAPER_INVENTORY_UNITS = 2 ** 52;

/** An engine that decides on paper, and how to read what it decides. */
export interface Deciding extends DecisionEngine {
  readonly universe: StrategyUniverse;
  readonly readings: readonly DecisionReading[];
}

/**
 * Puts the configured strategies over the books of a run. Their intents are filled on paper, at the prices they were decided on.
 * @param watch sees every intent before it is filled; the record is reused later
 * @param sink told of every turn's inputs
 * @throws InvalidInputError when a strategy or a parameter of it cannot be used
 */
export function makeDeciding(
  config: Config,
  market: Universe,
  kernel: Kernel,
  clock: Clock,
  histogram: number,
  raise: (event: StrategyEvent) => void,
  watch: (intent: Intent) => void = () => undefined,
  sink?: TurnSink,
): Deciding {
  for (const { kind } of config.strategies) {
    if (strategyOf(kind).needsSignals && !config.signals.enabled)
      throw new InvalidInputError(`signals.enabled: ${kind} reads signals, so they have to be computed`, { kind });
  }
  const universe = strategyUniverse(market, (instrument) => feesOf(config, instrument));
  const { decisions, engine: settings } = config;
  let fills: AssumedFills | undefined;
  const parts = makeDecisionEngine({
    kernel,
    universe,
    strategies: makeStrategies(config.strategies, universe),
    options: {
      minNet: settings.minNetBps * BPS,
      maxQuoteAgeUs: settings.quoteAgeMsMax * 1000,
      fullScanIntervalUs: FULL_SCAN_INTERVAL_US,
    },
    sizing: {
      multipliers: decisions.multipliers,
      minOrderQuote: String(decisions.minOrderQuote),
      rounding: 'up',
      fromNet: 0,
    },
    costs: {
      ...DEFAULT_COST_SETTINGS,
      rebalanceFraction: decisions.rebalanceBps * BPS,
      slippagePrior: decisions.slippageBps * BPS,
    },
    clock,
    histogram,
    emit: (intent) => {
      watch(intent);
      fills?.take(intent);
    },
    raise,
    ...(sink !== undefined && { sink }),
  });
  fills = new AssumedFills(universe, parts.views, parts.capital, (strategy, update) => parts.host.tell(strategy, update));
  givePaperCapital(parts.capital, universe, decisions.paperBalanceQuote);
  return { ...parts, universe, readings: config.strategies.map(readingOf) };
}

function readingOf({ kind, name = kind }: StrategySpec): DecisionReading {
  return { name, stages: strategyOf(kind).stages };
}

/** Fees as the configuration has them, or else as the venue lists them. */
function feesOf(config: Config, instrument: TradableInstrument): BookFees {
  const { takerFeeBps, futuresTakerFeeBps } = config.venues[instrument.venue];
  const taker = instrument.market === 'futures' ? futuresTakerFeeBps : takerFeeBps;
  return { takerFeeBps: taker ?? instrument.takerFeeBps, makerFeeBps: instrument.makerFeeBps };
}

/** Quote assets as configured; base assets as many as are asked for, since the budgets bound what is committed. */
function givePaperCapital(capital: Capital, { accounts, books }: StrategyUniverse, balanceQuote: number): void {
  for (const { account } of accounts) capital.setBalance(account, PAPER_INVENTORY_UNITS);
  for (const { quoteAccount } of books) {
    capital.setBalance(quoteAccount, balanceQuote * 10 ** (accounts[quoteAccount]?.scale ?? 0));
  }
}
