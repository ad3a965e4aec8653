import { type Decimal, Exact } from '../domain/decimal.js';
import type { OrderedLotsState } from './books-state.js';
import { Lots } from './lots.js';

interface Trade {
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly timeMs: number;
}

const ZERO = new Exact(0);
/** Trades that later told ones may still have to go before. */
const REMEMBERED = 64;

/**
 * A position at average cost whose trades may be told in another order than they were made. A venue realises profit in its own order,
 * and as long as the position is not flat another order comes to another sum.
 */
export class OrderedLots {
  private lots: Lots;
  /** What there was before the trades that are remembered. */
  private readonly before: Lots;
  /** By the venue's time; of the same time as they were told. */
  private readonly trades: Trade[] = [];
  /** Profit of them. */
  private realised = ZERO;

  /** @param quantity signed, in the base asset @param openCost what it cost, negative for a short position */
  constructor(quantity: Decimal = ZERO, openCost: Decimal = ZERO) {
    this.before = Lots.average(quantity, openCost);
    this.lots = Lots.average(quantity, openCost);
  }

  /** Makes again what `state` told. */
  static restored({ before, trades }: OrderedLotsState): OrderedLots {
    const [quantity, openCost] = before;
    const made = new OrderedLots(new Exact(quantity), new Exact(openCost));
    for (const [size, price, timeMs] of trades) made.trade(new Exact(size), new Exact(price), timeMs);
    return made;
  }

  /** What it is, to be made again from. */
  state(): OrderedLotsState {
    return {
      before: [this.before.quantity.toFixed(), this.before.openCost.toFixed()],
      trades: this.trades.map(({ quantity, price, timeMs }) => [quantity.toFixed(), price.toFixed(), timeMs]),
    };
  }

  /** What the open position cost. */
  get openCost(): Decimal {
    return this.lots.openCost;
  }

  /**
   * Takes a trade as it is told.
   * @param quantity signed, in the base asset
   * @param timeMs of the venue; left out for what belongs behind all that is known
   * @returns by how much the profit realised so far changes; null when nothing was closed
   */
  trade(quantity: Decimal, price: Decimal, timeMs = this.trades.at(-1)?.timeMs ?? 0): Decimal | null {
    const later = this.trades.findIndex((trade) => trade.timeMs > timeMs);
    const trade = { quantity, price, timeMs };
    let change: Decimal | null;
    if (later < 0) {
      const held = this.lots.quantity;
      this.trades.push(trade);
      const realised = this.lots.change(quantity, price);
      change = held.isZero() || held.isNegative() === quantity.isNegative() ? null : realised;
    } else {
      this.trades.splice(later, 0, trade);
      change = this.again().minus(this.realised);
    }
    this.realised = this.realised.plus(change ?? 0);
    this.forgetOldest();
    return change;
  }

  /** Makes all remembered trades anew, in their order. @returns what they realise */
  private again(): Decimal {
    this.lots = Lots.average(this.before.quantity, this.before.openCost);
    return this.trades.reduce((sum, { quantity, price }) => sum.plus(this.lots.change(quantity, price)), ZERO);
  }

  private forgetOldest(): void {
    const oldest = this.trades.length > REMEMBERED ? this.trades.shift() : undefined;
    if (oldest !== undefined) this.realised = this.realised.minus(this.before.change(oldest.quantity, oldest.price));
  }
}
