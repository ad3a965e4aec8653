// Where the prices and quantities stand in the messages of each venue. For the tools that look at a capture as a whole, before
// the kernel reads it: which symbols are in it, how many decimals they use, how many levels they have.
import {
  DECODER_BINANCE_SPOT,
  DECODER_BINANCE_USDM,
  DECODER_COINBASE_ADVANCED,
  DECODER_COINBASE_EXCHANGE,
  DECODER_COINBASE_FULL,
  DECODER_GATEIO_FUTURES,
  DECODER_GATEIO_SPOT,
  DECODER_KRAKEN,
  DECODER_KRAKEN_L3,
  DECODER_MEXC_CONTRACT,
  DECODER_MEXC_SPOT,
} from '../../../assembly/memory/layout.js';
import { isObject, type JsonObject } from './json.js';

export type Side = 'bid' | 'ask' | 'none';

/** A price and a quantity of one message, in place: they can be read and replaced. */
export interface Figure {
  readonly symbol: string;
  /** `none` for trades and tickers. */
  readonly side: Side;
  /** True for a level of a channel whose every message is a whole book of few levels. */
  readonly replaces: boolean;
  readonly holder: Record<string | number, unknown>;
  readonly priceKey: string | number;
  readonly qtyKey: string | number;
}

export type FigureVisitor = (figure: Figure) => void;

type Reader = (message: unknown, symbol: string, visit: FigureVisitor) => void;

/**
 * Visits every price and quantity of a message. What is not of the venue's form is passed over.
 * @param message the parsed payload; of MEXC spot the protobuf message as an object
 * @param symbol of a REST answer; messages of sockets name theirs
 */
export function visitFigures(decoder: number, message: unknown, symbol: string | undefined, visit: FigureVisitor): void {
  const reader = symbol === undefined ? SOCKET_READERS[decoder] : restBook;
  reader?.(message, symbol ?? '', visit);
}

const SOCKET_READERS: Readonly<Record<number, Reader>> = {
  [DECODER_BINANCE_SPOT]: binance,
  [DECODER_BINANCE_USDM]: binance,
  [DECODER_COINBASE_EXCHANGE]: coinbase,
  [DECODER_COINBASE_FULL]: coinbase,
  [DECODER_COINBASE_ADVANCED]: coinbaseAdvanced,
  [DECODER_KRAKEN]: kraken,
  [DECODER_KRAKEN_L3]: kraken,
  [DECODER_MEXC_SPOT]: mexcSpot,
  [DECODER_MEXC_CONTRACT]: mexcContract,
  [DECODER_GATEIO_SPOT]: gateio,
  [DECODER_GATEIO_FUTURES]: gateio,
};

const SIDE_KEYS: readonly (readonly [string, Side])[] = [
  ['b', 'bid'],
  ['bids', 'bid'],
  ['bs', 'bid'],
  ['a', 'ask'],
  ['asks', 'ask'],
  ['as', 'ask'],
];
const PAIR_KEYS: readonly (readonly [string, string])[] = [
  ['p', 's'],
  ['price', 'quantity'],
  ['price', 'qty'],
  ['price_level', 'new_quantity'],
  ['limit_price', 'order_qty'],
];

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A level or trade: a list that begins with price and quantity, or an object with one of the pairs of names. */
function pair(symbol: string, side: Side, holder: unknown, visit: FigureVisitor, replaces = false): void {
  if (Array.isArray(holder)) {
    visit({ symbol, side, replaces, holder: holder as unknown as Record<number, unknown>, priceKey: 0, qtyKey: 1 });
  } else if (isObject(holder)) {
    const keys = PAIR_KEYS.find(([price, qty]) => holder[price] !== undefined && holder[qty] !== undefined);
    if (keys !== undefined) visit({ symbol, side, replaces, holder, priceKey: keys[0], qtyKey: keys[1] });
  }
}

/** A message about a symbol that has no price of the book's: the symbol counts all the same. */
function mention(symbol: string, visit: FigureVisitor): void {
  visit({ symbol, side: 'none', replaces: false, holder: {}, priceKey: 'price', qtyKey: 'qty' });
}

/** Both sides of a book, whatever they are called. */
function sides(symbol: string, book: JsonObject, visit: FigureVisitor, replaces = false): void {
  mention(symbol, visit);
  for (const [key, side] of SIDE_KEYS) {
    for (const level of list(book[key])) pair(symbol, side, level, visit, replaces);
  }
}

function single(symbol: string, holder: JsonObject, priceKey: string, qtyKey: string, visit: FigureVisitor): void {
  if (holder[priceKey] !== undefined) visit({ symbol, side: 'none', replaces: false, holder, priceKey, qtyKey });
}

function restBook(message: unknown, symbol: string, visit: FigureVisitor): void {
  if (!isObject(message)) return;
  sides(symbol, isObject(message['data']) ? message['data'] : message, visit);
  // Kraken's answer names the pair a second time.
  const result = message['result'];
  if (isObject(result)) for (const book of Object.values(result)) if (isObject(book)) sides(symbol, book, visit);
}

function binance(message: unknown, _symbol: string, visit: FigureVisitor): void {
  if (!isObject(message)) return;
  const data = isObject(message['data']) ? message['data'] : message;
  const symbol = text(data['s']) || text(message['stream']).split('@')[0]?.toUpperCase() || '';
  if (symbol === '' || symbol.startsWith('!')) return;
  const event = data['e'];
  if (event === 'trade' || event === 'aggTrade') single(symbol, data, 'p', 'q', visit);
  else if (event === 'depthUpdate') sides(symbol, data, visit, /@depth\d/.test(text(message['stream'])));
  else if (event === 'markPriceUpdate') mention(symbol, visit);
  else if (data['lastUpdateId'] !== undefined) sides(symbol, data, visit, true);
  else if (event === undefined || event === 'bookTicker') {
    single(symbol, data, 'b', 'B', visit);
    single(symbol, data, 'a', 'A', visit);
  }
}

function coinbase(message: unknown, _symbol: string, visit: FigureVisitor): void {
  if (!isObject(message)) return;
  const symbol = text(message['product_id']);
  if (symbol === '') return;
  sides(symbol, message, visit);
  for (const change of list(message['changes'])) {
    const side = Array.isArray(change) && change[0] === 'buy' ? 'bid' : 'ask';
    visit({ symbol, side, replaces: false, holder: change as Record<number, unknown>, priceKey: 1, qtyKey: 2 });
  }
  single(symbol, message, 'best_bid', 'best_bid_size', visit);
  single(symbol, message, 'best_ask', 'best_ask_size', visit);
  if (message['type'] === 'open') {
    const side = message['side'] === 'buy' ? 'bid' : 'ask';
    visit({ symbol, side, replaces: false, holder: message, priceKey: 'price', qtyKey: 'remaining_size' });
  } else {
    single(symbol, message, 'price', message['size'] === undefined ? 'remaining_size' : 'size', visit);
    single(symbol, message, 'new_price', 'new_size', visit);
  }
}

function coinbaseAdvanced(message: unknown, _symbol: string, visit: FigureVisitor): void {
  if (!isObject(message)) return;
  for (const event of list(message['events'])) {
    if (!isObject(event)) continue;
    for (const update of list(event['updates'])) {
      const side = isObject(update) && update['side'] === 'bid' ? 'bid' : 'ask';
      pair(text(event['product_id']), side, update, visit);
    }
    for (const trade of list(event['trades']))
      if (isObject(trade)) single(text(trade['product_id']), trade, 'price', 'size', visit);
  }
}

function kraken(message: unknown, _symbol: string, visit: FigureVisitor): void {
  if (Array.isArray(message)) {
    const symbol = text(message.at(-1));
    const channel = text(message.at(-2));
    for (const payload of message.slice(1, -2)) {
      if (channel.startsWith('book') && isObject(payload)) sides(symbol, payload, visit);
      else if (channel === 'trade') for (const trade of list(payload)) pair(symbol, 'none', trade, visit);
    }
  } else if (isObject(message)) {
    for (const entry of list(message['data'])) {
      if (!isObject(entry)) continue;
      const symbol = text(entry['symbol']);
      if (message['channel'] === 'book' || message['channel'] === 'level3') sides(symbol, entry, visit);
      else if (message['channel'] === 'trade') pair(symbol, 'none', entry, visit);
    }
  }
}

function mexcSpot(message: unknown, _symbol: string, visit: FigureVisitor): void {
  if (!isObject(message)) return;
  const symbol = text(message['symbol']);
  for (const name of ['publicAggreDepths', 'publicLimitDepths']) {
    const book = message[name];
    if (isObject(book)) sides(symbol, book, visit, name === 'publicLimitDepths');
  }
  const ticker = message['publicAggreBookTicker'];
  if (isObject(ticker)) {
    single(symbol, ticker, 'bidPrice', 'bidQuantity', visit);
    single(symbol, ticker, 'askPrice', 'askQuantity', visit);
  }
  const deals = message['publicAggreDeals'];
  if (isObject(deals)) for (const deal of list(deals['deals'])) pair(symbol, 'none', deal, visit);
}

function mexcContract(message: unknown, _symbol: string, visit: FigureVisitor): void {
  if (!isObject(message)) return;
  const symbol = text(message['symbol']);
  const data = message['data'];
  const channel = text(message['channel']);
  if (channel.startsWith('push.depth') && isObject(data)) sides(symbol, data, visit, channel === 'push.depth.full');
  else if (channel === 'push.deal') {
    for (const deal of Array.isArray(data) ? data : [data]) if (isObject(deal)) single(symbol, deal, 'p', 'v', visit);
  } else if (channel === 'push.ticker' && isObject(data)) {
    single(symbol, data, 'bid1', '', visit);
    single(symbol, data, 'ask1', '', visit);
  } else if (channel === 'push.funding.rate') mention(symbol, visit);
}

function gateio(message: unknown, _symbol: string, visit: FigureVisitor): void {
  if (!isObject(message)) return;
  const channel = text(message['channel']).replace(/^(spot|futures)\./, '');
  const result = message['result'];
  if (channel === 'trades') {
    for (const trade of Array.isArray(result) ? result : [result]) {
      if (!isObject(trade)) continue;
      const symbol = text(trade['currency_pair']) || text(trade['contract']);
      single(symbol, trade, 'price', trade['amount'] === undefined ? 'size' : 'amount', visit);
    }
    return;
  }
  if (!isObject(result)) return;
  const name = text(result['s']) || text(result['contract']);
  const symbol = /^ob\.(.+)\.\d+$/.exec(name)?.[1] ?? name;
  if (channel === 'order_book' || channel === 'order_book_update' || channel === 'obu')
    sides(symbol, result, visit, channel === 'order_book');
  else if (channel === 'book_ticker') {
    single(symbol, result, 'b', 'B', visit);
    single(symbol, result, 'a', 'A', visit);
  }
}
