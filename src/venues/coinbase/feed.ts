import { BOOK_RULE_DELTAS, DECODER_COINBASE_EXCHANGE } from '../../../assembly/memory/layout.js';
import type { ControlMessage, FeedOptions, FeedProtocol } from '../contract.js';
import {
  ALIVE,
  acknowledged,
  type ControlFields,
  complaint,
  fieldsOf,
  OTHER,
  readControl,
  refusedWhole,
  textOf,
  textsOf,
} from '../control.js';
import { connections, requests } from '../sharding.js';
import { instruments } from './instruments.js';

const SYMBOLS_PER_CONNECTION = 150;
const SYMBOLS_PER_REQUEST = 50;
/** Names under which the batched level 2 channel is acknowledged. */
const BOOK_CHANNELS = ['level2_batch', 'level2_50', 'level2'];

/**
 * Coinbase Exchange: level 2 in batches of 50 ms, without a key. The channel has neither sequence numbers nor checksums, so whatever
 * may have been lost is found by a crossed book or by silence, and a new subscription brings a new snapshot.
 */
export function coinbaseSpot(options: FeedOptions = {}): FeedProtocol {
  const endpoints = options.endpoints ?? {
    rest: 'https://api.exchange.coinbase.com',
    wsPublic: 'wss://ws-feed.exchange.coinbase.com',
  };
  const channels = [
    'level2_batch',
    ...(options.trades === false ? [] : ['matches']),
    ...(options.tickers === true ? ['ticker'] : []),
  ];
  return {
    venue: 'coinbase',
    market: 'spot',
    decoder: DECODER_COINBASE_EXCHANGE,
    endpoints,
    // 8 connections a second from one address; 100 messages a second.
    limits: { symbolsPerConnection: SYMBOLS_PER_CONNECTION, requestsPerSecond: 5, connectsPerMinute: 60 },
    snapshot: { kind: 'stream' },
    detectsLoss: false,
    heartbeat: null,
    idleMsMax: 10_000, // the heartbeat channel speaks every second
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    aliases: () => [],
    plan: (symbols) => connections(endpoints.wsPublic, 'books', symbols, SYMBOLS_PER_CONNECTION),
    subscribe: (_kind, symbols, requestId) =>
      requests(symbols, SYMBOLS_PER_REQUEST, requestId, (part) =>
        // One heartbeat shows that the connection lives; one for each product would only cost.
        JSON.stringify({
          type: 'subscribe',
          channels: [
            ...channels.map((name) => ({ name, product_ids: part })),
            { name: 'heartbeat', product_ids: part.slice(0, 1) },
          ],
        }),
      ),
    unsubscribe: (_kind, symbols, requestId) =>
      requests(symbols, SYMBOLS_PER_REQUEST, requestId, (part) =>
        JSON.stringify({ type: 'unsubscribe', channels: channels.map((name) => ({ name, product_ids: part })) }),
      ),
    control: (text) => readControl(text, classify),
    metadataPaths: ['/products'],
    instruments,
  };
}

function classify(fields: ControlFields): ControlMessage {
  switch (fields['type']) {
    case 'heartbeat':
    case 'status':
      return ALIVE;
    case 'subscriptions':
      return acknowledged(null, subscribedProducts(fields['channels']));
    case 'error':
      return refusal(textOf(fields['message']), textOf(fields['reason']));
    default:
      return OTHER;
  }
}

/** The list is cumulative: everything that the connection is subscribed to. */
function subscribedProducts(channels: unknown): string[] {
  if (!Array.isArray(channels)) return [];
  return channels.flatMap((entry) => {
    const { name, product_ids: products } = fieldsOf(entry);
    return BOOK_CHANNELS.includes(textOf(name)) ? textsOf(products) : [];
  });
}

/** One product that the venue does not know fails the whole request. */
function refusal(message: string, reason: string): ControlMessage {
  const product = /(\S+) is not a valid product/.exec(reason)?.[1];
  const text = reason === '' ? message : `${message}: ${reason}`;
  return product === undefined ? complaint(text) : refusedWhole(null, [product], text);
}
