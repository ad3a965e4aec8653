import { KernelError } from '../../../src/domain/errors.js';
import { BASE, BUY, parseAmount, QUOTE, SELL } from '../../../src/kernel/pricing.js';
import { exactVwap } from '../../../src/kernel/pricing-exact.js';
import { type Family, fromUnits } from '../family.js';
import type { ReferenceBook, ReferenceFile } from '../reference.js';

/** The input of a walk. */
export interface WalkInput {
  readonly book: string;
  readonly side: 'buy' | 'sell';
  readonly mode: 'base' | 'quote';
  readonly amount: string;
}

/** The book a case names. @throws KernelError when the file has none of that name */
export function namedBook(file: ReferenceFile, name: string): ReferenceBook {
  const book = file.books[name];
  if (book === undefined) throw new KernelError(`${file.path} has no book ${name}`, { name });
  return book;
}

/** The amount of a walk in units of its book. */
export function walkAmount(book: ReferenceBook, { mode, amount }: WalkInput): ReturnType<typeof parseAmount> {
  return parseAmount(amount, book.qtyDecimals + (mode === 'quote' ? book.priceDecimals : 0));
}

/** Family `vwap`: the kernel where the book fits 2^53 units, the exact walk where it does not. */
export const vwap: Family = (books, file, reference) => {
  const input = reference.input as unknown as WalkInput;
  const book = namedBook(file, input.book);
  const amount = walkAmount(book, input);
  if (amount === 'INVALID_AMOUNT') return { got: { error: amount } };
  if (!books.price(book)) {
    const exact = exactVwap(input.side === 'buy' ? book.asks : book.bids, input.mode, input.amount);
    if (exact === 'INVALID_AMOUNT') return { got: { error: exact } };
    const { averagePrice, ...rest } = exact;
    return { got: { ...rest, avgPrice: averagePrice } };
  }
  const { pricing } = books;
  const full = pricing.vwapExact(input.side === 'buy' ? BUY : SELL, input.mode === 'base' ? BASE : QUOTE, amount);
  return {
    got: {
      filledBase: fromUnits(pricing.filledBaseUnits, book.qtyDecimals),
      filledQuote: fromUnits(pricing.filledQuoteUnits, book.priceDecimals + book.qtyDecimals),
      avgPrice: fromUnits(pricing.averagePriceUnits, book.priceDecimals),
      worstPrice: fromUnits(pricing.worstPriceUnits, book.priceDecimals),
      levelsUsed: pricing.levelsUsed,
      full,
    },
  };
};
