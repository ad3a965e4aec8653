import { type Decimal, Exact } from '../domain/decimal.js';
import type { OrderRequest } from '../domain/order.js';
import type { BookInfo } from '../strategy/universe.js';
import type { ExecutedOrder } from './execution-types.js';
import { OrderMachine } from './order-machine.js';
import type { VenuePort } from './ports.js';

/** Whom an order belongs to, and where it goes. */
export interface OrderPlan {
  readonly intent: number;
  readonly leg: number;
  readonly strategy: string;
  readonly isHedge: boolean;
  /** It can only bring a position nearer to zero. */
  readonly isReducing: boolean;
  readonly info: BookInfo;
  readonly port: VenuePort;
  readonly request: OrderRequest;
}

/** An order with all that is known of it. */
export class WorkingOrder {
  readonly machine: OrderMachine;

  constructor(
    readonly plan: OrderPlan,
    /** Is told whenever something about it changed. */
    readonly onChange: (order: WorkingOrder) => void,
  ) {
    this.machine = new OrderMachine(plan.request);
  }

  /** Base units filled: positive when bought. */
  get signedBase(): Decimal {
    const base = this.machine.filled.mul(this.plan.info.instrument.contractSize);
    return this.plan.request.side === 'buy' ? base : base.neg();
  }

  /** Quote value of what is filled, by its fills; what was reported without fills counts at its reported value, else at its limit. */
  get quote(): Decimal {
    const { machine, plan } = this;
    const size = plan.info.instrument.contractSize;
    let told: Decimal = new Exact(0);
    for (const { price, quantity } of machine.fills) told = told.add(new Exact(price).mul(quantity).mul(size));
    const missing = machine.filled.sub(machine.told);
    if (!missing.gt(0)) return told;
    return machine.reportedQuote ?? told.add(missing.mul(size).mul(plan.request.price ?? 0));
  }

  /** Fees in the quote asset: those paid in the base asset at the fill's price, others and untold ones by the venue's fee. */
  get feeQuote(): Decimal {
    const { instrument, takerFee } = this.plan.info;
    let sum: Decimal = new Exact(0);
    for (const { price, quantity, fee, feeAsset } of this.machine.fills) {
      if (fee !== null && feeAsset === instrument.quote) sum = sum.add(fee);
      else if (fee !== null && feeAsset === instrument.base) sum = sum.add(new Exact(fee).mul(price));
      else sum = sum.add(new Exact(price).mul(quantity).mul(instrument.contractSize).mul(takerFee));
    }
    return sum;
  }

  /** A plain copy of what is known now. */
  seen(): ExecutedOrder {
    const { plan, machine } = this;
    const { venue, market } = plan.info.instrument;
    return {
      leg: plan.leg,
      clientOrderId: plan.request.clientOrderId,
      venue,
      market,
      symbol: plan.request.symbol,
      side: plan.request.side,
      isHedge: plan.isHedge,
      quantity: plan.request.quantity ?? '0',
      filled: machine.filled.toFixed(),
      state: machine.state,
      reason: machine.reason,
      timing: machine.timing,
    };
  }
}
