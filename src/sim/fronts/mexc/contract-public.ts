import type { SimulatedBook } from '../../market/book.js';
import { moneyText } from '../../matching/money.js';
import { trimmedText } from '../decimal-text.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { wholeNumber } from '../json-text.js';
import type { RestAnswer, VenueApp } from '../venue-app.js';
import { contractDetail, dealRow, depthData, fundingData, tickerRow } from './contract-frames.js';
import { paramError } from './contract-orders.js';
import { contractRefusalAnswer, Refused } from './failures.js';
import { NAMED_INTERVAL_MS } from './klines.js';
import { msOf } from './spot-orders.js';

const KLINES_MAX = 2_000;
const DEALS_MAX = 100;
const HISTORY_PAGE_MAX = 1_000;

/** Serves the contract stack's REST interface as far as it needs no key. `run` gives the JSON of `data`. */
export function serveContractPublic(
  app: VenueApp,
  dependencies: FrontDependencies,
  bySymbol: ReadonlyMap<string, SimulatedBook>,
): void {
  const { clock, engine } = dependencies;
  const books = [...bySymbol.values()];
  const details = new Map(books.map(({ instrument }, index) => [instrument.symbol, contractDetail(instrument, index + 1)]));
  const route = (path: string, run: (query: URLSearchParams, symbol: string) => string): void => {
    app.get(`/api/v1/contract/${path}`, ({ query, parameter }) => answer(() => run(query, parameter)));
  };
  const bookOf = (symbol: string): SimulatedBook => {
    const book = bySymbol.get(symbol);
    if (book === undefined) throw new Refused(1001, "Contract doesn't exist!");
    return book;
  };
  /** One row for a symbol, a list of all without one. */
  const rowsOf = (query: URLSearchParams, row: (book: SimulatedBook) => string): string => {
    const symbol = query.get('symbol');
    return symbol === null ? `[${books.map(row).join(',')}]` : row(bookOf(symbol));
  };

  route('ping', () => String(epochMs(clock)));
  route('detail', (query) => rowsOf(query, ({ instrument }) => details.get(instrument.symbol) ?? '{}'));
  route('depth/:symbol', (query, symbol) => depthData(bookOf(symbol), whole(query, 'limit', 1000), 'timestamp'));
  route('ticker', (query) => rowsOf(query, (book) => tickerRow(engine, book, clock.epochUs())));
  route('deals/:symbol', (query, symbol) => {
    const book = bookOf(symbol);
    const trades = engine.trades(book).slice(-Math.min(DEALS_MAX, whole(query, 'limit', DEALS_MAX)));
    return `[${[...trades]
      .reverse()
      .map((trade) => dealRow(book, trade))
      .join(',')}]`;
  });
  route('kline/:symbol', (query, symbol) => klineColumns(dependencies, bookOf(symbol), query));
  route(
    'index_price/:symbol',
    (_query, symbol) =>
      `{"symbol":"${symbol}","indexPrice":${moneyText(engine.indexPrice(bookOf(symbol)))},"timestamp":${epochMs(clock)}}`,
  );
  route(
    'fair_price/:symbol',
    (_query, symbol) =>
      `{"symbol":"${symbol}","fairPrice":${moneyText(engine.markPrice(bookOf(symbol)))},"timestamp":${epochMs(clock)}}`,
  );
  route('funding_rate', (query) => rowsOf(query, (book) => fundingData(engine, book, epochMs(clock))));
  route('funding_rate/:symbol', (_query, symbol) => fundingData(engine, bookOf(symbol), epochMs(clock)));
  route('funding_rate/history', (query) => {
    const symbol = query.get('symbol') ?? '';
    const past = [...engine.pastFunding(bookOf(symbol))].reverse();
    const size = Math.min(HISTORY_PAGE_MAX, whole(query, 'page_size', 20));
    const page = whole(query, 'page_num', 1);
    const rows = past.slice((page - 1) * size, page * size).map(({ rate, timeUs }) => {
      const collectCycle = engine.funding(bookOf(symbol)).intervalHours;
      return `{"symbol":"${symbol}","fundingRate":${rate},"settleTime":${msOf(timeUs)},"collectCycle":${collectCycle}}`;
    });
    const totalPage = Math.ceil(past.length / size);
    return `{"pageSize":${size},"totalCount":${past.length},"totalPage":${totalPage},"currentPage":${page},"resultList":[${rows.join(',')}]}`;
  });
}

/** Klines as columns; times are in seconds, volumes in contracts. */
function klineColumns({ clock, engine }: FrontDependencies, book: SimulatedBook, query: URLSearchParams): string {
  const interval = query.get('interval') ?? 'Min1';
  const intervalMs = NAMED_INTERVAL_MS[interval];
  if (intervalMs === undefined) throw paramError();
  const endMs = Math.min(whole(query, 'end', Math.floor(epochMs(clock) / 1000)) * 1000, epochMs(clock));
  const startMs = query.get('start') === null ? endMs - KLINES_MAX * intervalMs : whole(query, 'start', 0) * 1000;
  const klines = engine.klines(book, intervalMs, startMs * 1000, endMs * 1000).slice(-KLINES_MAX);
  const { priceDecimals, qtyDecimals } = book.instrument;
  const column = (name: string, pick: (kline: (typeof klines)[number]) => string): string =>
    `"${name}":[${klines.map(pick).join(',')}]`;
  const price = (units: number): string => trimmedText(units, priceDecimals);
  return `{${[
    column('time', ({ openUs }) => String(Math.floor(openUs / 1e6))),
    column('open', ({ openUnits }) => price(openUnits)),
    column('close', ({ closeUnits }) => price(closeUnits)),
    column('high', ({ highUnits }) => price(highUnits)),
    column('low', ({ lowUnits }) => price(lowUnits)),
    column('vol', ({ qtyUnits }) => trimmedText(qtyUnits, qtyDecimals)),
    column('amount', ({ quote }) => moneyText(quote)),
  ].join(',')}}`;
}

function answer(run: () => string): RestAnswer {
  try {
    return { body: `{"success":true,"code":0,"data":${run()}}` };
  } catch (error) {
    if (error instanceof Refused) return contractRefusalAnswer(error);
    throw error;
  }
}

function whole(query: URLSearchParams, name: string, fallback: number): number {
  const value = wholeNumber(query.get(name), fallback, 0, Number.MAX_SAFE_INTEGER);
  if (value === null) throw paramError();
  return value;
}
