import { JsonNode } from '../json.js';
import {
  type BookMessage,
  type Decoded,
  MalformedFrame,
  type Message,
  millisecondsUs,
  optionalPrice,
  priceText,
  qtyText,
  type RawLevel,
  type Trade,
  within,
} from '../message.js';

export type GateMarket = 'spot' | 'futures';

/** Gate.io v4: order_book_update, obu, order_book, book_ticker, trades of spot or futures; tickers of futures. @throws MalformedFrame */
export function decodeGate(market: GateMarket, frame: Uint8Array): Decoded {
  const root = JsonNode.parse(frame);
  const [prefix, channel = ''] = (root.get('channel').maybeText() ?? '').split('.');
  const event = root.get('event').maybeText();
  if (prefix !== market || !isPush(market, channel, event)) return 'unknown';
  const result = root.get('result');
  const rows = (): readonly JsonNode[] => (result.isArray ? result.items() : [result]);
  if (channel === 'trades') return tradesOf(market, rows());
  if (channel === 'tickers')
    return rows()
      .flatMap((row) => (row.isArray ? row.items() : [row]))
      .map(marksOf);
  if (!result.isObject) throw new MalformedFrame('result expected');
  const name = result.get(market === 'futures' && channel === 'order_book' ? 'contract' : 's').text();
  const symbol = channel === 'obu' ? symbolOfObu(name) : name;
  return [channel === 'book_ticker' ? bookTicker(symbol, result) : within(symbol, () => readBook(channel, symbol, result))];
}

/** Body of GET /spot/order_book or /futures/{settle}/order_book, both with an id. @throws MalformedFrame */
export function decodeGateSnapshot(symbol: string, body: Uint8Array): BookMessage {
  const root = JsonNode.parse(body);
  return within(symbol, () => ({
    kind: 'book',
    symbol,
    action: 'snapshot',
    sync: 'gate-update',
    lastSequence: root.get('id').integer(),
    bids: levels(root.get('bids')),
    asks: levels(root.get('asks')),
    exchangeUs: 0,
  }));
}

/** An obu frame may come without an event; a whole futures book comes as "all". */
function isPush(market: GateMarket, channel: string, event: string | undefined): boolean {
  switch (channel) {
    case 'order_book_update':
    case 'book_ticker':
    case 'trades':
      return event === 'update';
    case 'obu':
      return event === 'update' || event === undefined;
    case 'tickers':
      return market === 'futures' && event === 'update';
    case 'order_book':
      return event === (market === 'spot' ? 'update' : 'all');
    default:
      return false;
  }
}

/** "ob.BTC_USDT.50" names the market and the number of levels. */
function symbolOfObu(name: string): string {
  const match = /^ob\.(.+)\.\d+$/.exec(name);
  if (match?.[1] === undefined) throw new MalformedFrame(`stream: ${name}`);
  return match[1];
}

function readBook(channel: string, symbol: string, result: JsonNode): Message {
  const base = { kind: 'book', symbol, exchangeUs: millisecondsUs(result.get('t')) } as const;
  if (channel === 'order_book') {
    const id = result.get('lastUpdateId').isAbsent ? result.get('id') : result.get('lastUpdateId');
    const sides = { bids: levels(result.get('bids')), asks: levels(result.get('asks')) };
    return { ...base, ...sides, action: 'replace', sync: 'gate-update', lastSequence: id.maybeInteger() };
  }
  const isWhole = result.get('full').isTrue;
  return {
    ...base,
    action: isWhole ? 'snapshot' : 'delta',
    sync: channel === 'obu' ? 'gate-obu' : 'gate-update',
    firstSequence: isWhole ? undefined : result.get('U').integer(),
    lastSequence: result.get('u').integer(),
    bids: maybeLevels(result.get('b')),
    asks: maybeLevels(result.get('a')),
  };
}

function bookTicker(symbol: string, result: JsonNode): Message {
  return {
    kind: 'ticker',
    symbol,
    bidPrice: optionalPrice(result.get('b')),
    bidQty: optionalPrice(result.get('B')),
    askPrice: optionalPrice(result.get('a')),
    askQty: optionalPrice(result.get('A')),
    sequence: result.get('u').integer(),
  };
}

function marksOf(row: JsonNode): Message {
  const figure = (name: string): number | undefined => (row.get(name).isAbsent ? undefined : row.get(name).double());
  const nextSeconds = figure('funding_next_apply');
  return {
    kind: 'mark',
    symbol: row.get('contract').text(),
    markPrice: figure('mark_price'),
    indexPrice: figure('index_price'),
    fundingRate: figure('funding_rate'),
    nextFundingUs: nextSeconds === undefined ? undefined : nextSeconds * 1e6,
  };
}

function tradesOf(market: GateMarket, rows: readonly JsonNode[]): Message[] {
  const bySymbol = new Map<string, Trade[]>();
  for (const row of rows) {
    const symbol = row.get(market === 'spot' ? 'currency_pair' : 'contract').text();
    const trades = bySymbol.get(symbol) ?? [];
    bySymbol.set(symbol, trades);
    trades.push(market === 'spot' ? spotTrade(row) : futuresTrade(row));
  }
  return [...bySymbol].map(([symbol, trades]): Message => ({ kind: 'trades', symbol, trades }));
}

function spotTrade(row: JsonNode): Trade {
  const side = row.get('side').text();
  if (side !== 'buy' && side !== 'sell') throw new MalformedFrame(`side: ${side}`);
  return { ...tradeBase(row), qty: qtyText(row.get('amount').token()), side: side === 'buy' ? 1 : -1 };
}

/** Signed contracts: below zero means that the taker sold. */
function futuresTrade(row: JsonNode): Trade {
  const size = row.get('size').token();
  const isSale = size.startsWith('-');
  return { ...tradeBase(row), qty: qtyText(isSale ? size.slice(1) : size), side: isSale ? -1 : 1 };
}

function tradeBase(row: JsonNode): { price: string; id: string; exchangeUs: number } {
  const time = row.get('create_time_ms').isAbsent
    ? row.get('create_time').double() * 1e6
    : row.get('create_time_ms').double() * 1e3;
  return { price: qtyText(row.get('price').token()), id: row.get('id').token(), exchangeUs: Math.round(time) };
}

/** [price, size] on spot and in obu, {p, s} on futures; sizes as numbers or as texts. */
function levels(node: JsonNode): RawLevel[] {
  return node.items().map((item) => {
    const [price, size] = item.isObject ? [item.get('p'), item.get('s')] : [item.at(0), item.at(1)];
    return { price: priceText(price.token()), qty: qtyText(size.token()) };
  });
}

/** A delta that changes only the id has no sides at all. */
function maybeLevels(node: JsonNode): RawLevel[] {
  return node.isAbsent ? [] : levels(node);
}
