import { JsonNode } from '../json.js';
import {
  type BookMessage,
  type Decoded,
  isoUs,
  MalformedFrame,
  type Message,
  pairs,
  qtyText,
  type RawLevel,
  records,
  type Trade,
  within,
} from '../message.js';

/** Kraken book and trade, v1 (arrays) and v2 (objects), told apart by the first byte. @throws MalformedFrame */
export function decodeKraken(frame: Uint8Array): Decoded {
  const root = JsonNode.parse(frame);
  return root.isArray ? decodeV1(root) : decodeV2(root);
}

/** [channelID, payload, (second payload,) "book-10", "XBT/USD"]. */
function decodeV1(root: JsonNode): Decoded {
  const items = root.items();
  const channel = root.at(-2).maybeText() ?? '';
  const isBook = /^book-\d+$/.test(channel);
  if (!isBook && channel !== 'trade') return 'unknown';
  const symbol = root.at(-1).text();
  const payloads = items.slice(1, -2);
  if (isBook) return [within(symbol, () => bookV1(symbol, payloads))];
  if (payloads.length === 0) throw new MalformedFrame('no payload');
  return [{ kind: 'trades', symbol, trades: payloads.flatMap((payload) => payload.items().map(tradeV1)) }];
}

function bookV1(symbol: string, payloads: readonly JsonNode[]): BookMessage {
  const first = payloads[0];
  if (first?.isObject !== true) throw new MalformedFrame('object expected');
  const base = { kind: 'book', symbol, sync: 'count' } as const;
  if (!first.get('as').isAbsent || !first.get('bs').isAbsent) {
    if (payloads.length !== 1) throw new MalformedFrame('one payload expected');
    const bids = pairs(first.get('bs'));
    const asks = pairs(first.get('as'));
    const checksum = first.get('c').maybeInteger();
    return { ...base, action: 'snapshot', bids, asks, checksum, exchangeUs: 0 };
  }
  const bids: RawLevel[] = [];
  const asks: RawLevel[] = [];
  let checksum: number | undefined;
  for (const payload of payloads) {
    if (!payload.isObject) throw new MalformedFrame('object expected');
    if (!payload.get('b').isAbsent) bids.push(...pairs(payload.get('b')));
    if (!payload.get('a').isAbsent) asks.push(...pairs(payload.get('a')));
    checksum = payload.get('c').maybeInteger() ?? checksum;
  }
  if (checksum === undefined) throw new MalformedFrame('no checksum');
  return { ...base, action: 'delta', bids, asks, checksum, exchangeUs: 0 };
}

/** [price, volume, time in seconds, "b" or "s", order type, misc]; no id. */
function tradeV1(row: JsonNode): Trade {
  return {
    price: qtyText(row.at(0).token()),
    qty: qtyText(row.at(1).token()),
    side: sideOf(row.at(3).text(), 'b', 's'),
    id: '',
    exchangeUs: Math.round(row.at(2).double() * 1e6),
  };
}

function decodeV2(root: JsonNode): Decoded {
  const channel = root.get('channel').maybeText();
  if (channel !== 'book' && channel !== 'trade') return 'unknown';
  const type = root.get('type').text();
  if (type !== 'snapshot' && type !== 'update') throw new MalformedFrame(`type: ${type}`);
  const data = root.get('data').items();
  if (channel === 'book') return data.map((entry) => bookV2(entry, type === 'snapshot'));
  const bySymbol = new Map<string, Trade[]>();
  for (const entry of data) {
    const symbol = entry.get('symbol').text();
    const trades = bySymbol.get(symbol) ?? [];
    bySymbol.set(symbol, trades);
    trades.push(tradeV2(entry));
  }
  return [...bySymbol].map(([symbol, trades]): Message => ({ kind: 'trades', symbol, trades }));
}

function bookV2(entry: JsonNode, isSnapshot: boolean): Message {
  const symbol = entry.get('symbol').text();
  return within(symbol, () => ({
    kind: 'book',
    symbol,
    action: isSnapshot ? 'snapshot' : 'delta',
    sync: 'count',
    bids: records(entry.get('bids'), 'price', 'qty'),
    asks: records(entry.get('asks'), 'price', 'qty'),
    checksum: isSnapshot ? entry.get('checksum').maybeInteger() : entry.get('checksum').integer(),
    exchangeUs: isoUs(entry.get('timestamp')),
  }));
}

function tradeV2(entry: JsonNode): Trade {
  return {
    price: qtyText(entry.get('price').token()),
    qty: qtyText(entry.get('qty').token()),
    side: sideOf(entry.get('side').text(), 'buy', 'sell'),
    id: entry.get('trade_id').token(),
    exchangeUs: isoUs(entry.get('timestamp')),
  };
}

function sideOf(text: string, buy: string, sell: string): 1 | -1 {
  if (text === buy) return 1;
  if (text === sell) return -1;
  throw new MalformedFrame(`side: ${text}`);
}
