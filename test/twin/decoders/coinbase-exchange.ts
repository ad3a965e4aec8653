import { JsonNode } from '../json.js';
import {
  type Decoded,
  isoUs,
  MalformedFrame,
  type Message,
  optionalPrice,
  pairs,
  priceText,
  qtyText,
  type RawLevel,
  within,
} from '../message.js';

/** Coinbase Exchange: level2 and level2_batch, match, last_match, ticker. @throws MalformedFrame */
export function decodeCoinbaseExchange(frame: Uint8Array): Decoded {
  const root = JsonNode.parse(frame);
  const type = root.get('type').maybeText();
  const read = type === undefined ? undefined : READERS.get(type);
  if (read === undefined) return 'unknown';
  const symbol = root.get('product_id').text();
  return [type === 'snapshot' || type === 'l2update' ? within(symbol, () => read(symbol, root)) : read(symbol, root)];
}

/** A trade of the matches and full channels; `side` there is the maker's. */
export function coinbaseMatch(symbol: string, root: JsonNode): Message {
  return {
    kind: 'trades',
    symbol,
    trades: [
      {
        price: qtyText(root.get('price').token()),
        qty: qtyText(root.get('size').token()),
        side: takerOf(root.get('side').text()),
        id: root.get('trade_id').token(),
        exchangeUs: isoUs(root.get('time')),
      },
    ],
  };
}

/** The taker's sign where the frame names the maker's side. */
export function takerOf(makerSide: string): 1 | -1 {
  if (makerSide === 'sell' || makerSide === 'SELL') return 1;
  if (makerSide === 'buy' || makerSide === 'BUY') return -1;
  throw new MalformedFrame(`side: ${makerSide}`);
}

const READERS: ReadonlyMap<string, (symbol: string, root: JsonNode) => Message> = new Map([
  ['snapshot', snapshot],
  ['l2update', update],
  ['match', coinbaseMatch],
  ['last_match', coinbaseMatch],
  ['ticker', ticker],
]);

function snapshot(symbol: string, root: JsonNode): Message {
  return {
    kind: 'book',
    symbol,
    action: 'snapshot',
    sync: 'count',
    bids: pairs(root.get('bids')),
    asks: pairs(root.get('asks')),
    exchangeUs: isoUs(root.get('time')),
  };
}

function update(symbol: string, root: JsonNode): Message {
  const bids: RawLevel[] = [];
  const asks: RawLevel[] = [];
  for (const change of root.get('changes').items()) {
    const side = change.at(0).text();
    if (side !== 'buy' && side !== 'sell') throw new MalformedFrame(`side: ${side}`);
    (side === 'buy' ? bids : asks).push({ price: priceText(change.at(1).token()), qty: qtyText(change.at(2).token()) });
  }
  return { kind: 'book', symbol, action: 'delta', sync: 'count', bids, asks, exchangeUs: isoUs(root.get('time')) };
}

/** Older tickers have no sizes. */
function ticker(symbol: string, root: JsonNode): Message {
  return {
    kind: 'ticker',
    symbol,
    bidPrice: optionalPrice(root.get('best_bid')),
    bidQty: optionalPrice(root.get('best_bid_size')),
    askPrice: optionalPrice(root.get('best_ask')),
    askQty: optionalPrice(root.get('best_ask_size')),
    sequence: root.get('sequence').maybeInteger(),
  };
}
