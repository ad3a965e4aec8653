import type { Timer, Timers } from '../domain/clock.js';
import type { Fill } from '../domain/order.js';
import type { DeskEvent } from './desk-types.js';
import type { Holdings } from './holdings.js';
import type { PositionKeeper } from './position-keeper.js';
import { type TradingLedger, UNATTRIBUTED } from './trading-ledger.js';

export interface StrangeFillsParts {
  readonly ledger: TradingLedger;
  readonly holdings: Holdings;
  readonly keeper: PositionKeeper;
  readonly timers: Timers;
  /** Whether a fill is counted by one that was worked out for it. */
  readonly isReplaced: (fill: Fill) => boolean;
  /** How long execution gets to know the order. */
  readonly afterMs: number;
  readonly onEvent: (event: DeskEvent) => void;
}

/**
 * Execution books the fills of its own orders; those that it does not are booked here, a little later, when their order may be known:
 * as the strategy's that once sent it, or as nobody's.
 */
export class StrangeFills {
  private readonly waiting = new Map<Timer, Fill>();

  constructor(private readonly parts: StrangeFillsParts) {}

  /** Looks at a fill again in a while, if something of it is not booked. */
  lookAfter(fill: Fill): void {
    const { timers, afterMs } = this.parts;
    if (!this.isLacking(fill)) return;
    const timer = timers.after(afterMs, () => {
      this.waiting.delete(timer);
      this.take(fill);
    });
    this.waiting.set(timer, fill);
  }

  /** Waits for nothing more: books what is there. */
  settle(): void {
    for (const [timer, fill] of this.waiting) {
      timer.cancel();
      this.take(fill);
    }
    this.waiting.clear();
  }

  private isLacking(fill: Fill): boolean {
    return this.parts.ledger.lacks(fill) && !this.parts.isReplaced(fill);
  }

  private take(fill: Fill): void {
    this.parts.ledger.attempt(() => this.book(fill));
  }

  private book(fill: Fill): void {
    const { ledger, holdings, keeper, onEvent } = this.parts;
    if (!this.isLacking(fill) || !ledger.venueFill(fill)) return;
    const order = ledger.memory.order(fill, fill.clientOrderId, fill.venueOrderId);
    const strategy = order?.strategy ?? UNATTRIBUTED;
    const held = holdings.outside(fill, strategy);
    if (held !== undefined) keeper.owe(held.owner, held.asset, held.base);
    onEvent({ level: 'alert', kind: 'strange-fill', facts: { ...fill, strategy } });
  }
}
