import { Decimal, Exact } from '../domain/decimal.js';

/** How the cost of what is sold is found: the oldest lot first, or the average of all. */
export type CostMethod = 'fifo' | 'average';

/** A signed quantity (negative: sold short) and the price it was opened at. */
export interface Lot {
  readonly quantity: Decimal;
  readonly price: Decimal;
}

const ZERO = new Exact(0);

/** An open position as lots that all have the same sign; by average cost there is one lot at most. */
export class Lots {
  private lots: Lot[] = [];
  private total = ZERO;
  private cost = ZERO;

  constructor(readonly method: CostMethod) {}

  /** A position that is open at average cost. @param quantity signed @param openCost negative for a short position */
  static average(quantity: Decimal, openCost: Decimal): Lots {
    const lots = new Lots('average');
    if (!quantity.isZero()) lots.restore([[quantity.toFixed(), openCost.toFixed()]]);
    return lots;
  }

  /** Signed. */
  get quantity(): Decimal {
    return this.total;
  }

  /** Sum of quantity times price: negative for a short position. */
  get openCost(): Decimal {
    return this.cost;
  }

  /** Oldest first. By average cost the price is the quotient of cost and quantity, at 40 digits. */
  get open(): readonly Lot[] {
    return this.lots;
  }

  /** What there is, to be made again from: lots as quantity and price; by average cost one of all quantity and all cost. */
  state(): [quantity: string, priceOrCost: string][] {
    if (this.method === 'average') return this.total.isZero() ? [] : [[this.total.toFixed(), this.cost.toFixed()]];
    return this.lots.map(({ quantity, price }) => [quantity.toFixed(), price.toFixed()]);
  }

  /** Makes again what `state` told; nothing may be open. */
  restore(state: readonly (readonly [quantity: string, priceOrCost: string])[]): void {
    for (const [quantity, priceOrCost] of state) {
      const size = new Exact(quantity);
      this.total = this.total.plus(size);
      this.cost = this.cost.plus(this.method === 'average' ? priceOrCost : size.mul(priceOrCost));
      if (this.method === 'fifo') this.lots.push({ quantity: size, price: new Exact(priceOrCost) });
    }
    if (this.method === 'average') this.mergeLots();
  }

  /**
   * Changes the position by a signed quantity at a price: against the open position it closes lots, and what is left after
   * crossing zero opens a new one.
   * @returns the profit this realised
   */
  change(quantity: Decimal, price: Decimal): Decimal {
    const closed = this.total.isNegative() === quantity.isNegative() ? ZERO : Exact.min(quantity.abs(), this.total.abs());
    const signed = this.total.isNegative() ? closed.neg() : closed;
    const realised = closed.isZero() ? ZERO : signed.mul(price).minus(this.take(signed));
    this.add(quantity.plus(signed), price);
    return realised;
  }

  /** Removes a signed quantity of the open position's own sign, at most all of it. @returns its cost */
  take(quantity: Decimal): Decimal {
    const cost = this.method === 'average' ? this.shareOfCost(quantity) : this.costOfOldest(quantity);
    this.total = this.total.minus(quantity);
    this.cost = this.cost.minus(cost);
    if (this.method === 'average') this.mergeLots();
    return cost;
  }

  private add(quantity: Decimal, price: Decimal): void {
    if (quantity.isZero()) return;
    this.total = this.total.plus(quantity);
    this.cost = this.cost.plus(quantity.mul(price));
    if (this.method === 'average') this.mergeLots();
    else this.lots.push({ quantity, price });
  }

  /** The one division of the average method; a whole position leaves at its whole cost. */
  private shareOfCost(quantity: Decimal): Decimal {
    if (quantity.eq(this.total)) return this.cost;
    return new Exact(new Decimal(this.cost.mul(quantity)).div(this.total));
  }

  private costOfOldest(quantity: Decimal): Decimal {
    let left = quantity.abs();
    let cost = ZERO;
    let gone = 0;
    for (const lot of this.lots) {
      if (left.isZero()) break;
      const size = lot.quantity.abs();
      const used = Exact.min(size, left);
      const signed = lot.quantity.isNegative() ? used.neg() : used;
      cost = cost.plus(signed.mul(lot.price));
      left = left.minus(used);
      if (used.eq(size)) gone++;
      else this.lots[gone] = { quantity: lot.quantity.minus(signed), price: lot.price };
    }
    this.lots.splice(0, gone);
    return cost;
  }

  private mergeLots(): void {
    this.lots = this.total.isZero() ? [] : [{ quantity: this.total, price: new Decimal(this.cost).div(this.total) }];
  }
}
