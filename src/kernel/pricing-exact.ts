import { Decimal } from 'decimal.js';
import { parseAmount } from './pricing.js';

/** Average prices do not terminate; this many digits are kept of them. */
const Exact = Decimal.clone({ precision: 40 });
/** Products and sums are kept whole. */
const Whole = Decimal.clone({ precision: 100 });

/** The outcome of taking an amount; prices are null when nothing was filled. */
export interface ExactWalk {
  readonly filledBase: Decimal;
  readonly filledQuote: Decimal;
  readonly averagePrice: Decimal | null;
  readonly worstPrice: Decimal | null;
  readonly levelsUsed: number;
  readonly full: boolean;
}

/**
 * Takes an amount from one side of a book in decimals: the same rules as `Pricing.vwap`, for books whose numbers exceed 2^53 units
 * and for amounts that money is booked by. Cold paths only.
 * @param levels price and quantity as decimal texts, best first
 * @param amount base assets, or quote assets without fees
 * @returns 'INVALID_AMOUNT' unless `amount` is a finite number above 0
 */
export function exactVwap(
  levels: readonly (readonly [price: string, qty: string])[],
  mode: 'base' | 'quote',
  amount: string,
): ExactWalk | 'INVALID_AMOUNT' {
  if (parseAmount(amount, 0) === 'INVALID_AMOUNT') return 'INVALID_AMOUNT';
  let left = new Whole(amount);
  let filledBase = new Whole(0);
  let filledQuote = new Whole(0);
  let worstPrice: Decimal | null = null;
  let levelsUsed = 0;
  for (const [priceText, qtyText] of levels) {
    if (left.isZero()) break;
    worstPrice = new Whole(priceText);
    levelsUsed++;
    const worth = worstPrice.times(qtyText);
    const held = mode === 'base' ? new Whole(qtyText) : worth;
    if (held.lte(left)) {
      filledBase = filledBase.plus(qtyText);
      filledQuote = filledQuote.plus(worth);
      left = left.minus(held);
    } else {
      filledBase = filledBase.plus(mode === 'base' ? left : left.div(worstPrice));
      filledQuote = filledQuote.plus(mode === 'base' ? worstPrice.times(left) : left);
      left = new Whole(0);
    }
  }
  const averagePrice = levelsUsed === 0 ? null : new Exact(filledQuote).div(filledBase);
  return { filledBase, filledQuote, averagePrice, worstPrice, levelsUsed, full: left.isZero() };
}
