import {
  DECODER_BINANCE_SPOT,
  DECODER_BINANCE_USDM,
  DECODER_COINBASE_ADVANCED,
  DECODER_COINBASE_EXCHANGE,
  DECODER_COINBASE_FULL,
  DECODER_GATEIO_FUTURES,
  DECODER_GATEIO_SPOT,
  DECODER_KRAKEN,
  DECODER_KRAKEN_L3,
  DECODER_MEXC_CONTRACT,
  DECODER_MEXC_SPOT,
} from '../../../assembly/memory/layout.js';
import type { Market, VenueId } from '../../domain/venue.js';
import type { CaptureRecord } from './format.js';
import { isObject } from './json.js';

/** Which venue, market and interface a decoder reads. */
export interface Origin {
  readonly venue: VenueId;
  readonly market: Market;
  /** Sets interfaces of one venue and market apart; empty where there is one. */
  readonly api: string;
}

/** What the decoders stand for, by DECODER_... */
export const ORIGINS: Readonly<Record<number, Origin>> = {
  [DECODER_BINANCE_SPOT]: { venue: 'binance', market: 'spot', api: '' },
  [DECODER_BINANCE_USDM]: { venue: 'binance', market: 'futures', api: '' },
  [DECODER_COINBASE_EXCHANGE]: { venue: 'coinbase', market: 'spot', api: 'exchange' },
  [DECODER_COINBASE_ADVANCED]: { venue: 'coinbase', market: 'spot', api: 'advanced' },
  [DECODER_COINBASE_FULL]: { venue: 'coinbase', market: 'spot', api: 'full' },
  [DECODER_KRAKEN]: { venue: 'kraken', market: 'spot', api: '' },
  [DECODER_KRAKEN_L3]: { venue: 'kraken', market: 'spot', api: 'level3' },
  [DECODER_MEXC_SPOT]: { venue: 'mexc', market: 'spot', api: '' },
  [DECODER_MEXC_CONTRACT]: { venue: 'mexc', market: 'futures', api: '' },
  [DECODER_GATEIO_SPOT]: { venue: 'gateio', market: 'spot', api: '' },
  [DECODER_GATEIO_FUTURES]: { venue: 'gateio', market: 'futures', api: '' },
};

/** The venue and market that a text speaks of: a URL, a file's name, or where a sample comes from; the first rule that fits. */
const RULES: readonly (readonly [RegExp, VenueId, Market | undefined])[] = [
  [/^(wss?|https?):\/\/[^/]*(fstream|fapi)|\/fapi\//, 'binance', 'futures'],
  [/^(wss?|https?):\/\/[^/]*binance/, 'binance', 'spot'],
  [/^(wss?|https?):\/\/[^/]*(coinbase|gdax)/, 'coinbase', 'spot'],
  [/^(wss?|https?):\/\/[^/]*kraken/, 'kraken', 'spot'],
  [/^(wss?|https?):\/\/(contract\.mexc|[^/]*mexc[^/]*\/(edge|api\/v1\/contract))/, 'mexc', 'futures'],
  [/^(wss?|https?):\/\/[^/]*mexc/, 'mexc', 'spot'],
  [/^(wss?|https?):\/\/(fx-ws|[^/]*gate[^?]*\/futures\/)/, 'gateio', 'futures'],
  [/^(wss?|https?):\/\/[^/]*gate/, 'gateio', 'spot'],
  [/binance.*(usdm|futures|swap)/, 'binance', 'futures'],
  [/binance.*spot/, 'binance', 'spot'],
  [/binance/, 'binance', undefined],
  [/coinbase|gdax/, 'coinbase', 'spot'],
  [/kraken/, 'kraken', 'spot'],
  [/mexc.*(futures|swap|contract)/, 'mexc', 'futures'],
  [/mexc.*spot/, 'mexc', 'spot'],
  [/mexc/, 'mexc', undefined],
  [/gate.*(futures?|swap)/, 'gateio', 'futures'],
  [/gate.*spot/, 'gateio', 'spot'],
  [/gate/, 'gateio', undefined],
];

function spokenOf(text: string | null): { venue: VenueId; market: Market | undefined } | undefined {
  if (text === null) return undefined;
  const rule = RULES.find(([pattern]) => pattern.test(text));
  return rule === undefined ? undefined : { venue: rule[1], market: rule[2] };
}

/**
 * Finds the decoder of a message: by the URL it came over, else by what its connection and its file are called, and where these
 * leave the market or the interface open, by its shape.
 * @param json the payload when it is JSON
 * @returns DECODER_..., or -1 when nothing tells
 */
export function decoderOf(file: string, record: CaptureRecord, json: unknown): number {
  const name = spokenOf(file);
  const origin = spokenOf(record.url) ?? spokenOf(record.conn) ?? name;
  if (origin === undefined) return -1;
  const shape = isObject(json) ? json : {};
  const market = origin.market ?? (name?.venue === origin.venue ? name.market : undefined) ?? marketOfShape(shape);
  switch (origin.venue) {
    case 'binance':
      return market === 'futures' ? DECODER_BINANCE_USDM : DECODER_BINANCE_SPOT;
    case 'coinbase':
      return coinbaseDecoder(`${record.url ?? ''} ${record.conn} ${file}`, shape);
    case 'kraken':
      return shape['channel'] === 'level3' ? DECODER_KRAKEN_L3 : DECODER_KRAKEN;
    case 'mexc':
      return market === 'futures' ? DECODER_MEXC_CONTRACT : DECODER_MEXC_SPOT;
    case 'gateio':
      return market === 'futures' ? DECODER_GATEIO_FUTURES : DECODER_GATEIO_SPOT;
  }
}

function marketOfShape(shape: Readonly<Record<string, unknown>>): Market {
  const channel = shape['channel'];
  return typeof channel === 'string' && /^(futures\.|push\.)/.test(channel) ? 'futures' : 'spot';
}

const FULL_TYPES = new Set<unknown>(['received', 'open', 'done', 'change', 'activate']);

function coinbaseDecoder(names: string, shape: Readonly<Record<string, unknown>>): number {
  if (shape['sequence_num'] !== undefined || /advanced|brokerage/.test(names)) return DECODER_COINBASE_ADVANCED;
  return FULL_TYPES.has(shape['type']) || names.includes('level=3') ? DECODER_COINBASE_FULL : DECODER_COINBASE_EXCHANGE;
}

/** Instrument that a REST request was about, as its URL says. */
export function symbolOfUrl(url: string | null): string | undefined {
  if (url === null || !URL.canParse(url)) return undefined;
  const { pathname, searchParams } = new URL(url);
  for (const key of ['symbol', 'currency_pair', 'contract', 'pair']) {
    const value = searchParams.get(key);
    if (value !== null) return value;
  }
  return /\/products\/([^/]+)\/book$/.exec(pathname)?.[1] ?? /\/contract\/depth\/([^/]+)$/.exec(pathname)?.[1];
}

/** Whether a REST answer is a book that streams can be joined to. Coinbase's is one only with all its orders. */
export function isSnapshotUrl(url: string | null): boolean {
  if (url === null || !URL.canParse(url)) return false;
  const { pathname, searchParams } = new URL(url);
  return /\/(depth|order_book)(\/[^/]+)?$/.test(pathname) || (pathname.endsWith('/book') && searchParams.get('level') === '3');
}
