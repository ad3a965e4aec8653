import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { SimulatedInstrument } from '../../market/instruments.js';
import type { Level } from '../../market/ladder.js';
import { moneyText } from '../../matching/money.js';
import type { EngineKline } from '../../matching/types.js';
import { fixedText, stepText } from '../decimal-text.js';
import { ProtobufWriter } from '../protobuf-writer.js';

/** Field numbers of the bodies in PushDataV3ApiWrapper. */
const LIMIT_DEPTHS = 303;
const KLINE = 308;
const AGGRE_DEPTHS = 313;
const AGGRE_DEALS = 314;
const AGGRE_BOOK_TICKER = 315;

const writer = new ProtobufWriter();

function wrapper(channel: string, book: SimulatedBook, timeUs: number): ProtobufWriter {
  return writer
    .start()
    .text(1, channel)
    .text(3, book.instrument.symbol)
    .integer(6, Math.floor(timeUs / 1000));
}

function levels(
  target: ProtobufWriter,
  field: number,
  { priceDecimals, qtyDecimals }: SimulatedInstrument,
  rows: readonly Level[],
): void {
  for (const { priceUnits, qtyUnits } of rows) {
    target.message(field, (item) => item.text(1, fixedText(priceUnits, priceDecimals)).text(2, fixedText(qtyUnits, qtyDecimals)));
  }
}

/** A push of `spot@public.aggre.depth.v3.api.pb`. */
export function aggregatedDepth(
  channel: string,
  book: SimulatedBook,
  batch: Pick<BookBatch, 'firstId' | 'lastId' | 'timeUs' | 'bids' | 'asks'>,
): Uint8Array {
  return wrapper(channel, book, batch.timeUs)
    .message(AGGRE_DEPTHS, (body) => {
      levels(body, 1, book.instrument, batch.asks);
      levels(body, 2, book.instrument, batch.bids);
      body.text(3, channelName(channel)).text(4, String(batch.firstId)).text(5, String(batch.lastId));
    })
    .finish();
}

/** A push of `spot@public.limit.depth.v3.api.pb`: the whole top of the book. */
export function limitDepth(channel: string, book: SimulatedBook, batch: BookBatch, depth: number): Uint8Array {
  return wrapper(channel, book, batch.timeUs)
    .message(LIMIT_DEPTHS, (body) => {
      levels(body, 1, book.instrument, book.asks.levels().slice(0, depth));
      levels(body, 2, book.instrument, book.bids.levels().slice(0, depth));
      body.text(3, channelName(channel)).text(4, String(batch.lastId));
    })
    .finish();
}

/** A push of `spot@public.aggre.deals.v3.api.pb`; null when nobody traded. */
export function aggregatedDeals(channel: string, book: SimulatedBook, { trade, timeUs }: BookBatch): Uint8Array | null {
  if (trade === null) return null;
  const { priceDecimals, qtyDecimals } = book.instrument;
  return wrapper(channel, book, timeUs)
    .message(AGGRE_DEALS, (body) => {
      body.message(1, (deal) =>
        deal
          .text(1, fixedText(trade.priceUnits, priceDecimals))
          .text(2, fixedText(trade.qtyUnits, qtyDecimals))
          .integer(3, trade.buyerIsTaker ? 1 : 2)
          .integer(4, Math.floor(timeUs / 1000))
          .text(5, String(trade.id)),
      );
      body.text(2, channelName(channel));
    })
    .finish();
}

/** A push of `spot@public.aggre.bookTicker.v3.api.pb`; null when the touch is what it was. */
export function aggregatedBookTicker(channel: string, book: SimulatedBook, batch: BookBatch): Uint8Array | null {
  const bid = book.bids.best();
  const ask = book.asks.best();
  if (!batch.topChanged || bid === undefined || ask === undefined) return null;
  const { priceDecimals, qtyDecimals } = book.instrument;
  return wrapper(channel, book, batch.timeUs)
    .message(AGGRE_BOOK_TICKER, (body) =>
      body
        .text(1, fixedText(bid.priceUnits, priceDecimals))
        .text(2, fixedText(bid.qtyUnits, qtyDecimals))
        .text(3, fixedText(ask.priceUnits, priceDecimals))
        .text(4, fixedText(ask.qtyUnits, qtyDecimals))
        .text(5, String(batch.lastId)),
    )
    .finish();
}

/** A push of `spot@public.kline.v3.api.pb`; its window is in seconds. */
export function klinePush(
  channel: string,
  book: SimulatedBook,
  interval: string,
  intervalMs: number,
  kline: EngineKline,
  timeUs: number,
): Uint8Array {
  const { priceDecimals, qtyDecimals } = book.instrument;
  const startSeconds = Math.floor(kline.openUs / 1e6);
  return wrapper(channel, book, timeUs)
    .message(KLINE, (body) =>
      body
        .text(1, interval)
        .integer(2, startSeconds)
        .text(3, fixedText(kline.openUnits, priceDecimals))
        .text(4, fixedText(kline.closeUnits, priceDecimals))
        .text(5, fixedText(kline.highUnits, priceDecimals))
        .text(6, fixedText(kline.lowUnits, priceDecimals))
        .text(7, fixedText(kline.qtyUnits, qtyDecimals))
        .text(8, moneyText(kline.quote))
        .integer(9, startSeconds + intervalMs / 1000),
    )
    .finish();
}

/** The answer of `GET /api/v3/depth`. */
export function depthAnswer(book: SimulatedBook, limit: number): string {
  const { priceDecimals, qtyDecimals } = book.instrument;
  const side = (rows: readonly Level[]): string =>
    rows
      .slice(0, limit)
      .map((row) => `["${fixedText(row.priceUnits, priceDecimals)}","${fixedText(row.qtyUnits, qtyDecimals)}"]`)
      .join(',');
  return (
    `{"lastUpdateId":${book.lastId},"bids":[${side(book.bids.levels())}],"asks":[${side(book.asks.levels())}],` +
    `"timestamp":${Math.floor(book.timeUs / 1000)}}`
  );
}

/** The row of a pair in `exchangeInfo`. Decimals stand in fields whose names say something else. */
export function spotSymbol(instrument: SimulatedInstrument): Record<string, unknown> {
  const { base, quote, priceDecimals, qtyDecimals } = instrument;
  return {
    symbol: instrument.symbol,
    status: '1',
    baseAsset: base,
    baseAssetPrecision: qtyDecimals,
    quoteAsset: quote,
    quotePrecision: priceDecimals,
    quoteAssetPrecision: priceDecimals,
    baseCommissionPrecision: qtyDecimals,
    quoteCommissionPrecision: priceDecimals,
    orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'],
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    quoteAmountPrecision: String(instrument.minNotional),
    baseSizePrecision: stepText(qtyDecimals),
    permissions: ['SPOT'],
    filters: [],
    maxQuoteAmount: '4000000',
    makerCommission: String(instrument.makerFeeBps / 1e4),
    takerCommission: String(instrument.takerFeeBps / 1e4),
    quoteAmountPrecisionMarket: String(instrument.minNotional),
    maxQuoteAmountMarket: '1000000',
    fullName: base,
    tradeSideType: 1,
    contractAddress: '',
    firstOpenTime: 1500000000000,
    st: false,
  };
}

function channelName(channel: string): string {
  return channel.slice(0, channel.indexOf('.pb@') + 3);
}
