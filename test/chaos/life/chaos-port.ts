import type { Balance, PositionInfo } from '../../../src/domain/account.js';
import { TiercelError, VenueRequestError } from '../../../src/domain/errors.js';
import type { TradableInstrument } from '../../../src/domain/instrument.js';
import type { Fill, OrderReference, OrderReport, OrderRequest } from '../../../src/domain/order.js';
import type { Market, VenueId } from '../../../src/domain/venue.js';
import type { VirtualTime } from '../../../src/domain/virtual-time.js';
import type { VenuePort } from '../../../src/execution/ports.js';
import type { PlaceOutcome } from '../../../src/gateway/order-desk.js';
import type { SettleOutcome } from '../../../src/gateway/settlement.js';
import { checkOrder } from '../../../src/venues/order-filters.js';
import type { NetworkPlan } from '../plan.js';
import type { Arrival, Exchange } from '../world/exchange.js';
import { balanceOf, fillOf, positionInfoOf, refusalOf, reportOf } from '../world/venue-words.js';
import type { AccountStream } from './account-stream.js';
import type { LifeTimers } from './life-time.js';
import type { Network } from './network.js';

export interface ChaosPortParts {
  readonly exchange: Exchange;
  readonly market: Market;
  readonly network: Network;
  readonly plan: NetworkPlan;
  readonly time: VirtualTime;
  readonly timers: LifeTimers;
  readonly stream: AccountStream;
  /** Whether what the process sent before it died gets through; asked when it would arrive. */
  readonly outlives: () => boolean;
  /** An order leaves, and came to its exchange. */
  readonly onSend: (venue: VenueId, market: Market, request: OrderRequest) => void;
  readonly onArrival: (arrival: Arrival) => void;
  /** An order will never come to its exchange. */
  readonly onLoss: (clientOrderId: string) => void;
  /** Told every answer about an order, as the account's listener is. */
  readonly onAnswer: (order: OrderReport) => void;
}

/** A request that was not answered by then is given up; one that takes longer is not taken by the venue. */
const TIMEOUT_MS = 3_000;
const VALIDITY_MS = 5_000;
const SETTLE_MS_MIN = 200;
const SETTLE_MS_MAX = 5_000;
const DENIALS = 2;
const REFUSED_AT_RANDOM = ['rate-limited', 'venue-down', 'instrument-halted'] as const;

/** One account at an exchange as a gateway would give it to execution, with a network in between that loses and delays things. */
export class ChaosPort implements VenuePort {
  private readonly sentMs = new Map<string, number>();

  constructor(private readonly parts: ChaosPortParts) {}

  get isLive(): boolean {
    return this.parts.stream.isLive;
  }
  venueMs(): number {
    return this.parts.time.epochUs() / 1000;
  }
  clientOrderId(key: string): string {
    return `t-${key}`;
  }

  place(request: OrderRequest): Promise<PlaceOutcome> {
    const { exchange, market, onSend, timers } = this.parts;
    const { venue } = exchange;
    if (!timers.isAlive) return never();
    const instrument = this.instrument(request.symbol);
    try {
      checkOrder(request, instrument);
    } catch (error) {
      if (!(error instanceof TiercelError)) throw error;
      return Promise.resolve({ kind: 'refused', error });
    }
    const reference: OrderReference = { symbol: request.symbol, venueOrderId: null, clientOrderId: request.clientOrderId };
    if (this.sentMs.has(request.clientOrderId)) return this.earlier(reference);
    this.sentMs.set(request.clientOrderId, this.venueMs());
    onSend(venue, market, request);
    return new Promise((resolve) => this.dispatch(request, reference, resolve));
  }

  /** Takes an order to the exchange and its answer back, as far as the network lets. */
  private dispatch(request: OrderRequest, reference: OrderReference, resolve: (outcome: PlaceOutcome) => void): void {
    const { exchange, market, network, plan, time, timers, outlives, onArrival, onAnswer } = this.parts;
    const { venue } = exchange;
    const { outMs, backMs, arrives, isAnswered } = network.fate();
    let isOver = false;
    const conclude = (outcome: PlaceOutcome): void => {
      if (isOver) return;
      isOver = true;
      if (outcome.kind === 'refused') this.sentMs.delete(request.clientOrderId);
      resolve(outcome);
    };
    const refuse = (error: VenueRequestError): void => {
      if (isAnswered) timers.after(backMs, () => conclude({ kind: 'refused', error }));
    };
    timers.after(TIMEOUT_MS, () => {
      const error = new VenueRequestError('outcome-unknown', `${venue}: no answer`, { venue });
      conclude({ kind: 'unknown', error, reference });
    });
    const { onLoss } = this.parts;
    if (!arrives || outMs > VALIDITY_MS) {
      onLoss(request.clientOrderId);
      return;
    }
    // On its way it does not depend on the process any more.
    time.after(outMs, () => {
      if (!timers.isAlive && !outlives()) {
        onLoss(request.clientOrderId);
        return;
      }
      if (exchange.isDown) {
        onLoss(request.clientOrderId);
        return refuse(new VenueRequestError('venue-down', `${venue} is down`, { venue }));
      }
      if (network.happens(plan.refused)) {
        onLoss(request.clientOrderId);
        const kind = REFUSED_AT_RANDOM[Math.floor(network.upTo(REFUSED_AT_RANDOM.length))] ?? 'venue-down';
        return refuse(new VenueRequestError(kind, `${venue}: ${kind}`, { venue }));
      }
      if (network.happens(plan.thinned)) exchange.takeBefore(market, request, network.upTo(1));
      const arrival = exchange.submit(market, request, network.happens(plan.rests));
      onArrival(arrival);
      const { result } = arrival;
      if (result.kind === 'refused') return refuse(refusalOf(venue, result.refusal));
      // Some venues answer before their engine has looked at it.
      const order: OrderReport =
        venue === 'binance'
          ? reportOf(result.order)
          : { ...reportOf(result.order), state: 'pending', filledQty: null, filledQuote: null, reason: null };
      if (!isAnswered) return;
      timers.after(backMs, () => {
        onAnswer(order);
        conclude({ kind: 'placed', order });
      });
    });
  }

  /** An order of that name left before: it is not sent again. */
  private async earlier(reference: OrderReference): Promise<PlaceOutcome> {
    const { venue } = this.parts.exchange;
    const error = new VenueRequestError('duplicate-client-id', `${venue}: an order of that name left before`, { venue });
    try {
      const order = await this.order(reference);
      return order === null ? { kind: 'unknown', error, reference } : { kind: 'placed', order };
    } catch {
      return { kind: 'unknown', error, reference };
    }
  }

  async settle(reference: OrderReference): Promise<SettleOutcome> {
    const sentMs = this.sentMs.get(reference.clientOrderId ?? '') ?? this.venueMs();
    let denials = 0;
    for (let waitMs = SETTLE_MS_MIN; ; waitMs = Math.min(SETTLE_MS_MAX, waitMs * 2)) {
      const isDead = this.venueMs() > sentMs + VALIDITY_MS;
      try {
        const order = await this.order(reference);
        if (order !== null) {
          this.parts.onAnswer(order);
          return { kind: 'found', order };
        }
        if (isDead) denials++;
      } catch (error) {
        if (!(error instanceof VenueRequestError)) throw error;
      }
      if (denials >= DENIALS) return { kind: 'never-arrived' };
      await new Promise<void>((resolve) => this.parts.timers.after(waitMs, resolve));
    }
  }

  async cancel(reference: OrderReference): Promise<OrderReport | null> {
    const { exchange, onAnswer } = this.parts;
    const { venue, engine } = exchange;
    const report = await this.ask(() => {
      const order = exchange.find(reference.clientOrderId, reference.venueOrderId);
      if (order === undefined) throw new VenueRequestError('unknown-order', `${venue}: no such order`, { venue });
      if (!engine.cancel(order)) throw new VenueRequestError('order-closed', `${venue}: it has ended`, { venue });
      return reportOf(order);
    });
    onAnswer(report);
    return report;
  }

  order(reference: OrderReference): Promise<OrderReport | null> {
    return this.ask(() => {
      const order = this.parts.exchange.find(reference.clientOrderId, reference.venueOrderId);
      return order === undefined ? null : reportOf(order);
    });
  }

  openOrders(symbol: string | null = null): Promise<readonly OrderReport[]> {
    const { exchange, market } = this.parts;
    return this.ask(() =>
      exchange.account
        .openOrders()
        .filter(({ book: { instrument } }) => instrument.market === market && (symbol === null || instrument.symbol === symbol))
        .map(reportOf),
    );
  }

  fills(symbol: string | null, sinceMs: number): Promise<readonly Fill[]> {
    const { exchange, market } = this.parts;
    return this.ask(() =>
      exchange.account
        .fills()
        .filter((fill) => {
          const { instrument } = fill.order.book;
          const isAsked = instrument.market === market && (symbol === null || instrument.symbol === symbol);
          return isAsked && fill.timeUs >= sinceMs * 1000 && exchange.unlistedForUs(fill) === 0;
        })
        .map((fill) => fillOf(fill)),
    );
  }

  balances(): Promise<readonly Balance[]> {
    const { exchange, market } = this.parts;
    const wallet = market === 'spot' ? 'spot' : 'futures';
    return this.ask(() => exchange.account.balances(wallet).map((balance) => balanceOf(exchange.venue, balance)));
  }

  positions(): Promise<readonly PositionInfo[]> {
    const { exchange } = this.parts;
    return this.ask(() =>
      exchange.account.positions().flatMap((position) => {
        const { qtyUnits, book } = position;
        if (qtyUnits === 0 || book.instrument.market !== 'futures') return [];
        return (
          positionInfoOf(position, exchange.engine.value(position), this.instrument(book.instrument.symbol), this.venueMs()) ?? []
        );
      }),
    );
  }

  /** Asks something that changes nothing at the exchange, or only a cancel; the answer is as old as its way back. */
  private ask<T>(answer: () => T): Promise<T> {
    const { exchange, network, time, timers } = this.parts;
    const { venue } = exchange;
    if (!timers.isAlive) return never();
    return new Promise((resolve, reject) => {
      const { outMs, backMs, arrives, isAnswered } = network.fate();
      const fail = (reason: string): void => reject(new VenueRequestError('venue-down', `${venue}: ${reason}`, { venue }));
      if (!arrives || !isAnswered) timers.after(TIMEOUT_MS, () => fail('no answer'));
      if (!arrives) return;
      time.after(outMs, () => {
        if (!timers.isAlive) return;
        if (exchange.isDown) {
          if (isAnswered) timers.after(backMs, () => fail('down'));
          return;
        }
        try {
          const value = answer();
          if (isAnswered) timers.after(backMs, () => resolve(value));
        } catch (error) {
          if (isAnswered) timers.after(backMs, () => reject(error));
        }
      });
    });
  }

  private instrument(symbol: string): TradableInstrument {
    const { exchange, market } = this.parts;
    const found = exchange.instruments.find((one) => one.market === market && one.symbol === symbol);
    if (found !== undefined) return found;
    throw new VenueRequestError('unknown-instrument', `${exchange.venue} has no ${symbol}`, { venue: exchange.venue });
  }
}

/** Whoever waits for it is dead. */
function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
