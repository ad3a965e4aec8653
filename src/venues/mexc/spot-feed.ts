import { BOOK_RULE_DELTAS, DECODER_MEXC_SPOT } from '../../../assembly/memory/layout.js';
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
import { connections, requests } from '../sharding.js';
import { spotInstruments } from './instruments.js';

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
    instruments: spotInstruments,
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
