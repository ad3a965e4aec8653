import type { Balance, PositionInfo, PositionReport } from '../domain/account.js';
import type { Clock } from '../domain/clock.js';
import { VenueRequestError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { Fill, OrderReport } from '../domain/order.js';
import type { StreamItem, TradingProtocol } from '../venues/trading.js';
import type { AccountListener } from './events.js';
import { FactMemory } from './fact-memory.js';
import type { FillMemory } from './fill-memory.js';
import type { KnownOrder, OrderMemory } from './order-memory.js';
import type { Requests } from './requests.js';

export interface AccountViewParts {
  readonly protocol: TradingProtocol;
  readonly requests: Requests;
  readonly orders: OrderMemory;
  readonly fills: FillMemory;
  readonly fillOverlapMs: number;
  /** The instruments that the account is known to trade, for venues that want a symbol named. */
  instruments(): readonly TradableInstrument[];
  /** Milliseconds since the epoch by the venue's clock. */
  venueMs(): number;
  readonly clock: Clock;
  readonly listener: AccountListener;
}

/** Denials, seconds apart, after which a pending order is gone. */
const DENIALS = 3;

/** Brings what streams say and what is fetched into one story: each fill once, no order back from its end. */
export class AccountView {
  private readonly balances = new FactMemory<Balance>(
    ({ asset }) => asset,
    (balance) => (balance.total === '0' ? null : { ...balance, total: '0', available: '0' }),
  );
  private readonly positions = new FactMemory<PositionReport>(
    ({ symbol }) => symbol,
    (position) => (position.signedSize === '0' ? null : { ...position, signedSize: '0', entryPrice: null }),
  );

  constructor(private readonly parts: AccountViewParts) {}

  /** Takes an item of the private stream. @returns the order as it is now known when the item changed one */
  take(item: Extract<StreamItem, { kind: 'order' | 'fill' | 'balance' | 'position' }>): OrderReport | null {
    switch (item.kind) {
      case 'order':
        return this.tellOrder(item.order);
      case 'fill':
        this.tellFill(item.fill);
        return null;
      case 'balance':
        this.balances.told(item.balance);
        this.parts.listener(item);
        return null;
      case 'position':
        this.positions.told(item.position);
        this.parts.listener(item);
        return null;
    }
  }

  /** Tells an order unless the word is old. */
  tellOrder(report: OrderReport, askedAt?: number): OrderReport | null {
    const order = this.parts.orders.accept(report, askedAt);
    if (order !== null) this.parts.listener({ kind: 'order', order });
    return order;
  }

  /** Tells a fill unless it was told. */
  tellFill(fill: Fill): void {
    if (!this.parts.fills.add(fill)) return;
    this.parts.orders.addFill(fill, fill.quantity);
    this.parts.listener({ kind: 'fill', fill });
  }

  /** Fetches and tells all fills since the last moment up to which they are known. */
  async fetchFills(instrument?: TradableInstrument): Promise<void> {
    const { protocol, requests, fills, fillOverlapMs, clock } = this.parts;
    const askedMs = clock.monotonicUs() / 1000;
    // The clock that stamps fills may be another one than the clock that a venue tells.
    const nowMs = Math.min(this.parts.venueMs(), clock.epochUs() / 1000);
    const sinceMs = Math.floor(nowMs - fills.ageMs(askedMs, instrument?.symbol) - fillOverlapMs);
    for (const one of this.scope(protocol.features.fillsOfAll, instrument)) {
      const found = await requests.run(protocol.fills(one, sinceMs));
      // Older ones may be told again by a venue that answers in whole pages; their ids are forgotten.
      for (const fill of found) if (fill.timeMs >= sinceMs) this.tellFill(fill);
    }
    fills.complete(askedMs, instrument?.symbol);
  }

  /**
   * Fetches and tells open orders, and the end of those that are no longer among them.
   * @returns false when an order left so recently that nothing is known of it yet
   */
  async fetchOrders(): Promise<boolean> {
    const { protocol, requests, orders } = this.parts;
    const askedAt = orders.now;
    // What became of an order without an answer is a question of its own.
    const before = orders.open().filter(({ report }) => report !== null);
    const listed = new Set<KnownOrder | undefined>();
    for (const one of this.scope(protocol.features.openOrdersOfAll)) {
      for (const report of await requests.run(protocol.openOrders(one))) {
        this.tellOrder(report, askedAt);
        listed.add(orders.find(report));
      }
    }
    let complete = true;
    for (const order of before) {
      if (!listed.has(order) && order.wordAt <= askedAt) complete = (await this.fetchEnd(order, askedAt)) && complete;
    }
    return complete;
  }

  /** Fetches and tells balances and, on futures, positions; those that are gone as zero. */
  async fetchBalances(): Promise<void> {
    const { protocol, requests, listener } = this.parts;
    const balancesAt = this.balances.now;
    const balances = await requests.run(protocol.balances());
    for (const balance of this.balances.listed(balances, balancesAt)) listener({ kind: 'balance', balance });
    if (protocol.futures === null) return;
    const positionsAt = this.positions.now;
    const positions = (await requests.run(protocol.futures.positions())).map(reportOf);
    for (const position of this.positions.listed(positions, positionsAt)) listener({ kind: 'position', position });
  }

  /** An order that was open, or about to be, and is not among the open ones. @returns false when nothing is known of it yet */
  private async fetchEnd(order: KnownOrder, askedAt: number): Promise<boolean> {
    const { protocol, requests } = this.parts;
    const { symbol, clientOrderId, venueOrderId, report } = order;
    if (report === null) return true;
    let found: OrderReport | null = null;
    try {
      found = await requests.run(protocol.order({ symbol, clientOrderId, venueOrderId }));
    } catch (error) {
      if (!(error instanceof VenueRequestError && error.kind === 'unknown-order')) throw error;
    }
    // One that the front took may not be at the engine yet.
    if (found === null && report.state === 'pending' && ++order.denials < DENIALS) return false;
    // Some venues forget orders that ended without a fill: known once, open no more, known no more.
    this.tellOrder(found ?? { ...report, state: 'canceled', reason: 'the venue knows it no more' }, askedAt);
    return true;
  }

  private scope(all: boolean, instrument?: TradableInstrument): readonly (TradableInstrument | null)[] {
    if (instrument !== undefined) return [instrument];
    return all ? [null] : this.parts.instruments();
  }
}

function reportOf({ contract, side, size, entryPrice }: PositionInfo): PositionReport {
  const signedSize = side === 'sell' && size !== '0' ? `-${size}` : size;
  return { venue: contract.venue, symbol: contract.symbol, signedSize, entryPrice };
}
