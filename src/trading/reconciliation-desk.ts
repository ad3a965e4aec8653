import type { Clock, Timer, Timers } from '../domain/clock.js';
import type { Fill } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';
import { OpenOrderSweep, type SweepEvent } from '../execution/open-order-sweep.js';
import { keyOf, PositionReconciler } from '../execution/reconciler.js';
import type { AccountName, PositionImbalance } from '../execution/reconciliation-types.js';
import { type ReconciliationEvent, ReconciliationWatch } from '../execution/reconciliation-watch.js';
import { type StartEvent, type StartState, StartUp } from '../execution/start-up.js';
import type { WorkingOrder } from '../execution/working-order.js';
import type { AccountEvent } from '../gateway/events.js';
import type { Views } from '../kernel/views.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import type { DeskAccount, DeskEvent, DeskSettings } from './desk-types.js';
import { FundingDesk } from './funding-desk.js';
import type { Holdings } from './holdings.js';
import type { Prices } from './prices.js';
import type { TradingLedger } from './trading-ledger.js';

export interface ReconciliationDeskParts {
  readonly universe: StrategyUniverse;
  readonly owners: readonly string[];
  readonly accounts: readonly DeskAccount[];
  readonly ledger: TradingLedger;
  readonly holdings: Holdings;
  readonly prices: Prices;
  /** Of the engine's last turn. */
  readonly views: Views;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly settings: DeskSettings;
  /** Orders of which something may still come. */
  readonly workingOrders: () => readonly WorkingOrder[];
  /** Takes what was found out about an account as if its stream had told it. */
  readonly onFound: (account: AccountName, event: AccountEvent) => void;
  /** A fill was booked that nothing here had told. */
  readonly onMissedFill: (fill: Fill) => void;
  /** A difference was taken over that is worth more than is let pass. */
  readonly onDrift: (text: string) => void;
  readonly onEvent: (event: DeskEvent) => void;
}

/** Holds the ledger against the venues: at the start, and as long as trading goes on. What differs is booked and told. */
export class ReconciliationDesk {
  readonly funding: FundingDesk;
  readonly reconciler: PositionReconciler;
  readonly watch: ReconciliationWatch;
  private readonly sweep: OpenOrderSweep;
  private startUp: StartUp;
  private retry: { readonly timer: Timer; readonly goOn: () => void } | undefined;
  private isStopped = false;
  /** When the ledger was ours already, monotonic: nobody else sends orders that are in it. */
  private readonly ownerSinceUs: number;

  constructor(private readonly parts: ReconciliationDeskParts) {
    const { accounts, universe, prices, clock, timers, settings, ledger } = parts;
    this.ownerSinceUs = clock.monotonicUs();
    this.funding = new FundingDesk(parts);
    this.reconciler = new PositionReconciler({
      clock,
      accounts,
      instruments: universe.books.map(({ instrument }) => instrument),
      prices: prices.quote,
      settings: settings.reconciliation,
      fundingDue: (account, asset, difference) => this.funding.due(account, asset, difference),
      onFunding: (account, asset, amount) => ledger.attempt(() => this.funding.settled(account, asset, amount)),
    });
    this.watch = new ReconciliationWatch({
      ...{ reconciler: this.reconciler, accounts, clock, timers, settings: settings.watch },
      findFunding: (account, sinceMs) => this.findFunding(account, sinceMs),
      isAwaited: (imbalance, sinceUs) => this.isAwaited(imbalance, sinceUs),
      onEvent: (event) => ledger.attempt(() => this.onWatch(event)),
    });
    this.sweep = new OpenOrderSweep({
      ...{ accounts, clock, timers, intervalMs: settings.sweepMs, graceMs: settings.sweepGraceMs },
      orders: { expected: (account) => this.expectedOrders(account) },
      onEvent: (event) => ledger.attempt(() => this.onSweep(event)),
    });
    this.startUp = this.makeStartUp();
  }

  get state(): StartState {
    return this.startUp.state;
  }

  /** Why nothing may be sent yet; null when everything is explained. */
  refusal(): string | null {
    return this.startUp.refusal();
  }

  /** Brings ledger and venues together; venues that cannot be asked are asked again. @returns where that ends */
  async start(): Promise<StartState> {
    while (!this.isStopped) {
      this.startUp = this.makeStartUp();
      const state = await this.startUp.run();
      if (state.kind === 'ready') {
        this.watch.start();
        this.sweep.start();
        return state;
      }
      if (this.isStopped) break;
      const isUnexplained = state.kind === 'blocked' && state.mismatches.length > 0;
      const reason = state.kind === 'blocked' ? state.reason : '';
      this.parts.onEvent({ level: isUnexplained ? 'alert' : 'warn', kind: 'start-blocked', facts: { reason } });
      if (isUnexplained) return state;
      await this.pause(this.parts.settings.retryStartMs);
    }
    return this.state;
  }

  /** A person has looked: what blocks the start is taken over as it is. @returns whether there was anything to take over */
  adoptMismatches(): boolean {
    const { state } = this;
    if (state.kind !== 'blocked') return false;
    // Contracts first: the fills that are worked out for them move money as well.
    const byKind = [...state.mismatches].sort((left, right) => Number(left.symbol === null) - Number(right.symbol === null));
    for (const imbalance of byKind) this.adopt(imbalance, 'adopted by a person');
    return state.mismatches.length > 0;
  }

  /**
   * Takes a fill as the ledger books it, so that both know the same fills in the same order: what closing part of a position brings
   * depends on it.
   */
  booked(fill: Fill): void {
    this.reconciler.trackExecutionPositions(fill);
  }

  /** To be given everything that a gateway tells. */
  onAccount(venue: VenueId, market: Market, event: AccountEvent): void {
    if (event.kind === 'fill' && this.state.kind !== 'ready') this.parts.ledger.attempt(() => this.bookWhileStarting(event.fill));
    this.watch.onAccount(venue, market, event);
  }

  stop(): void {
    this.isStopped = true;
    this.startUp.stop();
    this.retry?.timer.cancel();
    this.retry?.goOn();
    this.watch.stop();
    this.sweep.stop();
  }

  private makeStartUp(): StartUp {
    const { accounts, ledger, clock, timers, settings } = this.parts;
    return new StartUp({
      reconciler: this.reconciler,
      accounts: accounts.map(({ venue, market, port }) => ({
        venue,
        market,
        port,
        snapshot: ledger.memory.snapshotOf({ venue, market }),
      })),
      timers,
      settings: settings.start,
      deadForMs: () => (clock.monotonicUs() - this.ownerSinceUs) / 1000,
      findFunding: (account, sinceMs) => this.findFunding(account, sinceMs),
      onEvent: (event) => this.onStart(event),
    });
  }

  private async findFunding(name: AccountName, sinceMs: number): Promise<void> {
    const account = this.parts.accounts.find((one) => keyOf(one) === keyOf(name));
    if (account !== undefined) await this.funding.find(account, sinceMs);
  }

  /** What the stream tells before the start is over belongs to the account only once it has a beginning. */
  private bookWhileStarting(fill: Fill): void {
    if (this.reconciler.instrument(fill, fill.symbol) === undefined) return;
    if (this.reconciler.trackExecutionPositions(fill).changes.length > 0) this.parts.ledger.venueFill(fill);
  }

  private onStart(event: StartEvent): void {
    const { ledger, onEvent } = this.parts;
    switch (event.kind) {
      case 'missed-fill':
        ledger.venueFill(event.fill);
        onEvent({ level: 'warn', kind: 'missed-fill', facts: { ...event.fill, isSynthetic: event.isSynthetic } });
        break;
      case 'order-ended':
        ledger.orderEnded(event.account, event.reference, event.order);
        onEvent({
          level: 'warn',
          kind: 'order-from-before',
          facts: { ...event.account, ...event.reference, state: event.order?.state },
        });
        break;
      case 'orphan':
        this.noteOrphan({ ...event.account, kind: 'orphan', order: event.order, outcome: event.outcome });
        break;
      case 'opening':
        ledger.opening(event.account, event.venueMs);
        onEvent({ level: 'info', kind: 'account-opened', facts: { venue: event.account.venue, market: event.account.market } });
        break;
      case 'adjusted':
        ledger.movement(event.movement);
        onEvent({ level: 'warn', kind: 'adjusted', facts: { ...event.movement } });
        break;
    }
  }

  private onWatch(event: ReconciliationEvent): void {
    const { ledger, onEvent } = this.parts;
    switch (event.kind) {
      case 'missed-fill':
        if (ledger.lacks(event.fill)) this.parts.onMissedFill(event.fill);
        break;
      case 'drift':
        this.drift(event.imbalance);
        break;
      case 'drift-ended':
        onEvent({ level: 'info', kind: 'drift-ended', facts: { ...event.imbalance } });
        break;
      case 'refresh-failed':
        onEvent({ level: 'warn', kind: 'refresh-failed', facts: { ...event.account, reason: event.reason } });
        break;
    }
  }

  private drift(imbalance: PositionImbalance): void {
    const { prices, settings, onDrift, onEvent } = this.parts;
    const { venue, market, asset, symbol, expectedBalance, actualBalance, imbalanceAmount } = imbalance;
    onEvent({ level: 'alert', kind: 'drift', facts: { ...imbalance } });
    const size = symbol === null ? '1' : (this.reconciler.instrument({ venue, market }, symbol)?.contractSize ?? '1');
    const worth = Math.abs(prices.inReference(asset, imbalanceAmount)) * Number(size);
    // What cannot be valued is not let pass. The stop comes first: adopted without it, a difference is none any more after a kill.
    if (!(worth <= settings.driftQuoteMax))
      onDrift(`${venue} ${market} ${symbol ?? asset}: expected ${expectedBalance}, the venue has ${actualBalance}`);
    this.adopt(imbalance, 'adopted');
  }

  private isAwaited({ venue, market, asset, symbol }: PositionImbalance, sinceUs: number): boolean {
    return this.parts.workingOrders().some(({ plan, machine }) => {
      const { instrument } = plan.info;
      const concerns = symbol === null ? asset === instrument.base || asset === instrument.quote : symbol === instrument.symbol;
      return concerns && keyOf(instrument) === keyOf({ venue, market }) && (machine.timing.sentUs ?? sinceUs) <= sinceUs;
    });
  }

  /** Takes over what the venue has: money as an adjustment, contracts as fills. */
  private adopt(imbalance: PositionImbalance, action: string): void {
    const { ledger, holdings } = this.parts;
    const { venue, market, asset, symbol, expectedBalance, actualBalance } = imbalance;
    const compared = { venue, market, expected: expectedBalance, actual: actualBalance, action };
    if (symbol === null) {
      const { change } = this.reconciler.adopt(imbalance);
      ledger.reconciliation({ ...compared, asset, subject: 'balance', adjustment: change });
      return;
    }
    const fills = holdings.workOut(imbalance);
    if (fills.length === 0) return;
    ledger.reconciliation({ ...compared, symbol, asset: null, subject: 'position', adjustment: '0' });
    for (const fill of fills) this.reconciler.trackExecutionPositions(fill);
  }

  private onSweep(event: SweepEvent): void {
    const { venue, market } = event;
    // A venue that is no longer asked is no failure.
    if (this.isStopped && event.kind === 'failed') return;
    if (event.kind === 'orphan') this.noteOrphan({ ...event });
    else if (event.kind === 'settled' && event.order !== null)
      this.parts.onFound({ venue, market }, { kind: 'order', order: event.order });
    else if (event.kind !== 'settled') this.parts.onEvent({ level: 'warn', kind: `sweep-${event.kind}`, facts: { ...event } });
  }

  private noteOrphan(facts: Readonly<Record<string, unknown>>): void {
    this.parts.ledger.note('orphan', facts);
    this.parts.onEvent({ level: 'alert', kind: 'orphan', facts });
  }

  private expectedOrders(
    account: AccountName,
  ): ReturnType<ConstructorParameters<typeof OpenOrderSweep>[0]['orders']['expected']> {
    return this.parts
      .workingOrders()
      .filter(({ plan }) => keyOf(plan.info.instrument) === keyOf(account))
      .map(({ machine }) => {
        const { sentUs, acknowledgedUs } = machine.timing;
        return { ...machine.reference, wordUs: Math.max(sentUs ?? 0, acknowledgedUs ?? 0) };
      });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.retry = { timer: this.parts.timers.after(ms, resolve), goOn: resolve };
    });
  }
}
