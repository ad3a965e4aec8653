import { z } from 'zod';
import { Decimal } from '../../domain/decimal.js';
import { VenueProtocolError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReport, OrderRequest, OrderState } from '../../domain/order.js';
import { plainDecimal, readAnswer } from '../answer.js';
import type { InstrumentDirectory, Params } from '../trading.js';

export const sideText = z.enum(['buy', 'sell']);

/** A moment in seconds with decimals, in milliseconds. */
export const momentSeconds = plainDecimal.transform((seconds) => Number(new Decimal(seconds).mul(1000).floor()));

/** An order as REST tells of it. */
export const OrderRow = z.object({
  cl_ord_id: z.string().nullish(),
  status: z.string(),
  opentm: momentSeconds.nullish(),
  closetm: momentSeconds.nullish(),
  descr: z.object({ pair: z.string().min(1), type: sideText, ordertype: z.string(), price: plainDecimal }),
  vol: plainDecimal,
  vol_exec: plainDecimal,
  cost: plainDecimal,
  oflags: z.string().nullish(),
  reason: z.string().nullish(),
});
export type OrderRow = z.infer<typeof OrderRow>;

const Placed = z.object({ result: z.object({ txid: z.array(z.string().min(1)).min(1) }) });

/** The form of a new order. The fee is taken in the quote asset, and of two own orders that meet the newcomer ends. */
export function placeParams(order: OrderRequest, instrument: TradableInstrument): Params {
  const flags = ['fciq'];
  if (order.timeInForce === 'post-only') flags.push('post');
  if (order.quoteAmount !== null) flags.push('viqc');
  const params: (readonly [string, string])[] = [
    ['pair', instrument.requestName],
    ['type', order.side],
    ['ordertype', order.type],
    ['volume', order.quoteAmount ?? order.quantity ?? ''],
  ];
  if (order.price !== null) params.push(['price', order.price]);
  if (order.type === 'limit') params.push(['timeinforce', order.timeInForce === 'ioc' ? 'IOC' : 'GTC']);
  params.push(['oflags', flags.join(',')], ['stptype', 'cancel-newest'], ['cl_ord_id', order.clientOrderId]);
  return params;
}

/** The answer to a new order: taken, and nothing more. */
export function readPlaced(order: OrderRequest, answer: unknown): OrderReport {
  const [txid = ''] = readAnswer('kraken', 'AddOrder', Placed, answer).result.txid;
  return pendingReport(order, txid);
}

/** An order that the venue's front has taken. */
export function pendingReport(order: OrderRequest, venueOrderId: string): OrderReport {
  const { symbol, clientOrderId, side, price, quantity } = order;
  return {
    venue: 'kraken',
    market: 'spot',
    symbol,
    venueOrderId,
    clientOrderId,
    side,
    state: 'pending',
    price,
    quantity,
    filledQty: null,
    filledQuote: null,
    updatedMs: null,
    reason: null,
  };
}

/** An order of a listing, by its id. @throws VenueProtocolError when it is of no pair that is known */
export function orderReport(txid: string, row: OrderRow, directory: InstrumentDirectory): OrderReport {
  const instrument = directory.find(row.descr.pair);
  if (instrument === undefined)
    throw new VenueProtocolError(`kraken: the order ${txid} is of an unknown pair`, { venue: 'kraken', pair: row.descr.pair });
  const byQuote = row.oflags?.split(',').includes('viqc') === true;
  return {
    venue: 'kraken',
    market: 'spot',
    symbol: instrument.symbol,
    venueOrderId: txid,
    clientOrderId: row.cl_ord_id ?? null,
    side: row.descr.type,
    state: orderState(row.status, row.vol_exec),
    price: row.descr.ordertype === 'market' ? null : row.descr.price,
    quantity: byQuote ? null : row.vol,
    filledQty: row.vol_exec,
    filledQuote: row.cost,
    updatedMs: row.closetm ?? row.opentm ?? null,
    reason: row.reason ?? null,
  };
}

/** What a state of the venue, of REST or of a frame, is here; a word that is not documented proves nothing. */
export function orderState(status: string, filledQty: string): OrderState {
  switch (status) {
    case 'pending':
    case 'pending_new':
      return 'pending';
    case 'open':
    case 'new':
    case 'partially_filled':
    case 'triggered':
      return new Decimal(filledQty).gt(0) ? 'partially-filled' : 'open';
    case 'closed':
    case 'filled':
      return 'filled';
    case 'canceled':
      return 'canceled';
    case 'expired':
      return 'expired';
    default:
      return 'unknown';
  }
}
