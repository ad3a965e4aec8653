import type { EngineAccount, EngineEvent, EngineFill, EngineOrder } from '../../matching/types.js';
import type { Connection } from '../connection.js';
import { amountText, type Exchange, msOf, priceText, quantityText } from './exchange.js';
import type { OrderDesk } from './order-desk.js';
import { clientIdOf, orderedText, selfTradeMode, wordsOf } from './order-rows.js';
import { balanceRow } from './spot-operations.js';

interface Subscription {
  readonly id: number;
  readonly account: EngineAccount;
}

/** Who follows an account on connections of the WebSocket API, and what they are told. */
export class SpotEvents {
  private readonly byConnection = new Map<Connection, Subscription>();
  private executions = 0;

  constructor(
    private readonly exchange: Exchange,
    private readonly desk: OrderDesk,
  ) {}

  /** @returns the number of the subscription, or null when the connection has one already */
  subscribe(connection: Connection, account: EngineAccount): number | null {
    if (this.byConnection.has(connection)) return null;
    const id = ((connection.state.get('subscriptions') as number | undefined) ?? -1) + 1;
    connection.state.set('subscriptions', id);
    this.byConnection.set(connection, { id, account });
    return id;
  }

  unsubscribe(connection: Connection): void {
    this.byConnection.delete(connection);
  }

  onEvent(event: EngineEvent): void {
    const text = this.eventText(event);
    if (text === null) return;
    for (const [connection, { id, account }] of this.byConnection) {
      if (account === event.account) connection.send(`{"subscriptionId":${id},"event":${text}}`, 'ws-private');
    }
  }

  private eventText(event: EngineEvent): string | null {
    switch (event.kind) {
      case 'order-opened':
        return event.order.book.instrument.market === 'spot' ? this.report(event.order, 'NEW', null) : null;
      case 'fill':
        return event.order.book.instrument.market === 'spot' ? this.report(event.order, 'TRADE', event.fill) : null;
      case 'order-ended': {
        if (event.order.book.instrument.market !== 'spot') return null;
        const { status } = wordsOf(event.order);
        return this.report(event.order, status === 'CANCELED' ? status : 'EXPIRED', null);
      }
      case 'balance': {
        if (event.wallet !== 'spot') return null;
        const { asset, free, locked } = balanceRow(event.balance);
        const timeMs = msOf(event.timeUs);
        const position = {
          e: 'outboundAccountPosition',
          E: this.exchange.nowMs(),
          u: timeMs,
          B: [{ a: asset, f: free, l: locked }],
        };
        return JSON.stringify(position);
      }
      default:
        return null;
    }
  }

  private report(order: EngineOrder, execution: string, fill: EngineFill | null): string {
    const { instrument } = order.book;
    const { type, timeInForce, status } = wordsOf(order);
    const own = clientIdOf(order);
    const canceled = execution === 'CANCELED';
    return JSON.stringify({
      e: 'executionReport',
      E: this.exchange.nowMs(),
      s: instrument.symbol,
      c: canceled ? this.desk.cancelIdOf(order) : own,
      S: order.side.toUpperCase(),
      o: type,
      f: timeInForce,
      q: orderedText(order),
      p: priceText(instrument, order.priceUnits ?? 0),
      P: amountText(0n),
      F: amountText(0n),
      g: -1,
      C: canceled ? own : '',
      x: execution,
      X: status,
      r: 'NONE',
      i: order.id,
      l: quantityText(instrument, fill?.qtyUnits ?? 0),
      z: quantityText(instrument, order.filledUnits),
      L: priceText(instrument, fill?.priceUnits ?? 0),
      n: fill === null ? '0' : amountText(fill.fee),
      N: fill === null ? null : fill.feeAsset,
      T: msOf(fill?.timeUs ?? order.updatedUs),
      t: fill?.tradeId ?? -1,
      I: ++this.executions,
      w: order.state === 'open',
      m: fill?.maker ?? false,
      M: false,
      O: msOf(order.createdUs),
      Z: amountText(order.filledQuote),
      Y: amountText(fill?.quote ?? 0n),
      Q: amountText(order.quoteAmount ?? 0n),
      W: msOf(order.createdUs),
      V: selfTradeMode(order),
    });
  }
}
