import { JsonNode } from '../json.js';
import type { Side } from '../ladder.js';
import {
  type Decoded,
  isoNanoseconds,
  isoUs,
  MalformedFrame,
  type Message,
  type OrderEvent,
  priceText,
  qtyText,
  within,
} from '../message.js';

/** Kraken v2 level3: single orders with a checksum. @throws MalformedFrame */
export function decodeKrakenL3(frame: Uint8Array): Decoded {
  const root = JsonNode.parse(frame);
  if (root.get('channel').maybeText() !== 'level3') return 'unknown';
  const type = root.get('type').text();
  if (type !== 'snapshot' && type !== 'update') throw new MalformedFrame(`type: ${type}`);
  return root
    .get('data')
    .items()
    .map((entry) => ordersOf(entry, type));
}

function ordersOf(entry: JsonNode, action: 'snapshot' | 'update'): Message {
  const symbol = entry.get('symbol').text();
  return within(symbol, () => ({
    kind: 'orders',
    symbol,
    action,
    sequence: undefined,
    events: [...sideEvents(entry.get('asks'), 'ask', action), ...sideEvents(entry.get('bids'), 'bid', action)],
    checksum: action === 'snapshot' ? entry.get('checksum').maybeInteger() : entry.get('checksum').integer(),
    exchangeUs: isoUs(entry.get('timestamp')),
  }));
}

function sideEvents(node: JsonNode, side: Side, action: 'snapshot' | 'update'): OrderEvent[] {
  return node.items().map((order) => {
    const id = order.get('order_id').text();
    const event = action === 'snapshot' ? 'add' : order.get('event').text();
    if (event === 'delete') return { type: 'delete', id };
    if (event !== 'add' && event !== 'modify') throw new MalformedFrame(`event: ${event}`);
    const rank = isoNanoseconds(order.get('timestamp').text());
    if (rank === undefined) throw new MalformedFrame('timestamp expected');
    const price = priceText(order.get('limit_price').token());
    return { type: event, id, side, price, qty: qtyText(order.get('order_qty').token()), rank };
  });
}
