import { type Fill, isFinal } from '../../../src/domain/order.js';
import type { Market } from '../../../src/domain/venue.js';
import type { VirtualTime } from '../../../src/domain/virtual-time.js';
import type { AccountEvent } from '../../../src/gateway/events.js';
import type { EngineEvent, EngineFill } from '../../../src/sim/matching/types.js';
import type { NetworkPlan } from '../plan.js';
import type { Exchange } from '../world/exchange.js';
import { balanceOf, fillOf, positionOf, reportOf } from '../world/venue-words.js';
import type { LifeTimers } from './life-time.js';
import type { Network } from './network.js';

export interface AccountStreamParts {
  readonly exchange: Exchange;
  readonly market: Market;
  readonly network: Network;
  readonly plan: NetworkPlan;
  readonly time: VirtualTime;
  readonly timers: LifeTimers;
  readonly listener: (event: AccountEvent) => void;
  /** The venue could not be asked. */
  readonly onFailure: () => void;
}

const RETRY_MS = 1_000;
/** What was filled so long before a cut is told again: nobody knows what got through. */
const OVERLAP_US = 2e6;

/**
 * The account as a gateway follows it: each fill once (or more often where the plan says so), balances and positions in order, and
 * after every connection everything that was missed, then `reconciled`.
 */
export class AccountStream {
  isLive = false;
  private isUp = false;
  private era = 0;
  private sinceUs: number;
  private lastDueUs = 0;
  private batch: { readonly atUs: number; readonly events: AccountEvent[] } | undefined;
  private readonly told = new Set<EngineFill>();
  private readonly unsubscribe: () => void;

  constructor(private readonly parts: AccountStreamParts) {
    this.sinceUs = parts.time.epochUs();
    this.unsubscribe = parts.exchange.engine.onEvent((event) => this.onEvent(event));
    this.connect();
  }

  /** The connection breaks; it is noticed a little later, and stands again after that. */
  cut(noticedMs: number, downMs: number): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.era++;
    this.sinceUs = this.parts.time.epochUs();
    this.batch = undefined;
    const { timers, listener } = this.parts;
    timers.after(noticedMs, () => {
      this.isLive = false;
      listener({ kind: 'disconnected', reason: 'the connection broke' });
      timers.after(downMs, () => this.connect());
    });
  }

  /** The process is gone. */
  end(): void {
    this.era++;
    this.isUp = false;
    this.unsubscribe();
  }

  /** Tells a fill as a gateway does: once. */
  tellFill(fill: EngineFill, as: Fill = fillOf(fill)): void {
    if (this.told.has(fill)) return;
    this.told.add(fill);
    this.parts.listener({ kind: 'fill', fill: as });
  }

  private connect(): void {
    const { timers, network, listener } = this.parts;
    timers.after(network.delayMs() * 2, () => {
      this.isUp = true;
      const era = ++this.era;
      listener({ kind: 'connected' });
      this.reconcile(era);
    });
  }

  private reconcile(era: number): void {
    const { timers, network, exchange, onFailure } = this.parts;
    const { outMs, backMs, arrives, isAnswered } = network.fate();
    timers.after(outMs + backMs, () => {
      if (era !== this.era) return;
      if (exchange.isDown || !arrives || !isAnswered) {
        onFailure();
        timers.after(RETRY_MS, () => this.reconcile(era));
        return;
      }
      this.tellAll();
      this.isLive = true;
      this.parts.listener({ kind: 'reconciled' });
    });
  }

  /** Everything since the last moment that is known, as it is fetched. */
  private tellAll(): void {
    const { exchange, market, listener, timers } = this.parts;
    const { account, venue } = exchange;
    const fromUs = this.sinceUs - OVERLAP_US;
    for (const fill of account.fills()) {
      if (fill.order.book.instrument.market !== market || fill.timeUs < fromUs || this.told.has(fill)) continue;
      const unlistedUs = exchange.unlistedForUs(fill);
      if (unlistedUs === 0) this.tellFill(fill);
      else timers.after(unlistedUs / 1000, () => this.tellFill(fill));
    }
    for (const order of account.orders())
      if (order.book.instrument.market === market && (order.updatedUs >= fromUs || order.state === 'open'))
        listener({ kind: 'order', order: reportOf(order) });
    const wallet = market === 'spot' ? 'spot' : 'futures';
    for (const balance of account.balances(wallet)) listener({ kind: 'balance', balance: balanceOf(venue, balance) });
    if (market === 'spot') return;
    for (const position of account.positions()) listener({ kind: 'position', position: positionOf(position) });
  }

  private onEvent(event: EngineEvent): void {
    if (!this.isUp || event.account !== this.parts.exchange.account) return;
    const { market, plan, network, exchange } = this.parts;
    const marketOf = (book: { readonly instrument: { readonly market: Market } }): boolean => book.instrument.market === market;
    switch (event.kind) {
      case 'order-opened':
      case 'order-ended':
        if (marketOf(event.order.book)) this.push({ kind: 'order', order: reportOf(event.order) });
        break;
      case 'fill': {
        const { fill, order } = event;
        if (!marketOf(order.book)) break;
        this.told.add(fill);
        const full = fillOf(fill);
        this.push({ kind: 'fill', fill: network.happens(plan.lateFees) ? { ...full, fee: null, feeAsset: null } : full });
        const report = reportOf(order);
        if (isFinal(report.state) || network.upTo(1) < 0.5) this.push({ kind: 'order', order: report });
        break;
      }
      case 'balance':
        if ((event.wallet === 'spot') === (market === 'spot'))
          this.push({ kind: 'balance', balance: balanceOf(exchange.venue, event.balance) });
        break;
      case 'position':
        if (marketOf(event.position.book)) this.push({ kind: 'position', position: positionOf(event.position) });
        break;
      case 'funding':
        break;
    }
  }

  /** On its way, in order; orders and fills may also come late or twice. */
  private push(event: AccountEvent): void {
    const { network, plan, timers, time, listener } = this.parts;
    const { era } = this;
    if (event.kind === 'order' || event.kind === 'fill') {
      const isLate = network.happens(plan.reordered);
      if (isLate || network.happens(plan.duplicated))
        timers.after(network.delayMs() + network.lateMs(), () => era === this.era && listener(event));
      if (isLate) return;
    }
    const nowUs = time.monotonicUs();
    if (this.batch?.atUs === nowUs) {
      this.batch.events.push(event);
      return;
    }
    const events = [event];
    this.batch = { atUs: nowUs, events };
    this.lastDueUs = Math.max(this.lastDueUs, nowUs + network.delayMs() * 1000);
    timers.after((this.lastDueUs - nowUs) / 1000, () => {
      if (era === this.era) for (const one of events) listener(one);
    });
  }
}
