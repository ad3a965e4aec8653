import { type Decimal, Exact } from '../../domain/decimal.js';
import type { Fill, OrderReference, OrderReport, OrderRequest, OrderState } from '../../domain/order.js';
import type { BookInfo } from '../../strategy/universe.js';

/** An order at a paper venue. */
export interface PaperOrder {
  readonly request: OrderRequest;
  readonly info: BookInfo;
  readonly venueOrderId: string;
  /** Of its quantity, what may make a position greater: all of it on spot. */
  readonly opening: Decimal;
  state: OrderState;
  filled: Decimal;
  filledQuote: Decimal;
  updatedMs: number;
  reason: string | null;
}

/** The orders and fills of a paper account, the newest of those that ended. */
export class PaperOrders {
  private readonly byVenueId = new Map<string, PaperOrder>();
  private readonly byClientId = new Map<string, PaperOrder>();
  private readonly resting = new Set<PaperOrder>();
  private readonly ended: PaperOrder[] = [];
  private readonly fills: Fill[] = [];

  constructor(
    private readonly ordersKept: number,
    private readonly fillsKept: number,
  ) {}

  add(order: PaperOrder): void {
    this.resting.add(order);
    this.byVenueId.set(order.venueOrderId, order);
    this.byClientId.set(order.request.clientOrderId, order);
  }

  find({ venueOrderId, clientOrderId }: Pick<OrderReference, 'venueOrderId' | 'clientOrderId'>): PaperOrder | undefined {
    const found = venueOrderId === null ? undefined : this.byVenueId.get(venueOrderId);
    return found ?? (clientOrderId === null ? undefined : this.byClientId.get(clientOrderId));
  }

  get hasOpen(): boolean {
    return this.resting.size > 0;
  }

  /** Orders that have not ended, the oldest first. @param symbol null for all */
  open(symbol: string | null = null): PaperOrder[] {
    return [...this.resting].filter(({ info }) => symbol === null || info.instrument.symbol === symbol);
  }

  /** An order came to its end; the oldest of those is forgotten. */
  end(order: PaperOrder): void {
    this.resting.delete(order);
    this.ended.push(order);
    if (this.ended.length <= this.ordersKept) return;
    const oldest = this.ended.shift();
    if (oldest === undefined) return;
    this.byVenueId.delete(oldest.venueOrderId);
    this.byClientId.delete(oldest.request.clientOrderId);
  }

  addFill(fill: Fill): void {
    this.fills.push(fill);
    if (this.fills.length > this.fillsKept) this.fills.shift();
  }

  /** Oldest first. Looks back from the newest, for it is the last ones that are asked for. @param symbol null for all */
  fillsSince(symbol: string | null, sinceMs: number): Fill[] {
    const first = this.fills.findLastIndex(({ timeMs }) => timeMs < sinceMs) + 1;
    return this.fills.slice(first).filter((fill) => symbol === null || fill.symbol === symbol);
  }
}

/** What is left of an order. */
export function leftOf({ request, filled }: PaperOrder): Decimal {
  return new Exact(request.quantity ?? filled).minus(filled);
}

/** An order as its venue would tell it. */
export function reportOf(order: PaperOrder): OrderReport {
  const { request, info, venueOrderId, state, filled, filledQuote, updatedMs, reason } = order;
  const { venue, market, symbol } = info.instrument;
  const { clientOrderId, side, price, quantity } = request;
  return {
    ...{ venue, market, symbol, venueOrderId, clientOrderId, side, state, price, quantity, updatedMs, reason },
    filledQty: filled.toFixed(),
    filledQuote: filledQuote.toFixed(),
  };
}
