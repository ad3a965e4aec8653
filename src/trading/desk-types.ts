import type { FundingRate, MarginSetting, PastFunding } from '../domain/account.js';
import type { Clock, Timers } from '../domain/clock.js';
import type { DecisionEngine } from '../engine/decision-engine.js';
import type { TurnLogWriter } from '../engine/turn-log.js';
import type { ExecutionSettings } from '../execution/execution-types.js';
import type { VenuePort } from '../execution/ports.js';
import type { AccountName, ReconciliationSettings } from '../execution/reconciliation-types.js';
import type { WatchSettings } from '../execution/reconciliation-watch.js';
import type { StartUpSettings } from '../execution/start-up.js';
import type { RiskConfig } from '../risk/config.js';
import type { HaltStore } from '../risk/halt.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import type { LedgerWriter } from './ledger-writer.js';

/** What to do about contracts that an account holds and no strategy asked for: tell a person, or close them as well. */
export const UNATTRIBUTED_POLICIES = ['alert', 'flatten'] as const;
export type UnattributedPolicy = (typeof UNATTRIBUTED_POLICIES)[number];

/** An account that is traded on. */
export interface DeskAccount extends AccountName {
  readonly port: VenuePort;
  /** Funding rates of the past, of a futures account; without it funding that fell due while nobody ran blocks the start. */
  readonly fundingHistory?: (symbol: string, fromMs: number, toMs: number) => Promise<readonly PastFunding[]>;
  /** The next funding of a contract, of a futures account whose feed does not tell it. */
  readonly fundingRate?: (symbol: string) => Promise<Pick<FundingRate, 'nextFundingTime' | 'intervalRate'>>;
  /** Has a contract margined so, of a futures account whose venue has to be told; rejects when it is not. */
  readonly setMargin?: (symbol: string, setting: MarginSetting) => Promise<void>;
}

/** Something that happened, for the log. An alert wants a person. */
export interface DeskEvent {
  readonly level: 'info' | 'warn' | 'alert';
  readonly kind: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface TradingDeskParts {
  /** Of this run and no other: client order ids and the ledger's names of intents begin with it. */
  readonly runId: string;
  readonly mode: 'paper' | 'live';
  readonly version: string;
  readonly deciding: Pick<DecisionEngine, 'engine' | 'host' | 'views' | 'capital' | 'costs'>;
  readonly universe: StrategyUniverse;
  /** By Intent.strategy. */
  readonly strategyNames: readonly string[];
  readonly accounts: readonly DeskAccount[];
  readonly ledger: LedgerWriter;
  readonly risk: RiskConfig;
  readonly haltStore: HaltStore;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Has the engine make a turn: a strategy was told something. */
  readonly wake: () => void;
  readonly onEvent: (event: DeskEvent) => void;
  /** Keeps what strategies are told, so that a replay can tell them the same. */
  readonly record?: Pick<TurnLogWriter, 'update' | 'balance'>;
  readonly settings?: Partial<DeskSettings>;
}

/** How the desk goes about its work. */
export interface DeskSettings {
  /** How often positions are valued, losses watched and leftovers looked at; by the engine's turns. */
  readonly upkeepMs: number;
  /** A fill of an order that execution does not know is booked after so long. */
  readonly strangeFillMs: number;
  /** Venues that could not be reached at the start are tried again after so long. */
  readonly retryStartMs: number;
  /** A difference to a venue that is worth more stops opening. */
  readonly driftQuoteMax: number;
  /** How much worse than the best price leftovers are traded, as a fraction. */
  readonly slack: number;
  /** A position near its liquidation is reduced, and left alone for so long. */
  readonly deleverageMs: number;
  /** What is done about contracts that no strategy asked for. */
  readonly unattributed: UnattributedPolicy;
  /** A contract whose margin could not be set is tried again after so long. */
  readonly marginRetryMs: number;
  /** So many entries of the ledger, or some more, are read again at a start. */
  readonly checkpointEntries: number;
  readonly sweepMs: number;
  readonly sweepGraceMs: number;
  readonly execution: Partial<ExecutionSettings>;
  readonly reconciliation: Partial<ReconciliationSettings>;
  readonly watch: Partial<WatchSettings>;
  readonly start: Partial<StartUpSettings>;
}

export const DEFAULT_DESK_SETTINGS: DeskSettings = {
  upkeepMs: 250,
  strangeFillMs: 2_000,
  retryStartMs: 5_000,
  driftQuoteMax: 5,
  slack: 0.005,
  deleverageMs: 10_000,
  unattributed: 'alert',
  marginRetryMs: 30_000,
  checkpointEntries: 4_000,
  sweepMs: 10_000,
  sweepGraceMs: 5_000,
  execution: {},
  reconciliation: {},
  watch: {},
  start: {},
};
