import type { EngineEvent, EngineFill, EngineOrder } from '../../matching/types.js';
import { amountText, type Exchange, msOf, priceText, quantityText } from './exchange.js';
import { positionUpdate } from './futures-operations.js';
import { averageText, clientIdOf, orderedText, selfTradeMode, wordsOf } from './order-rows.js';

type BalanceEvent = Extract<EngineEvent, { kind: 'balance' }>;

const CAUSES: Readonly<Record<BalanceEvent['cause'], string>> = {
  order: 'ORDER',
  trade: 'ORDER',
  fee: 'ORDER',
  liquidation: 'ORDER',
  funding: 'FUNDING_FEE',
  deposit: 'DEPOSIT',
  margin: 'MARGIN_TRANSFER',
};

/** What the futures user data stream says of an event; null when it says nothing. */
export function futuresEvent(exchange: Exchange, event: EngineEvent): string | null {
  switch (event.kind) {
    case 'order-opened':
      return isFutures(event.order) ? orderUpdate(exchange, event.order, 'NEW', null, event.timeUs) : null;
    case 'fill':
      return isFutures(event.order) ? orderUpdate(exchange, event.order, 'TRADE', event.fill, event.timeUs) : null;
    case 'order-ended': {
      if (!isFutures(event.order)) return null;
      const execution = wordsOf(event.order).status === 'CANCELED' ? 'CANCELED' : 'EXPIRED';
      return orderUpdate(exchange, event.order, execution, null, event.timeUs);
    }
    case 'balance':
      // What is only bound does not change the wallet.
      return event.wallet === 'futures' && event.totalChange !== 0n ? balanceUpdate(exchange, event) : null;
    case 'position':
      return accountUpdate(exchange, event.timeUs, { m: 'ORDER', B: [], P: [positionUpdate(exchange, event.position)] });
    case 'funding':
      return null;
  }
}

function isFutures({ book }: EngineOrder): boolean {
  return book.instrument.market === 'futures';
}

function orderUpdate(exchange: Exchange, order: EngineOrder, execution: string, fill: EngineFill | null, timeUs: number): string {
  const { instrument } = order.book;
  const { type, timeInForce, status } = wordsOf(order);
  const timeMs = msOf(timeUs);
  return JSON.stringify({
    e: 'ORDER_TRADE_UPDATE',
    E: exchange.nowMs(),
    T: timeMs,
    o: {
      s: instrument.symbol,
      c: clientIdOf(order),
      S: order.side.toUpperCase(),
      o: type,
      f: timeInForce,
      q: orderedText(order),
      p: priceText(instrument, order.priceUnits ?? 0),
      ap: averageText(order),
      sp: priceText(instrument, 0),
      x: execution,
      X: status,
      i: order.id,
      l: quantityText(instrument, fill?.qtyUnits ?? 0),
      z: quantityText(instrument, order.filledUnits),
      L: priceText(instrument, fill?.priceUnits ?? 0),
      ...(fill === null ? {} : { N: fill.feeAsset, n: amountText(fill.fee) }),
      T: timeMs,
      t: fill?.tradeId ?? 0,
      b: '0',
      a: '0',
      m: fill?.maker ?? false,
      R: order.reduceOnly,
      wt: 'CONTRACT_PRICE',
      ot: type,
      ps: 'BOTH',
      cp: false,
      pP: false,
      si: 0,
      ss: 0,
      rp: amountText(fill?.realizedPnl ?? 0n),
      V: selfTradeMode(order),
      pm: 'NONE',
      gtd: 0,
    },
  });
}

function balanceUpdate(exchange: Exchange, { balance, totalChange, cause, timeUs }: BalanceEvent): string {
  const outside = cause === 'deposit' || cause === 'funding';
  const row = {
    a: balance.asset,
    wb: amountText(balance.total),
    cw: amountText(balance.total),
    // Profits and fees are left out of it.
    bc: amountText(outside ? totalChange : 0n),
  };
  return accountUpdate(exchange, timeUs, { m: CAUSES[cause], B: [row], P: [] });
}

function accountUpdate(exchange: Exchange, timeUs: number, a: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ e: 'ACCOUNT_UPDATE', E: exchange.nowMs(), T: msOf(timeUs), a });
}
