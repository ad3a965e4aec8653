import { z } from 'zod';
import { BOOK_RULE_DELTAS, DECODER_MEXC_CONTRACT } from '../../../assembly/memory/layout.js';
import type { VenueInstrument } from '../../domain/venue.js';
import type { ConnectionKind, ControlMessage, FeedOptions, FeedProtocol, SubscribeRequest } from '../contract.js';
import { ALIVE, acknowledged, type ControlFields, OTHER, readControl, refusedWhole, textOf } from '../control.js';
import { canonicalAsset } from '../identity.js';
import { decimal, decimalsOfStep, feeBpsOfFraction, parseMetadata, readRows } from '../metadata.js';
import { connections } from '../sharding.js';

/** No number is documented. */
const SYMBOLS_PER_CONNECTION = 100;

/** MEXC contract: depth deltas joined to REST snapshots by version; tickers carry fair price, index and funding. */
export function mexcFutures(options: FeedOptions = {}): FeedProtocol {
  const endpoints = options.endpoints ?? { rest: 'https://api.mexc.com', wsPublic: 'wss://contract.mexc.com/edge' };
  const extras = ['ticker', ...(options.trades === false ? [] : ['deal'])];
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
    instruments,
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

const Answer = z.object({
  success: z.literal(true),
  data: z.union([z.array(z.unknown()), z.unknown().transform((row) => [row])]),
});

const Row = z.object({
  symbol: z.string().min(1),
  baseCoin: z.string().min(1),
  quoteCoin: z.string().min(1),
  settleCoin: z.string().min(1),
  contractSize: decimal,
  priceUnit: decimal,
  volUnit: decimal,
  priceScale: z.int().min(0).default(0),
  volScale: z.int().min(0).default(0),
  takerFeeRate: decimal.default('0.0002'),
  futureType: z.int().default(1),
  state: z.int().default(0),
  isHidden: z.boolean().default(false),
});

/** Reads `GET /api/v1/contract/detail`; only live linear perpetuals. */
function instruments(answers: readonly unknown[]): VenueInstrument[] {
  const { data } = parseMetadata('mexc', Answer, answers[0]);
  return readRows('mexc', Row, data as unknown[])
    .filter((row) => row.state === 0 && row.futureType === 1 && !row.isHidden && row.settleCoin === row.quoteCoin)
    .map((row) => ({
      venue: 'mexc',
      market: 'futures',
      symbol: row.symbol,
      base: canonicalAsset('mexc', row.baseCoin),
      quote: canonicalAsset('mexc', row.quoteCoin),
      priceDecimals: Math.max(row.priceScale, decimalsOfStep(row.priceUnit)),
      qtyDecimals: Math.max(row.volScale, decimalsOfStep(row.volUnit)),
      contractSize: plainDecimal(row.contractSize),
      takerFeeBps: feeBpsOfFraction(row.takerFeeRate),
    }));
}

/** The size as plain digits: a JSON number of 1e-7 would come out with an exponent. */
function plainDecimal(text: string): string {
  return /e/i.test(text) ? Number(text).toFixed(decimalsOfStep(text)) : text;
}
