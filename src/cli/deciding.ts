import type { Clock } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import { AssumedFills } from '../engine/assumed-fills.js';
import { type DecisionEngine, type DecisionEngineParts, makeDecisionEngine } from '../engine/decision-engine.js';
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
import type { HostedStrategy } from '../strategy/strategy.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import type { Config } from './config.js';

const FULL_SCAN_INTERVAL_US = 100_000;
const BPS = 1e-4;
/** Paper inventory of a base asset, in units: more than any budget buys. */
const PAPER_INVENTORY_UNITS = 2 ** 52;

/** An engine with the configured strategies, and how to read what it decides. */
export interface Deciding extends DecisionEngine {
  readonly universe: StrategyUniverse;
  readonly readings: readonly DecisionReading[];
  /** By Intent.strategy. */
  readonly strategies: readonly HostedStrategy[];
}

export interface DecidingParts {
  readonly config: Config;
  readonly market: Universe;
  readonly kernel: Kernel;
  readonly clock: Clock;
  /** Address of the receive-to-decision histogram. */
  readonly histogram: number;
  /** Takes intents; the record is reused later. */
  readonly emit: (intent: Intent) => void;
  readonly raise?: (event: StrategyEvent) => void;
  /** Told of every turn's inputs. */
  readonly sink?: TurnSink | undefined;
  /** Sizes that may be traded, as multiples of the smallest. */
  readonly multipliers?: readonly number[];
}

/**
 * Puts the configured strategies over the books of a run. They have no funds before they are told of some.
 * @throws InvalidInputError when a strategy or a parameter of it cannot be used
 */
export function makeDeciding({
  config,
  market,
  kernel,
  clock,
  histogram,
  emit,
  raise = () => undefined,
  sink,
  multipliers = config.decisions.multipliers,
}: DecidingParts): Deciding {
  for (const { kind } of config.strategies) {
    if (strategyOf(kind).needsSignals && !config.signals.enabled)
      throw new InvalidInputError(`signals.enabled: ${kind} reads signals, so they have to be computed`, { kind });
  }
  const universe = strategyUniverse(market, (instrument) => feesOf(config, instrument));
  const strategies = makeStrategies(config.strategies, universe);
  const parts = makeDecisionEngine({
    kernel,
    universe,
    strategies,
    ...decisionSettings(config, multipliers),
    clock,
    histogram,
    emit,
    raise,
    ...(sink !== undefined && { sink }),
  });
  return { ...parts, universe, strategies, readings: config.strategies.map(readingOf) };
}

/** What an engine is told of a configuration: when it looks, how it sizes, and what it takes trading to cost. */
export function decisionSettings(
  { decisions, engine: settings }: Pick<Config, 'decisions' | 'engine'>,
  multipliers: readonly number[] = decisions.multipliers,
): Pick<DecisionEngineParts, 'options' | 'sizing' | 'costs'> {
  return {
    options: {
      minNet: settings.minNetBps * BPS,
      maxQuoteAgeUs: settings.quoteAgeMsMax * 1000,
      fullScanIntervalUs: FULL_SCAN_INTERVAL_US,
    },
    sizing: { multipliers, minOrderQuote: String(decisions.minOrderQuote), rounding: 'up', fromNet: 0 },
    costs: {
      ...DEFAULT_COST_SETTINGS,
      rebalanceFraction: decisions.rebalanceBps * BPS,
      slippagePrior: decisions.slippageBps * BPS,
    },
  };
}

/**
 * For deciding on recordings, where nothing is sent anywhere: intents are filled at the prices they were decided on.
 * @param balanceQuote what every account has of its quote asset; base assets are there as many as are asked for
 */
export function assumeFills({ universe, views, capital, host }: Deciding, balanceQuote: number): AssumedFills {
  givePaperCapital(capital, universe, balanceQuote);
  return new AssumedFills(universe, views, capital, (strategy, update) => host.tell(strategy, update));
}

/** Names of the strategies, by Intent.strategy. */
export function strategyNames({ strategies }: Config): string[] {
  return strategies.map(({ kind, name = kind }) => name);
}

function readingOf({ kind, name = kind }: StrategySpec): DecisionReading {
  return { name, stages: strategyOf(kind).stages };
}

/** Fees as the configuration has them, or else as the venue lists them. */
export function feesOf(config: Config, instrument: TradableInstrument): BookFees {
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
