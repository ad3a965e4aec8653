import type { Timers } from '../domain/clock.js';
import type { Fill, OrderReport } from '../domain/order.js';
import type { AccountEvent } from '../gateway/events.js';
import { Shortfall } from './demand.js';

interface Waiting {
  readonly wanted: (event: AccountEvent) => boolean;
  found(event: AccountEvent): void;
}

/** Everything that a gateway told about the account, in order, and a way to wait for more. */
export class AccountWatch {
  readonly events: AccountEvent[] = [];
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly timers: Timers) {}

  /** To be given to a gateway as its listener. */
  readonly listener = (event: AccountEvent): void => {
    this.events.push(event);
    for (const one of [...this.waiting]) if (one.wanted(event)) one.found(event);
  };

  /** How much was told so far: a mark from which `until` may look. */
  mark(): number {
    return this.events.length;
  }

  fills(clientOrderId: string): Fill[] {
    return this.events.flatMap((event) =>
      event.kind === 'fill' && event.fill.clientOrderId === clientOrderId ? [event.fill] : [],
    );
  }

  fillsOf(venueOrderId: string): Fill[] {
    return this.events.flatMap((event) =>
      event.kind === 'fill' && event.fill.venueOrderId === venueOrderId ? [event.fill] : [],
    );
  }

  orders(clientOrderId: string): OrderReport[] {
    return this.events.flatMap((event) =>
      event.kind === 'order' && event.order.clientOrderId === clientOrderId ? [event.order] : [],
    );
  }

  /**
   * The first event since a mark that is as wanted; waits for it if it did not come yet.
   * @throws Shortfall when it does not come in time
   */
  until(what: string, wanted: (event: AccountEvent) => boolean, withinMs: number, since = 0): Promise<AccountEvent> {
    const known = this.events.slice(since).find(wanted);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        wanted,
        found: (event) => {
          timer.cancel();
          this.waiting.delete(entry);
          resolve(event);
        },
      };
      const timer = this.timers.after(withinMs, () => {
        this.waiting.delete(entry);
        reject(new Shortfall(`the private stream did not tell ${what} within ${withinMs} ms`));
      });
      this.waiting.add(entry);
    });
  }
}
