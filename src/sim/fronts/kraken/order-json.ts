import { ONE } from '../../matching/money.js';
import type { EndReason, EngineFill, EngineOrder } from '../../matching/types.js';
import { fixedText } from '../decimal-text.js';
import { quoted } from '../json-text.js';
import { paddedMoney } from '../money-text.js';
import { pairId } from './metadata.js';
import { orderTxid, type Pairs } from './names.js';

const MONEY_DECIMALS = 5;

/** Why an order ended, in the venue's words. */
export const END_REASONS: Readonly<Record<EndReason, string>> = {
  user: 'User requested',
  countdown: 'Cancel all orders after',
  ioc: 'IOC order not filled',
  fok: 'FOK order not filled',
  'post-only': 'Post only order',
  'self-trade': 'STP prevented trade',
  'reduce-only': 'Reduce only order',
  liquidation: 'Liquidation',
  restart: 'Venue restart',
};

/** What the engine does not know of orders: those that ended because their date came. */
export type Expired = ReadonlySet<number>;

/** The venue's word for where an order stands. */
export function statusOf({ id, state }: EngineOrder, expired: Expired): 'open' | 'closed' | 'canceled' | 'expired' {
  if (state === 'open') return 'open';
  if (state === 'filled') return 'closed';
  return expired.has(id) ? 'expired' : 'canceled';
}

/** The reason of an end, where there is one to tell. */
export function reasonOf({ id, endReason }: EngineOrder, expired: Expired): string | null {
  if (endReason === null) return null;
  return expired.has(id) ? 'Order expired' : END_REASONS[endReason];
}

/** The order in words: "buy 0.50000000 ETHUSDT @ limit 3100.1". */
export function describe(order: Pick<EngineOrder, 'book' | 'side' | 'type' | 'priceUnits' | 'qtyUnits' | 'quoteAmount'>): string {
  const { book, side, type, priceUnits } = order;
  const limit = priceUnits === null ? '' : ` ${fixedText(priceUnits, book.instrument.priceDecimals)}`;
  return `${side} ${volumeText(order)} ${pairId(book.instrument)} @ ${type}${limit}`;
}

/** The row of an order, as JSON. */
export function orderRow(order: EngineOrder, expired: Expired, pairs: Pairs, withTrades: boolean): string {
  const { book, priceUnits, clientOrderId, fills } = order;
  const { instrument } = book;
  const limit = priceUnits === null ? '0' : fixedText(priceUnits, instrument.priceDecimals);
  return quoted({
    refid: null,
    userref: null,
    ...(clientOrderId === null ? {} : { cl_ord_id: clientOrderId }),
    status: statusOf(order, expired),
    opentm: secondsOf(order.createdUs),
    starttm: 0,
    expiretm: 0,
    ...(order.state === 'open' ? {} : { closetm: secondsOf(order.updatedUs) }),
    descr: {
      pair: pairId(instrument),
      type: order.side,
      ordertype: order.type,
      price: limit,
      price2: '0',
      leverage: 'none',
      order: describe(order),
      close: '',
    },
    vol: volumeText(order),
    vol_exec: fixedText(order.filledUnits, instrument.qtyDecimals),
    cost: paddedMoney(order.filledQuote, MONEY_DECIMALS),
    fee: paddedMoney(feesOf(order), MONEY_DECIMALS),
    price: averagePrice(order),
    stopprice: '0.00000',
    limitprice: '0.00000',
    misc: '',
    oflags: flagsOf(order),
    reason: reasonOf(order, expired),
    ...(withTrades ? { trades: fills.map((fill) => pairs.tradeId(fill)) } : {}),
  });
}

/** The row of a fill, as JSON. */
export function tradeRow(fill: EngineFill): string {
  const { order, priceUnits, qtyUnits, quote, fee, maker, timeUs, tradeId } = fill;
  const { instrument } = order.book;
  return (
    `{"ordertxid":"${orderTxid(order)}","postxid":"T${orderTxid(order).slice(1)}","pair":"${pairId(instrument)}",` +
    `"time":${secondsOf(timeUs)},"type":"${order.side}","ordertype":"${order.type}",` +
    `"price":"${fixedText(priceUnits, instrument.priceDecimals)}","cost":"${paddedMoney(quote, MONEY_DECIMALS)}",` +
    `"fee":"${paddedMoney(fee, MONEY_DECIMALS)}","vol":"${fixedText(qtyUnits, instrument.qtyDecimals)}",` +
    `"margin":"0.00000","leverage":"0","misc":"","trade_id":${tradeId},"maker":${maker}}`
  );
}

/** The fees of an order so far, in the quote asset. */
export function feesOf({ fills }: EngineOrder): bigint {
  return fills.reduce((sum, { fee }) => sum + fee, 0n);
}

/** The average price of what is filled, cut after two decimals more than the pair has; zero where nothing is. */
export function averagePrice({ book, filledUnits, filledQuote }: EngineOrder): string {
  const { priceDecimals, qtyDecimals } = book.instrument;
  const decimals = priceDecimals + 2;
  if (filledUnits === 0) return fixedText(0, decimals);
  const units = (filledQuote * 10n ** BigInt(qtyDecimals + decimals)) / (BigInt(filledUnits) * ONE);
  return fixedText(Number(units), decimals);
}

/** Volume in base units, or in the quote asset for orders by value. */
function volumeText({ book, qtyUnits, quoteAmount }: Pick<EngineOrder, 'book' | 'qtyUnits' | 'quoteAmount'>): string {
  const { qtyDecimals, quoteDecimals } = book.instrument;
  return qtyUnits === null ? paddedMoney(quoteAmount ?? 0n, quoteDecimals) : fixedText(qtyUnits, qtyDecimals);
}

function flagsOf({ timeInForce, quoteAmount }: EngineOrder): string {
  return ['fciq', ...(timeInForce === 'post-only' ? ['post'] : []), ...(quoteAmount === null ? [] : ['viqc'])].join(',');
}

/** Microseconds since the epoch as seconds, which a double holds to the microsecond. */
export function secondsOf(us: number): number {
  return Math.floor(us) / 1e6;
}
