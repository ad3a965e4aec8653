import { z } from 'zod';
import { BOOK_RULE_DELTAS, DECODER_MEXC_SPOT } from '../../../assembly/memory/layout.js';
import type { VenueInstrument } from '../../domain/venue.js';
import type { ControlMessage, FeedOptions, FeedProtocol, SubscribeRequest } from '../contract.js';
import {
  ALIVE,
  acknowledged,
  type ControlFields,
  complaint,
  OTHER,
  readControl,
  refusedPart,
  requestIdOf,
  textOf,
} from '../control.js';
import { canonicalAsset } from '../identity.js';
import { decimal, decimalsOfStep, feeBpsOfFraction, parseMetadata, readRows } from '../metadata.js';
import { connections, requests } from '../sharding.js';

const SUBSCRIPTIONS_PER_CONNECTION = 30;
const REFUSED = /^Not Subscribed successfully! \[(.*?)\]/;

/**
 * MEXC spot: aggregated depth every 100 ms in protobuf, joined to REST snapshots by version. With 30 subscriptions a connection,
 * trades double the number of connections, so they are followed only when asked for.
 */
export function mexcSpot(options: FeedOptions = {}): FeedProtocol {
  const endpoints = options.endpoints ?? { rest: 'https://api.mexc.com', wsPublic: 'wss://wbs-api.mexc.com/ws' };
  const channels = [
    'aggre.depth',
    ...(options.trades === true ? ['aggre.deals'] : []),
    ...(options.tickers === true ? ['aggre.bookTicker'] : []),
  ];
  const symbolsMax = Math.floor(SUBSCRIPTIONS_PER_CONNECTION / channels.length);
  const request = (method: string, symbols: readonly string[], requestId: number): SubscribeRequest[] =>
    requests(symbols, symbolsMax, requestId, (part, id) => {
      const params = part.flatMap((symbol) => channels.map((channel) => `spot@public.${channel}.v3.api.pb@100ms@${symbol}`));
      return JSON.stringify({ method, params, id });
    });
  return {
    venue: 'mexc',
    market: 'spot',
    decoder: DECODER_MEXC_SPOT,
    endpoints,
    limits: { symbolsPerConnection: symbolsMax, requestsPerSecond: 10, connectsPerMinute: 120 },
    snapshot: {
      kind: 'rest',
      path: (symbol, levels) => `/api/v3/depth?symbol=${encodeURIComponent(symbol)}&limit=${levels}`,
      tiers: [{ levels: 1000, weight: 1 }],
      // 500 in 10 s are documented; the venue's support says 20 a second.
      weightPerSecond: 15,
      weightBurst: 100,
    },
    detectsLoss: true,
    heartbeat: { intervalMs: 20_000, text: () => '{"method":"PING"}' },
    idleMsMax: 45_000,
    depth: 0,
    rule: BOOK_RULE_DELTAS,
    aliases: () => [],
    plan: (symbols) => connections(endpoints.wsPublic, 'books', symbols, symbolsMax),
    subscribe: (_kind, symbols, requestId) => request('SUBSCRIPTION', symbols, requestId),
    unsubscribe: (_kind, symbols, requestId) => request('UNSUBSCRIPTION', symbols, requestId),
    control: (text) => readControl(text, classify),
    metadataPaths: ['/api/v3/exchangeInfo'],
    instruments,
  };
}

/** A refusal has code 0 as well: only the message tells. */
function classify(fields: ControlFields): ControlMessage {
  const message = textOf(fields['msg']);
  if (message.toUpperCase() === 'PONG') return ALIVE;
  const requestId = requestIdOf(fields['id']) || null; // 0 when the request's id was not taken over
  const refused = REFUSED.exec(message);
  if (refused !== null) return refusedPart(requestId, symbolsOf(refused[1] ?? ''), message.trim());
  if (fields['code'] !== 0) return 'code' in fields ? complaint(`${textOf(fields['code'])} ${message}`) : OTHER;
  if (message.startsWith('spot@')) return acknowledged(requestId, symbolsOf(message));
  return complaint(message);
}

/** Symbols of the depth channels in a list joined by commas. */
function symbolsOf(channels: string): string[] {
  return channels
    .split(',')
    .filter((channel) => channel.includes('.depth.'))
    .map((channel) => channel.trim().split('@').at(-1) ?? '');
}

const Answer = z.object({ symbols: z.array(z.unknown()) });

const Row = z.object({
  symbol: z.string().min(1),
  status: z.union([z.string(), z.number()]).transform(String),
  baseAsset: z.string().min(1),
  quoteAsset: z.string().min(1),
  baseAssetPrecision: z.int().min(0),
  quoteAssetPrecision: z.int().min(0),
  baseSizePrecision: decimal.default('0'),
  takerCommission: decimal.default('0.0005'),
  isSpotTradingAllowed: z.boolean().default(true),
});

/** Reads `GET /api/v3/exchangeInfo`. */
function instruments(answers: readonly unknown[]): VenueInstrument[] {
  const { symbols } = parseMetadata('mexc', Answer, answers[0]);
  return readRows('mexc', Row, symbols)
    .filter((row) => row.status === '1' && row.isSpotTradingAllowed)
    .map((row) => ({
      venue: 'mexc',
      market: 'spot',
      symbol: row.symbol,
      base: canonicalAsset('mexc', row.baseAsset),
      quote: canonicalAsset('mexc', row.quoteAsset),
      priceDecimals: row.quoteAssetPrecision,
      qtyDecimals: Math.max(row.baseAssetPrecision, decimalsOfStep(row.baseSizePrecision)),
      contractSize: '1',
      takerFeeBps: feeBpsOfFraction(row.takerCommission),
    }));
}
