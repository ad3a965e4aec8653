import type { SimulatedBook } from '../../market/book.js';
import type { SimulatedInstrument } from '../../market/instruments.js';
import { moneyText } from '../../matching/money.js';
import type { EngineKline, EngineTrade, MatchingEngine } from '../../matching/types.js';
import { dayChange, dayFigures } from '../day-figures.js';
import { stepText, trimmedText } from '../decimal-text.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { quoted } from '../json-text.js';
import { msOf, priceText, secondsOf } from './amounts.js';
import { orderBookBody } from './book-body.js';
import { BUDGETS } from './budgets.js';
import { unknownPair } from './failures.js';
import { candlesOf } from './klines.js';
import { type Params, queryParams, textOf } from './params.js';
import { tradesOf } from './public-trades.js';
import type { SignedRoutes } from './signed-routes.js';

const BOOK_LIMIT_MAX = 1_000;
const CANDLES_MAX = 1_000;

/** Serves what of spot needs no key, and the lists of other products that a client loads along with it. */
export function serveSpotPublic(routes: SignedRoutes, dependencies: FrontDependencies): void {
  const { clock, engine, market } = dependencies;
  const books = market.booksOf('gateio', 'spot');
  const bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
  const rowOf = new Map(books.map(({ instrument }) => [instrument.symbol, quoted(currencyPair(instrument))]));
  const all = `[${[...rowOf.values()].join(',')}]`;
  const currencies = quoted([...new Set(books.flatMap(({ instrument }) => [instrument.base, instrument.quote]))].map(currency));
  const open = (path: string, run: (params: Params, parameter: string) => string): void =>
    routes.open(path, BUDGETS.publicReads, (request) => run(queryParams(request), request.parameter));
  const bookOf = (params: Params): SimulatedBook => {
    const pair = textOf(params, 'currency_pair');
    const book = bySymbol.get(pair);
    if (book === undefined) throw unknownPair(pair);
    return book;
  };

  open('spot/time', () => `{"server_time":${epochMs(clock)}}`);
  open('spot/currencies', () => currencies);
  open('spot/currency_pairs', () => all);
  open('spot/currency_pairs/:pair', (_params, pair) => {
    const row = rowOf.get(pair);
    if (row === undefined) throw unknownPair(pair);
    return row;
  });
  open('spot/order_book', (params) =>
    orderBookBody(bookOf(params), params, { sizesAsText: true }, epochMs(clock), BOOK_LIMIT_MAX),
  );
  open('spot/tickers', (params) => {
    const asked = textOf(params, 'currency_pair') === '' ? books : [bookOf(params)];
    return quoted(asked.map((book) => spotTicker(engine, book, clock.epochUs())));
  });
  open('spot/trades', (params) => {
    const book = bookOf(params);
    return quoted(tradesOf(engine, book, params).map((trade) => tradeRow(book, trade)));
  });
  open('spot/candlesticks', (params) => {
    const book = bookOf(params);
    const candles = candlesOf(dependencies, book, params, CANDLES_MAX);
    return quoted(candles.map(({ kline, over }) => [...candleTexts(book, kline), String(over)]));
  });
  for (const path of ['margin/currency_pairs', 'delivery/usdt/contracts', 'options/underlyings', 'options/contracts'])
    open(path, () => '[]');
}

/** A pair's last day. Percentages are percent. */
export function spotTicker(engine: MatchingEngine, book: SimulatedBook, nowUs: number): Record<string, unknown> {
  const { symbol, priceDecimals, qtyDecimals } = book.instrument;
  const day = dayFigures(engine, book, nowUs);
  const bid = book.bids.best();
  const ask = book.asks.best();
  return {
    currency_pair: symbol,
    last: priceText(book, day.closeUnits),
    lowest_ask: ask === undefined ? '' : priceText(book, ask.priceUnits),
    lowest_size: trimmedText(ask?.qtyUnits ?? 0, qtyDecimals),
    highest_bid: bid === undefined ? '' : priceText(book, bid.priceUnits),
    highest_size: trimmedText(bid?.qtyUnits ?? 0, qtyDecimals),
    change_percentage: (Number(dayChange(day, priceDecimals).fraction) * 100).toFixed(2),
    base_volume: trimmedText(day.qtyUnits, qtyDecimals),
    quote_volume: moneyText(day.quote),
    high_24h: priceText(book, day.highUnits),
    low_24h: priceText(book, day.lowUnits),
  };
}

/** A candle's time, volume in quote, close, high, low, open and volume in base. */
export function candleTexts(book: SimulatedBook, kline: EngineKline): string[] {
  return [
    String(secondsOf(kline.openUs)),
    moneyText(kline.quote),
    priceText(book, kline.closeUnits),
    priceText(book, kline.highUnits),
    priceText(book, kline.lowUnits),
    priceText(book, kline.openUnits),
    trimmedText(kline.qtyUnits, book.instrument.qtyDecimals),
  ];
}

function tradeRow(book: SimulatedBook, { id, timeUs, buyerIsTaker, qtyUnits, priceUnits }: EngineTrade): Record<string, string> {
  return {
    id: String(id),
    create_time: String(secondsOf(timeUs)),
    create_time_ms: `${msOf(timeUs)}.${String(Math.floor(timeUs) % 1000).padStart(3, '0')}000`,
    currency_pair: book.instrument.symbol,
    side: buyerIsTaker ? 'buy' : 'sell',
    amount: trimmedText(qtyUnits, book.instrument.qtyDecimals),
    price: priceText(book, priceUnits),
    sequence_id: String(id),
  };
}

function currency(name: string): Record<string, unknown> {
  return {
    currency: name,
    name,
    delisted: false,
    withdraw_disabled: false,
    withdraw_delayed: false,
    deposit_disabled: false,
    trade_disabled: false,
    fixed_rate: '',
    chain: name,
    chains: [{ name, addr: '', withdraw_disabled: false, withdraw_delayed: false, deposit_disabled: false }],
  };
}

function currencyPair(instrument: SimulatedInstrument): Record<string, unknown> {
  const { symbol, base, quote, priceDecimals, qtyDecimals, takerFeeBps, minNotional } = instrument;
  return {
    id: symbol,
    base,
    base_name: base,
    quote,
    quote_name: 'Tether',
    fee: String(takerFeeBps / 100),
    min_base_amount: stepText(qtyDecimals),
    min_quote_amount: String(minNotional),
    max_quote_amount: '5000000',
    amount_precision: qtyDecimals,
    precision: priceDecimals,
    trade_status: 'tradable',
    sell_start: 1516378650,
    buy_start: 1516378650,
    delisting_time: 0,
    type: 'normal',
    trade_url: `https://www.gate.com/trade/${symbol}`,
    st_tag: false,
    up_rate: '0.05',
    down_rate: '0.05',
    slippage: '0.05',
  };
}
