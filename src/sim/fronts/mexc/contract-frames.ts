import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { SimulatedInstrument } from '../../market/instruments.js';
import type { Level } from '../../market/ladder.js';
import { nextFundingMs } from '../binance/frames.js';
import { fixedText } from '../decimal-text.js';

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
export function mergedDepth(book: SimulatedBook, batch: BookBatch): string {
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

/** A push of `sub.deal`; null when nobody traded. */
export function deal(book: SimulatedBook, { trade, timeUs }: BookBatch): string | null {
  if (trade === null) return null;
  const price = fixedText(trade.priceUnits, book.instrument.priceDecimals);
  const ms = Math.floor(timeUs / 1000);
  return push(
    'deal',
    book,
    `[{"p":${price},"v":${trade.qtyUnits},"T":${trade.buyerIsTaker ? 1 : 2},"O":3,"M":2,"t":${ms},"i":"${trade.id}"}]`,
    timeUs,
  );
}

/** A push of `sub.ticker`. */
export function ticker(book: SimulatedBook, fairPrice: number, timeUs: number): string {
  const { symbol, priceDecimals } = book.instrument;
  const last = fixedText(book.lastTrade.priceUnits, priceDecimals);
  const bid = fixedText(book.bids.best()?.priceUnits ?? 0, priceDecimals);
  const ask = fixedText(book.asks.best()?.priceUnits ?? 0, priceDecimals);
  const fair = fairPrice.toFixed(priceDecimals);
  return push(
    'ticker',
    book,
    `{"contractId":1,"symbol":"${symbol}","lastPrice":${last},"bid1":${bid},"ask1":${ask},"volume24":0,"amount24":0,"holdVol":0,` +
      `"lower24Price":${last},"high24Price":${last},"riseFallRate":0,"riseFallValue":0,"indexPrice":${fair},"fairPrice":${fair},` +
      `"fundingRate":0.0001,"maxBidPrice":${last},"minAskPrice":${last},"timestamp":${Math.floor(timeUs / 1000)}}`,
    timeUs,
  );
}

/** A push of `sub.funding.rate`. */
export function fundingRate(book: SimulatedBook, timeUs: number): string {
  const next = nextFundingMs(Math.floor(timeUs / 1000));
  return push('funding.rate', book, `{"symbol":"${book.instrument.symbol}","rate":0.0001,"nextSettleTime":${next}}`, timeUs);
}

/** The row of a contract in `GET /api/v1/contract/detail`. Numbers are JSON numbers, so it is written as text. */
export function contractDetail(instrument: SimulatedInstrument, id: number): string {
  const { symbol, base, priceDecimals, tickUnits, contractSize, takerFeeBps, makerFeeBps } = instrument;
  const unit = fixedText(tickUnits, priceDecimals);
  return (
    `{"symbol":"${symbol}","displayName":"${symbol} PERPETUAL","displayNameEn":"${symbol} PERPETUAL","positionOpenType":3,"baseCoin":"${base}",` +
    `"quoteCoin":"USDT","baseCoinName":"${base}","quoteCoinName":"USDT","futureType":1,"settleCoin":"USDT","contractSize":${contractSize},` +
    `"minLeverage":1,"maxLeverage":200,"priceScale":${priceDecimals},"volScale":0,"amountScale":4,"priceUnit":${unit},"volUnit":1,"minVol":1,` +
    '"maxVol":2000000,"limitMaxVol":2000000,"bidLimitPriceRate":0.1,"askLimitPriceRate":0.1,' +
    `"takerFeeRate":${takerFeeBps / 1e4},"makerFeeRate":${makerFeeBps / 1e4},"maintenanceMarginRate":0.004,"initialMarginRate":0.005,` +
    '"riskBaseVol":2000000,"riskIncrVol":2000000,"riskIncrMmr":0.004,"riskIncrImr":0.004,"riskLevelLimit":1,"priceCoefficientVariation":0.005,' +
    `"indexOrigin":["BINANCE","GATEIO"],"state":0,"isNew":false,"isHot":false,"isHidden":false,"conceptPlate":[],"maxNumOrders":[200,50],` +
    '"marketOrderMaxLevel":20,"marketOrderPriceLimitRate1":0.2,"marketOrderPriceLimitRate2":0.005,"triggerProtect":0.1,"automaticDelivery":0,' +
    `"apiAllowed":false,"depthStepList":["${unit}"],"feeRateMode":"NORMAL","isZeroFeeRate":false,"openingTime":0,"createTime":1591242684000,"id":${id}}`
  );
}
