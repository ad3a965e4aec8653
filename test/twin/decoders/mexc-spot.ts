import { parseUnits } from '../decimal.js';
import { JsonNode } from '../json.js';
import {
  type BookMessage,
  type Decoded,
  MalformedFrame,
  type Message,
  pairs,
  priceText,
  qtyText,
  type RawLevel,
  within,
} from '../message.js';
import { decodePush, type MexcLevel, type MexcPush } from './mexc-proto.js';

const OPENING_BRACE = 0x7b;

/** MEXC spot push frames: protobuf; whatever starts with a brace is an answer in JSON. @throws MalformedFrame */
export function decodeMexcSpot(frame: Uint8Array): Decoded {
  if (frame[0] === OPENING_BRACE) return 'unknown';
  const push = decodeOrThrow(frame);
  const symbol = push.symbol === undefined || push.symbol === '' ? symbolOfChannel(push.channel) : push.symbol;
  if (push.body === undefined) return 'unknown';
  const name = Buffer.from(symbol, 'utf8').toString('latin1');
  const isBook = push.body === 'publicAggreDepths' || push.body === 'publicLimitDepths';
  const message = isBook ? within(name, () => readBody(name, push)) : readBody(name, push);
  return message === undefined ? 'unknown' : [message];
}

/** Body of GET /api/v3/depth. @throws MalformedFrame */
export function decodeMexcSpotSnapshot(symbol: string, body: Uint8Array): BookMessage {
  const root = JsonNode.parse(body);
  return within(symbol, () => ({
    kind: 'book',
    symbol,
    action: 'snapshot',
    sync: 'mexc',
    lastSequence: root.get('lastUpdateId').integer(),
    bids: pairs(root.get('bids')),
    asks: pairs(root.get('asks')),
    exchangeUs: 0,
  }));
}

function decodeOrThrow(frame: Uint8Array): MexcPush {
  try {
    return decodePush(frame);
  } catch {
    throw new MalformedFrame('no protobuf message');
  }
}

/** "spot@public.limit.depth.v3.api.pb@BTCUSDT@5": the part in capitals. */
function symbolOfChannel(channel: string): string {
  return channel.split('@').find((part) => /^[A-Z0-9_]+$/.test(part) && /[A-Z]/.test(part)) ?? '';
}

function readBody(symbol: string, push: MexcPush): Message | undefined {
  const exchangeUs = (push.sendTime ?? push.createTime ?? 0) * 1000;
  const book = { kind: 'book', symbol, sync: 'mexc', exchangeUs } as const;
  switch (push.body) {
    case 'publicAggreDepths': {
      const body = push.publicAggreDepths;
      if (body === undefined) return undefined;
      const firstSequence = version(body.fromVersion);
      return {
        ...book,
        action: 'delta',
        firstSequence,
        lastSequence: version(body.toVersion),
        bids: levels(body.bids),
        asks: levels(body.asks),
      };
    }
    case 'publicLimitDepths': {
      const body = push.publicLimitDepths;
      if (body === undefined) return undefined;
      return {
        ...book,
        action: 'replace',
        lastSequence: version(body.version),
        bids: levels(body.bids),
        asks: levels(body.asks),
      };
    }
    case 'publicAggreDeals':
      return { kind: 'trades', symbol, trades: (push.publicAggreDeals?.deals ?? []).map(tradeOf) };
    default:
      return tickerOf(symbol, push);
  }
}

function tradeOf(deal: { price: string; quantity: string; tradeType: number; time: number; tradeId: string }): {
  price: string;
  qty: string;
  side: 1 | -1 | 0;
  id: string;
  exchangeUs: number;
} {
  const side = deal.tradeType === 1 ? 1 : deal.tradeType === 2 ? -1 : 0;
  return { price: qtyText(deal.price), qty: qtyText(deal.quantity), side, id: deal.tradeId, exchangeUs: deal.time * 1000 };
}

function tickerOf(symbol: string, push: MexcPush): Message | undefined {
  const body = push.publicAggreBookTicker;
  if (body === undefined) return undefined;
  return {
    kind: 'ticker',
    symbol,
    bidPrice: qtyText(body.bidPrice || '0'),
    bidQty: qtyText(body.bidQuantity || '0'),
    askPrice: qtyText(body.askPrice || '0'),
    askQty: qtyText(body.askQuantity || '0'),
    sequence: body.version === '' ? undefined : version(body.version),
  };
}

function levels(items: readonly MexcLevel[]): RawLevel[] {
  return items.map(({ price, quantity }) => ({ price: priceText(price), qty: qtyText(quantity) }));
}

function version(text: string): number {
  const value = parseUnits(text, 0);
  if (typeof value !== 'number' || value < 0) throw new MalformedFrame(`version: ${text}`);
  return value;
}
