import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { SimulatedInstrument } from '../../market/instruments.js';
import type { Level } from '../../market/ladder.js';
import { moneyText } from '../../matching/money.js';
import type { EngineKline, EngineTrade, MatchingEngine } from '../../matching/types.js';
import { dayChange, dayFigures } from '../day-figures.js';
import { fixedText, trimmedText } from '../decimal-text.js';

/** Rows of price, contracts and number of orders, all JSON numbers. */
function rows({ priceDecimals }: SimulatedInstrument, levels: readonly Level[]): string {
  let text = '';
  for (const { priceUnits, qtyUnits } of levels) {
    const orders = qtyUnits === 0 ? 0 : 1 + (qtyUnits % 4);
    text += `${text === '' ? '' : ','}[${fixedText(priceUnits, priceDecimals)},${qtyUnits},${orders}]`;
  }
  return `[${text}]`;
}

function push(channel: string, book: SimulatedBook, data: string, timeUs: number): string {
  return `{"symbol":"${book.instrument.symbol}","data":${data},"channel":"push.${channel}","ts":${Math.floor(timeUs / 1000)}}`;
}

function depth(book: SimulatedBook, asks: readonly Level[], bids: readonly Level[], versions: string, timeUs: number): string {
  const { instrument } = book;
  return push(
    'depth',
    book,
    `{"cts":${Math.floor(timeUs / 1000)},"asks":${rows(instrument, asks)},"bids":${rows(instrument, bids)},${versions}}`,
    timeUs,
  );
}

/** The merged push of `sub.depth`: one frame from version `begin` to `end`; a single version names neither. */
export function mergedDepth(
  book: SimulatedBook,
  batch: Pick<BookBatch, 'firstId' | 'lastId' | 'timeUs' | 'bids' | 'asks'>,
): string {
  const span = batch.firstId === batch.lastId ? '' : `"end":${batch.lastId},"begin":${batch.firstId},`;
  return depth(book, batch.asks, batch.bids, `${span}"version":${batch.lastId}`, batch.timeUs);
}

/** The unmerged pushes of `sub.depth` with `compress: false`: one frame for each version. */
export function separateDepths(book: SimulatedBook, batch: BookBatch, emit: (frame: string) => void): void {
  let version = batch.firstId;
  for (const level of batch.bids) emit(depth(book, [], [level], `"version":${version++}`, batch.timeUs));
  for (const level of batch.asks) emit(depth(book, [level], [], `"version":${version++}`, batch.timeUs));
  if (version === batch.firstId) emit(depth(book, [], [], `"version":${version}`, batch.timeUs));
}

/** A push of `sub.depth.full`. */
export function fullDepth(book: SimulatedBook, batch: BookBatch, limit: number): string {
  return push('depth.full', book, depthData(book, limit, 'cts'), batch.timeUs);
}

/** The body of `GET /api/v1/contract/depth/{symbol}`, and with `cts` that of a full push. */
export function depthData(book: SimulatedBook, limit: number, timeKey: 'cts' | 'timestamp'): string {
  const asks = rows(book.instrument, book.asks.levels().slice(0, limit));
  const bids = rows(book.instrument, book.bids.levels().slice(0, limit));
  return `{"asks":${asks},"bids":${bids},"version":${book.lastId},"${timeKey}":${Math.floor(book.timeUs / 1000)}}`;
}

/** A public trade as REST and the stream tell it. */
export function dealRow({ instrument }: SimulatedBook, { id, priceUnits, qtyUnits, buyerIsTaker, timeUs }: EngineTrade): string {
  const price = fixedText(priceUnits, instrument.priceDecimals);
  const ms = Math.floor(timeUs / 1000);
  return `{"p":${price},"v":${qtyUnits},"T":${buyerIsTaker ? 1 : 2},"O":3,"M":2,"t":${ms},"i":"${id}"}`;
}

/** A push of `sub.deal`; null when nobody traded. */
export function deal(book: SimulatedBook, { trade, timeUs }: BookBatch): string | null {
  return trade === null ? null : push('deal', book, `[${dealRow(book, trade)}]`, timeUs);
}

/** A contract's figures as REST and the stream tell them. */
export function tickerRow(engine: MatchingEngine, book: SimulatedBook, timeUs: number): string {
  const { symbol, priceDecimals, qtyDecimals } = book.instrument;
  const price = (units: number): string => fixedText(units, priceDecimals);
  const day = dayFigures(engine, book, timeUs);
  const change = dayChange(day, priceDecimals);
  const last = price(day.closeUnits);
  return (
    `{"contractId":1,"symbol":"${symbol}","lastPrice":${last},"bid1":${price(book.bids.best()?.priceUnits ?? 0)},` +
    `"ask1":${price(book.asks.best()?.priceUnits ?? 0)},"volume24":${trimmedText(day.qtyUnits, qtyDecimals)},` +
    `"amount24":${moneyText(day.quote)},"holdVol":0,"lower24Price":${price(day.lowUnits)},"high24Price":${price(day.highUnits)},` +
    `"riseFallRate":${change.fraction},"riseFallValue":${change.price},"indexPrice":${moneyText(engine.indexPrice(book))},` +
    `"fairPrice":${moneyText(engine.markPrice(book))},"fundingRate":${engine.funding(book).rate},"maxBidPrice":${last},` +
    `"minAskPrice":${last},"timestamp":${Math.floor(timeUs / 1000)}}`
  );
}

/** A push of `sub.ticker`. */
export function ticker(engine: MatchingEngine, book: SimulatedBook, timeUs: number): string {
  return push('ticker', book, tickerRow(engine, book, timeUs), timeUs);
}

/** A push of `sub.tickers`: all contracts at once. */
export function allTickers(engine: MatchingEngine, books: readonly SimulatedBook[], timeUs: number): string {
  const data = books.map((book) => tickerRow(engine, book, timeUs)).join(',');
  return `{"channel":"push.tickers","data":[${data}],"ts":${Math.floor(timeUs / 1000)}}`;
}

/** A push of `sub.fair.price` or `sub.index.price`. */
export function pricePush(
  engine: MatchingEngine,
  channel: 'fair.price' | 'index.price',
  book: SimulatedBook,
  timeUs: number,
): string {
  const price = channel === 'fair.price' ? engine.markPrice(book) : engine.indexPrice(book);
  return push(channel, book, `{"symbol":"${book.instrument.symbol}","price":${moneyText(price)}}`, timeUs);
}

/** A push of `sub.kline`. */
export function klinePush(book: SimulatedBook, interval: string, kline: EngineKline, timeUs: number): string {
  const { symbol, priceDecimals, qtyDecimals } = book.instrument;
  const price = (units: number): string => fixedText(units, priceDecimals);
  const [open, close] = [price(kline.openUnits), price(kline.closeUnits)];
  const [high, low] = [price(kline.highUnits), price(kline.lowUnits)];
  return push(
    'kline',
    book,
    `{"a":${moneyText(kline.quote)},"c":${close},"h":${high},"interval":"${interval}","l":${low},"o":${open},` +
      `"q":${trimmedText(kline.qtyUnits, qtyDecimals)},"symbol":"${symbol}","t":${Math.floor(kline.openUs / 1e6)},` +
      `"rc":${close},"rh":${high},"rl":${low},"ro":${open}}`,
    timeUs,
  );
}

/** The funding that is due next, as REST tells it. */
export function fundingData(engine: MatchingEngine, book: SimulatedBook, ms: number): string {
  const { rate, nextUs, intervalHours } = engine.funding(book);
  return (
    `{"symbol":"${book.instrument.symbol}","fundingRate":${rate},"maxFundingRate":0.0018,"minFundingRate":-0.0018,` +
    `"collectCycle":${intervalHours},"nextSettleTime":${Math.floor(nextUs / 1000)},"timestamp":${ms}}`
  );
}

/** A push of `sub.funding.rate`. */
export function fundingRate(engine: MatchingEngine, book: SimulatedBook, timeUs: number): string {
  const { rate, nextUs } = engine.funding(book);
  const data = `{"symbol":"${book.instrument.symbol}","rate":${rate},"nextSettleTime":${Math.floor(nextUs / 1000)}}`;
  return push('funding.rate', book, data, timeUs);
}

/** The row of a contract in `GET /api/v1/contract/detail`. Numbers are JSON numbers, so it is written as text. */
export function contractDetail(instrument: SimulatedInstrument, id: number): string {
  const { symbol, base, priceDecimals, tickUnits, contractSize, takerFeeBps, makerFeeBps } = instrument;
  const { maxLeverage, maintenanceRate, maxQtyUnits } = instrument;
  const unit = fixedText(tickUnits, priceDecimals);
  return (
    `{"symbol":"${symbol}","displayName":"${symbol} PERPETUAL","displayNameEn":"${symbol} PERPETUAL","positionOpenType":3,"baseCoin":"${base}",` +
    `"quoteCoin":"USDT","baseCoinName":"${base}","quoteCoinName":"USDT","futureType":1,"settleCoin":"USDT","contractSize":${contractSize},` +
    `"minLeverage":1,"maxLeverage":${maxLeverage},"priceScale":${priceDecimals},"volScale":0,"amountScale":4,"priceUnit":${unit},"volUnit":1,"minVol":1,` +
    `"maxVol":${maxQtyUnits},"limitMaxVol":${maxQtyUnits},"bidLimitPriceRate":0.1,"askLimitPriceRate":0.1,` +
    `"takerFeeRate":${takerFeeBps / 1e4},"makerFeeRate":${makerFeeBps / 1e4},"maintenanceMarginRate":${maintenanceRate},"initialMarginRate":${1 / maxLeverage},` +
    '"riskBaseVol":2000000,"riskIncrVol":2000000,"riskIncrMmr":0.004,"riskIncrImr":0.004,"riskLevelLimit":1,"priceCoefficientVariation":0.005,' +
    `"indexOrigin":["BINANCE","GATEIO"],"state":0,"isNew":false,"isHot":false,"isHidden":false,"conceptPlate":[],"maxNumOrders":[200,50],` +
    '"marketOrderMaxLevel":20,"marketOrderPriceLimitRate1":0.2,"marketOrderPriceLimitRate2":0.005,"triggerProtect":0.1,"automaticDelivery":0,' +
    `"apiAllowed":false,"depthStepList":["${unit}"],"feeRateMode":"NORMAL","isZeroFeeRate":false,"openingTime":0,"createTime":1591242684000,"id":${id}}`
  );
}
