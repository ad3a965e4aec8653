import { JsonNode } from '../json.js';
import {
  type BookMessage,
  type Decoded,
  MalformedFrame,
  type Message,
  millisecondsUs,
  optionalPrice,
  pairs,
  qtyText,
  type Trade,
  within,
} from '../message.js';

/** MEXC contract pushes: depth (merged or not), full depth, deals, ticker, funding. @throws MalformedFrame */
export function decodeMexcContract(frame: Uint8Array): Decoded {
  const root = JsonNode.parse(frame);
  const channel = root.get('channel').maybeText();
  const read = channel === undefined ? undefined : READERS.get(channel);
  if (read === undefined) return 'unknown';
  const symbol = root.get('symbol').text();
  const data = root.get('data');
  return channel?.startsWith('push.depth') === true ? within(symbol, () => read(symbol, data)) : read(symbol, data);
}

/** Body of GET /api/v1/contract/depth/{symbol}. @throws MalformedFrame */
export function decodeMexcContractSnapshot(symbol: string, body: Uint8Array): BookMessage {
  const data = JsonNode.parse(body).get('data');
  return within(symbol, () => ({ ...book(symbol, data), action: 'snapshot', lastSequence: data.get('version').integer() }));
}

const READERS: ReadonlyMap<string, (symbol: string, data: JsonNode) => Message[]> = new Map([
  ['push.depth', depth],
  [
    'push.depth.full',
    (symbol, data) => [{ ...book(symbol, data), action: 'replace', lastSequence: data.get('version').integer() }],
  ],
  ['push.deal', (symbol, data) => [{ kind: 'trades', symbol, trades: (data.isArray ? data.items() : [data]).map(deal) }]],
  ['push.ticker', ticker],
  ['push.funding.rate', funding],
]);

function book(symbol: string, data: JsonNode): BookMessage {
  const bids = pairs(data.get('bids'));
  const asks = pairs(data.get('asks'));
  return { kind: 'book', symbol, action: 'delta', sync: 'mexc', bids, asks, exchangeUs: millisecondsUs(data.get('cts')) };
}

/** A frame covers begin to end when both are there and not zero, else its version alone. */
function depth(symbol: string, data: JsonNode): Message[] {
  const version = data.get('version').integer();
  const begin = data.get('begin').maybeInteger() ?? 0;
  const end = data.get('end').maybeInteger() ?? 0;
  const isMerged = begin !== 0 && end !== 0;
  return [{ ...book(symbol, data), firstSequence: isMerged ? begin : version, lastSequence: isMerged ? end : version }];
}

function deal(data: JsonNode): Trade {
  const type = data.get('T').integer();
  if (type !== 1 && type !== 2) throw new MalformedFrame(`deal type: ${type}`);
  return {
    price: qtyText(data.get('p').token()),
    qty: qtyText(data.get('v').token()),
    side: type === 1 ? 1 : -1,
    id: data.get('i').isAbsent ? '' : data.get('i').token(),
    exchangeUs: millisecondsUs(data.get('t')),
  };
}

function ticker(symbol: string, data: JsonNode): Message[] {
  return [
    {
      kind: 'ticker',
      symbol,
      bidPrice: optionalPrice(data.get('bid1')),
      bidQty: '0',
      askPrice: optionalPrice(data.get('ask1')),
      askQty: '0',
      sequence: undefined,
    },
    {
      kind: 'mark',
      symbol,
      markPrice: data.get('fairPrice').isAbsent ? undefined : data.get('fairPrice').double(),
      indexPrice: data.get('indexPrice').isAbsent ? undefined : data.get('indexPrice').double(),
      fundingRate: data.get('fundingRate').isAbsent ? undefined : data.get('fundingRate').double(),
    },
  ];
}

function funding(symbol: string, data: JsonNode): Message[] {
  const nextFundingUs = data.get('nextSettleTime').isAbsent ? undefined : millisecondsUs(data.get('nextSettleTime'));
  return [{ kind: 'mark', symbol, fundingRate: data.get('rate').double(), nextFundingUs }];
}
