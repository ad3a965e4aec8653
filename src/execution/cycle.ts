import type { Clock, Timer, Timers } from '../domain/clock.js';
import type { Decimal } from '../domain/decimal.js';
import type { OrderRequest } from '../domain/order.js';
import type { LegUpdate } from '../strategy/intent.js';
import type { BookInfo } from '../strategy/universe.js';
import { type CyclePlan, journalIntent, orderKey, reducesNet } from './cycle-plan.js';
import { CycleTally } from './cycle-tally.js';
import type { ExecutionEvent, ExecutionRequest, ExecutionResult, ExecutionSettings, UnhedgedAmount } from './execution-types.js';
import type { HedgeFunds } from './hedge-funds.js';
import { type HedgeBook, hedgeBooks, hedgeGroups, worstPrice } from './hedge-plan.js';
import type { OrderCourier } from './order-courier.js';
import type { OrderRouter, RouteNeed, RouteOffer, RouteTerms } from './order-router.js';
import type { JournalIntent, SendGate, VenuePorts } from './ports.js';
import type { BestPrices } from './seen-levels.js';
import { WorkingOrder } from './working-order.js';

export interface CycleParts {
  readonly runId: string;
  readonly courier: OrderCourier;
  readonly ports: VenuePorts;
  readonly gate: SendGate;
  readonly prices: BestPrices;
  readonly router: OrderRouter;
  readonly funds: HedgeFunds;
  readonly netUnits?: (book: number) => number;
  /** A book received longer ago than this says nothing of prices. */
  readonly quoteAgeMaxUs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly settings: ExecutionSettings;
  readonly tell: (strategy: number, update: LegUpdate) => void;
  readonly raise: (event: ExecutionEvent) => void;
  readonly onEnd: (cycle: Cycle, result: ExecutionResult) => void;
  /** News after the end: it is under way again. */
  readonly onReopen: (cycle: Cycle) => void;
}

type HedgeOffer = HedgeBook & RouteOffer;

/** How often the pause between hedges doubles. */
const PAUSE_DOUBLINGS = 4;

/** One intent at work: its orders, what they filled, and the hedging of what does not match. */
export class Cycle {
  readonly request: ExecutionRequest;
  private attempts = 0;
  private deadlineUs: number;
  private nextTryUs = 0;
  private unhedgedSinceUs = 0;
  private amount: UnhedgedAmount | null = null;
  private failure: string | null = null;
  /** What was filled when hedging was given up: only news reopens it. */
  private givenUpAt: string | null = null;
  private toldFinal = false;
  private timer: Timer | undefined;
  private readonly tally: CycleTally;

  constructor(
    readonly plan: CyclePlan,
    private readonly parts: CycleParts,
  ) {
    this.request = { opportunity: plan.opportunity, executionId: `${parts.runId}:${plan.intent}`, timestampUs: plan.tsUs };
    this.deadlineUs = plan.hedgeByUs;
    this.tally = new CycleTally(plan);
  }

  /** Everything of it is over. */
  get isOver(): boolean {
    return this.toldFinal;
  }
  /** What is not hedged at this moment; null when nothing is. */
  get unhedged(): UnhedgedAmount | null {
    const base = this.tally.residual();
    return base.isZero() ? null : this.amountOf(base, this.amount?.isDust ?? false);
  }

  /**
   * Sends all legs within this call; the intent and they are on record first, all of it or nothing.
   * @returns why nothing was sent; null when all left
   */
  begin(requests: readonly OrderRequest[]): string | null {
    const orders = requests.flatMap((request, index) => {
      const leg = this.plan.legs[index];
      return leg === undefined ? [] : (this.orderOf(leg.leg, leg.info, request, leg.isReducing, false) ?? []);
    });
    const isSent = orders.length === requests.length && this.dispatch(orders, this.leadUs, journalIntent(this.plan));
    return isSent ? null : 'it could not be put on record';
  }

  /** Looks at what is known and does what it calls for: tells fills, hedges, ends. */
  step(): void {
    const nowUs = this.parts.clock.monotonicUs();
    const residual = this.tally.residual();
    const { working } = this.tally;
    if (residual.isZero()) {
      this.unhedgedSinceUs = 0;
      this.amount = null;
      this.failure = null;
    } else if (this.unhedgedSinceUs === 0) {
      this.unhedgedSinceUs = nowUs;
      // An answer that was lost for long brings fills when the time is over: there has to be some to hedge those.
      if (nowUs >= this.leadUs) this.deadlineUs = nowUs + this.windowUs;
    }
    if (this.givenUpAt !== null && this.givenUpAt !== this.tally.fillsKey) this.reopen(nowUs);
    if (!residual.isZero() && this.givenUpAt === null) this.hedge(residual, working, nowUs);
    this.report();
  }

  /** Hedges no more: what is not hedged now stays so. */
  giveUp(reason: string): void {
    if (this.givenUpAt !== null) return;
    this.givenUpAt = this.tally.fillsKey;
    this.failure = reason;
    const amount = this.unhedged;
    if (amount === null) return;
    this.amount = amount;
    this.parts.raise({ kind: 'unhedged', intent: this.plan.intent, amount, reason });
  }

  close(): void {
    this.timer?.cancel();
  }

  /** What stands of it now. */
  result(): ExecutionResult {
    return this.tally.result(this.request.executionId, this.failure, this.parts.clock.monotonicUs());
  }

  private get windowUs(): number {
    return this.plan.hedgeByUs - this.plan.tsUs;
  }
  /** From here on what orders have filled is hedged, whether they ended or not. */
  private get leadUs(): number {
    return this.deadlineUs - Math.min(this.parts.settings.hedgeLeadMs * 1000, this.windowUs / 2);
  }

  private hedge(residual: Decimal, working: readonly WorkingOrder[], nowUs: number): void {
    const waitUs = this.waitUntilUs(working, nowUs);
    if (nowUs >= this.deadlineUs) this.giveUp('the time to hedge is over');
    else if (waitUs > nowUs) this.wakeAt(waitUs);
    else if (this.attempts >= this.parts.settings.hedgeAttemptsMax) this.giveUp('no attempts to hedge are left');
    else this.tryHedge(residual, nowUs);
  }

  /** When the next hedge may be tried. */
  private waitUntilUs(working: readonly WorkingOrder[], nowUs: number): number {
    // A hedge under way may still fill: another one beside it could do it twice.
    if (working.some(({ plan }) => plan.isHedge)) return this.deadlineUs;
    return working.length > 0 && nowUs < this.leadUs ? this.leadUs : this.nextTryUs;
  }

  private tryHedge(residual: Decimal, nowUs: number): void {
    const { settings, router, quoteAgeMaxUs } = this.parts;
    const need: RouteNeed = {
      side: residual.gt(0) ? 'sell' : 'buy',
      base: residual.abs(),
      oldestUs: nowUs - quoteAgeMaxUs,
      atMarket: settings.lastAtMarket && this.attempts === settings.hedgeAttemptsMax - 1,
    };
    const { offers, refusal } = this.hedgeOffers(residual, need);
    const failures = (leg: number): number => this.tally.failedHedges(leg);
    for (const group of hedgeGroups(offers, this.attempts, settings.completeAttempts, failures)) {
      const { orders } = router.route(need, group);
      if (orders.length === 0) continue;
      this.sendHedges(
        orders.flatMap(({ offer, terms }) => this.hedgeOrder(offer, terms) ?? []),
        residual,
        nowUs,
      );
      return;
    }
    if (refusal !== null) {
      this.giveUp(refusal);
      return;
    }
    this.givenUpAt = this.tally.fillsKey;
    this.amount = this.amountOf(residual, true);
    this.parts.raise({ kind: 'dust', intent: this.plan.intent, amount: this.amount });
  }

  /** Books in which it may be hedged now, with the prices it may be hedged at; and why not in others. */
  private hedgeOffers(residual: Decimal, { side, oldestUs }: RouteNeed): { offers: HedgeOffer[]; refusal: string | null } {
    const { settings, gate, prices, ports, funds } = this.parts;
    const loss = Math.min(settings.hedgeLossMax, settings.hedgeLoss * 2 ** this.attempts);
    let refusal: string | null = null;
    const offers = hedgeBooks(this.plan, this.tally, residual).flatMap((book): HedgeOffer[] => {
      const price = worstPrice(book, side, loss, prices, oldestUs);
      const refused =
        gate.refusal(book.isReducing) ??
        (ports.of(book.info.instrument) === null ? 'the venue is not traded' : price === null ? 'no-price' : null);
      if (refused !== null) refusal = refused;
      if (refused !== null || price === null) return [];
      // Legs have their funds: promised to the intent, or just bought.
      const mostBase = book.way === 'fallback' ? funds.affordable(book.info, side, price) : book.mostBase;
      return [{ ...book, mostBase, worstPrice: price }];
    });
    return { offers, refusal };
  }

  private sendHedges(orders: readonly WorkingOrder[], residual: Decimal, nowUs: number): void {
    const attempt = ++this.attempts;
    // What keeps a hedge from getting through, such as a used-up rate budget, passes with time more than with tries.
    const pauses = 2 ** Math.min(attempt - 1, PAUSE_DOUBLINGS);
    this.nextTryUs = Math.min(nowUs + this.parts.settings.hedgePauseMs * pauses * 1000, this.deadlineUs);
    for (const { plan } of orders) {
      const { venue } = plan.info.instrument;
      this.parts.raise({ kind: 'hedging', intent: this.plan.intent, base: residual.toFixed(), venue, attempt });
    }
    if (!this.dispatch(orders, this.deadlineUs, null)) this.giveUp('a hedge could not be put on record');
  }

  /** Puts orders on record and sends them within this call, all or none. @returns whether they left */
  private dispatch(orders: readonly WorkingOrder[], wakeUs: number, intent: JournalIntent | null): boolean {
    const { courier } = this.parts;
    if (!courier.record(orders, intent)) return false;
    this.tally.orders.push(...orders);
    this.wakeAt(wakeUs);
    for (const order of orders) courier.send(order);
    return true;
  }

  private hedgeOrder(book: HedgeBook, terms: RouteTerms): WorkingOrder | null {
    const { instrument } = book.info;
    const port = this.parts.ports.of(instrument);
    if (port === null) return null;
    const request: OrderRequest = {
      ...terms,
      symbol: instrument.symbol,
      quoteAmount: null,
      clientOrderId: port.clientOrderId(
        orderKey(this.parts.runId, this.plan.intent, book.leg, this.tally.ofLeg(book.leg).length),
      ),
      reduceOnly: book.reduceOnly && reducesNet(book.info, terms.side, terms.quantity, this.parts.netUnits),
    };
    return this.orderOf(book.leg, book.info, request, book.isReducing, true);
  }

  private orderOf(
    leg: number,
    info: BookInfo,
    request: OrderRequest,
    isReducing: boolean,
    isHedge: boolean,
  ): WorkingOrder | null {
    const port = this.parts.ports.of(info.instrument);
    if (port === null) return null;
    const { intent, strategyName: strategy } = this.plan;
    return new WorkingOrder({ intent, leg, strategy, isHedge, isReducing, info, port, request }, () => this.step());
  }

  /** News after the end: there is time again to hedge it. */
  private reopen(nowUs: number): void {
    this.givenUpAt = null;
    this.toldFinal = false;
    this.amount = null;
    this.failure = null;
    this.attempts = 0;
    this.parts.onReopen(this);
    this.deadlineUs = Math.max(this.deadlineUs, nowUs + this.windowUs);
  }

  private report(): void {
    const isFinal = this.tally.isSettled && (this.givenUpAt !== null || this.tally.residual().isZero());
    if (isFinal) {
      this.timer?.cancel();
      // What comes after this is news.
      this.givenUpAt = this.tally.fillsKey;
    }
    const { tally } = this;
    const { fallback, legs, opportunity } = this.plan;
    // The fallback's fills first: a strategy ends its plan when its own legs are final.
    if (fallback !== null && tally.ofLeg(legs.length).length > 0)
      this.parts.tell(opportunity.strategy, tally.update(legs.length, fallback, isFinal));
    for (const { leg, info } of legs) this.parts.tell(opportunity.strategy, tally.update(leg, info, isFinal));
    if (!isFinal) return;
    this.toldFinal = true;
    this.parts.onEnd(this, this.result());
  }

  private amountOf(base: Decimal, isDust: boolean): UnhedgedAmount {
    const { intent, opportunity, legs } = this.plan;
    const asset = legs[0]?.info.instrument.base ?? '';
    const { executionId } = this.request;
    return {
      executionId,
      intent,
      strategy: opportunity.strategy,
      asset,
      base: base.toFixed(),
      isDust,
      sinceUs: this.unhedgedSinceUs,
    };
  }

  private wakeAt(atUs: number): void {
    this.timer?.cancel();
    const waitMs = Math.max(0, atUs - this.parts.clock.monotonicUs()) / 1000;
    this.timer = this.parts.timers.after(waitMs, () => this.step());
  }
}
