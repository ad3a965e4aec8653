import { BOOK_RULE_DELTAS, DECODER_MEXC_CONTRACT } from '../../../assembly/memory/layout.js';
import type { ConnectionKind, ControlMessage, FeedOptions, FeedProtocol, SubscribeRequest } from '../contract.js';
import { ALIVE, acknowledged, type ControlFields, OTHER, readControl, refusedWhole, textOf } from '../control.js';
import { connections } from '../sharding.js';
import { futuresInstruments } from './instruments.js';

/** No number is documented. */
const SYMBOLS_PER_CONNECTION = 100;

/**
 * MEXC contract: depth deltas joined to REST snapshots by version; tickers carry fair price, index and the rate of funding, whose
 * time has a channel of its own.
 */
export function mexcFutures(options: FeedOptions = {}): FeedProtocol {
  const endpoints = options.endpoints ?? { rest: 'https://api.mexc.com', wsPublic: 'wss://contract.mexc.com/edge' };
  const extras = ['ticker', 'funding.rate', ...(options.trades === false ? [] : ['deal'])];
  const request = (verb: string, kind: ConnectionKind, symbols: readonly string[]): SubscribeRequest[] =>
    symbols.flatMap((symbol) =>
      (kind === 'books' ? ['depth'] : extras).map((channel) => ({
        text: JSON.stringify({ method: `${verb}.${channel}`, param: { symbol } }),
        symbols: [symbol],
      })),
    );
  return {
    venue: 'mexc',
    market: 'futures',
    decoder: DECODER_MEXC_CONTRACT,
    endpoints,
    limits: { symbolsPerConnection: SYMBOLS_PER_CONNECTION, requestsPerSecond: 20, connectsPerMinute: 60 },
    snapshot: {
      kind: 'rest',
      path: (symbol, levels) => `/api/v1/contract/depth/${encodeURIComponent(symbol)}?limit=${levels}`,
      tiers: [{ levels: 1000, weight: 1 }],
      // 10 requests in 2 s.
      weightPerSecond: 4,
      weightBurst: 5,
    },
    detectsLoss: true,
    heartbeat: { intervalMs: 15_000, text: () => '{"method":"ping"}' },
    idleMsMax: 40_000,
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    aliases: () => [],
    plan: (symbols) => [
      ...connections(endpoints.wsPublic, 'books', symbols, SYMBOLS_PER_CONNECTION),
      ...connections(endpoints.wsPublic, 'extras', symbols, SYMBOLS_PER_CONNECTION),
    ],
    subscribe: (kind, symbols) => request('sub', kind, symbols),
    unsubscribe: (kind, symbols) => request('unsub', kind, symbols),
    control: (text) => readControl(text, classify),
    metadataPaths: ['/api/v1/contract/detail'],
    instruments: futuresInstruments,
  };
}

/** Answers name no request; they come in the order of the requests. */
function classify(fields: ControlFields): ControlMessage {
  const channel = textOf(fields['channel']);
  const data = textOf(fields['data']);
  if (channel === 'pong' || channel.startsWith('rs.unsub.')) return ALIVE;
  if (channel === 'rs.error') {
    const symbol = /\[(\w+)\]/.exec(data)?.[1];
    return refusedWhole(null, symbol === undefined ? [] : [symbol], data);
  }
  if (channel.startsWith('rs.sub.')) return data === 'success' ? acknowledged(null) : refusedWhole(null, [], data);
  return OTHER;
}
