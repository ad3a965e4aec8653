import type { SimulatedBook } from '../../market/book.js';
import type { EngineTrade } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import {
  amountText,
  type Exchange,
  limitOf,
  msOf,
  optionalInteger,
  type Params,
  priceText,
  quantityText,
  rateText,
  required,
} from './exchange.js';
import { ApiFailure, invalidSymbol } from './failures.js';
import { depthSnapshot } from './frames.js';
import type { Operation } from './gate.js';
import { dayOf, INTERVALS_MS, klineRow } from './klines.js';
import { exchangeInfoHead, futuresSymbol, spotSymbol } from './metadata.js';
import { within } from './rows.js';

const FUTURES_DEPTH_LIMITS = [5, 10, 20, 50, 100, 500, 1000];
const HOURS_MAX = Number.POSITIVE_INFINITY;

/** What anybody may read, by the last part of its path. */
export function marketOperations(exchange: Exchange): Readonly<Record<string, Operation>> {
  const spot = exchange.market === 'spot';
  const open = (weight: Operation['weight'], run: (params: Params) => unknown): Operation => {
    return { weight, security: 'public', run: (params) => JSON.stringify(run(params)) };
  };
  const shared: Record<string, Operation> = {
    ping: { weight: 1, security: 'public', run: () => '{}' },
    time: { weight: 1, security: 'public', run: () => `{"serverTime":${exchange.nowMs()}}` },
    exchangeInfo: { weight: spot ? 20 : 1, security: 'public', run: exchangeInfo(exchange) },
    depth: { weight: (params) => depthWeight(spot, params), security: 'public', run: (params) => depth(exchange, params) },
    trades: open(spot ? 25 : 5, (params) => tradeRows(exchange, params)),
    historicalTrades: open(spot ? 25 : 20, (params) => tradeRows(exchange, params)),
    aggTrades: open(spot ? 4 : 20, (params) => aggregateRows(exchange, params)),
    klines: open(
      (params) => klineWeight(spot, params),
      (params) => klineRows(exchange, params),
    ),
    'ticker/24hr': open(
      (params) => (params.has('symbol') ? (spot ? 2 : 1) : spot ? 80 : 40),
      (params) => oneOrAll(exchange, params, (book) => dayRow(exchange, book)),
    ),
    'ticker/price': open(2, (params) =>
      oneOrAll(exchange, params, ({ instrument, lastTrade }) => ({
        symbol: instrument.symbol,
        price: priceText(instrument, lastTrade.priceUnits),
        ...(spot ? {} : { time: msOf(lastTrade.timeUs) }),
      })),
    ),
    'ticker/bookTicker': open(
      (params) => (params.has('symbol') ? 2 : spot ? 4 : 5),
      (params) =>
        oneOrAll(exchange, params, (book) => ({
          symbol: book.instrument.symbol,
          ...top(book),
          ...(spot ? {} : { time: msOf(book.timeUs) }),
        })),
    ),
  };
  return spot ? shared : { ...shared, ...fundingOperations(exchange, open) };
}

function fundingOperations(
  exchange: Exchange,
  open: (weight: number, run: (params: Params) => unknown) => Operation,
): Record<string, Operation> {
  const { engine } = exchange;
  return {
    premiumIndex: open(1, (params) =>
      oneOrAll(exchange, params, (book) => {
        const mark = amountText(engine.markPrice(book));
        const { rate, nextUs } = engine.funding(book);
        return {
          symbol: book.instrument.symbol,
          markPrice: mark,
          indexPrice: amountText(engine.indexPrice(book)),
          estimatedSettlePrice: mark,
          lastFundingRate: rateText(rate),
          interestRate: '0.00010000',
          nextFundingTime: msOf(nextUs),
          time: exchange.nowMs(),
        };
      }),
    ),
    fundingRate: open(0, (params) => {
      const rows = exchange
        .chosen(params)
        .flatMap((book) => engine.pastFunding(book).map((payment) => ({ ...payment, symbol: book.instrument.symbol })))
        .sort((left, right) => left.timeUs - right.timeUs);
      return within(params, rows, ({ timeUs }) => timeUs, {
        limit: limitOf(params, 200, 1000),
        begins: false,
        hoursMax: HOURS_MAX,
      }).map(({ symbol, timeUs, rate, markPrice }) => {
        return { symbol, fundingTime: msOf(timeUs), fundingRate: rateText(rate), markPrice: amountText(markPrice) };
      });
    }),
    // Lists only contracts whose interval is not the usual one of eight hours.
    fundingInfo: open(0, () =>
      exchange.books.flatMap((book) => {
        const { intervalHours } = engine.funding(book);
        return intervalHours === 8 ? [] : [{ symbol: book.instrument.symbol, fundingIntervalHours: intervalHours }];
      }),
    ),
  };
}

/** `exchangeInfo`, whose rows never change. */
function exchangeInfo(exchange: Exchange): (params: Params) => string {
  const spot = exchange.market === 'spot';
  const rows = new Map(
    exchange.books.map(({ instrument }) => [instrument.symbol, quoted((spot ? spotSymbol : futuresSymbol)(instrument))]),
  );
  const head = quoted(exchangeInfoHead(exchange.market)).slice(1, -1);
  const all = [...rows.values()].join(',');
  return (params) => {
    const wanted = spot ? wantedSymbols(params) : [];
    if (wanted === null || wanted.some((symbol) => !rows.has(symbol))) throw invalidSymbol();
    const symbols = wanted.length === 0 ? all : wanted.map((symbol) => rows.get(symbol)).join(',');
    return `{"timezone":"UTC","serverTime":${exchange.nowMs()},${head},"symbols":[${symbols}]${spot ? ',"sors":[]' : ''}}`;
  };
}

/** The symbols of `symbol=` or `symbols=["A","B"]`; none means all; null when the list is no JSON array. */
function wantedSymbols(params: Params): string[] | null {
  const list = params.get('symbols');
  const single = params.get('symbol');
  if (list === undefined) return single === undefined ? [] : [single];
  return /^\["[^"]*"(,"[^"]*")*\]$/.test(list) ? (JSON.parse(list) as string[]) : null;
}

function depthWeight(spot: boolean, params: Params): number {
  const limit = Number(params.get('limit') ?? (spot ? 100 : 500));
  if (spot) return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250;
  return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20;
}

function klineWeight(spot: boolean, params: Params): number {
  const limit = Number(params.get('limit') ?? 500);
  if (spot) return 2;
  return limit < 100 ? 1 : limit < 500 ? 2 : limit <= 1000 ? 5 : 10;
}

function depth(exchange: Exchange, params: Params): string {
  const book = exchange.book(params);
  const spot = exchange.market === 'spot';
  const limit = limitOf(params, spot ? 100 : 500, spot ? 5000 : Number.MAX_SAFE_INTEGER);
  if (!spot && !FUTURES_DEPTH_LIMITS.includes(limit)) throw new ApiFailure(-4021, `${limit} is not valid depth limit.`);
  return depthSnapshot(book, limit, exchange.nowMs());
}

/** One row for `symbol=`, rows for `symbols=[...]`, or a row for every book. */
function oneOrAll(exchange: Exchange, params: Params, row: (book: SimulatedBook) => unknown): unknown {
  if ((params.get('symbol') ?? '') !== '') return row(exchange.book(params));
  const wanted = exchange.market === 'spot' ? wantedSymbols(params) : [];
  if (wanted === null) throw invalidSymbol();
  const books = wanted.length === 0 ? exchange.books : wanted.map((symbol) => exchange.book(new Map([['symbol', symbol]])));
  return books.map(row);
}

function chosenTrades(exchange: Exchange, params: Params, book: SimulatedBook): readonly EngineTrade[] {
  const from = optionalInteger(params, 'fromId');
  const trades = exchange.engine.trades(book).filter(({ id }) => from === null || id >= from);
  return within(params, trades, ({ timeUs }) => timeUs, {
    limit: limitOf(params, 500, 1000),
    begins: from !== null,
    hoursMax: HOURS_MAX,
  });
}

function tradeRows(exchange: Exchange, params: Params): unknown[] {
  const book = exchange.book(params);
  const { instrument } = book;
  return chosenTrades(exchange, params, book).map(({ id, priceUnits, qtyUnits, buyerIsTaker, timeUs }) => ({
    id,
    price: priceText(instrument, priceUnits),
    qty: quantityText(instrument, qtyUnits),
    quoteQty: amountText(worth(book, priceUnits, qtyUnits)),
    time: msOf(timeUs),
    isBuyerMaker: !buyerIsTaker,
    ...(exchange.market === 'spot' ? { isBestMatch: true } : {}),
  }));
}

/** Every simulated trade is an aggregate of itself. */
function aggregateRows(exchange: Exchange, params: Params): unknown[] {
  const book = exchange.book(params);
  const { instrument } = book;
  return chosenTrades(exchange, params, book).map(({ id, priceUnits, qtyUnits, buyerIsTaker, timeUs }) => ({
    a: id,
    p: priceText(instrument, priceUnits),
    q: quantityText(instrument, qtyUnits),
    f: id,
    l: id,
    T: msOf(timeUs),
    m: !buyerIsTaker,
    ...(exchange.market === 'spot' ? { M: true } : {}),
  }));
}

function worth({ instrument }: SimulatedBook, priceUnits: number, qtyUnits: number): bigint {
  return BigInt(priceUnits) * BigInt(qtyUnits) * 10n ** BigInt(18 - instrument.priceDecimals - instrument.qtyDecimals);
}

function klineRows(exchange: Exchange, params: Params): unknown[] {
  const book = exchange.book(params);
  const interval = required(params, 'interval');
  const intervalMs = INTERVALS_MS.get(interval);
  if (intervalMs === undefined) throw new ApiFailure(-1120, 'Invalid interval.');
  const limit = limitOf(params, 500, exchange.market === 'spot' ? 1000 : 1500);
  const startMs = optionalInteger(params, 'startTime');
  const endMs = Math.min(optionalInteger(params, 'endTime') ?? Number.POSITIVE_INFINITY, exchange.nowMs());
  const lengthMs = (limit - 1) * intervalMs;
  const fromMs =
    startMs === null ? Math.floor(endMs / intervalMs) * intervalMs - lengthMs : Math.ceil(startMs / intervalMs) * intervalMs;
  const toMs = startMs === null ? endMs : Math.min(endMs, fromMs + lengthMs);
  return exchange.engine.klines(book, intervalMs, fromMs * 1000, toMs * 1000).map((kline) => klineRow(book, kline, intervalMs));
}

function top({ instrument, bids, asks }: SimulatedBook): Record<string, string> {
  const bid = bids.best();
  const ask = asks.best();
  return {
    bidPrice: priceText(instrument, bid?.priceUnits ?? 0),
    bidQty: quantityText(instrument, bid?.qtyUnits ?? 0),
    askPrice: priceText(instrument, ask?.priceUnits ?? 0),
    askQty: quantityText(instrument, ask?.qtyUnits ?? 0),
  };
}

function dayRow(exchange: Exchange, book: SimulatedBook): Record<string, unknown> {
  const { instrument, lastTrade } = book;
  const day = dayOf(exchange, book);
  return {
    symbol: instrument.symbol,
    priceChange: day.change,
    priceChangePercent: day.changePercent,
    weightedAvgPrice: day.average,
    lastPrice: day.last,
    lastQty: quantityText(instrument, lastTrade.qtyUnits),
    openPrice: day.open,
    highPrice: day.high,
    lowPrice: day.low,
    volume: day.volume,
    quoteVolume: day.quoteVolume,
    openTime: day.openMs,
    closeTime: day.closeMs,
    firstId: -1,
    lastId: lastTrade.id,
    count: day.trades,
    ...(exchange.market === 'spot' ? { prevClosePrice: day.open, ...top(book) } : {}),
  };
}
