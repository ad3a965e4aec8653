import type { SimulatedBook } from '../market/book.js';
import { type Account, OrderRecord } from './account.js';
import type { BookTerms } from './terms.js';
import type { Money, NewOrder } from './types.js';

/** What an order would take from the book as it stands. */
export interface Walked {
  readonly qtyUnits: number;
  readonly quote: Money;
}

/** Whether an order may trade at a price; a market order may at any. */
export function reaches(order: Pick<NewOrder, 'side' | 'priceUnits'>, priceUnits: number): boolean {
  if (order.priceUnits === null) return true;
  return order.side === 'buy' ? priceUnits <= order.priceUnits : priceUnits >= order.priceUnits;
}

/** Whether an order would meet the other side of its book now. */
export function crosses(order: NewOrder): boolean {
  const best = (order.side === 'buy' ? order.book.asks : order.book.bids).best();
  return best !== undefined && reaches(order, best.priceUnits);
}

/** Reckons what matching an order would do, without doing it. */
export function walk(terms: BookTerms, account: Account | null, order: NewOrder): Walked {
  const buy = order.side === 'buy';
  const book: SimulatedBook = order.book;
  let qtyUnits = 0;
  let quote = 0n;
  for (const level of (buy ? book.asks : book.bids).levels()) {
    if (!reaches(order, level.priceUnits)) break;
    for (const front of book.queueAt(buy, level)) {
      if (front.order instanceof OrderRecord && front.order.account === account) {
        if (order.selfTrade === 'cancel-maker') continue;
        return { qtyUnits, quote };
      }
      const wanted =
        order.qtyUnits === null ? terms.unitsFor((order.quoteAmount ?? 0n) - quote, level.priceUnits) : order.qtyUnits - qtyUnits;
      const part = Math.min(wanted, front.qtyUnits);
      qtyUnits += part;
      quote += terms.value(level.priceUnits, part);
      if (part === wanted) return { qtyUnits, quote };
    }
  }
  return { qtyUnits, quote };
}
