import { z } from 'zod';
import type { Balance, FeeTier } from '../../domain/account.js';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import {
  KLINE_INTERVAL_MS,
  type Kline,
  type KlineInterval,
  type OrderBookSnapshot,
  type Ticker,
} from '../../domain/market-data.js';
import type { Fill, OrderReport } from '../../domain/order.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { feeBpsOfFraction } from '../metadata.js';
import type { Dialogue, Params } from '../trading.js';
import { contractPublic, contractRead } from './calls.js';
import { ContractOrder, contractReport, sideOfCode } from './contract-orders.js';

export const CONTRACT_KLINES_MAX = 2_000;
const DEPTH_MAX = 1_000;
const PAGE_SIZE = 100;

const INTERVALS: Readonly<Record<KlineInterval, string>> = {
  '1m': 'Min1',
  '5m': 'Min5',
  '15m': 'Min15',
  '1h': 'Min60',
  '4h': 'Hour4',
  '1d': 'Day1',
};

const Time = z.object({ data: z.number() });
const Level = z.tuple([plainDecimal, plainDecimal]).rest(z.unknown());
const Depth = z.object({ data: z.object({ version: z.number().nullish(), bids: z.array(Level), asks: z.array(Level) }) });
const Columns = z.object({
  data: z.object({
    time: z.array(z.number()),
    open: z.array(plainDecimal),
    high: z.array(plainDecimal),
    low: z.array(plainDecimal),
    close: z.array(plainDecimal),
    vol: z.array(plainDecimal),
    amount: z.array(plainDecimal),
  }),
});
const TickerRow = z.object({
  symbol: z.string(),
  lastPrice: plainDecimal,
  bid1: plainDecimal.nullish(),
  ask1: plainDecimal.nullish(),
  fairPrice: plainDecimal.nullish(),
  amount24: plainDecimal.nullish(),
});
export type TickerRow = z.infer<typeof TickerRow>;
const Tickers = z.object({ data: z.union([z.array(TickerRow), TickerRow.transform((row) => [row])]) });
const Orders = z.object({ data: z.array(ContractOrder).nullish() });
const Deals = z.object({
  data: z
    .array(
      z.object({
        id: idText,
        symbol: z.string(),
        side: z.number(),
        vol: plainDecimal,
        price: plainDecimal,
        fee: plainDecimal,
        feeCurrency: z.string(),
        taker: z.boolean().nullish(),
        isTaker: z.boolean().nullish(),
        orderId: idText,
        externalOid: z.string().nullish(),
        timestamp: z.number(),
      }),
    )
    .nullish(),
});
const Assets = z.object({
  data: z.array(
    z.object({ currency: z.string(), positionMargin: plainDecimal, frozenBalance: plainDecimal, availableBalance: plainDecimal }),
  ),
});
const Fees = z.object({
  data: z.union([
    z.object({ realMakerFee: plainDecimal, realTakerFee: plainDecimal }),
    z.object({ makerFee: plainDecimal, takerFee: plainDecimal }),
  ]),
});

/** The venue's clock. */
export function* contractTime(): Dialogue<number> {
  return readAnswer('mexc', 'GET contract/ping', Time, yield contractPublic('ping', 'ping')).data;
}

/** The book, as deep as asked for or as the venue gives it; quantities are contracts. */
export function* contractOrderBook(instrument: TradableInstrument, levels: number): Dialogue<OrderBookSnapshot> {
  const path = `depth/${encodeURIComponent(instrument.requestName)}`;
  const answer = yield contractPublic(path, 'depth', [['limit', String(Math.min(levels, DEPTH_MAX))]]);
  const { data } = readAnswer('mexc', 'GET contract/depth', Depth, answer);
  const side = (rows: readonly (readonly [string, string, ...unknown[]])[]): (readonly [string, string])[] =>
    rows.slice(0, levels).map(([price, quantity]) => [price, quantity] as const);
  return { symbol: instrument.symbol, sequence: data.version ?? null, bids: side(data.bids), asks: side(data.asks) };
}

/** One batch of klines; they come as columns, in seconds, with volumes in contracts. */
export function* contractKlines(
  instrument: TradableInstrument,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): Dialogue<readonly Kline[]> {
  const batchEndMs = Math.min(toMs, fromMs + CONTRACT_KLINES_MAX * KLINE_INTERVAL_MS[interval]);
  const answer = yield contractPublic(`kline/${encodeURIComponent(instrument.requestName)}`, 'kline', [
    ['interval', INTERVALS[interval]],
    ['start', String(Math.ceil(fromMs / 1000))],
    ['end', String(Math.ceil(batchEndMs / 1000) - 1)],
  ]);
  const { data } = readAnswer('mexc', 'GET contract/kline', Columns, answer);
  const klines: Kline[] = [];
  data.time.forEach((seconds, at) => {
    const [open, high, low, close, vol] = [data.open[at], data.high[at], data.low[at], data.close[at], data.vol[at]];
    const openMs = seconds * 1000;
    if (open === undefined || high === undefined || low === undefined || close === undefined || vol === undefined) return;
    if (openMs < fromMs || openMs >= batchEndMs) return;
    const baseVolume = plainText(new Decimal(vol).mul(instrument.contractSize));
    klines.push({ openMs, open, high, low, close, baseVolume, quoteVolume: data.amount[at] ?? null });
  });
  return klines;
}

/** The rows of all contracts, with their fair prices. */
export function* tickerRows(): Dialogue<readonly TickerRow[]> {
  return readAnswer('mexc', 'GET contract/ticker', Tickers, yield contractPublic('ticker', 'ticker')).data;
}

/** The last 24 hours of all contracts. */
export function* contractTickers(): Dialogue<readonly Ticker[]> {
  return (yield* tickerRows()).map(({ symbol, lastPrice, bid1, ask1, amount24 }) => ({
    symbol,
    last: lastPrice,
    bid: bid1 === '0' ? null : (bid1 ?? null),
    ask: ask1 === '0' ? null : (ask1 ?? null),
    quoteVolume24h: amount24 ?? null,
  }));
}

/** All open orders, page by page. */
export function* contractOpenOrders(instrument: TradableInstrument | null): Dialogue<readonly OrderReport[]> {
  const byId = new Map<string, OrderReport>();
  for (let page = 1; ; page++) {
    const query: Params = [
      ...(instrument === null ? [] : ([['symbol', instrument.requestName]] as const)),
      ['page_num', String(page)],
      ['page_size', String(PAGE_SIZE)],
    ];
    const answer = yield contractRead('order/list/open_orders', 'open-orders', query);
    const rows = readAnswer('mexc', 'GET order/list/open_orders', Orders, answer).data ?? [];
    for (const row of rows) byId.set(row.orderId, contractReport(row));
    if (rows.length < PAGE_SIZE) return [...byId.values()];
  }
}

/** All fills of a contract from a moment on. The end of the stretch is fixed, so that pages do not move while new fills come. */
export function* contractFills(instrument: TradableInstrument, sinceMs: number): Dialogue<readonly Fill[]> {
  const untilMs = yield* contractTime();
  const byId = new Map<string, Fill>();
  for (let page = 1; ; page++) {
    const answer = yield contractRead('order/list/order_deals/v3', 'deals', [
      ['symbol', instrument.requestName],
      ['start_time', String(sinceMs)],
      ['end_time', String(Math.max(sinceMs, untilMs))],
      ['page_num', String(page)],
      ['page_size', String(PAGE_SIZE)],
    ]);
    const rows = readAnswer('mexc', 'GET order/list/order_deals/v3', Deals, answer).data ?? [];
    for (const row of rows) {
      const side = sideOfCode(row.side);
      if (side === null) continue;
      const taker = row.isTaker ?? row.taker ?? null;
      byId.set(row.id, {
        venue: 'mexc',
        market: 'futures',
        symbol: row.symbol,
        tradeId: row.id,
        venueOrderId: row.orderId,
        clientOrderId: row.externalOid === '' ? null : (row.externalOid ?? null),
        side,
        price: row.price,
        quantity: row.vol,
        fee: row.fee,
        feeAsset: canonicalAsset('mexc', row.feeCurrency),
        liquidity: taker === null ? null : taker ? 'taker' : 'maker',
        timeMs: row.timestamp,
      });
    }
    if (rows.length < PAGE_SIZE) return [...byId.values()].sort((left, right) => left.timeMs - right.timeMs);
  }
}

/** What the contract wallet holds, without what open positions would bring. */
export function* contractBalances(): Dialogue<readonly Balance[]> {
  const { data } = readAnswer('mexc', 'GET account/assets', Assets, yield contractRead('account/assets', 'assets'));
  return data.map(contractBalance);
}

/** A balance from its parts; the venue's own sum, equity, has the profits of open positions in it. */
export function contractBalance(asset: {
  readonly currency: string;
  readonly positionMargin: string;
  readonly frozenBalance: string;
  readonly availableBalance: string;
}): Balance {
  return {
    venue: 'mexc',
    asset: canonicalAsset('mexc', asset.currency),
    total: plainText(new Decimal(asset.availableBalance).add(asset.positionMargin).add(asset.frozenBalance)),
    available: asset.availableBalance,
  };
}

/** The account's own fees. */
export function* contractFeeTier(instrument: TradableInstrument): Dialogue<FeeTier> {
  const answer = yield contractRead('account/tiered_fee_rate', 'fees', [['symbol', instrument.requestName]]);
  const { data } = readAnswer('mexc', 'GET account/tiered_fee_rate', Fees, answer);
  const [maker, taker] = 'realMakerFee' in data ? [data.realMakerFee, data.realTakerFee] : [data.makerFee, data.takerFee];
  return { makerFeeBps: feeBpsOfFraction(maker), takerFeeBps: feeBpsOfFraction(taker) };
}
