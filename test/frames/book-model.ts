import type { SeededRandom } from '../../src/domain/random.js';
import { unitsToFixed, unitsToText } from '../twin/decimal.js';
import type { Side } from '../twin/ladder.js';

/** An instrument that frames are made of. */
export interface InstrumentSpec {
  readonly symbol: string;
  readonly priceScale: number;
  readonly qtyScale: number;
  /** Price units at which the walk starts. */
  readonly startPrice: number;
  /** Typical quantity of a level, in units. */
  readonly typicalQty: number;
}

/** Price and quantity in units. */
export type ModelLevel = readonly [price: number, qty: number];

/** Absolute quantities of the levels that changed; zero deletes. */
export interface ModelChange {
  readonly bids: readonly ModelLevel[];
  readonly asks: readonly ModelLevel[];
}

/** Price units of a coin that has one tick between its levels; dearer ones have more. */
const TICKS_PER_GAP = 500_000;

export interface ModelTrade {
  readonly price: number;
  readonly qty: number;
  readonly isBuy: boolean;
}

/**
 * The whole book of an imagined exchange: a mid that walks, levels that thin out with their distance, never crossed. Venues'
 * generators turn its changes into frames. Shares of insertions, deletions and deletions of levels that nobody holds are those of
 * recorded streams, and so is that dear coins have many empty ticks between their levels.
 */
export class BookModel {
  private readonly sides = { bid: new Map<number, number>(), ask: new Map<number, number>() };
  private mid: number;
  /** Ticks from one level to the next, about. */
  private readonly gap: number;

  constructor(
    private readonly random: SeededRandom,
    readonly spec: InstrumentSpec,
    private readonly levels: number,
  ) {
    this.mid = spec.startPrice;
    this.gap = Math.max(1, Math.round(spec.startPrice / TICKS_PER_GAP));
    for (let i = 0; i < levels; i++) {
      this.sides.bid.set(this.price('bid', i + Math.floor(random.next() * 2)), this.quantity());
      this.sides.ask.set(this.price('ask', i + Math.floor(random.next() * 2)), this.quantity());
    }
  }

  /** The best `depth` levels of both sides, best first. */
  top(depth = Number.POSITIVE_INFINITY): ModelChange {
    return { bids: this.sorted('bid').slice(0, depth), asks: this.sorted('ask').slice(0, depth) };
  }

  /** Moves the market a little and changes about `count` levels. */
  step(count: number): ModelChange {
    const changed = { bid: new Map<number, number>(), ask: new Map<number, number>() };
    if (this.random.next() < 0.3) this.walk(changed);
    const known = { bid: this.sorted('bid'), ask: this.sorted('ask') };
    for (let i = 0; i < count; i++) {
      const side: Side = this.random.next() < 0.5 ? 'bid' : 'ask';
      // Most changes happen near the top.
      const distance = Math.floor(-Math.log(1 - this.random.next()) * this.levels * 0.2);
      const dice = this.random.next();
      const deletes = dice < 0.35;
      // A third of all changes bring a level or delete one that is not there; the others hit what is.
      const price = dice < 0.7 && dice >= 0.07 ? known[side][distance]?.[0] : undefined;
      const changedPrice = price ?? this.price(side, distance);
      if (changedPrice > 0) this.change(changed, side, changedPrice, deletes ? 0 : this.quantity());
    }
    return { bids: [...changed.bid], asks: [...changed.ask] };
  }

  /** A trade at the touch. */
  trade(): ModelTrade {
    const isBuy = this.random.next() < 0.5;
    const price = this.sorted(isBuy ? 'ask' : 'bid')[0]?.[0] ?? this.mid;
    return { price, qty: this.quantity(), isBuy };
  }

  /** Best levels of both sides; zeros where a side is empty. */
  touch(): { bid: ModelLevel; ask: ModelLevel } {
    return { bid: this.sorted('bid')[0] ?? [0, 0], ask: this.sorted('ask')[0] ?? [0, 0] };
  }

  private walk(changed: Record<Side, Map<number, number>>): void {
    const ticks = (Math.floor(this.random.next() * 3) + 1) * this.gap;
    this.mid = Math.max(this.levels * 3 * this.gap, this.mid + (this.random.next() < 0.5 ? ticks : -ticks));
    for (const price of [...this.sides.bid.keys()]) if (price > this.mid) this.change(changed, 'bid', price, 0);
    for (const price of [...this.sides.ask.keys()]) if (price <= this.mid) this.change(changed, 'ask', price, 0);
    // What is left behind gets a new best level, so that neither side runs dry.
    this.change(changed, 'bid', this.mid, this.quantity());
    this.change(changed, 'ask', this.mid + 1, this.quantity());
  }

  private change(changed: Record<Side, Map<number, number>>, side: Side, price: number, qty: number): void {
    if (qty === 0) this.sides[side].delete(price);
    else this.sides[side].set(price, qty);
    changed[side].set(price, qty);
  }

  /** A tick within the gap that level number `distance` lies in. */
  private price(side: Side, distance: number): number {
    const ticks = distance * this.gap + this.random.below(this.gap);
    return side === 'bid' ? this.mid - ticks : this.mid + 1 + ticks;
  }

  private quantity(): number {
    return Math.max(1, Math.floor(-Math.log(1 - this.random.next()) * this.spec.typicalQty));
  }

  private sorted(side: Side): ModelLevel[] {
    return [...this.sides[side]].sort((a, b) => (side === 'bid' ? b[0] - a[0] : a[0] - b[0]));
  }
}

/** How a venue orders the levels of a message: the best of each side first, or both sides by rising price. */
export type LevelOrder = 'best-first' | 'rising';

/** The same change in a venue's order. */
export function orderChange({ bids, asks }: ModelChange, order: LevelOrder): ModelChange {
  const rising = (a: ModelLevel, b: ModelLevel): number => a[0] - b[0];
  const falling = (a: ModelLevel, b: ModelLevel): number => b[0] - a[0];
  return { bids: bids.toSorted(order === 'rising' ? rising : falling), asks: asks.toSorted(rising) };
}

/**
 * What a venue that shows only `depth` levels sends between two of its windows: nothing for levels that were pushed out, the
 * whole level for those that came back.
 */
export function windowChange(before: ModelChange, after: ModelChange): ModelChange {
  const side = (was: readonly ModelLevel[], is: readonly ModelLevel[], isBid: boolean): ModelLevel[] => {
    const old = new Map(was);
    const now = new Map(is);
    const worst = is.at(-1)?.[0];
    const gone = was.filter(([price]) => !now.has(price) && (worst === undefined || (isBid ? price > worst : price < worst)));
    const changed = is.filter(([price, qty]) => old.get(price) !== qty);
    return [...gone.map(([price]): ModelLevel => [price, 0]), ...changed];
  };
  return { bids: side(before.bids, after.bids, true), asks: side(before.asks, after.asks, false) };
}

/** How a venue writes a decimal: all decimals of a scale, the shortest form, or padded to a number of decimals of its own. */
export type NumberStyle = 'fixed' | 'shortest' | number;

export function writeUnits(units: number, scale: number, style: NumberStyle): string {
  if (style === 'fixed') return unitsToFixed(units, scale, scale);
  return style === 'shortest' ? unitsToText(units, scale) : unitsToFixed(units, scale, style);
}

/** Levels as `[["price","quantity"],...]`, or with bare numbers. */
export function writePairs(
  spec: InstrumentSpec,
  levels: readonly ModelLevel[],
  priceStyle: NumberStyle,
  qtyStyle: NumberStyle,
  quote = '"',
): string {
  return `[${levels
    .map(([price, qty]) => {
      const [priceText, qtyText] = [writeUnits(price, spec.priceScale, priceStyle), writeUnits(qty, spec.qtyScale, qtyStyle)];
      return `[${quote}${priceText}${quote},${quote}${qtyText}${quote}]`;
    })
    .join(',')}]`;
}
