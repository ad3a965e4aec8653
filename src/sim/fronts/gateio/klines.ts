import type { SimulatedBook } from '../../market/book.js';
import type { EngineKline, MatchingEngine } from '../../matching/types.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { invalid, Refused } from './failures.js';
import { type Params, textOf, wholeOf } from './params.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const POINTS_BACK_MAX = 10_000;

/** Intervals of REST; the sockets have more. */
const REST_INTERVAL_MS: Readonly<Record<string, number>> = {
  '1m': MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  '15m': 15 * MINUTE_MS,
  '30m': 30 * MINUTE_MS,
  '1h': HOUR_MS,
  '4h': 4 * HOUR_MS,
  '8h': 8 * HOUR_MS,
  '1d': DAY_MS,
  '7d': 7 * DAY_MS,
};
export const SOCKET_INTERVAL_MS: Readonly<Record<string, number>> = {
  ...REST_INTERVAL_MS,
  '3m': 3 * MINUTE_MS,
  '2h': 2 * HOUR_MS,
  '6h': 6 * HOUR_MS,
  '12h': 12 * HOUR_MS,
};

/** A kline and whether its interval is over. */
export interface Candle {
  readonly kline: EngineKline;
  readonly over: boolean;
}

/** The klines that a query asks for: the newest, or those of a stretch of time, not both. @throws Refused */
export function candlesOf(
  { engine, clock }: FrontDependencies,
  book: SimulatedBook,
  params: Params,
  limitMax: number,
): readonly Candle[] {
  const intervalMs = REST_INTERVAL_MS[textOf(params, 'interval') || '30m'];
  if (intervalMs === undefined) throw invalid('interval');
  const nowMs = epochMs(clock);
  const stretch = textOf(params, 'from') !== '' || textOf(params, 'to') !== '';
  if (stretch && textOf(params, 'limit') !== '') throw new Refused('INVALID_PARAM_VALUE', 'limit conflicts with from and to');
  const limit = stretch ? limitMax : Math.max(1, wholeOf(params, 'limit', 100, limitMax));
  const toMs = Math.min(nowMs, wholeOf(params, 'to', Math.floor(nowMs / 1000)) * 1000);
  const fromMs = wholeOf(params, 'from', Math.floor((toMs - (limit - 1) * intervalMs) / 1000)) * 1000;
  if (fromMs < nowMs - POINTS_BACK_MAX * intervalMs)
    throw new Refused('INVALID_PARAM_VALUE', 'Candlestick too long ago. Maximum 10000 points ago are allowed');
  if ((toMs - fromMs) / intervalMs > limitMax) throw new Refused('INVALID_PARAM_VALUE', 'Candlestick range too broad');
  const firstMs = Math.floor(fromMs / intervalMs) * intervalMs;
  return engine
    .klines(book, intervalMs, (stretch ? fromMs : firstMs) * 1000, toMs * 1000)
    .slice(-limit)
    .map((kline) => ({ kline, over: kline.openUs + intervalMs * 1000 <= nowMs * 1000 }));
}

/** The kline under way. */
export function candleNow(
  engine: MatchingEngine,
  book: SimulatedBook,
  intervalMs: number,
  nowUs: number,
): EngineKline | undefined {
  return engine.klines(book, intervalMs, nowUs - intervalMs * 1000, nowUs).at(-1);
}
