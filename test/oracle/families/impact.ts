import { KernelError } from '../../../src/domain/errors.js';
import { BASE, BUY, type Pricing, QUOTE, SELL } from '../../../src/kernel/pricing.js';
import { type Family, fromUnits, orNull } from '../family.js';
import type { ReferenceBook } from '../reference.js';
import { namedBook, type WalkInput, walkAmount } from './vwap.js';

type ImpactInput =
  | ({ readonly type: 'slippage' } & WalkInput)
  | { readonly type: 'depth'; readonly book: string; readonly reference: 'mid' | 'best'; readonly pct: string }
  | { readonly type: 'imbalance' | 'microprice' | 'pressure'; readonly book: string; readonly levels: number };

/** Family `impact`: slippage, depth, imbalance, microprice, pressure. */
export const impact: Family = (books, file, reference) => {
  const input = reference.input as unknown as ImpactInput;
  const book = namedBook(file, input.book);
  if (!books.price(book)) throw new KernelError(`book ${input.book} exceeds 2^53 units`, {});
  const { pricing } = books;
  switch (input.type) {
    case 'slippage':
      return { got: slippage(pricing, book, input) };
    case 'depth':
      return { got: depth(pricing, book, input.reference, Number(input.pct)) };
    case 'imbalance':
      return { got: { value: orNull(pricing.imbalance(input.levels)) } };
    case 'microprice':
      return { got: { value: fromUnits(pricing.microprice(input.levels), book.priceDecimals) } };
    case 'pressure':
      return { got: { value: orNull(pricing.pressure(input.levels)) } };
    default:
      return { skipped: `impact/${(input as { type: string }).type}` };
  }
};

function slippage(pricing: Pricing, book: ReferenceBook, input: WalkInput): unknown {
  const amount = walkAmount(book, input);
  if (amount === 'INVALID_AMOUNT') return { error: amount };
  const full = pricing.impactExact(input.side === 'buy' ? BUY : SELL, input.mode === 'base' ? BASE : QUOTE, amount);
  return { bestBps: orNull(pricing.bestBps), midBps: orNull(pricing.midBps), worstBps: orNull(pricing.worstBps), full };
}

function depth(pricing: Pricing, book: ReferenceBook, reference: 'mid' | 'best', pct: number): unknown {
  if (reference === 'mid') pricing.depthFromMid(pct);
  else pricing.depthFromBest(pct);
  const side = (base: number, quote: number, levels: number): unknown =>
    Number.isNaN(levels)
      ? null
      : { base: fromUnits(base, book.qtyDecimals), quote: fromUnits(quote, book.priceDecimals + book.qtyDecimals), levels };
  return {
    bid: side(pricing.bidDepthBaseUnits, pricing.bidDepthQuoteUnits, pricing.bidDepthLevels),
    ask: side(pricing.askDepthBaseUnits, pricing.askDepthQuoteUnits, pricing.askDepthLevels),
  };
}
