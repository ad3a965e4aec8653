import type { SimulatedBook } from '../../market/book.js';
import { moneyText, toMoney } from '../../matching/money.js';
import type { EngineKline, EngineTrade, MatchingEngine } from '../../matching/types.js';
import { dayChange, dayFigures } from '../day-figures.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { quoted } from '../json-text.js';
import { contracts, msOf, priceText, secondsOf } from './amounts.js';
import { orderBookBody } from './book-body.js';
import { BUDGETS } from './budgets.js';
import { contractRow } from './contracts.js';
import { unknownContract } from './failures.js';
import type { NumberStyle } from './frames.js';
import { candlesOf } from './klines.js';
import { inStretch, type Params, pageOf, queryParams, textOf } from './params.js';
import { tradesOf } from './public-trades.js';
import type { SignedRoutes } from './signed-routes.js';
import { styleOf } from './style.js';

const BOOK_LIMIT_MAX = 300;
const CANDLES_MAX = 2_000;
const ROWS_MAX = 1_000;
/** A stretch of funding rates that names only its beginning is that long. */
const FUNDING_STRETCH_S = 30 * 86_400;

/** Serves what of the USDT perpetuals needs no key; there are none that are settled in BTC. */
export function serveFuturesPublic(routes: SignedRoutes, dependencies: FrontDependencies): void {
  const { clock, engine, market } = dependencies;
  const books = market.booksOf('gateio', 'futures');
  const bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
  const open = (path: string, run: (params: Params, style: NumberStyle, parameter: string) => string): void =>
    routes.open(`futures/usdt/${path}`, BUDGETS.publicReads, (request) =>
      run(queryParams(request), styleOf(request), request.parameter),
    );
  const named = (symbol: string): SimulatedBook => {
    const book = bySymbol.get(symbol);
    if (book === undefined) throw unknownContract();
    return book;
  };
  const bookOf = (params: Params): SimulatedBook => named(textOf(params, 'contract'));

  routes.open('futures/btc/contracts', BUDGETS.publicReads, () => '[]');
  open('contracts', (params, style) => {
    const page = textOf(params, 'limit') === '' && textOf(params, 'offset') === '' ? books : pageOf(params, books, ROWS_MAX);
    return quoted(page.map((book) => contractRow(engine, book, style)));
  });
  open('contracts/:contract', (_params, style, symbol) => quoted(contractRow(engine, named(symbol), style)));
  open('order_book', (params, style) => orderBookBody(bookOf(params), params, style, epochMs(clock), BOOK_LIMIT_MAX));
  open('tickers', (params, style) => {
    const asked = textOf(params, 'contract') === '' ? books : [bookOf(params)];
    return quoted(asked.map((book) => futuresTicker(engine, book, style, clock.epochUs())));
  });
  open('trades', (params, style) => {
    const book = bookOf(params);
    return quoted(tradesOf(engine, book, params).map((trade) => tradeRow(book, trade, style)));
  });
  open('candlesticks', (params) => {
    const book = bookOf(params);
    return quoted(candlesOf(dependencies, book, params, CANDLES_MAX).map(({ kline }) => contractCandle(book, kline)));
  });
  open('funding_rate', (params) => {
    const from = Number(textOf(params, 'from'));
    const stretch = from > 0 && textOf(params, 'to') === '' ? { ...params, to: from + FUNDING_STRETCH_S } : params;
    const past = engine.pastFunding(bookOf(params)).filter(({ timeUs }) => inStretch(stretch, timeUs));
    const page = pageOf(params, [...past].reverse(), ROWS_MAX);
    return quoted(page.map(({ rate, timeUs }) => ({ t: secondsOf(timeUs), r: rate })));
  });
}

/** A contract's last day, its prices and its funding. */
export function futuresTicker(
  engine: MatchingEngine,
  book: SimulatedBook,
  style: NumberStyle,
  nowUs: number,
): Record<string, unknown> {
  const { symbol, priceDecimals, contractSize } = book.instrument;
  const day = dayFigures(engine, book, nowUs);
  const { rate } = engine.funding(book);
  const bid = book.bids.best();
  const ask = book.asks.best();
  const quote = moneyText(day.quote);
  return {
    contract: symbol,
    last: priceText(book, day.closeUnits),
    change_percentage: (Number(dayChange(day, priceDecimals).fraction) * 100).toFixed(2),
    total_size: '0',
    low_24h: priceText(book, day.lowUnits),
    high_24h: priceText(book, day.highUnits),
    volume_24h: String(day.qtyUnits),
    volume_24h_base: moneyText(BigInt(day.qtyUnits) * toMoney(contractSize)),
    volume_24h_quote: quote,
    volume_24h_settle: quote,
    mark_price: moneyText(engine.markPrice(book)),
    index_price: moneyText(engine.indexPrice(book)),
    funding_rate: rate,
    funding_rate_indicative: rate,
    quanto_base_rate: '',
    quanto_multiplier: contractSize,
    lowest_ask: ask === undefined ? '' : priceText(book, ask.priceUnits),
    lowest_size: contracts(ask?.qtyUnits ?? 0, style),
    highest_bid: bid === undefined ? '' : priceText(book, bid.priceUnits),
    highest_size: contracts(bid?.qtyUnits ?? 0, style),
  };
}

/** A candle of contracts. */
export function contractCandle(book: SimulatedBook, kline: EngineKline): Record<string, unknown> {
  return {
    t: secondsOf(kline.openUs),
    v: kline.qtyUnits,
    c: priceText(book, kline.closeUnits),
    h: priceText(book, kline.highUnits),
    l: priceText(book, kline.lowUnits),
    o: priceText(book, kline.openUnits),
    sum: moneyText(kline.quote),
  };
}

function tradeRow(book: SimulatedBook, trade: EngineTrade, style: NumberStyle): Record<string, unknown> {
  const signed = trade.buyerIsTaker ? trade.qtyUnits : -trade.qtyUnits;
  const seconds = msOf(trade.timeUs) / 1000;
  return {
    id: trade.id,
    create_time: seconds,
    create_time_ms: seconds,
    contract: book.instrument.symbol,
    size: contracts(signed, style),
    price: priceText(book, trade.priceUnits),
    is_internal: false,
  };
}
