import type { SimulatedBook } from '../../market/book.js';
import type { EngineTrade, MatchingEngine } from '../../matching/types.js';
import { epochMs, type FrontDependencies, isoMicroseconds } from '../front.js';
import { quoted } from '../json-text.js';
import type { RestAnswer, RestRequest } from '../rest.js';
import type { RestHandler, VenueApp } from '../venue-app.js';
import { momentUs, NOT_FOUND, type PagedRow, page, refusal } from './answers.js';
import type { Days } from './day.js';
import { id, price, productBook, size } from './frames.js';
import type { Gate } from './gate.js';
import { currency, product } from './metadata.js';

const GRANULARITIES_S = [60, 300, 900, 3600, 21600, 86400];
const CANDLES_MAX = 300;
const SPARK_HOURS = 24;
const HOUR_US = 3_600e6;
const SPARK_LINES_KEPT_US = 10e6;

/** The REST routes that need no keys. */
export function serveMarket(app: VenueApp, gate: Gate, days: Days, { clock, engine, market }: FrontDependencies): void {
  const books = market.booksOf('coinbase', 'spot');
  const byId = new Map(books.map((book) => [id(book), book]));
  const get = (pattern: string, handler: RestHandler): void => app.get(pattern, gate.open(handler));
  const ofBook = (pattern: string, handler: (book: SimulatedBook, request: RestRequest) => RestAnswer): void =>
    get(pattern, (request) => {
      const book = byId.get(request.parameter);
      return book === undefined ? NOT_FOUND : handler(book, request);
    });

  const products = `[${books.map((book) => quoted(product(book.instrument))).join(',')}]`;
  const assets = new Set(['USDT', ...books.map((book) => book.instrument.base)]);
  const currencies = quoted([...assets].map(currency));
  get('/time', () => {
    const ms = epochMs(clock);
    return { body: quoted({ iso: new Date(ms).toISOString(), epoch: ms / 1000 }) };
  });
  get('/currencies', () => ({ body: currencies }));
  get('/currencies/:id', ({ parameter }) => (assets.has(parameter) ? { body: quoted(currency(parameter)) } : NOT_FOUND));
  get('/products', () => ({ body: products }));
  get('/products/volume-summary', () => ({ body: quoted(books.map((book) => volumeRow(book, days))) }));
  let lines = { atUs: Number.NEGATIVE_INFINITY, body: '' };
  get('/products/spark-lines', () => {
    const nowUs = clock.epochUs();
    if (Math.abs(nowUs - lines.atUs) > SPARK_LINES_KEPT_US)
      lines = { atUs: nowUs, body: `{${books.map((book) => sparkLine(book, engine, nowUs)).join(',')}}` };
    return { body: lines.body };
  });
  ofBook('/products/:id', ({ instrument }) => ({ body: quoted(product(instrument)) }));
  ofBook('/products/:id/book', (book, { query }) => {
    const level = query.get('level') ?? '1';
    // A third level would list single orders, which the background does not consist of.
    if (level !== '1' && level !== '2') return refusal(400, 'Invalid level');
    return { body: productBook(book, level === '1' ? 1 : Number.MAX_SAFE_INTEGER, clock.epochUs()) };
  });
  ofBook('/products/:id/ticker', (book) => ({ body: quoted(tickerRow(book, days)) }));
  ofBook('/products/:id/stats', (book) => {
    const day = days.of(book);
    return {
      body: quoted({
        open: price(book, day.openUnits),
        high: price(book, day.highUnits),
        low: price(book, day.lowUnits),
        last: price(book, day.closeUnits),
        volume: size(book, day.qtyUnits),
        volume_30day: size(book, day.monthQtyUnits),
      }),
    };
  });
  ofBook('/products/:id/trades', (book, request) => {
    const rows = engine.trades(book).map((trade) => ({ ...trade, cursor: trade.id }));
    return page(request, rows.reverse(), (trade) => tradeRow(book, trade));
  });
  ofBook('/products/:id/candles', (book, { query }) => {
    const seconds = Number(query.get('granularity') ?? '60');
    if (!GRANULARITIES_S.includes(seconds)) return refusal(400, 'Unsupported granularity');
    const toUs = momentUs(query.get('end')) ?? clock.epochUs();
    const lastUs = toUs - (toUs % (seconds * 1e6));
    const fromUs = momentUs(query.get('start')) ?? lastUs - (CANDLES_MAX - 1) * seconds * 1e6;
    if (Number.isNaN(fromUs) || Number.isNaN(toUs)) return refusal(400, 'Invalid start or end');
    if ((toUs - fromUs) / 1e6 / seconds > CANDLES_MAX) {
      return refusal(
        400,
        `granularity too small for the requested time range. Count of aggregations requested exceeds ${CANDLES_MAX}`,
      );
    }
    // Intervals without a trade are missing.
    const klines = engine.klines(book, seconds * 1000, fromUs, toUs).filter(({ trades }) => trades > 0);
    const rows = klines.map((kline) => `[${kline.openUs / 1e6},${prices(book, kline).join(',')},${size(book, kline.qtyUnits)}]`);
    return { body: `[${rows.reverse().join(',')}]` };
  });
}

/** Low, high, open and close, in the venue's order. */
function prices(
  book: SimulatedBook,
  kline: { lowUnits: number; highUnits: number; openUnits: number; closeUnits: number },
): string[] {
  return [kline.lowUnits, kline.highUnits, kline.openUnits, kline.closeUnits].map((value) => price(book, value));
}

/** Hourly prices of a day, the newest first. */
function sparkLine(book: SimulatedBook, engine: MatchingEngine, nowUs: number): string {
  const hours = engine.klines(book, HOUR_US / 1000, nowUs - SPARK_HOURS * HOUR_US, nowUs);
  const rows = hours.map((kline) => `[${kline.openUs / 1e6},${prices(book, kline).join(',')}]`);
  return `"${id(book)}":[${rows.reverse().join(',')}]`;
}

function volumeRow(book: SimulatedBook, days: Days): Record<string, unknown> {
  const { base, quote } = book.instrument;
  const day = days.of(book);
  return {
    id: id(book),
    base_currency: base,
    quote_currency: quote,
    display_name: `${base}/${quote}`,
    market_types: ['spot'],
    spot_volume_24hour: size(book, day.qtyUnits),
    spot_volume_30day: size(book, day.monthQtyUnits),
  };
}

function tickerRow(book: SimulatedBook, days: Days): Record<string, unknown> {
  const { lastTrade } = book;
  return {
    ask: price(book, book.asks.best()?.priceUnits ?? 0),
    bid: price(book, book.bids.best()?.priceUnits ?? 0),
    volume: size(book, days.of(book).qtyUnits),
    trade_id: lastTrade.id,
    price: price(book, lastTrade.priceUnits),
    size: size(book, lastTrade.qtyUnits),
    time: isoMicroseconds(book.timeUs),
  };
}

/** A public trade; `side` is the maker's. */
function tradeRow(
  book: SimulatedBook,
  { id: tradeId, priceUnits, qtyUnits, buyerIsTaker, timeUs }: EngineTrade & PagedRow,
): string {
  return (
    `{"trade_id":${tradeId},"side":"${buyerIsTaker ? 'sell' : 'buy'}","size":"${size(book, qtyUnits)}",` +
    `"price":"${price(book, priceUnits)}","time":"${isoMicroseconds(timeUs)}"}`
  );
}
