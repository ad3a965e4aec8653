import type { Clock, Timers } from '../../domain/clock.js';
import { Decimal } from '../../domain/decimal.js';
import { type Fill, isFinal, type OrderReport } from '../../domain/order.js';
import type { AccountListener } from '../../gateway/events.js';

/** A fill and when it was told. */
export interface TimedFill {
  readonly fill: Fill;
  readonly toldUs: number;
}

interface Waiter {
  readonly done: () => boolean;
  finish(): void;
}

/** What a gateway told of its account, kept whole: whoever follows an order reads it here. */
export class AccountTape {
  /** To be given to the gateway. */
  readonly listener: AccountListener = (event) => {
    if (event.kind === 'order') this.takeOrder(event.order);
    else if (event.kind === 'fill') this.told.push({ fill: event.fill, toldUs: this.clock.monotonicUs() });
    for (const waiter of [...this.waiters]) if (waiter.done()) waiter.finish();
  };
  private readonly told: TimedFill[] = [];
  private readonly orders = new Map<string, OrderReport>();
  private readonly waiters = new Set<Waiter>();

  constructor(
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {}

  /** Every fill of the account, in the order in which they were told. */
  get fills(): readonly TimedFill[] {
    return this.told;
  }

  /** The last word on an order. */
  order(clientOrderId: string): OrderReport | null {
    return this.orders.get(clientOrderId) ?? null;
  }

  /** Fills of one order; some venues name it in them by its venue id only. */
  fillsOf(clientOrderId: string): readonly TimedFill[] {
    const venueOrderId = this.order(clientOrderId)?.venueOrderId;
    return this.told.filter(({ fill }) => fill.clientOrderId === clientOrderId || fill.venueOrderId === venueOrderId);
  }

  /** Whether an order has ended and every fill that its end speaks of was told. */
  isComplete(clientOrderId: string): boolean {
    const order = this.order(clientOrderId);
    if (order === null || !isFinal(order.state)) return false;
    const filled = this.fillsOf(clientOrderId).reduce((sum, { fill }) => sum.plus(fill.quantity), new Decimal(0));
    return filled.eq(order.filledQty ?? (order.state === 'filled' ? (order.quantity ?? filled) : filled));
  }

  /** Settles when something holds, tested at each word, or when the time is over. @returns whether it holds */
  until(done: () => boolean, withinMs: number): Promise<boolean> {
    if (done()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (held: boolean): void => {
        this.waiters.delete(waiter);
        deadline.cancel();
        resolve(held);
      };
      const waiter: Waiter = { done, finish: () => end(true) };
      const deadline = this.timers.after(withinMs, () => end(false));
      this.waiters.add(waiter);
    });
  }

  private takeOrder(order: OrderReport): void {
    if (order.clientOrderId !== null) this.orders.set(order.clientOrderId, order);
  }
}
