import { OrderRuleError, type RefusalKind, TiercelError, VenueRequestError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { OrderReference, OrderReport, OrderRequest } from '../domain/order.js';
import { checkOrder } from '../venues/order-filters.js';
import type { InstrumentDirectory, TradingProtocol } from '../venues/trading.js';
import type { AccountView } from './account-view.js';
import { reasonOf } from './events.js';
import type { OrderLine } from './order-line.js';
import type { OrderMemory } from './order-memory.js';
import type { OrderProgress, Requests } from './requests.js';
import type { VenueClock } from './venue-clock.js';

/** What became of a request to place an order. Only the venue's word refuses it once it was sent. */
export type PlaceOutcome =
  | { readonly kind: 'placed'; readonly order: OrderReport }
  /** Certainly not at the venue. */
  | { readonly kind: 'refused'; readonly error: TiercelError }
  /** Perhaps at the venue: `settle` finds out. */
  | { readonly kind: 'unknown'; readonly error: TiercelError; readonly reference: OrderReference };

export interface OrderDeskParts {
  readonly protocol: TradingProtocol;
  readonly directory: InstrumentDirectory;
  readonly requests: Requests;
  readonly orders: OrderMemory;
  /** Is told every answer about an order. */
  readonly view: AccountView;
  readonly venueClock: VenueClock;
  /** Null where orders go over REST only, or without keys. */
  readonly line: OrderLine | null;
}

const CANCEL_AGAIN: readonly RefusalKind[] = ['outcome-unknown', 'venue-down', 'time-window'];

/** Where orders and cancels leave: over the standing connection when it is there, else over REST. Each order leaves at most once. */
export class OrderDesk {
  private closed = false;

  constructor(private readonly parts: OrderDeskParts) {}

  /** From here on nothing is placed; cancels still are. */
  close(): void {
    this.closed = true;
  }

  /** Places an order; what can leave over the standing connection leaves before this returns. Never rejects. */
  place(order: OrderRequest): Promise<PlaceOutcome> {
    const { protocol, requests, orders, venueClock, line } = this.parts;
    let instrument: TradableInstrument;
    try {
      instrument = this.check(order);
    } catch (error) {
      return Promise.resolve({ kind: 'refused', error: asTiercelError(error) });
    }
    const reference: OrderReference = { symbol: order.symbol, venueOrderId: null, clientOrderId: order.clientOrderId };
    if (!orders.sent(order.symbol, order.clientOrderId, venueClock.nowMs())) {
      const text = `${protocol.venue}: an order ${order.clientOrderId} left before; it is not sent again`;
      return this.askForEarlier(reference, new VenueRequestError('duplicate-client-id', text, { venue: protocol.venue }));
    }
    try {
      const overLine = line?.place(order, instrument) ?? null;
      const progress: OrderProgress = { state: 'sent' };
      const overRest = (): Promise<OrderReport> => requests.run(protocol.place(order, instrument), progress);
      if (overLine !== null) return this.conclude(reference, this.again(overLine, ['time-window'], overRest), progress);
    } catch (error) {
      orders.forget(order.clientOrderId); // the protocol could not say it in its venue's words
      return Promise.resolve({ kind: 'refused', error: asTiercelError(error) });
    }
    const progress: OrderProgress = { state: 'not-sent' };
    return this.conclude(reference, requests.run(protocol.place(order, instrument), progress), progress);
  }

  /**
   * Cancels an order.
   * @returns what the venue says of it, null when it says nothing
   * @throws VenueRequestError `order-closed` or `unknown-order` when there is nothing to cancel
   */
  async cancel(reference: OrderReference): Promise<OrderReport | null> {
    const { protocol, requests, orders, line } = this.parts;
    const overRest = (): Promise<OrderReport | null> => requests.run(protocol.cancel(reference));
    const overLine = line?.cancel(reference) ?? null;
    // Cancelling twice does no harm, and a cancel must get through.
    const report = await (overLine === null ? overRest() : this.again<OrderReport | null>(overLine, CANCEL_AGAIN, overRest));
    return report === null ? null : this.known(report, orders.now);
  }

  /** What failed over the standing connection in one of these ways goes over REST; after a wrong time with a better clock. */
  private async again<T>(overLine: Promise<T>, kinds: readonly RefusalKind[], overRest: () => Promise<T>): Promise<T> {
    try {
      return await overLine;
    } catch (error) {
      if (!(error instanceof VenueRequestError && kinds.includes(error.kind))) throw error;
      if (error.kind === 'time-window') await this.parts.requests.correctClock();
      return overRest();
    }
  }

  private check(order: OrderRequest): TradableInstrument {
    const { protocol, directory } = this.parts;
    const { venue, features } = protocol;
    if (this.closed) throw new VenueRequestError('invalid-request', `${venue}: the gateway is stopped`, { venue });
    const instrument = directory.find(order.symbol);
    if (instrument === undefined) throw new VenueRequestError('unknown-instrument', `${venue} has no ${order.symbol}`, { venue });
    checkOrder(order, instrument);
    const refuse = (text: string): never => {
      throw new OrderRuleError(`${venue} ${order.symbol}: ${text}`, {
        venue,
        symbol: order.symbol,
        clientOrderId: order.clientOrderId,
      });
    };
    if (order.type === 'limit' && !features.timeInForce.includes(order.timeInForce))
      refuse(`no ${order.timeInForce} orders here`);
    if (order.quoteAmount !== null && !features.marketByQuote.includes(order.side))
      refuse(`no ${order.side} by quote amount here`);
    if (order.reduceOnly && !features.reduceOnly) refuse('no reduce-only orders here');
    return instrument;
  }

  private async conclude(
    reference: OrderReference,
    answer: Promise<OrderReport>,
    progress: OrderProgress,
  ): Promise<PlaceOutcome> {
    const { orders } = this.parts;
    const askedAt = orders.now;
    try {
      const report = await answer;
      return { kind: 'placed', order: this.known(report, askedAt) };
    } catch (cause) {
      const error = asTiercelError(cause);
      if (error instanceof VenueRequestError && error.kind === 'duplicate-client-id') return this.askForEarlier(reference, error);
      // Nothing left, or the venue itself refused it: then, and only then, there is no such order.
      const refused = error instanceof VenueRequestError && error.remedy !== 'query' && progress.state !== 'accepted';
      if (progress.state !== 'not-sent' && !refused) return { kind: 'unknown', error, reference };
      if (reference.clientOrderId !== null) orders.forget(reference.clientOrderId);
      return { kind: 'refused', error };
    }
  }

  /** Takes the venue's answer on an order. @returns what is known now, which may be more */
  private known(report: OrderReport, askedAt: number): OrderReport {
    return this.parts.view.tellOrder(report, askedAt) ?? this.parts.orders.find(report)?.report ?? report;
  }

  /** The venue or we know that client id: an earlier request went through, or may have. */
  private async askForEarlier(reference: OrderReference, error: TiercelError): Promise<PlaceOutcome> {
    const { protocol, requests, orders } = this.parts;
    const askedAt = orders.now;
    try {
      const report = await requests.run(protocol.order(reference));
      if (report !== null) return { kind: 'placed', order: this.known(report, askedAt) };
    } catch (cause) {
      return { kind: 'unknown', error: asTiercelError(cause), reference };
    }
    return { kind: 'unknown', error, reference };
  }
}

function asTiercelError(error: unknown): TiercelError {
  return error instanceof TiercelError ? error : new VenueRequestError('outcome-unknown', reasonOf(error), {}, { cause: error });
}
