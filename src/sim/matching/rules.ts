import type { Account } from './account.js';
import { closing } from './futures.js';
import type { MatchingOptions } from './options.js';
import type { BookTerms } from './terms.js';
import type { Money, NewOrder, Refusal } from './types.js';

type Limits = Pick<MatchingOptions, 'clientIdsUniqueAmong' | 'priceBand' | 'openOrdersMax'>;

const OPEN_ORDERS_MAX = 200;

/** What the venue demands of every order, whatever it costs. @returns null when nothing is wrong with it */
export function ruleBroken(terms: BookTerms, account: Account, order: NewOrder, limits: Limits): Refusal | null {
  return (
    priceBroken(order, limits) ??
    quantityBroken(order) ??
    valueBroken(terms, order) ??
    clientIdBroken(account, order, limits) ??
    (hasTooMany(account, order, limits.openOrdersMax ?? OPEN_ORDERS_MAX) ? 'too-many-orders' : null) ??
    reduceOnlyBroken(terms, account, order)
  );
}

function priceBroken({ book, priceUnits }: NewOrder, { priceBand }: Limits): Refusal | null {
  if (priceUnits === null) return null;
  if (!Number.isSafeInteger(priceUnits) || priceUnits <= 0 || priceUnits % book.instrument.tickUnits !== 0)
    return 'price-off-grid';
  const away = Math.abs(priceUnits / book.lastTrade.priceUnits - 1);
  return priceBand !== null && priceBand !== undefined && away > priceBand ? 'price-out-of-band' : null;
}

function quantityBroken({ book, qtyUnits }: NewOrder): Refusal | null {
  if (qtyUnits === null) return null;
  if (qtyUnits < book.instrument.minQtyUnits) return 'quantity-too-small';
  if (qtyUnits > book.instrument.maxQtyUnits) return 'quantity-too-large';
  return Number.isSafeInteger(qtyUnits) ? null : 'quantity-off-grid';
}

function valueBroken(terms: BookTerms, order: NewOrder): Refusal | null {
  const { book, qtyUnits, quoteAmount, reduceOnly } = order;
  const price =
    order.priceUnits ?? (order.side === 'buy' ? book.asks : book.bids).best()?.priceUnits ?? book.lastTrade.priceUnits;
  const value: Money = quoteAmount ?? terms.value(price, qtyUnits ?? 0);
  if (reduceOnly) return null;
  if (value < terms.minValue || (quoteAmount !== null && terms.unitsFor(quoteAmount, price) < 1)) return 'value-too-small';
  return quoteAmount !== null && value > terms.value(price, book.instrument.maxQtyUnits) ? 'value-too-large' : null;
}

function hasTooMany(account: Account, { book }: NewOrder, most: number): boolean {
  return account.open.size >= most && account.openOrders(book).length >= most;
}

function clientIdBroken(account: Account, { clientOrderId }: NewOrder, { clientIdsUniqueAmong }: Limits): Refusal | null {
  const known = clientOrderId === null ? undefined : account.orderByClientId(clientOrderId);
  if (known === undefined) return null;
  return clientIdsUniqueAmong === 'all' || known.state === 'open' ? 'duplicate-client-id' : null;
}

/** A reduce-only order may rest only with what the position and the ones before it leave. */
function reduceOnlyBroken(terms: BookTerms, account: Account, order: NewOrder): Refusal | null {
  if (!order.reduceOnly) return null;
  if (terms.spot) return 'reduce-only';
  const buy = order.side === 'buy';
  let closable = closing(account.position(order.book), buy);
  if (closable === 0) return 'reduce-only';
  if (order.timeInForce === 'ioc' || order.timeInForce === 'fok') return null;
  for (const other of account.openOrders(order.book)) if (other.reduceOnly) closable -= other.leftUnits;
  return (order.qtyUnits ?? 0) > closable ? 'reduce-only' : null;
}
