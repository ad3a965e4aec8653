import { Rational } from '../../twin/rational.js';

/** An order of whole prices and quantities. */
export interface SlowRequest {
  readonly side: 'buy' | 'sell';
  readonly timeInForce: 'gtc' | 'ioc' | 'fok' | 'post-only';
  /** Null for a market order. */
  readonly limit: number | null;
  readonly quantity: number;
  readonly reduceOnly: boolean;
}

interface SlowOrder extends SlowRequest {
  left: number;
  readonly opening: number;
}

export type SlowFill = readonly [price: number, quantity: number, liquidity: 'maker' | 'taker'];

const r = Rational.of;
const ZERO = r(0);

/** What a paper venue should do, unit by unit over whole numbers and fractions, with nothing kept that can be counted again. */
export class SlowVenue {
  position = 0;
  base: Rational;
  /** What the position cost, with its sign. */
  private cost = ZERO;
  private shown = { buy: new Map<number, number>(), sell: new Map<number, number>() };
  private left = { buy: new Map<number, number>(), sell: new Map<number, number>() };
  readonly open = new Map<string, SlowOrder>();
  fills: SlowFill[] = [];

  /** @param size base units in a unit of quantity; null on spot */
  constructor(
    public cash: Rational,
    base: number,
    private readonly size: string | null,
    private readonly fees: { readonly taker: string; readonly maker: string },
    private readonly leverage: number,
  ) {
    this.base = r(base);
  }

  /** What a buyer and a seller find, by price. */
  show(asks: ReadonlyMap<number, number>, bids: ReadonlyMap<number, number>): void {
    this.fills = [];
    this.shown = { buy: new Map(asks), sell: new Map(bids) };
    this.left = { buy: new Map(asks), sell: new Map(bids) };
  }

  /** @returns the refusal, or the state with what was filled */
  place(id: string, order: SlowRequest): string {
    const { side, timeInForce, limit, quantity, reduceOnly } = order;
    this.fills = [];
    const mayRest = timeInForce === 'gtc' || timeInForce === 'post-only';
    if (timeInForce === 'post-only' && [...this.shown[side].keys()].some((price) => reaches(side, limit, price)))
      return 'would-take';
    const closable = Math.max(0, side === 'buy' ? -this.position : this.position);
    if (reduceOnly) {
      const spoken = [...this.open.values()]
        .filter((other) => other.reduceOnly && other.side === side)
        .reduce((sum, { left }) => sum + left, 0);
      if (closable === 0 || (mayRest && quantity > closable - spoken)) return 'reduce-only';
    }
    const most = reduceOnly ? Math.min(quantity, closable) : quantity;
    const taken = this.takeable(side, limit, most);
    const sum = taken.length;
    if ((limit === null && sum === 0) || (timeInForce === 'fok' && sum < quantity)) return 'would-not-fill';
    const opening = this.size === null ? most : Math.max(0, most - closable);
    const values = taken.map((price) => this.value(price));
    const rest = limit === null ? ZERO : this.value(limit).times(r(most - sum));
    const value = side === 'buy' && limit !== null ? this.value(limit).times(r(most)) : total([...values, rest]);
    const isFree = this.size !== null && opening === 0;
    if (!isFree && this.need(side, most, opening, value).compare(this.available(side)) > 0) return 'insufficient-balance';
    for (const price of taken) this.fill(side, price, price, 'taker');
    const filled = sum;
    if (filled === quantity) return `filled ${filled}`;
    if (!mayRest) return `expired ${filled}`;
    this.open.set(id, { ...order, left: quantity - filled, opening });
    return `${filled === 0 ? 'open' : 'partially-filled'} ${filled}`;
  }

  match(): void {
    this.fills = [];
    for (const [id, order] of [...this.open]) {
      const { side, limit, reduceOnly } = order;
      const closable = Math.max(0, side === 'buy' ? -this.position : this.position);
      if (reduceOnly && closable === 0) {
        this.open.delete(id);
        continue;
      }
      for (const price of this.takeable(side, limit, reduceOnly ? Math.min(order.left, closable) : order.left)) {
        this.fill(side, price, limit ?? 0, 'maker');
        order.left--;
      }
      if (order.left === 0) this.open.delete(id);
    }
  }

  /** What is free of the asset that an order of that side is paid with. */
  available(side: 'buy' | 'sell'): Rational {
    const paysBase = (one: 'buy' | 'sell'): boolean => this.size === null && one === 'sell';
    let free = paysBase(side) ? this.base : this.cash;
    for (const order of this.open.values()) {
      if (paysBase(order.side) !== paysBase(side)) continue;
      const value = this.value(order.limit ?? 0).times(r(order.left));
      free = free.minus(this.need(order.side, order.left, Math.min(order.opening, order.left), value));
    }
    return this.size === null ? free : free.minus(this.cost.abs().over(r(this.leverage)));
  }

  private takeable(side: 'buy' | 'sell', limit: number | null, most: number): number[] {
    const left = new Map(this.left[side]);
    const prices: number[] = [];
    while (prices.length < most) {
      const there = [...left].filter(([price, units]) => units > 0 && reaches(side, limit, price)).map(([price]) => price);
      if (there.length === 0) break;
      const best = side === 'buy' ? Math.min(...there) : Math.max(...there);
      left.set(best, (left.get(best) ?? 0) - 1);
      prices.push(best);
    }
    return prices;
  }

  /** One unit. */
  private fill(side: 'buy' | 'sell', level: number, price: number, liquidity: 'maker' | 'taker'): void {
    this.left[side].set(level, (this.left[side].get(level) ?? 0) - 1);
    const value = this.value(price);
    this.cash = this.cash.minus(value.times(r(this.fees[liquidity])));
    const sign = side === 'buy' ? 1 : -1;
    if (this.size === null) {
      this.base = this.base.plus(r(sign));
      this.cash = this.cash.minus(value.times(r(sign)));
    } else if (this.position * sign >= 0) this.cost = this.cost.plus(value.times(r(sign)));
    else {
      const share = this.cost.over(r(Math.abs(this.position)));
      this.cost = this.cost.minus(share);
      // A unit of a long position costs something, and brings what it is sold at; of a short one the other way round.
      this.cash = this.cash.minus(share).minus(value.times(r(sign)));
    }
    if (this.size !== null) this.position += sign;
    [this.cash, this.cost] = [this.cash.reduced(), this.cost.reduced()];
    const last = this.fills.at(-1);
    if (last?.[0] === price && last[2] === liquidity && liquidity === 'taker')
      this.fills[this.fills.length - 1] = [price, last[1] + 1, liquidity];
    else this.fills.push([price, 1, liquidity]);
  }

  private value(price: number): Rational {
    return r(price).times(r(this.size ?? 1));
  }

  private need(side: 'buy' | 'sell', quantity: number, opening: number, value: Rational): Rational {
    if (this.size === null && side === 'sell') return r(quantity);
    const worst = r(this.fees.taker).compare(r(this.fees.maker)) > 0 ? this.fees.taker : this.fees.maker;
    const fee = value.times(r(worst));
    if (this.size === null) return value.plus(fee);
    const margin = quantity === 0 ? ZERO : value.times(r(opening)).over(r(quantity * this.leverage));
    return margin.plus(fee);
  }
}

function reaches(side: 'buy' | 'sell', limit: number | null, price: number): boolean {
  return limit === null || (side === 'buy' ? price <= limit : price >= limit);
}

function total(values: readonly Rational[]): Rational {
  return values.reduce((sum, value) => sum.plus(value), ZERO);
}
