import type { SimulatedBook } from '../../market/book.js';
import type { MatchingEngine } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import { secondsOf } from './amounts.js';
import { type NumberStyle, push } from './frames.js';
import { contractCandle, futuresTicker } from './futures-public.js';
import { candleNow } from './klines.js';
import { candleTexts, spotTicker } from './spot-public.js';

/** A push of `tickers`: one object on spot, a list on futures. */
export function tickerPush(engine: MatchingEngine, book: SimulatedBook, style: NumberStyle, nowUs: number): string {
  const { market } = book.instrument;
  if (market === 'spot') return push(market, 'tickers', nowUs, quoted(spotTicker(engine, book, nowUs)));
  const { intervalHours, nextUs } = engine.funding(book);
  const funding = {
    funding_interval: intervalHours * 3600,
    funding_offset: 0,
    funding_next_apply: secondsOf(nextUs),
  };
  return push(market, 'tickers', nowUs, quoted([{ ...futuresTicker(engine, book, style, nowUs), ...funding }]));
}

/** A push of `candlesticks`: the one under way. */
export function candlePush(
  engine: MatchingEngine,
  book: SimulatedBook,
  interval: string,
  intervalMs: number,
  nowUs: number,
): string | null {
  const kline = candleNow(engine, book, intervalMs, nowUs);
  if (kline === undefined) return null;
  const { market, symbol } = book.instrument;
  const name = `${interval}_${symbol}`;
  if (market === 'spot') {
    const [t, v, c, h, l, o, a] = candleTexts(book, kline);
    return push(market, 'candlesticks', nowUs, quoted({ t, v, c, h, l, o, n: name, a, w: false }));
  }
  const { sum: a, ...candle } = contractCandle(book, kline);
  return push(market, 'candlesticks', nowUs, quoted([{ ...candle, n: name, a, w: false }]));
}
