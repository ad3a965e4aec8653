import type { SimulatedBook } from '../market/book.js';
import type { Level } from '../market/ladder.js';
import { divideUp, maxOf, moneyText, ONE } from '../matching/money.js';
import { BookTerms } from '../matching/terms.js';
import type { Money } from '../matching/types.js';
import { SIZE_MULTIPLES, type SizeStatus, type SizeTruth } from './truth.js';

/** What a walk through one side took. */
interface Taken {
  readonly full: boolean;
  readonly quote: Money;
}

/**
 * What every size comes to between two books as they stand, level by level and without a rounding: the least amount of the common lot
 * that is worth the multiple of the larger least order value at the buyer's touch, bought and sold with both taker fees.
 * @returns an empty list when a side is empty
 */
export function exactSizes(buyAt: SimulatedBook, sellAt: SimulatedBook): SizeTruth[] {
  const buying = new BookTerms(buyAt, true);
  const selling = new BookTerms(sellAt, true);
  const ask = buyAt.asks.best();
  const bid = sellAt.bids.best();
  if (ask === undefined || bid === undefined) return [];
  const lot = commonLot(buying.baseFactor, selling.baseFactor);
  const least = maxOf(buying.minValue, selling.minValue);
  return SIZE_MULTIPLES.map((multiple) => {
    const base = divideUp(BigInt(multiple) * least * ONE, buying.price(ask.priceUnits) * lot) * lot;
    const refused = refusal(base, [buying, ask.priceUnits], [selling, bid.priceUnits]);
    const bought = walk(buying, buyAt.asks.levels(), base);
    const sold = walk(selling, sellAt.bids.levels(), base);
    const status = refused ?? (bought.full && sold.full ? 'feasible' : 'too-thin');
    const cost = bought.quote + buying.fee(bought.quote, false);
    const net = sold.quote - selling.fee(sold.quote, false) - cost;
    const feasible = status === 'feasible';
    return {
      multiple,
      status,
      base: moneyText(base),
      cost: moneyText(feasible ? cost : 0n),
      net: moneyText(feasible ? net : 0n),
    };
  });
}

type Touch = readonly [terms: BookTerms, priceUnits: number];

function refusal(base: Money, buy: Touch, sell: Touch): SizeStatus | null {
  if (base === 0n) return 'off-grid';
  if ([buy, sell].some(([terms, price]) => isBelowMinimum(terms, price, base))) return 'below-minimum';
  return [buy, sell].some(([terms]) => units(terms, base) > BigInt(terms.book.instrument.maxQtyUnits)) ? 'above-maximum' : null;
}

function isBelowMinimum(terms: BookTerms, priceUnits: number, base: Money): boolean {
  const quantity = units(terms, base);
  return quantity < BigInt(terms.book.instrument.minQtyUnits) || terms.value(priceUnits, Number(quantity)) < terms.minValue;
}

/** An amount in the quantity units of a book, of which it is a multiple. */
function units(terms: BookTerms, base: Money): bigint {
  return base / terms.baseFactor;
}

function walk(terms: BookTerms, levels: readonly Level[], base: Money): Taken {
  let left = Number(units(terms, base));
  let quote = 0n;
  for (const { priceUnits, qtyUnits } of levels) {
    const part = Math.min(left, qtyUnits);
    quote += terms.value(priceUnits, part);
    left -= part;
    if (left === 0) break;
  }
  return { full: left === 0, quote };
}

/** Least common multiple of two lots. */
function commonLot(left: Money, right: Money): Money {
  let [a, b] = [left, right];
  while (b !== 0n) [a, b] = [b, a % b];
  return (left / a) * right;
}
