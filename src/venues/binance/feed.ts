import { BOOK_RULE_DELTAS, DECODER_BINANCE_SPOT, DECODER_BINANCE_USDM } from '../../../assembly/memory/layout.js';
import type { Market } from '../../domain/venue.js';
import type { ConnectionKind, ControlMessage, FeedOptions, FeedProtocol } from '../contract.js';
import {
  ALIVE,
  acknowledged,
  type ControlFields,
  complaint,
  fieldsOf,
  OTHER,
  readControl,
  refusedWhole,
  requestIdOf,
  textOf,
} from '../control.js';
import { connections, requests } from '../sharding.js';
import { futuresInstruments, spotInstruments } from './instruments.js';

/** Symbols in one SUBSCRIBE message: its size stays far below what the servers take. */
const SYMBOLS_PER_REQUEST = 100;

/** Binance spot: diff depth every 100 ms over combined streams, joined to REST snapshots by update id. */
export function binanceSpot(options: FeedOptions = {}): FeedProtocol {
  const endpoints = options.endpoints ?? { rest: 'https://api.binance.com', wsPublic: 'wss://stream.binance.com:9443' };
  const channels = bookChannels(options);
  return {
    ...common('spot', () => channels),
    decoder: DECODER_BINANCE_SPOT,
    endpoints,
    // 1024 streams a connection; 5 inbound messages a second, pongs included; 300 connects in 5 minutes.
    limits: { symbolsPerConnection: Math.floor(1000 / channels.length), requestsPerSecond: 3, connectsPerMinute: 50 },
    snapshot: {
      kind: 'rest',
      path: (symbol, levels) => `/api/v3/depth?symbol=${encodeURIComponent(symbol)}&limit=${levels}`,
      tiers: [
        { levels: 1000, weight: 50 },
        { levels: 500, weight: 25 },
        { levels: 100, weight: 5 },
      ],
      // 6000 a minute for everything that uses this address.
      weightPerSecond: 45,
      weightBurst: 2500,
    },
    plan: (symbols) => connections(`${endpoints.wsPublic}/stream`, 'books', symbols, Math.floor(1000 / channels.length)),
    metadataPaths: ['/api/v3/exchangeInfo'],
    instruments: spotInstruments,
  };
}

/** Binance USD-M futures: depth on the public half of the streams, mark price and funding on the market half. */
export function binanceFutures(options: FeedOptions = {}): FeedProtocol {
  const endpoints = options.endpoints ?? { rest: 'https://fapi.binance.com', wsPublic: 'wss://fstream.binance.com' };
  const books = ['@depth@100ms', ...(options.tickers === true ? ['@bookTicker'] : [])];
  const extras = ['@markPrice@1s', ...(options.trades === false ? [] : ['@aggTrade'])];
  // 200 streams a connection is the newest documented limit.
  const symbolsMax = Math.floor(200 / Math.max(books.length, extras.length));
  return {
    ...common('futures', (kind) => (kind === 'books' ? books : extras)),
    decoder: DECODER_BINANCE_USDM,
    endpoints,
    limits: { symbolsPerConnection: symbolsMax, requestsPerSecond: 6, connectsPerMinute: 50 },
    snapshot: {
      kind: 'rest',
      path: (symbol, levels) => `/fapi/v1/depth?symbol=${encodeURIComponent(symbol)}&limit=${levels}`,
      tiers: [
        { levels: 1000, weight: 20 },
        { levels: 500, weight: 10 },
        { levels: 100, weight: 5 },
      ],
      // 2400 a minute.
      weightPerSecond: 18,
      weightBurst: 1000,
    },
    plan: (symbols) => [
      ...connections(`${endpoints.wsPublic}/public/stream`, 'books', symbols, symbolsMax),
      ...connections(`${endpoints.wsPublic}/market/stream`, 'extras', symbols, symbolsMax),
    ],
    metadataPaths: ['/fapi/v1/exchangeInfo'],
    instruments: futuresInstruments,
  };
}

function bookChannels(options: FeedOptions): string[] {
  return [
    '@depth@100ms',
    ...(options.trades === false ? [] : ['@aggTrade']),
    ...(options.tickers === true ? ['@bookTicker'] : []),
  ];
}

type Common = Pick<
  FeedProtocol,
  | 'venue'
  | 'market'
  | 'detectsLoss'
  | 'heartbeat'
  | 'idleMsMax'
  | 'depth'
  | 'rule'
  | 'aliases'
  | 'subscribe'
  | 'unsubscribe'
  | 'control'
>;

function common(market: Market, channelsOf: (kind: ConnectionKind) => readonly string[]): Common {
  const request = (method: string, kind: ConnectionKind, symbols: readonly string[], requestId: number) =>
    requests(symbols, SYMBOLS_PER_REQUEST, requestId, (part, id) => {
      const params = part.flatMap((symbol) => channelsOf(kind).map((channel) => `${symbol.toLowerCase()}${channel}`));
      return JSON.stringify({ method, params, id });
    });
  return {
    venue: 'binance',
    market,
    detectsLoss: true,
    heartbeat: null, // the server pings, every 20 s on spot and every 3 min on futures
    idleMsMax: 45_000,
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    aliases: (symbol) => [symbol.toLowerCase()].filter((name) => name !== symbol),
    subscribe: (kind, symbols, requestId) => request('SUBSCRIBE', kind, symbols, requestId),
    unsubscribe: (kind, symbols, requestId) => request('UNSUBSCRIBE', kind, symbols, requestId),
    control: (text) => readControl(text, classify),
  };
}

function classify(fields: ControlFields): ControlMessage {
  const data = fieldsOf(fields['data']);
  if (fields['e'] === 'serverShutdown' || data['e'] === 'serverShutdown' || fields['stream'] === '!serverShutdown') {
    return { kind: 'closing', reason: 'serverShutdown' };
  }
  const requestId = requestIdOf(fields['id']);
  const error = 'error' in fields ? fieldsOf(fields['error']) : fields;
  if ('code' in error) {
    const reason = `${textOf(error['code'])} ${textOf(error['msg'])}`;
    return requestId === null ? complaint(reason) : refusedWhole(requestId, [], reason);
  }
  if ('result' in fields) return fields['result'] === null ? acknowledged(requestId) : ALIVE;
  return OTHER;
}
