import type { SimulatedBook } from '../../market/book.js';
import type { EngineKline } from '../../matching/types.js';
import { dayFigures } from '../day-figures.js';
import { amountText, type Exchange, msOf, priceText, quantityText } from './exchange.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The intervals that are served: those of the venue from a minute to a day. */
export const INTERVALS_MS: ReadonlyMap<string, number> = new Map([
  ['1m', MINUTE_MS],
  ['3m', 3 * MINUTE_MS],
  ['5m', 5 * MINUTE_MS],
  ['15m', 15 * MINUTE_MS],
  ['30m', 30 * MINUTE_MS],
  ['1h', HOUR_MS],
  ['2h', 2 * HOUR_MS],
  ['4h', 4 * HOUR_MS],
  ['6h', 6 * HOUR_MS],
  ['8h', 8 * HOUR_MS],
  ['12h', 12 * HOUR_MS],
  ['1d', DAY_MS],
]);

/** The amounts that only the takers on the bid side would add up to; the simulation does not keep them apart. */
const NOT_KEPT = '0';

/** A row of `klines`. */
export function klineRow({ instrument }: SimulatedBook, kline: EngineKline, intervalMs: number): unknown[] {
  const openMs = msOf(kline.openUs);
  return [
    openMs,
    priceText(instrument, kline.openUnits),
    priceText(instrument, kline.highUnits),
    priceText(instrument, kline.lowUnits),
    priceText(instrument, kline.closeUnits),
    quantityText(instrument, kline.qtyUnits),
    openMs + intervalMs - 1,
    amountText(kline.quote),
    kline.trades,
    NOT_KEPT,
    NOT_KEPT,
    '0',
  ];
}

/** A frame of a kline stream. */
export function klineFrame(book: SimulatedBook, kline: EngineKline, interval: string, closed: boolean, nowMs: number): string {
  const { instrument } = book;
  const { symbol } = instrument;
  const openMs = msOf(kline.openUs);
  return JSON.stringify({
    e: 'kline',
    E: nowMs,
    s: symbol,
    k: {
      t: openMs,
      T: openMs + (INTERVALS_MS.get(interval) ?? 0) - 1,
      s: symbol,
      i: interval,
      f: -1,
      L: -1,
      o: priceText(instrument, kline.openUnits),
      c: priceText(instrument, kline.closeUnits),
      h: priceText(instrument, kline.highUnits),
      l: priceText(instrument, kline.lowUnits),
      v: quantityText(instrument, kline.qtyUnits),
      n: kline.trades,
      x: closed,
      q: amountText(kline.quote),
      V: NOT_KEPT,
      Q: NOT_KEPT,
      B: '0',
    },
  });
}

/** The last 24 hours of a book, as texts. */
export interface Day {
  readonly openMs: number;
  readonly closeMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly last: string;
  readonly change: string;
  readonly changePercent: string;
  readonly average: string;
  readonly volume: string;
  readonly quoteVolume: string;
  readonly trades: number;
}

/** Sums up the last 24 hours by whole hours. */
export function dayOf(exchange: Exchange, book: SimulatedBook): Day {
  const { instrument } = book;
  const closeMs = exchange.nowMs();
  const figures = dayFigures(exchange.engine, book, closeMs * 1000);
  const { openUnits: open, highUnits: high, lowUnits: low, closeUnits: last, qtyUnits, quote, trades } = figures;
  const change = last - open;
  const cut = 10n ** BigInt(18 - instrument.priceDecimals);
  const average = qtyUnits === 0 ? 0n : (quote * 10n ** BigInt(instrument.qtyDecimals)) / BigInt(qtyUnits) / cut;
  return {
    openMs: closeMs - DAY_MS,
    closeMs,
    open: priceText(instrument, open),
    high: priceText(instrument, high),
    low: priceText(instrument, low),
    last: priceText(instrument, last),
    change: `${change < 0 ? '-' : ''}${priceText(instrument, Math.abs(change))}`,
    changePercent: ((change / open) * 100).toFixed(3),
    average: priceText(instrument, Number(average)),
    volume: quantityText(instrument, qtyUnits),
    quoteVolume: amountText(quote),
    trades,
  };
}

/** A frame of a `ticker` or `miniTicker` stream. */
export function tickerFrame(exchange: Exchange, book: SimulatedBook, mini: boolean): string {
  const { instrument, lastTrade } = book;
  const day = dayOf(exchange, book);
  const small = {
    e: mini ? '24hrMiniTicker' : '24hrTicker',
    E: day.closeMs,
    s: instrument.symbol,
    o: day.open,
    h: day.high,
    l: day.low,
    c: day.last,
    v: day.volume,
    q: day.quoteVolume,
  };
  if (mini) return JSON.stringify(small);
  const bid = book.bids.best();
  const ask = book.asks.best();
  const touch = {
    x: day.open,
    b: priceText(instrument, bid?.priceUnits ?? 0),
    B: quantityText(instrument, bid?.qtyUnits ?? 0),
    a: priceText(instrument, ask?.priceUnits ?? 0),
    A: quantityText(instrument, ask?.qtyUnits ?? 0),
  };
  return JSON.stringify({
    ...small,
    p: day.change,
    P: day.changePercent,
    w: day.average,
    Q: quantityText(instrument, lastTrade.qtyUnits),
    O: day.openMs,
    C: day.closeMs,
    F: -1,
    L: lastTrade.id,
    n: day.trades,
    ...(instrument.market === 'spot' ? touch : {}),
  });
}
