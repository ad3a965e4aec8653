import type { SimulatedBook } from '../../market/book.js';
import type { EngineAccount, EngineOrder } from '../../matching/types.js';

/** Ids of the venue are beyond 2^53; those of spot have a prefix besides. */
const SPOT_BASE = 583_900_000_000_000_000n;
const CONTRACT_BASE = 739_113_577_000_000_000n;

export function spotOrderId(id: number): string {
  return `C02__${SPOT_BASE + BigInt(id)}`;
}

export function contractOrderId(id: number): string {
  return String(CONTRACT_BASE + BigInt(id));
}

/** A spot order by its id; undefined when the account has none of it in that book. */
export function spotOrderById(account: EngineAccount, book: SimulatedBook, text: string): EngineOrder | undefined {
  const digits = /^C02__(\d{18})$/.exec(text)?.[1];
  const order = digits === undefined ? undefined : account.order(Number(BigInt(digits) - SPOT_BASE));
  return order?.book === book ? order : undefined;
}

/** A contract order by its id. */
export function contractOrderById(account: EngineAccount, text: string): EngineOrder | undefined {
  if (!/^\d{18}$/.test(text)) return undefined;
  const order = account.order(Number(BigInt(text) - CONTRACT_BASE));
  return order?.book.instrument.market === 'futures' ? order : undefined;
}

/** The newest order of that client id in a book. */
export function orderByClientId(account: EngineAccount, book: SimulatedBook, clientOrderId: string): EngineOrder | undefined {
  const newest = account.orderByClientId(clientOrderId);
  if (newest === undefined || newest.book === book) return newest;
  return account.orders(book).findLast((order) => order.clientOrderId === clientOrderId);
}

/** The unique part of a fill's id. */
export function tradeIdText(tradeId: number): string {
  return `${SPOT_BASE + BigInt(tradeId)}X1`;
}
