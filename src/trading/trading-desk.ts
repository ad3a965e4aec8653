import { InvalidInputError } from '../domain/errors.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { ExecutionEvent, ExecutionRequest } from '../execution/execution-types.js';
import { MinimalOrderExecutor } from '../execution/executor.js';
import { InstrumentIndex } from '../execution/instrument-index.js';
import type { SendGate } from '../execution/ports.js';
import { keyOf } from '../execution/reconciler.js';
import type { StartState } from '../execution/start-up.js';
import type { AccountEvent, GatewayNotice } from '../gateway/events.js';
import { type Booking, netOf } from '../ledger/books.js';
import type { JournalEntry } from '../ledger/entries.js';
import { FuturesRiskManager } from '../risk/futures-manager.js';
import { HaltLatch, type HaltTrigger } from '../risk/halt.js';
import { riskUniverse } from '../risk/instruments.js';
import { legKey, RiskState } from '../risk/state.js';
import type { StopResult } from '../risk/types.js';
import type { StrategyEvent } from '../strategy/context.js';
import type { Intent, LegUpdate } from '../strategy/intent.js';
import type { MarketView } from '../strategy/market-view.js';
import { Activity } from './activity.js';
import { ContractMargin } from './contract-margin.js';
import { deskJournal } from './desk-journal.js';
import { deskReport } from './desk-report.js';
import { DEFAULT_DESK_SETTINGS, type DeskAccount, type TradingDeskParts } from './desk-types.js';
import { nameOf, READY } from './follow-record.js';
import { Funds } from './funds.js';
import { Holdings } from './holdings.js';
import { PositionKeeper } from './position-keeper.js';
import { Prices } from './prices.js';
import { CLEARED } from './profit-record.js';
import { ReconciliationDesk } from './reconciliation-desk.js';
import { RiskFeed } from './risk-feed.js';
import { StrangeFills } from './strange-fills.js';
import { TradingLedger, UNATTRIBUTED } from './trading-ledger.js';
import type { TradingReport } from './trading-report.js';
import { UnattributedPositions } from './unattributed-positions.js';
import { UntoldFees } from './untold-fees.js';
import { Upkeep } from './upkeep.js';

const STOP_POLL_MS = 20;
/** Of the time that a stop has, how much cycles under way get to end by themselves. */
const STOP_PATIENCE = 0.6;
/** Notices of a gateway that count as faults of its venue. */
const FAULTS: ReadonlySet<GatewayNotice['kind']> = new Set(['refused', 'reconcile-failed', 'settle-failed']);

/**
 * From intent to money: every intent is checked, recorded, carried out and followed to its end; what the accounts tell is booked and
 * compared; and nothing is sent before ledger and venues agree, nor after a stop. The same over real sockets and in simulations.
 */
export class TradingDesk {
  readonly executor: MinimalOrderExecutor;
  readonly risk: FuturesRiskManager;
  readonly state: RiskState;
  readonly ledger: TradingLedger;
  private readonly owners: readonly string[];
  private readonly accounts: ReadonlyMap<string, DeskAccount>;
  private readonly accountOfBook: readonly (DeskAccount | undefined)[];
  private readonly halt: HaltLatch;
  private readonly prices: Prices;
  private readonly funds: Funds;
  private readonly holdings: Holdings;
  private readonly keeper: PositionKeeper;
  private readonly reconciliation: ReconciliationDesk;
  private readonly upkeep: Upkeep;
  private readonly margin: ContractMargin;
  private readonly activity: Activity;
  private readonly strange: StrangeFills;
  private readonly untoldFees: UntoldFees;
  private isStopping = false;
  private isReady = false;
  private isOpen = false;

  constructor(private readonly parts: TradingDeskParts) {
    const { universe, deciding, clock, timers, risk: config, accounts } = parts;
    const { views, engine } = deciding;
    const settings = { ...DEFAULT_DESK_SETTINGS, ...parts.settings };
    const owners = [...parts.strategyNames, UNATTRIBUTED];
    this.owners = owners;
    this.accounts = new Map(accounts.map((account) => [keyOf(account), account]));
    this.accountOfBook = universe.books.map(({ instrument }) => this.accounts.get(keyOf(instrument)));
    this.margin = new ContractMargin({
      ...{ universe, config, timers, accountOfBook: this.accountOfBook, retryMs: settings.marginRetryMs, onEvent: parts.onEvent },
    });
    const market = riskUniverse(universe, config);
    this.state = new RiskState(market, owners.length, config, clock.epochUs());
    const { state } = this;
    this.halt = new HaltLatch(parts.haltStore, clock.epochUs(), ({ reasons }) => {
      const last = reasons.at(-1);
      if (last !== undefined) this.noteHalt(last.trigger, last.text);
    });
    this.prices = new Prices(universe, views, clock, config);
    const { prices } = this;
    this.untoldFees = new UntoldFees(prices, config.rates, state.profit);
    this.ledger = new TradingLedger({
      writer: parts.ledger,
      clock,
      runId: parts.runId,
      turn: () => engine.turns,
      instruments: new InstrumentIndex(universe.books.map(({ instrument }) => instrument)),
      rates: config.rates,
      worth: prices.worth,
      onBooked: (booking, entry) => this.booked(booking, entry),
      onFill: (fill) => this.reconciliation.booked(fill),
      onBaseFee: (strategy, instrument, fee) => {
        // What was booked before the start was over is restored with everything else.
        const held = this.isReady ? this.holdings.baseFee(instrument, strategy, fee) : undefined;
        if (held !== undefined) this.keeper.owe(held.owner, held.asset, held.base);
      },
      onBroken: (reason) => this.stopFor('ledger', reason),
    });
    const { ledger } = this;
    this.risk = new FuturesRiskManager({
      market,
      config,
      state,
      halt: this.halt,
      clock,
      cancelOpenOrders: async () => this.executor.cancelAll(),
    });
    const feed = new RiskFeed(this.prices, owners, state, this.risk, clock);
    const tell = (strategy: number, update: LegUpdate): void => this.tell(strategy, update);
    this.activity = new Activity(owners, clock);
    this.executor = new MinimalOrderExecutor({
      runId: parts.runId,
      universe,
      strategyNames: owners,
      ports: { of: (instrument) => this.accounts.get(keyOf(instrument))?.port ?? null },
      gate: this.gate(),
      journal: deskJournal(feed, ledger),
      ...{ prices: views, costs: deciding.costs, capital: deciding.capital },
      netUnits: (book) => state.all.position[book] ?? 0,
      quoteAgeMaxUs: config.bookAgeMsMax * 1000,
      ...{ clock, timers, tell, settings: settings.execution },
      raise: (event) => this.onExecution(event),
    });
    const { executor } = this;
    this.funds = new Funds(
      universe,
      ledger.memory.books,
      { setBalance: (account, units) => this.setBalance(account, units) },
      state,
    );
    this.holdings = new Holdings({ universe, owners, state, ledger, prices, clock, tell });
    this.keeper = new PositionKeeper({
      ...{ market, state, clock, capital: deciding.capital, strategies: parts.strategyNames.length, slack: settings.slack },
      hedgeUs: Math.min(5, config.unhedged.secondsMax) * 1e6,
      carryOut: (intent, view) => this.carryOut(intent, view) !== null,
    });
    const { keeper, holdings } = this;
    const { onEvent } = parts;
    this.strange = new StrangeFills({
      ...{ ledger, holdings, keeper, timers, onEvent, afterMs: settings.strangeFillMs },
      isReplaced: (fill) => this.reconciliation.reconciler.isReplaced(fill),
    });
    this.reconciliation = new ReconciliationDesk({
      ...{ universe, owners, accounts, ledger, holdings, prices, views, clock, timers, settings, onEvent },
      workingOrders: () => executor.workingOrders(),
      onFound: ({ venue, market: kind }, event) => this.onAccount(venue, kind, event),
      // Execution first: it may be of an order that it still follows.
      onMissedFill: (fill) => this.onAccount(fill.venue, fill.market, { kind: 'fill', fill }),
      onDrift: (text) => this.stopFor('drift', text),
    });
    this.upkeep = new Upkeep({
      ...{ market, config, state, risk: this.risk, executor, keeper, ledger, prices, funding: this.reconciliation.funding },
      unattributed: new UnattributedPositions({
        ...{ market, state, keeper, onEvent, owner: owners.length - 1, policy: settings.unattributed },
      }),
      intervalUs: settings.upkeepMs * 1000,
      deleverageUs: settings.deleverageMs * 1000,
      checkpointEntries: settings.checkpointEntries,
    });
  }

  /** Takes an intent of a strategy within the engine's turn; its orders have left when this returns. */
  readonly take = (intent: Intent): void => {
    this.carryOut(intent, this.parts.deciding.engine.market);
  };

  /** To be called after every turn of the engine. */
  onTurn(market: MarketView): void {
    if (this.isReady) this.upkeep.look(market, !this.isStopping);
  }

  /** Takes everything that a gateway tells of its account. */
  onAccount(venue: VenueId, market: Market, event: AccountEvent): void {
    if (event.kind === 'balance') this.funds.balance(market, event.balance);
    this.executor.onAccount(venue, market, event);
    this.reconciliation.onAccount(venue, market, event);
    if (event.kind === 'fill' && this.isReady) this.strange.lookAfter(event.fill);
  }

  /** Takes what a strategy tells: new parameters are put on record. */
  onStrategyEvent({ strategy, kind, facts }: StrategyEvent): void {
    if (kind !== 'parameter-update' || !this.isOpen) return;
    const told = new Map(Object.entries(facts));
    for (const [name, before] of told) {
      const after = told.get(name.replace(/^old/, 'new'));
      if (!name.startsWith('old') || after === undefined || after === before) continue;
      this.ledger.attempt(() => this.ledger.parameter(strategy, name.slice(3), String(before), String(after), 'strategy'));
    }
  }

  /** Takes what a gateway tells of itself. */
  onNotice({ kind, venue, level, market, reason }: GatewayNotice): void {
    this.parts.onEvent({ level, kind: `gateway-${kind}`, facts: { venue, market, reason } });
    if (FAULTS.has(kind)) this.risk.noteVenueError(venue, this.parts.clock.monotonicUs());
  }

  /**
   * Reads the ledger and notes that a run begins; `start` does it where nobody has.
   * @throws LedgerError when it cannot be read or written
   */
  open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.ledger.open(this.parts.mode, this.parts.version);
  }

  /**
   * Reads the ledger, compares it with the venues, and lets trading begin when everything is explained. Venues that cannot be reached
   * are tried again; a difference that nothing explains stays until a person clears it.
   * @throws LedgerError when the ledger cannot be read or written
   */
  async start(): Promise<StartState> {
    this.open();
    return this.bringTogether();
  }

  /**
   * Takes no more intents, lets cycles under way end, cancels what is left and waits for its end.
   * @returns false when the time was over before
   */
  async stop(withinMs: number): Promise<boolean> {
    const { clock, timers } = this.parts;
    const beginUs = clock.monotonicUs();
    this.isStopping = true;
    const spentMs = (): number => (clock.monotonicUs() - beginUs) / 1000;
    while (this.executor.activeCount > 0 && spentMs() < withinMs * STOP_PATIENCE)
      await new Promise<void>((resolve) => timers.after(STOP_POLL_MS, resolve));
    const isClean = await this.executor.stop(Math.max(0, withinMs - spentMs()));
    this.margin.stop();
    this.reconciliation.stop();
    this.strange.settle();
    this.ledger.checkpoint();
    return isClean;
  }

  /** Stops everything now, and cancels what is open. It holds over restarts until `clearStop`. */
  emergencyStop(reason: string, by: string): Promise<StopResult> {
    return this.risk.executeEmergencyStop(by === '' ? reason : `${reason} (${by})`);
  }

  /**
   * A person ends a stop, or takes over differences that blocked the start.
   * @throws InvalidInputError when that cannot be
   */
  clearStop(by: string): void {
    if (by.trim() === '') throw new InvalidInputError('a stop is cleared by a person, who has a name');
    if (!this.ledger.isHealthy)
      throw new InvalidInputError('the ledger cannot be written: mend it and start the engine again; nothing is lost');
    // A start that waits for a venue goes on by itself. What is taken over is no loss of trading: it counts before the clearing.
    const isAdopted = this.reconciliation.adoptMismatches();
    this.risk.clearStop(by);
    this.ledger.attempt(() => this.ledger.risk(CLEARED, by));
    if (isAdopted) void this.bringTogether();
  }

  /** What trading is doing. */
  report(): TradingReport {
    return deskReport({ ...this.parts, ...this.inner(), config: this.parts.risk }, this.isStopping);
  }

  private inner() {
    const { owners, state, halt, executor, keeper, ledger, reconciliation, activity, prices } = this;
    return { owners, state, halt, executor, keeper, ledger, reconciliation, activity, prices };
  }

  private async bringTogether(): Promise<StartState> {
    const state = await this.reconciliation.start();
    if (state.kind !== 'ready' || this.isReady) return state;
    this.margin.start();
    this.state.profit.restore(this.ledger.memory.profit.record());
    this.holdings.restore();
    this.funds.refreshAll();
    this.keeper.orphaned();
    this.ledger.attempt(() => this.ledger.note(READY, { venueMs: this.venueTimes() }));
    if (!this.ledger.isHealthy) return state;
    this.isReady = true;
    this.parts.onEvent({ level: 'info', kind: 'ready', facts: { entries: this.ledger.entries } });
    return state;
  }

  /** What time it is at the venue of each account, in milliseconds. */
  private venueTimes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.parts.accounts.map((account) => [nameOf(account), account.port.venueMs()]));
  }

  /** Checks an intent and has it carried out. A refusal is told to the strategy, which hears that nothing will come. */
  private carryOut(intent: Intent, market: MarketView): ExecutionRequest | null {
    this.activity.emitted++;
    const refusal = this.refusalOf(intent, market);
    if (refusal !== null) {
      this.activity.refuse(refusal);
      for (let leg = 0; leg < intent.legCount; leg++) this.tell(intent.strategy, nothingOf(intent, leg));
      return null;
    }
    const request = this.executor.executeArbitrage(intent, market);
    if (request === null) for (let leg = 0; leg < intent.legCount; leg++) this.state.withdraw(legKey(intent.id, leg));
    else this.activity.executed++;
    return request;
  }

  private refusalOf(intent: Intent, market: MarketView): string | null {
    if (this.isStopping) return 'stopping';
    if (!this.isReady) return 'not-reconciled';
    let isMarginSet = this.margin.isSet(intent.fallbackBook);
    for (let leg = 0; leg < intent.legCount; leg++) {
      const book = intent.legs[leg]?.book ?? -1;
      const account = this.accountOfBook[book];
      if (account === undefined) return 'not-traded';
      if (!account.port.isLive) return 'account-not-followed';
      if (!this.margin.isSet(book)) isMarginSet = false;
    }
    const isReducing = this.risk.isReducing(intent);
    if (!isMarginSet && !isReducing) return 'margin-not-set';
    if (!PositionKeeper.made(intent.id) && this.keeper.takesOver(intent, isReducing)) return 'left-to-keeper';
    const verdict = this.risk.check(intent, market);
    return verdict.passes ? null : verdict.code;
  }

  /** The one gate in front of the wire. */
  private gate(): SendGate {
    return {
      refusal: (isReducing) => {
        const unready = this.reconciliation.refusal();
        if (unready !== null) return unready;
        return this.risk.mayPass(isReducing) ? null : 'trading is halted';
      },
    };
  }

  private tell(strategy: number, update: LegUpdate): void {
    const { record, deciding, wake } = this.parts;
    record?.update(strategy, update);
    deciding.host.tell(strategy, update);
    wake();
  }

  private setBalance(account: number, units: number): void {
    const { capital } = this.parts.deciding;
    if (capital.balance(account) === units) return;
    this.parts.record?.balance(account, units);
    capital.setBalance(account, units);
  }

  private booked(booking: Booking, entry: JournalEntry): void {
    this.funds.booked(booking);
    this.untoldFees.see(entry);
    const { profit } = booking;
    if (profit === null) return;
    this.state.profit.addRealised(netOf(profit).toNumber() * (this.parts.risk.rates[profit.asset] ?? 0));
    if (this.isReady) this.risk.watchLoss(this.parts.clock.epochUs());
  }

  private onExecution(event: ExecutionEvent): void {
    const { onEvent } = this.parts;
    switch (event.kind) {
      case 'refused':
        this.activity.refuse(event.reason);
        break;
      case 'finished':
        this.activity.finished(event.result);
        if (PositionKeeper.made(event.intent)) this.keeper.finished(event.intent, event.result);
        break;
      case 'unhedged':
      case 'fills-missing':
      case 'journal-failed':
        onEvent({ level: 'alert', kind: event.kind, facts: { ...event } });
        break;
      case 'hedging':
      case 'dust':
        onEvent({ level: 'info', kind: event.kind, facts: { ...event } });
        break;
      case 'order':
        break;
    }
  }

  private stopFor(trigger: HaltTrigger, text: string): void {
    this.halt.stop(trigger, text, this.parts.clock.epochUs());
  }

  private noteHalt(trigger: HaltTrigger, text: string): void {
    this.parts.onEvent({ level: 'alert', kind: 'halted', facts: { trigger, text, isPersisted: this.halt.isPersisted } });
    this.ledger.attempt(() => this.ledger.risk('halted', text, trigger));
  }
}

function nothingOf({ id, legs }: Intent, leg: number): LegUpdate {
  return { intent: id, leg, book: legs[leg]?.book ?? -1, filledUnits: 0, filledQuoteUnits: 0, feeQuote: 0, isFinal: true };
}
