import type { JsonNode } from '../json.js';
import { JsonNode as Json } from '../json.js';
import {
  type BookMessage,
  type Decoded,
  MalformedFrame,
  type Message,
  millisecondsUs,
  optionalPrice,
  pairs,
  qtyText,
  within,
} from '../message.js';

export type BinanceMarket = 'spot' | 'usdm';

/** Binance WebSocket frames, raw or wrapped in {"stream","data"}. @throws MalformedFrame */
export function decodeBinance(market: BinanceMarket, frame: Uint8Array): Decoded {
  const root = Json.parse(frame);
  const wrapped = root.get('data').isObject;
  const data = wrapped ? root.get('data') : root;
  const stream = wrapped ? (root.get('stream').maybeText() ?? '') : '';
  const event = data.get('e').maybeText();
  if (event === undefined && data.get('s').isAbsent && !data.get('lastUpdateId').isAbsent)
    return partialDepth(market, stream, data);
  const symbol = data.get('s').maybeText();
  if (symbol === undefined) {
    if (event === 'depthUpdate') throw new MalformedFrame('no symbol');
    return 'unknown';
  }
  const message =
    event === 'depthUpdate'
      ? within(symbol, () => depthUpdate(market, stream, symbol, data))
      : readEvent(market, event, symbol, data);
  return message === undefined ? 'unknown' : [message];
}

/** "btcusdt@depth20@100ms" names its symbol in small letters. */
function symbolOfStream(stream: string): string | undefined {
  return /^([^@]+)@/.exec(stream)?.[1]?.toUpperCase();
}

/** Body of GET /api/v3/depth or /fapi/v1/depth. @throws MalformedFrame */
export function decodeBinanceSnapshot(market: BinanceMarket, symbol: string, body: Uint8Array): BookMessage {
  const root = Json.parse(body);
  return within(symbol, () => ({ ...topLevels(market, symbol, root), action: 'snapshot' as const }));
}

/** Partial depth of futures looks like a diff; without its stream's name only the subscription tells them apart. */
function depthUpdate(market: BinanceMarket, stream: string, symbol: string, data: JsonNode): BookMessage {
  const action = /@depth\d/.test(stream) ? 'replace' : market === 'spot' ? 'delta' : 'by-rule';
  return {
    kind: 'book',
    symbol,
    action,
    sync: market === 'spot' ? 'binance-spot' : 'binance-usdm',
    firstSequence: data.get('U').integer(),
    lastSequence: data.get('u').integer(),
    previousSequence: market === 'usdm' ? data.get('pu').integer() : undefined,
    bids: pairs(data.get('b')),
    asks: pairs(data.get('a')),
    exchangeUs: millisecondsUs(data.get('E')),
  };
}

function readEvent(market: BinanceMarket, event: string | undefined, symbol: string, data: JsonNode): Message | undefined {
  switch (event) {
    case 'aggTrade':
    case 'trade':
      return {
        kind: 'trades',
        symbol,
        trades: [
          {
            price: qtyText(data.get('p').token()),
            qty: qtyText(data.get('q').token()),
            side: data.get('m').isTrue ? -1 : 1,
            id: data.get(event === 'trade' ? 't' : 'a').token(),
            exchangeUs: millisecondsUs(data.get('T')),
          },
        ],
      };
    case 'markPriceUpdate':
      return market === 'spot' ? undefined : markPrice(symbol, data);
    case 'bookTicker':
    case undefined:
      return ['b', 'B', 'a', 'A'].some((key) => data.get(key).isAbsent) ? undefined : bookTicker(symbol, data);
    default:
      return undefined;
  }
}

function partialDepth(market: BinanceMarket, stream: string, data: JsonNode): Decoded {
  const symbol = symbolOfStream(stream);
  if (symbol === undefined) return 'unknown';
  return within(symbol, () => [topLevels(market, symbol, data)]);
}

function topLevels(market: BinanceMarket, symbol: string, data: JsonNode): BookMessage {
  return {
    kind: 'book',
    symbol,
    action: 'replace',
    sync: market === 'spot' ? 'binance-spot' : 'binance-usdm',
    lastSequence: data.get('lastUpdateId').integer(),
    bids: pairs(data.get('bids')),
    asks: pairs(data.get('asks')),
    exchangeUs: millisecondsUs(data.get('E')),
  };
}

function bookTicker(symbol: string, data: JsonNode): Message {
  return {
    kind: 'ticker',
    symbol,
    bidPrice: optionalPrice(data.get('b')),
    bidQty: qtyText(data.get('B').token()),
    askPrice: optionalPrice(data.get('a')),
    askQty: qtyText(data.get('A').token()),
    sequence: data.get('u').integer(),
  };
}

function markPrice(symbol: string, data: JsonNode): Message {
  return {
    kind: 'mark',
    symbol,
    markPrice: data.get('p').double(),
    indexPrice: data.get('i').double(),
    fundingRate: data.get('r').maybeText() === '' ? undefined : data.get('r').double(),
    nextFundingUs: millisecondsUs(data.get('T')),
  };
}
