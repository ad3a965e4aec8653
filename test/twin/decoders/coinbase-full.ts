import { JsonNode } from '../json.js';
import {
  type Decoded,
  isoUs,
  MalformedFrame,
  type Message,
  type OrderEvent,
  type OrdersMessage,
  priceText,
  qtyText,
  within,
} from '../message.js';
import { coinbaseMatch } from './coinbase-exchange.js';

const LIFECYCLE = new Set(['received', 'open', 'match', 'done', 'change']);

/** The full channel of Coinbase Exchange: single orders, numbered without a gap per product. @throws MalformedFrame */
export function decodeCoinbaseFull(frame: Uint8Array): Decoded {
  const root = JsonNode.parse(frame);
  const type = root.get('type').maybeText();
  if (type === undefined || !LIFECYCLE.has(type)) return 'unknown';
  const symbol = root.get('product_id').text();
  return within(symbol, () => {
    const update: OrdersMessage = {
      kind: 'orders',
      symbol,
      action: 'update',
      sequence: root.get('sequence').integer(),
      events: orderEvents(type, root),
      exchangeUs: isoUs(root.get('time')),
    };
    const messages: Message[] = [update];
    if (type === 'match') messages.push(coinbaseMatch(symbol, root));
    return messages;
  });
}

/** Body of GET /products/{id}/book?level=3. @throws MalformedFrame */
export function decodeCoinbaseLevel3(symbol: string, body: Uint8Array): OrdersMessage {
  const root = JsonNode.parse(body);
  return within(symbol, () => ({
    kind: 'orders',
    symbol,
    action: 'snapshot',
    sequence: root.get('sequence').integer(),
    events: [...restOrders(root.get('bids'), 'bid'), ...restOrders(root.get('asks'), 'ask')],
    exchangeUs: isoUs(root.get('time')),
  }));
}

function restOrders(node: JsonNode, side: 'bid' | 'ask'): OrderEvent[] {
  return node.items().map((row) => ({
    type: 'add',
    id: row.at(2).text(),
    side,
    price: priceText(row.at(0).token()),
    qty: qtyText(row.at(1).token()),
    rank: 0n,
  }));
}

function orderEvents(type: string, root: JsonNode): OrderEvent[] {
  switch (type) {
    case 'open': {
      const side = root.get('side').text();
      if (side !== 'buy' && side !== 'sell') throw new MalformedFrame(`side: ${side}`);
      return [
        {
          type: 'add',
          id: root.get('order_id').text(),
          side: side === 'buy' ? 'bid' : 'ask',
          price: priceText(root.get('price').token()),
          qty: qtyText(root.get('remaining_size').token()),
          rank: 0n,
        },
      ];
    }
    case 'match':
      return [{ type: 'fill', id: root.get('maker_order_id').text(), qty: qtyText(root.get('size').token()) }];
    case 'done':
      return [{ type: 'delete', id: root.get('order_id').text() }];
    case 'change':
      return [changeEvent(root)];
    default:
      return [];
  }
}

/** A change of a market order has neither size nor price and is never on the book. */
function changeEvent(root: JsonNode): OrderEvent {
  const size = root.get('new_size');
  const price = root.get('new_price');
  return {
    type: 'resize',
    id: root.get('order_id').text(),
    qty: size.isAbsent ? undefined : qtyText(size.token()),
    price: price.isAbsent ? undefined : priceText(price.token()),
  };
}
