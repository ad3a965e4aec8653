import { type Decimal, Exact, tenTo } from '../domain/decimal.js';
import type { Side } from '../domain/order.js';
import { LEGS_MAX } from '../strategy/intent.js';
import type { BookInfo } from '../strategy/universe.js';
import { baseOf, type CyclePlan } from './cycle-plan.js';
import type { CycleTally } from './cycle-tally.js';
import type { BestPrices } from './seen-levels.js';

/** Which is preferred at the same price. */
const WAYS = ['complete', 'fallback', 'unwind'] as const;

/** A book in which an amount can be hedged. */
export interface HedgeBook {
  /** `complete`: what the leg still lacks. `fallback`: another venue. `unwind`: the filled leg back. */
  readonly way: (typeof WAYS)[number];
  readonly leg: number;
  readonly info: BookInfo;
  /** Most of it, in base units; null without a bound. */
  readonly mostBase: Decimal | null;
  /** Price of the leg there; null on the fallback. */
  readonly limitPrice: string | null;
  readonly reduceOnly: boolean;
  readonly isReducing: boolean;
}

/** Where an unhedged amount could be hedged; legs in the order of the plan. */
export function hedgeBooks({ legs, fallback }: CyclePlan, tally: CycleTally, residual: Decimal): HedgeBook[] {
  const books: HedgeBook[] = [];
  const needed: Side = residual.gt(0) ? 'sell' : 'buy';
  for (const { leg, info, limitPrice, side, quantity, ...planned } of legs) {
    const filled = tally.legQuantity(leg);
    const isMissing = side === needed;
    const mostBase = baseOf(info, isMissing ? new Exact(quantity).sub(filled.abs()) : filled.abs());
    if (!mostBase.gt(0)) continue;
    // What a closing leg filled cannot be taken back by an order that only reduces.
    const isReducing = isMissing ? planned.isReducing : !planned.isReducing;
    const reduceOnly = isMissing ? planned.reduceOnly : isReducing && info.instrument.market === 'futures';
    books.push({ way: isMissing ? 'complete' : 'unwind', leg, info, mostBase, limitPrice, reduceOnly, isReducing });
  }
  if (fallback !== null && legs.length < LEGS_MAX) {
    const other = { leg: legs.length, info: fallback, mostBase: null, limitPrice: null, reduceOnly: false, isReducing: false };
    books.push({ way: 'fallback', ...other });
  }
  return books;
}

/**
 * Books to hedge in, those to be tried first in one group: over the books of a group an amount is split by price. At first the missing
 * legs, as long as their tries last; then all, those before others that have left less of a hedge undone.
 * @param failures hedges of a leg that were not filled whole
 */
export function hedgeGroups<Book extends Pick<HedgeBook, 'way' | 'leg'>>(
  books: readonly Book[],
  attempt: number,
  completeAttempts: number,
  failures: (leg: number) => number,
): Book[][] {
  const isFirst = ({ way }: Book): boolean => attempt < completeAttempts && way === 'complete';
  const rank = (book: Book): number => (isFirst(book) ? -1 : failures(book.leg));
  const sorted = books.toSorted((left, right) => WAYS.indexOf(left.way) - WAYS.indexOf(right.way));
  const ranks = [...new Set(sorted.map(rank))].toSorted((left, right) => left - right);
  return ranks.map((one) => sorted.filter((book) => rank(book) === one));
}

/**
 * Worst price that a hedge takes: a fraction worse than the missing leg's own limit, or than the best price elsewhere.
 * @param loss the fraction
 * @returns null where no price is known that is new enough
 */
export function worstPrice(book: HedgeBook, side: Side, loss: number, prices: BestPrices, oldestUs: number): string | null {
  const reference = freshPrice(book, side, prices, oldestUs) ?? book.limitPrice;
  return reference === null ? null : new Exact(reference).mul(side === 'buy' ? 1 + loss : 1 - loss).toFixed();
}

/** The missing leg is completed at its own limit; elsewhere the best price counts. */
function freshPrice({ way, info }: HedgeBook, side: Side, prices: BestPrices, oldestUs: number): string | null {
  if (way === 'complete' || !prices.isTradable(info.book, oldestUs)) return null;
  const units = side === 'buy' ? prices.askPriceUnits(info.book) : prices.bidPriceUnits(info.book);
  return units > 0 ? new Exact(units).div(tenTo(info.priceScale)).toFixed() : null;
}
