import { moneyText, ONE } from '../../matching/money.js';
import type { EngineEvent, EngineFill, EngineOrder } from '../../matching/types.js';
import { trimmedText } from '../decimal-text.js';
import { ProtobufWriter } from '../protobuf-writer.js';
import { spotOrderId, tradeIdText } from './order-ids.js';
import { msOf, orderedValue } from './spot-orders.js';

/** Field numbers of the bodies in PushDataV3ApiWrapper. */
const ORDERS = 304;
const DEALS = 306;
const ACCOUNT = 307;

export const PRIVATE_CHANNELS = {
  orders: 'spot@private.orders.v3.api.pb',
  deals: 'spot@private.deals.v3.api.pb',
  account: 'spot@private.account.v3.api.pb',
} as const;

const TYPES = { gtc: 1, 'post-only': 2, ioc: 3, fok: 4 } as const;
const MARKET = 5;

const writer = new ProtobufWriter();

function wrapper(channel: string, symbol: string | null, timeUs: number): ProtobufWriter {
  writer.start().text(1, channel);
  if (symbol !== null) writer.text(3, symbol);
  return writer.integer(6, msOf(timeUs));
}

/** A push of the orders channel, as the order stands after an event. @param fill what happened to it, if it was a fill */
export function orderPush(order: EngineOrder, fill: EngineFill | null, timeUs: number): Uint8Array {
  const { symbol, priceDecimals, qtyDecimals } = order.book.instrument;
  const ordered = orderedValue(order);
  const quantity = order.qtyUnits ?? order.filledUnits;
  return wrapper(PRIVATE_CHANNELS.orders, symbol, timeUs)
    .message(ORDERS, (body) => {
      body.text(1, spotOrderId(order.id));
      if (order.clientOrderId !== null) body.text(2, order.clientOrderId);
      body
        .text(3, order.priceUnits === null ? '0' : trimmedText(order.priceUnits, priceDecimals))
        .text(4, trimmedText(quantity, qtyDecimals))
        .text(5, moneyText(ordered))
        .text(6, averagePrice(order))
        .integer(7, order.type === 'market' ? MARKET : TYPES[order.timeInForce])
        .integer(8, order.side === 'buy' ? 1 : 2);
      if (fill?.maker === true) body.integer(9, 1);
      body
        .text(10, moneyText(ordered > order.filledQuote ? ordered - order.filledQuote : 0n))
        .text(11, trimmedText(quantity - order.filledUnits, qtyDecimals));
      if (fill !== null) body.text(12, trimmedText(fill.qtyUnits, qtyDecimals));
      body
        .text(13, trimmedText(order.filledUnits, qtyDecimals))
        .text(14, moneyText(order.filledQuote))
        .integer(15, statusCode(order))
        .integer(16, msOf(order.createdUs));
    })
    .finish();
}

/** A push of the deals channel. */
export function dealPush(order: EngineOrder, fill: EngineFill): Uint8Array {
  const { symbol, priceDecimals, qtyDecimals } = order.book.instrument;
  return wrapper(PRIVATE_CHANNELS.deals, symbol, fill.timeUs)
    .message(DEALS, (body) => {
      body
        .text(1, trimmedText(fill.priceUnits, priceDecimals))
        .text(2, trimmedText(fill.qtyUnits, qtyDecimals))
        .text(3, moneyText(fill.quote))
        .integer(4, order.side === 'buy' ? 1 : 2);
      if (fill.maker) body.integer(5, 1);
      body.text(7, tradeIdText(fill.tradeId));
      if (order.clientOrderId !== null) body.text(8, order.clientOrderId);
      body.text(9, spotOrderId(order.id)).text(10, moneyText(fill.fee)).text(11, fill.feeAsset).integer(12, msOf(fill.timeUs));
    })
    .finish();
}

type BalanceEvent = Extract<EngineEvent, { kind: 'balance' }>;

/** A push of the account channel. The first amount is what is free after the change. */
export function accountPush({ balance, totalChange, lockedChange, cause, timeUs }: BalanceEvent): Uint8Array {
  return wrapper(PRIVATE_CHANNELS.account, null, timeUs)
    .message(ACCOUNT, (body) =>
      body
        .text(1, balance.asset)
        .text(3, moneyText(balance.total - balance.locked))
        .text(4, moneyText(totalChange - lockedChange))
        .text(5, moneyText(balance.locked))
        .text(6, moneyText(lockedChange))
        .text(7, changeType(cause, lockedChange > 0n))
        .integer(8, msOf(timeUs)),
    )
    .finish();
}

function changeType(cause: BalanceEvent['cause'], locks: boolean): string {
  if (cause === 'order') return locks ? 'ENTRUST_PLACE' : 'ENTRUST_CANCEL';
  if (cause === 'fee') return 'TRADE_FEE';
  return cause === 'deposit' ? 'DEPOSIT' : 'ENTRUST';
}

function statusCode({ state, filledUnits }: EngineOrder): number {
  if (state === 'filled') return 2;
  if (state === 'open') return filledUnits > 0 ? 3 : 1;
  return filledUnits > 0 ? 5 : 4;
}

/** Rounded to the price's decimals. */
function averagePrice({ book, filledUnits, filledQuote }: EngineOrder): string {
  if (filledUnits === 0) return '0';
  const { priceDecimals, qtyDecimals } = book.instrument;
  const perUnit = (filledQuote * 10n ** BigInt(qtyDecimals) * 10n ** BigInt(priceDecimals)) / (BigInt(filledUnits) * ONE);
  return trimmedText(Number(perUnit), priceDecimals);
}
