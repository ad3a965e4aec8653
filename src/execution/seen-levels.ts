import { BUY, type TakerSide } from '../kernel/pricing.js';
import type { Views } from '../kernel/views.js';
import type { Levels } from '../strategy/hifa/venue-fill.js';

/** Prices in sight, as far as they may be trusted; whole sides of books where whoever tells them knows them. */
export type BestPrices = Pick<Views, 'bidPriceUnits' | 'askPriceUnits' | 'isTradable'> & Partial<Levels>;

/** One side of one book on the units that all books of a choice share. */
export interface SeenSide {
  /** Book that it is a side of, and whether its prices are new enough. */
  readonly book: number;
  readonly isFresh: boolean;
  /** What its own units have to be multiplied with. */
  readonly priceFactor: number;
  readonly qtyFactor: number;
  /** Price of all that is not seen: the worst that may be taken. */
  readonly limit: number;
}

/**
 * Sides of books one after the other, in common units. What nobody sees is expected at the worst price that may be taken, as much of it
 * as is wanted: a book is known to a certain depth, and its picture is a moment old.
 */
export class SeenLevels implements Levels {
  private sides: readonly SeenSide[] = [];

  constructor(private readonly prices: BestPrices) {}

  /** Begins anew with these sides: to `Levels`, a book is a place in this list. */
  see(sides: readonly SeenSide[]): void {
    this.sides = sides;
  }

  levelCount(place: number, side: TakerSide): number {
    return this.seen(place, side) + 1;
  }
  levelPriceUnits(place: number, side: TakerSide, level: number): number {
    const one = this.sides[place];
    if (one === undefined) return 0;
    return level < this.seen(place, side) ? this.priceAt(one, side, level) : one.limit;
  }
  levelQtyUnits(place: number, side: TakerSide, level: number): number {
    const one = this.sides[place];
    if (one === undefined || level >= this.seen(place, side)) return Number.POSITIVE_INFINITY;
    return (this.prices.levelQtyUnits?.(one.book, side, level) ?? 0) * one.qtyFactor;
  }

  /** Levels within the limit. Without whole sides none is counted: a best price without its size says nothing of depth. */
  private seen(place: number, side: TakerSide): number {
    const one = this.sides[place];
    if (one === undefined || !one.isFresh) return 0;
    const count = this.prices.levelCount?.(one.book, side) ?? 0;
    let within = 0;
    while (within < count && isWithin(this.priceAt(one, side, within), one.limit, side)) within++;
    return within;
  }

  private priceAt({ book, priceFactor }: SeenSide, side: TakerSide, level: number): number {
    return (this.prices.levelPriceUnits?.(book, side, level) ?? 0) * priceFactor;
  }
}

function isWithin(price: number, limit: number, side: TakerSide): boolean {
  return side === BUY ? price <= limit : price >= limit;
}
