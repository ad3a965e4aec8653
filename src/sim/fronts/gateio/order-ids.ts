import type { Market } from '../../../domain/venue.js';
import type { SimulatedBook } from '../../market/book.js';
import type { EngineAccount, EngineOrder } from '../../matching/types.js';
import { Refused, unknownOrder } from './failures.js';

/** Ids of the two stacks are far apart; those of spot are texts on the wire. */
const BASE: Record<Market, number> = { spot: 780_012_300_000, futures: 98_765_400_000 };
const TEXT = /^t-[0-9A-Za-z_.-]{1,28}$/;
/** What an order without an id of the client's says instead. */
const API_TEXT = 'apiv4';
const MINUTE_US = 60e6;
/** How long after its end an order is found by its text, and a futures order without a fill by its id. */
const TEXT_KNOWN_US: Record<Market, number> = { spot: 30 * MINUTE_US, futures: MINUTE_US };
const EMPTY_FUTURES_KNOWN_US = 10 * MINUTE_US;

/** The venue's id of an order. */
export function orderIdOf({ id, book }: EngineOrder): number {
  return BASE[book.instrument.market] + id;
}

/** The text of an order as the venue tells it. */
export function textOfOrder({ clientOrderId }: EngineOrder): string {
  return clientOrderId ?? API_TEXT;
}

/** The client's id that a new order names; `apiv4` and its kind are the venue's own. @throws Refused */
export function clientIdOf(text: string): string | null {
  if (text === '' || text.startsWith('apiv4')) return null;
  if (!TEXT.test(text))
    throw new Refused('INVALID_CLIENT_ORDER_ID', 'text must begin with t- and have up to 28 letters, digits or _-. after it');
  return text;
}

/** Whether the venue still remembers a text of that market. */
export function remembers(account: EngineAccount, market: Market, text: string, nowUs: number): boolean {
  return byText(account, market, text, nowUs) !== undefined;
}

/**
 * The order that an id or a text names.
 * @param book null where the client need not name the market
 * @throws Refused
 */
export function namedOrder(
  account: EngineAccount,
  market: Market,
  book: SimulatedBook | null,
  name: string,
  nowUs: number,
): EngineOrder {
  const ofText = !/^\d+$/.test(name);
  const order = ofText ? byText(account, market, name, nowUs) : byId(account, market, name, nowUs);
  if (order === undefined || (book !== null && order.book !== book)) throw unknownOrder(ofText);
  return order;
}

function byId(account: EngineAccount, market: Market, text: string, nowUs: number): EngineOrder | undefined {
  const order = account.order(Number(text) - BASE[market]);
  if (order?.book.instrument.market !== market) return undefined;
  const gone = market === 'futures' && order.state === 'ended' && order.filledUnits === 0;
  return gone && nowUs - order.updatedUs > EMPTY_FUTURES_KNOWN_US ? undefined : order;
}

function byText(account: EngineAccount, market: Market, text: string, nowUs: number): EngineOrder | undefined {
  const newest = account.orderByClientId(text);
  const order =
    newest === undefined || newest.book.instrument.market === market
      ? newest
      : account.orders().findLast((one) => one.clientOrderId === text && one.book.instrument.market === market);
  if (order === undefined || order.state === 'open') return order;
  return nowUs - order.updatedUs > TEXT_KNOWN_US[market] ? undefined : order;
}
