import { BOOK_RULE_DELTAS, DECODER_KRAKEN } from '../../../assembly/memory/layout.js';
import type { ControlMessage, FeedOptions, FeedProtocol, SubscribeRequest } from '../contract.js';
import {
  ALIVE,
  acknowledged,
  type ControlFields,
  complaint,
  fieldsOf,
  OTHER,
  readControl,
  refusedPart,
  requestIdOf,
  textOf,
} from '../control.js';
import { connections, partsOf } from '../sharding.js';
import { instruments } from './instruments.js';

const SYMBOLS_PER_CONNECTION = 250;
const SYMBOLS_PER_REQUEST = 50;
const DEPTH = 100;

/** Kraken spot, WebSocket v2: the book channel with a checksum on every message; a new subscription brings a new snapshot. */
export function krakenSpot(options: FeedOptions = {}): FeedProtocol {
  const endpoints = options.endpoints ?? { rest: 'https://api.kraken.com', wsPublic: 'wss://ws.kraken.com/v2' };
  const channels = ['book', ...(options.trades === false ? [] : ['trade'])];
  const request = (method: string, symbols: readonly string[], requestId: number): SubscribeRequest[] =>
    partsOf(symbols, SYMBOLS_PER_REQUEST).flatMap((part, index) =>
      channels.map((channel, offset) => ({
        text: JSON.stringify({
          method,
          params: { channel, symbol: part, ...(channel === 'book' && { depth: DEPTH }), snapshot: channel === 'book' },
          req_id: requestId + index * channels.length + offset,
        }),
        symbols: part,
      })),
    );
  return {
    venue: 'kraken',
    market: 'spot',
    decoder: DECODER_KRAKEN,
    endpoints,
    // About 150 connects in 10 minutes from one address, or the address is blocked for as long.
    limits: { symbolsPerConnection: SYMBOLS_PER_CONNECTION, requestsPerSecond: 5, connectsPerMinute: 14 },
    snapshot: { kind: 'stream' },
    detectsLoss: true,
    heartbeat: { intervalMs: 30_000, text: () => '{"method":"ping"}' },
    idleMsMax: 10_000, // a heartbeat every second when nothing else flows
    depth: DEPTH,
    rule: BOOK_RULE_DELTAS,
    aliases: krakenAliases,
    plan: (symbols) => connections(endpoints.wsPublic, 'books', symbols, SYMBOLS_PER_CONNECTION),
    subscribe: (_kind, symbols, requestId) => request('subscribe', symbols, requestId),
    unsubscribe: (_kind, symbols, requestId) => request('unsubscribe', symbols, requestId),
    control: (text) => readControl(text, classify),
    metadataPaths: ['/0/public/AssetPairs'],
    instruments,
  };
}

/** Some JSON writers escape the slash, and version 1 of the interface (archives) has the old codes. */
function krakenAliases(symbol: string): string[] {
  const [base = '', quote = ''] = symbol.split('/');
  const old = `${oldCode(base)}/${oldCode(quote)}`;
  const names = [symbol, old].flatMap((name) => [name, name.replace('/', '\\/')]);
  return [...new Set(names)].filter((name) => name !== symbol);
}

function oldCode(asset: string): string {
  return asset === 'BTC' ? 'XBT' : asset === 'DOGE' ? 'XDG' : asset;
}

function classify(fields: ControlFields): ControlMessage {
  const channel = fields['channel'];
  if (channel === 'heartbeat' || channel === 'status' || fields['method'] === 'pong' || fields['method'] === 'unsubscribe')
    return ALIVE;
  if (fields['method'] === 'subscribe') return answer(fields);
  if (typeof fields['error'] === 'string') return complaint(fields['error']);
  return OTHER;
}

/** Every symbol of a request is answered by itself. */
function answer(fields: ControlFields): ControlMessage {
  const requestId = requestIdOf(fields['req_id']);
  if (fields['success'] === true) return acknowledged(requestId, [textOf(fieldsOf(fields['result'])['symbol'])]);
  const reason = textOf(fields['error']);
  const symbol = textOf(fields['symbol']);
  // Only an unknown pair is final; limits and duplicates are not, and the request is made again once it is overdue.
  return symbol !== '' && /not supported|unknown|invalid/i.test(reason)
    ? refusedPart(requestId, [symbol], reason)
    : complaint(`${reason} ${symbol}`);
}
