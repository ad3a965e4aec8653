import { JsonNode } from '../json.js';
import {
  type Decoded,
  isoUs,
  MalformedFrame,
  type Message,
  priceText,
  qtyText,
  type RawLevel,
  type Trade,
  within,
} from '../message.js';
import { takerOf } from './coinbase-exchange.js';

/** Coinbase Advanced Trade: l2_data and market_trades. @throws MalformedFrame */
export function decodeCoinbaseAdvanced(frame: Uint8Array): Decoded {
  const root = JsonNode.parse(frame);
  const channel = root.get('channel').maybeText();
  if (channel === 'l2_data') {
    const sequence = root.get('sequence_num').integer();
    const exchangeUs = isoUs(root.get('timestamp'));
    return root
      .get('events')
      .items()
      .map((event) => bookEvent(event, sequence, exchangeUs));
  }
  if (channel === 'market_trades') return root.get('events').items().flatMap(tradesEvent);
  return 'unknown';
}

function bookEvent(event: JsonNode, sequence: number, exchangeUs: number): Message {
  const symbol = event.get('product_id').text();
  return within(symbol, () => {
    const type = event.get('type').text();
    if (type !== 'snapshot' && type !== 'update') throw new MalformedFrame(`type: ${type}`);
    const bids: RawLevel[] = [];
    const asks: RawLevel[] = [];
    for (const update of event.get('updates').items()) {
      const side = update.get('side').text();
      if (side !== 'bid' && side !== 'offer') throw new MalformedFrame(`side: ${side}`);
      const level = { price: priceText(update.get('price_level').token()), qty: qtyText(update.get('new_quantity').token()) };
      (side === 'bid' ? bids : asks).push(level);
    }
    const action = type === 'snapshot' ? 'snapshot' : 'delta';
    return { kind: 'book', symbol, action, sync: 'connection', lastSequence: sequence, bids, asks, exchangeUs };
  });
}

/** One message per product, in order of appearance. `side` is the maker's: recorded sales at the ask say SELL. */
function tradesEvent(event: JsonNode): Message[] {
  const bySymbol = new Map<string, Trade[]>();
  for (const trade of event.get('trades').items()) {
    const symbol = trade.get('product_id').text();
    const trades = bySymbol.get(symbol) ?? [];
    bySymbol.set(symbol, trades);
    trades.push({
      price: qtyText(trade.get('price').token()),
      qty: qtyText(trade.get('size').token()),
      side: takerOf(trade.get('side').text()),
      id: trade.get('trade_id').token(),
      exchangeUs: isoUs(trade.get('time')),
    });
  }
  return [...bySymbol].map(([symbol, trades]) => ({ kind: 'trades', symbol, trades }));
}
