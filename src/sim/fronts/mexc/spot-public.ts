import type { SimulatedBook } from '../../market/book.js';
import { moneyText } from '../../matching/money.js';
import type { EngineTrade } from '../../matching/types.js';
import { dayChange, dayFigures } from '../day-figures.js';
import { trimmedText } from '../decimal-text.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { quoted, wholeNumber } from '../json-text.js';
import type { RestAnswer, VenueApp } from '../venue-app.js';
import { missing, Refused, spotRefusalAnswer } from './failures.js';
import { SPOT_INTERVAL_MS } from './klines.js';
import { depthAnswer, spotSymbol } from './spot-frames.js';
import { msOf } from './spot-orders.js';

const KLINES_MAX = 500;
const TRADES_MAX = 1_000;

/** Serves spot's REST interface as far as it needs no key. */
export function serveSpotPublic(
  app: VenueApp,
  { clock, engine }: FrontDependencies,
  bySymbol: ReadonlyMap<string, SimulatedBook>,
): void {
  const books = [...bySymbol.values()];
  const rows = new Map(books.map(({ instrument }) => [instrument.symbol, quoted(spotSymbol(instrument))]));
  const all = [...rows.values()].join(',');
  const route = (path: string, run: (query: URLSearchParams) => string): void => {
    app.get(`/api/v3/${path}`, ({ query }) => answer(() => run(query)));
  };
  const bookOf = (query: URLSearchParams): SimulatedBook => {
    const symbol = query.get('symbol') ?? '';
    if (symbol === '') throw missing('symbol');
    const book = bySymbol.get(symbol);
    if (book === undefined) throw new Refused(-1121, 'Invalid symbol.');
    return book;
  };
  /** One row for a symbol, all of them without one. */
  const rowsOf = (query: URLSearchParams, row: (book: SimulatedBook) => unknown): string =>
    quoted((query.get('symbol') ?? '') === '' ? books.map(row) : row(bookOf(query)));

  route('ping', () => '{}');
  route('time', () => `{"serverTime":${epochMs(clock)}}`);
  route('defaultSymbols', () => quoted({ code: 200, data: [...rows.keys()], msg: null }));
  route('exchangeInfo', (query) => {
    const wanted = (query.get('symbols') ?? query.get('symbol'))?.split(',');
    if (wanted?.some((symbol) => !rows.has(symbol)) === true) throw new Refused(-1121, 'Invalid symbol.');
    const symbols = wanted === undefined ? all : wanted.map((symbol) => rows.get(symbol)).join(',');
    return `{"timezone":"CST","serverTime":${epochMs(clock)},"rateLimits":[],"exchangeFilters":[],"symbols":[${symbols}]}`;
  });
  route('depth', (query) => {
    const book = bookOf(query);
    return depthAnswer(book, Math.min(whole(query, 'limit', 100, 1), 5000));
  });
  route('trades', (query) => {
    const book = bookOf(query);
    return quoted(latest(engine.trades(book), whole(query, 'limit', 500, 1)).map((trade) => tradeRow(book, trade)));
  });
  route('aggTrades', (query) => {
    const book = bookOf(query);
    const fromMs = whole(query, 'startTime', 0, 0);
    const toMs = whole(query, 'endTime', Number.MAX_SAFE_INTEGER, 0);
    const trades = engine.trades(book).filter(({ timeUs }) => msOf(timeUs) >= fromMs && msOf(timeUs) <= toMs);
    return quoted(latest(trades, whole(query, 'limit', 500, 1)).map((trade) => aggregatedRow(book, trade)));
  });
  route('klines', (query) => {
    const book = bookOf(query);
    const intervalMs = SPOT_INTERVAL_MS[query.get('interval') ?? ''];
    if (intervalMs === undefined) throw new Refused(-1121, 'Invalid interval.');
    const limit = Math.min(KLINES_MAX, whole(query, 'limit', KLINES_MAX, 1));
    const toMs = Math.min(whole(query, 'endTime', Number.MAX_SAFE_INTEGER, 0) - 1, epochMs(clock));
    const asked = query.get('startTime');
    const fromMs = asked === null ? toMs - limit * intervalMs : whole(query, 'startTime', 0, 0);
    const klines = engine.klines(book, intervalMs, fromMs * 1000, Math.min(toMs, fromMs + limit * intervalMs) * 1000);
    const { priceDecimals, qtyDecimals } = book.instrument;
    const price = (units: number): string => trimmedText(units, priceDecimals);
    return quoted(
      (asked === null ? klines.slice(-limit) : klines.slice(0, limit)).map((kline) => [
        msOf(kline.openUs),
        price(kline.openUnits),
        price(kline.highUnits),
        price(kline.lowUnits),
        price(kline.closeUnits),
        trimmedText(kline.qtyUnits, qtyDecimals),
        msOf(kline.openUs) + intervalMs,
        moneyText(kline.quote),
      ]),
    );
  });
  route('avgPrice', (query) => {
    const book = bookOf(query);
    return quoted({ mins: 5, price: trimmedText(book.lastTrade.priceUnits, book.instrument.priceDecimals) });
  });
  route('ticker/24hr', (query) =>
    rowsOf(query, (book) => {
      const { symbol, priceDecimals, qtyDecimals } = book.instrument;
      const nowUs = clock.epochUs();
      const day = dayFigures(engine, book, nowUs);
      const change = dayChange(day, priceDecimals);
      const price = (units: number): string => trimmedText(units, priceDecimals);
      return {
        symbol,
        priceChange: change.price,
        priceChangePercent: change.fraction,
        prevClosePrice: price(day.openUnits),
        lastPrice: price(day.closeUnits),
        ...top(book),
        openPrice: price(day.openUnits),
        highPrice: price(day.highUnits),
        lowPrice: price(day.lowUnits),
        volume: trimmedText(day.qtyUnits, qtyDecimals),
        quoteVolume: moneyText(day.quote),
        openTime: msOf(nowUs) - 86_400_000,
        closeTime: msOf(nowUs),
        count: null,
      };
    }),
  );
  route('ticker/price', (query) =>
    rowsOf(query, ({ instrument, lastTrade }) => ({
      symbol: instrument.symbol,
      price: trimmedText(lastTrade.priceUnits, instrument.priceDecimals),
    })),
  );
  route('ticker/bookTicker', (query) => rowsOf(query, (book) => ({ symbol: book.instrument.symbol, ...top(book) })));
}

function answer(run: () => string): RestAnswer {
  try {
    return { body: run() };
  } catch (error) {
    if (error instanceof Refused) return spotRefusalAnswer(error);
    throw error;
  }
}

function whole(query: URLSearchParams, name: string, fallback: number, least: number): number {
  const value = wholeNumber(query.get(name), fallback, least, Number.MAX_SAFE_INTEGER);
  if (value === null) throw new Refused(33333, 'param error');
  return value;
}

/** Newest first. */
function latest(trades: readonly EngineTrade[], limit: number): readonly EngineTrade[] {
  return trades.slice(-Math.min(limit, TRADES_MAX)).reverse();
}

function tradeRow({ instrument }: SimulatedBook, trade: EngineTrade): Record<string, unknown> {
  const { priceDecimals, qtyDecimals } = instrument;
  const price = trimmedText(trade.priceUnits, priceDecimals);
  const qty = trimmedText(trade.qtyUnits, qtyDecimals);
  const quoteQty = trimmedProduct(trade, priceDecimals + qtyDecimals);
  const isBuyerMaker = !trade.buyerIsTaker;
  const tradeType = isBuyerMaker ? 'ASK' : 'BID';
  return { id: null, price, qty, quoteQty, time: msOf(trade.timeUs), isBuyerMaker, isBestMatch: true, tradeType };
}

function trimmedProduct({ priceUnits, qtyUnits }: EngineTrade, decimals: number): string {
  return moneyText(BigInt(priceUnits) * BigInt(qtyUnits) * 10n ** BigInt(18 - decimals));
}

function aggregatedRow({ instrument }: SimulatedBook, trade: EngineTrade): Record<string, unknown> {
  return {
    a: null,
    f: null,
    l: null,
    p: trimmedText(trade.priceUnits, instrument.priceDecimals),
    q: trimmedText(trade.qtyUnits, instrument.qtyDecimals),
    T: msOf(trade.timeUs),
    m: !trade.buyerIsTaker,
    M: true,
  };
}

function top(book: SimulatedBook): Record<string, string> {
  const { priceDecimals, qtyDecimals } = book.instrument;
  const [bid, ask] = [book.bids.best(), book.asks.best()];
  return {
    bidPrice: trimmedText(bid?.priceUnits ?? 0, priceDecimals),
    bidQty: trimmedText(bid?.qtyUnits ?? 0, qtyDecimals),
    askPrice: trimmedText(ask?.priceUnits ?? 0, priceDecimals),
    askQty: trimmedText(ask?.qtyUnits ?? 0, qtyDecimals),
  };
}
