import type { SimulatedBook } from '../../market/book.js';
import type { Level } from '../../market/ladder.js';
import type { EngineKline, EngineTrade } from '../../matching/types.js';
import { fixedText, paddedText } from '../decimal-text.js';
import type { FrontDependencies } from '../front.js';
import { quoted, wholeNumber } from '../json-text.js';
import type { RestAnswer, RestRequest } from '../rest.js';
import type { RestHandler, VenueApp } from '../venue-app.js';
import { failure, INVALID_PAIR, success } from './answers.js';
import { averageUnits, type Day, type Days } from './day.js';
import type { Gate } from './gate.js';
import { assetId, assetPair, assetRow, pairId } from './metadata.js';
import type { Pairs } from './names.js';

/** Lengths of candles in minutes. */
export const INTERVALS = [1, 5, 15, 30, 60, 240, 1440, 10_080, 21_600];
const CANDLES_MAX = 720;

/** The REST routes that need no keys. */
export function serveMarket(app: VenueApp, gate: Gate, days: Days, pairs: Pairs, dependencies: FrontDependencies): void {
  const { clock, engine } = dependencies;
  const { books } = pairs;
  const get = (name: string, handler: RestHandler): void => app.get(`/0/public/${name}`, gate.open(handler));
  const ofBook = (name: string, handler: (book: SimulatedBook, request: RestRequest) => RestAnswer): void =>
    get(name, (request) => {
      const book = pairs.find(request.query.get('pair') ?? '');
      return book === undefined ? failure(INVALID_PAIR) : handler(book, request);
    });
  const rowsOf = ({ query }: RestRequest, row: (book: SimulatedBook) => string): RestAnswer => {
    const wanted =
      query
        .get('pair')
        ?.split(',')
        .map((name) => pairs.find(name)) ?? books;
    const found = wanted.filter((book) => book !== undefined);
    if (found.length < wanted.length) return failure(INVALID_PAIR);
    return success(`{${found.map((book) => `${quoted(pairId(book.instrument))}:${row(book)}`).join(',')}}`);
  };

  const bases = [...new Set(['USDT', ...books.map((book) => book.instrument.base)])];
  const assets = success(quoted(Object.fromEntries(bases.map((base) => [assetId(base), assetRow(base)]))));
  get('Assets', () => assets);
  get('AssetPairs', (request) => rowsOf(request, ({ instrument }) => quoted(assetPair(instrument))));
  get('Time', () => {
    const date = new Date(clock.epochUs() / 1000);
    return success(quoted({ unixtime: Math.floor(date.getTime() / 1000), rfc1123: date.toUTCString() }));
  });
  get('SystemStatus', () => success(quoted({ status: 'online', timestamp: new Date(clock.epochUs() / 1000).toISOString() })));
  get('Ticker', (request) => rowsOf(request, (book) => tickerRow(book, days.of(book))));
  ofBook('Depth', (book, { query }) => {
    const count = wholeNumber(query.get('count'), 100, 1, 500);
    if (count === null) return failure('EGeneral:Invalid arguments:count');
    const side = (levels: readonly Level[]): string =>
      levels
        .slice(0, count)
        .map((level) => depthRow(book, level))
        .join(',');
    return success(named(book, `{"asks":[${side(book.asks.levels())}],"bids":[${side(book.bids.levels())}]}`));
  });
  ofBook('OHLC', (book, { query }) => {
    const minutes = Number(query.get('interval') ?? '1');
    if (!INTERVALS.includes(minutes)) return failure('EGeneral:Invalid arguments:interval');
    const since = Number(query.get('since') ?? '0');
    if (Number.isNaN(since)) return failure('EGeneral:Invalid arguments:since');
    // The newest are given, the one under way among them, however old `since` is.
    const nowUs = clock.epochUs();
    const fromUs = Math.max(since * 1e6 + 1, nowUs - CANDLES_MAX * minutes * 60e6);
    const rows = engine.klines(book, minutes * 60_000, fromUs, nowUs).slice(-CANDLES_MAX);
    const last = rows.at(-2) ?? rows.at(-1);
    const candles = rows.map((kline) => candleRow(book, kline)).join(',');
    return success(`{"${pairId(book.instrument)}":[${candles}],"last":${last === undefined ? 0 : last.openUs / 1e6}}`);
  });
  ofBook('Trades', (book, { query }) => {
    const count = wholeNumber(query.get('count'), 1000, 1, 1000);
    const since = query.get('since') ?? '';
    if (count === null || !/^\d*$/.test(since)) return failure('EGeneral:Invalid arguments');
    const all = engine.trades(book);
    const rows =
      since === '' ? all.slice(-count) : all.filter(({ timeUs }) => nanoseconds(timeUs) > BigInt(since)).slice(0, count);
    const last = rows.at(-1);
    const cursor = last === undefined ? since : String(nanoseconds(last.timeUs));
    return success(`{"${pairId(book.instrument)}":[${rows.map((trade) => tradeRow(book, trade)).join(',')}],"last":"${cursor}"}`);
  });
}

function named({ instrument }: SimulatedBook, text: string): string {
  return `{"${pairId(instrument)}":${text}}`;
}

function price({ instrument }: SimulatedBook, units: number): string {
  const { priceDecimals } = instrument;
  return paddedText(units, priceDecimals, Math.max(5, priceDecimals));
}

/** REST pads prices to five decimals at least and cuts volumes to three, so its rows cannot be joined with the stream. */
function depthRow(book: SimulatedBook, { priceUnits, qtyUnits }: Level): string {
  const volume = (qtyUnits / 10 ** book.instrument.qtyDecimals).toFixed(3);
  return `["${price(book, priceUnits)}","${volume}",${Math.floor(book.timeUs / 1e6)}]`;
}

function tickerRow(book: SimulatedBook, { today, last24h }: Day): string {
  const { lastTrade } = book;
  const { qtyDecimals } = book.instrument;
  const qty = (units: number): string => fixedText(units, qtyDecimals);
  const touch = (level: Level | undefined | null): string[] => {
    const size = (level?.qtyUnits ?? 0) / 10 ** qtyDecimals;
    return [price(book, level?.priceUnits ?? 0), String(Math.floor(size)), size.toFixed(3)];
  };
  return quoted({
    a: touch(book.asks.best()),
    b: touch(book.bids.best()),
    c: [price(book, lastTrade.priceUnits), qty(lastTrade.qtyUnits)],
    v: [qty(today.qtyUnits), qty(last24h.qtyUnits)],
    p: [price(book, today.averageUnits), price(book, last24h.averageUnits)],
    t: [today.trades, last24h.trades],
    l: [price(book, today.lowUnits), price(book, last24h.lowUnits)],
    h: [price(book, today.highUnits), price(book, last24h.highUnits)],
    o: price(book, today.openUnits),
  });
}

function candleRow(book: SimulatedBook, kline: EngineKline): string {
  const average = averageUnits(book, kline.quote, kline.qtyUnits) ?? 0;
  const prices = [kline.openUnits, kline.highUnits, kline.lowUnits, kline.closeUnits, average];
  const texts = prices.map((units) => `"${fixedText(units, book.instrument.priceDecimals)}"`);
  return `[${kline.openUs / 1e6},${texts.join(',')},"${fixedText(kline.qtyUnits, book.instrument.qtyDecimals)}",${kline.trades}]`;
}

/** A public trade; the side is the taker's. */
function tradeRow(book: SimulatedBook, { id, priceUnits, qtyUnits, buyerIsTaker, timeUs }: EngineTrade): string {
  const qty = fixedText(qtyUnits, book.instrument.qtyDecimals);
  return `["${price(book, priceUnits)}","${qty}",${Math.floor(timeUs) / 1e6},"${buyerIsTaker ? 'b' : 's'}","l","",${id}]`;
}

function nanoseconds(us: number): bigint {
  return BigInt(Math.floor(us)) * 1000n;
}
