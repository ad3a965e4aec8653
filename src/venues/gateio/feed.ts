import { BOOK_RULE_DELTAS, DECODER_GATEIO_FUTURES, DECODER_GATEIO_SPOT } from '../../../assembly/memory/layout.js';
import type { Market } from '../../domain/venue.js';
import type { ControlMessage, FeedOptions, FeedProtocol, SubscribeRequest } from '../contract.js';
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
  textsOf,
} from '../control.js';
import { connections, partsOf } from '../sharding.js';
import { futuresInstruments, spotInstruments } from './instruments.js';

const SYMBOLS_PER_CONNECTION = 200;
const SYMBOLS_PER_REQUEST = 50;
const DEPTH = 400;
const INVALID_ARGUMENT = 2;

/**
 * Gate.io spot: `obu`, 400 levels every 100 ms. The stream begins with the whole book and numbers every change, so that it needs no
 * REST snapshot (those of Gate.io may be half a minute old).
 */
export function gateioSpot(options: FeedOptions = {}): FeedProtocol {
  const endpoints = options.endpoints ?? { rest: 'https://api.gateio.ws', wsPublic: 'wss://api.gateio.ws/ws/v4/' };
  return {
    ...common('spot', endpoints.wsPublic, options),
    decoder: DECODER_GATEIO_SPOT,
    endpoints,
    metadataPaths: ['/api/v4/spot/currency_pairs'],
    instruments: spotInstruments,
  };
}

/** Gate.io USDT perpetuals: the same `obu`; sizes are contracts. Tickers carry mark price and funding. */
export function gateioFutures(options: FeedOptions = {}): FeedProtocol {
  const endpoints = options.endpoints ?? { rest: 'https://api.gateio.ws', wsPublic: 'wss://fx-ws.gateio.ws/v4/ws/usdt' };
  return {
    ...common('futures', endpoints.wsPublic, options),
    decoder: DECODER_GATEIO_FUTURES,
    endpoints,
    // Two pages: the documented page is 100 rows, the largest 1000.
    metadataPaths: [
      '/api/v4/futures/usdt/contracts?limit=1000&offset=0',
      '/api/v4/futures/usdt/contracts?limit=1000&offset=1000',
    ],
    instruments: futuresInstruments,
  };
}

type Common = Omit<FeedProtocol, 'decoder' | 'endpoints' | 'metadataPaths' | 'instruments'>;

function common(market: Market, url: string, options: FeedOptions): Common {
  const channels = [
    'obu',
    ...(market === 'futures' ? ['tickers'] : []),
    ...(options.trades === false ? [] : ['trades']),
    ...(options.tickers === true ? ['book_ticker'] : []),
  ];
  const request = (event: string, symbols: readonly string[], requestId: number, epochMs: number): SubscribeRequest[] =>
    partsOf(symbols, SYMBOLS_PER_REQUEST).flatMap((part, index) =>
      channels.map((channel, offset) => ({
        text: JSON.stringify({
          time: Math.floor(epochMs / 1000),
          id: requestId + index * channels.length + offset,
          channel: `${market}.${channel}`,
          event,
          payload: channel === 'obu' ? part.map((symbol) => `ob.${symbol}.${DEPTH}`) : part,
        }),
        symbols: part,
      })),
    );
  return {
    venue: 'gateio',
    market,
    limits: { symbolsPerConnection: SYMBOLS_PER_CONNECTION, requestsPerSecond: 10, connectsPerMinute: 60 },
    snapshot: { kind: 'stream' },
    detectsLoss: true,
    heartbeat: {
      intervalMs: 15_000,
      text: (epochMs) => `{"time":${Math.floor(epochMs / 1000)},"channel":"${market}.ping"}`,
    },
    idleMsMax: 40_000,
    depth: DEPTH,
    rule: BOOK_RULE_DELTAS,
    aliases: () => [],
    plan: (symbols) => connections(url, 'books', symbols, SYMBOLS_PER_CONNECTION),
    subscribe: (_kind, symbols, requestId, epochMs) => request('subscribe', symbols, requestId, epochMs),
    unsubscribe: (_kind, symbols, requestId, epochMs) => request('unsubscribe', symbols, requestId, epochMs),
    control: (text) => readControl(text, classify),
  };
}

function classify(fields: ControlFields): ControlMessage {
  const channel = textOf(fields['channel']);
  const result = fieldsOf(fields['result']);
  if (fields['type'] === 'upgrade' || (channel === 'futures.system' && result['type'] === 'upgrade')) {
    return { kind: 'closing', reason: textOf(fields['msg']) || textOf(result['msg']) || 'upgrade' };
  }
  if (channel.endsWith('.pong') || fields['event'] === 'unsubscribe') return ALIVE;
  const error = fieldsOf(fields['error']);
  if (fields['event'] === 'subscribe') return answer(fields, error);
  if ('code' in error) return complaint(`${textOf(error['code'])} ${textOf(error['message'])}`);
  return OTHER;
}

/** A subscription stands as a whole or not at all; the message names one symbol to blame. */
function answer(fields: ControlFields, error: ControlFields): ControlMessage {
  const requestId = requestIdOf(fields['id']);
  const payload = textsOf(fields['payload']).map((item) => /^ob\.(.+)\.\d+$/.exec(item)?.[1] ?? item);
  if (!('code' in error)) return acknowledged(requestId, payload);
  const message = textOf(error['message']);
  // "Alert sub": the stream is subscribed already. Other codes are of the moment, and the request is made again once overdue.
  if (error['code'] !== INVALID_ARGUMENT || /alert sub/i.test(message)) return complaint(`${textOf(error['code'])} ${message}`);
  const words = new Set(message.split(/[^\p{L}\p{N}_]+/u));
  const named = payload.filter((symbol) => words.has(symbol));
  const venueMs = fields['time_ms'];
  return { ...refusedWhole(requestId, named, message), ...(typeof venueMs === 'number' && { venueMs }) };
}
