import { type Decimal, Exact, tenTo } from '../domain/decimal.js';
import type { LegUpdate } from '../strategy/intent.js';
import type { BookInfo } from '../strategy/universe.js';
import { baseOf, type CyclePlan, signed } from './cycle-plan.js';
import type { ExecutionResult } from './execution-types.js';
import type { WorkingOrder } from './working-order.js';

const ZERO = new Exact(0);

/** What the orders of one cycle come to, leg by leg and together. It is worked out anew at every question, from what is known then. */
export class CycleTally {
  readonly orders: WorkingOrder[] = [];
  private net: Decimal | null = null;

  constructor(private readonly plan: CyclePlan) {}

  /** Orders that may still fill. */
  get working(): readonly WorkingOrder[] {
    return this.orders.filter(({ machine }) => !machine.isEnded);
  }
  /** All fills of all orders are known. */
  get isSettled(): boolean {
    return this.orders.every(({ machine }) => machine.isSettled);
  }
  /** The same as long as nothing more is filled. */
  get fillsKey(): string {
    return this.orders.map(({ machine }) => machine.filled.toFixed()).join(' ');
  }

  /**
   * Base units bought beyond those sold that the plan does not call for. What lies between nothing and the plan's own net is no
   * imbalance: a plan of one leg is never hedged.
   */
  residual(): Decimal {
    const net = this.orders.reduce((sum: Decimal, order) => sum.add(order.signedBase), ZERO);
    const [least, most] = this.planned.lt(0) ? [this.planned, ZERO] : [ZERO, this.planned];
    return net.sub(Exact.min(Exact.max(net, least), most));
  }

  /** Base units bought beyond those sold when all legs fill: worked out once the orders have left. */
  private get planned(): Decimal {
    this.net ??= this.plan.legs.reduce((sum: Decimal, leg) => sum.add(signed(leg.side, baseOf(leg.info, leg.quantity))), ZERO);
    return this.net;
  }

  /** Signed base units or contracts of a leg, with its hedges. */
  legQuantity(leg: number): Decimal {
    return this.ofLeg(leg).reduce((sum: Decimal, { plan, machine }) => sum.add(signed(plan.request.side, machine.filled)), ZERO);
  }

  ofLeg(leg: number): readonly WorkingOrder[] {
    return this.orders.filter(({ plan }) => plan.leg === leg);
  }

  /** Hedges of a leg that ended without being filled whole. */
  failedHedges(leg: number): number {
    return this.ofLeg(leg).filter(
      ({ plan, machine }) => plan.isHedge && machine.isEnded && machine.filled.lt(plan.request.quantity ?? 0),
    ).length;
  }

  /** What a strategy is told of a leg. */
  update(leg: number, info: BookInfo, isFinal: boolean): LegUpdate {
    const mine = this.ofLeg(leg);
    const quantity = this.legQuantity(leg);
    const side = this.plan.legs[leg]?.side ?? (quantity.gte(0) ? 'buy' : 'sell');
    // A leg that was taken back in part keeps what is left of its value.
    const paid = mine.reduce((sum: Decimal, order) => sum.add(signed(order.plan.request.side, order.quote)), ZERO);
    const units = tenTo(info.priceScale + info.qtyScale).div(info.instrument.contractSize);
    return {
      intent: this.plan.intent,
      leg,
      book: info.book,
      filledUnits: quantity.mul(tenTo(info.qtyScale)).toNumber(),
      filledQuoteUnits: Exact.max(0, signed(side, paid)).mul(units).toNumber(),
      feeQuote: mine.reduce((sum: Decimal, order) => sum.add(order.feeQuote), ZERO).toNumber(),
      isFinal,
    };
  }

  /** What stands of the cycle now. @param failure why hedging was given up; null when it was not */
  result(executionId: string, failure: string | null, nowUs: number): ExecutionResult {
    const { opportunity, tsUs, legs } = this.plan;
    const orders = this.orders.map((order) => order.seen());
    const sentUs = orders.reduce((last, { timing, isHedge }) => (isHedge ? last : Math.max(last, timing.sentUs ?? tsUs)), tsUs);
    const profit = this.orders.reduce(
      (sum: Decimal, order) => sum.sub(signed(order.plan.request.side, order.quote)).sub(order.feeQuote),
      ZERO,
    );
    const residual = this.residual();
    const isWhole = legs.every(({ leg, quantity }) => this.legQuantity(leg).abs().gte(quantity));
    const shortfall = isWhole ? null : (orders.find(({ reason }) => reason !== null)?.reason ?? 'not all was filled');
    return {
      executionId,
      opportunity,
      buyOrder: orders.find(({ side }) => side === 'buy') ?? null,
      sellOrder: orders.find(({ side }) => side === 'sell') ?? null,
      orders,
      realizedProfit: profit.toFixed(),
      unhedgedBase: residual.toFixed(),
      executionLatencyMs: (sentUs - tsUs) / 1000,
      success: isWhole && residual.isZero(),
      failureReason: failure ?? shortfall,
      timestampUs: nowUs,
    };
  }
}
