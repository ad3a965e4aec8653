import type { TradableInstrument } from '../../../src/domain/instrument.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import type { Market, VenueId } from '../../../src/domain/venue.js';
import type { SimulatedBook } from '../../../src/sim/market/book.js';
import type { SimulatedMarket } from '../../../src/sim/market/market.js';
import { createMatchingEngine } from '../../../src/sim/matching/engine.js';
import type {
  EngineAccount,
  EngineFill,
  EngineOrder,
  MatchingEngine,
  Money,
  SubmitResult,
} from '../../../src/sim/matching/types.js';
import { tradableOf } from './listings.js';

/** An order as it came to an exchange, and what that made of it. */
export interface Arrival {
  readonly venue: VenueId;
  readonly market: Market;
  readonly request: OrderRequest;
  readonly result: SubmitResult;
  readonly atUs: number;
}

const LEVERAGE = 3;

/** One venue with our account there: the truth, which outlives every process of ours. */
export class Exchange {
  readonly engine: MatchingEngine;
  readonly account: EngineAccount;
  readonly instruments: readonly TradableInstrument[];
  readonly arrivals: Arrival[] = [];
  /** Nothing is answered until then; in microseconds of virtual time. */
  downUntilUs = 0;
  private readonly books = new Map<string, SimulatedBook>();
  /** When the venue's list shows a fill that it does not show at once; microseconds of virtual time. */
  private readonly listedUs = new Map<EngineFill, number>();

  constructor(
    readonly venue: VenueId,
    private readonly market: SimulatedMarket,
    seed: number,
    private readonly clock: { nowUs(): number; venueUs(): number },
    /** After so long the venue's list shows a fill; drawn for each. */
    listingDelayUs: () => number,
    funds: { readonly quote: string; readonly base: (asset: string) => string },
  ) {
    this.engine = createMatchingEngine({ market, venue, seed, now: () => clock.venueUs() });
    const books = market.books.filter(({ instrument }) => instrument.venue === venue);
    for (const book of books) this.books.set(`${book.instrument.market} ${book.instrument.symbol}`, book);
    this.instruments = books.map(({ instrument }) => tradableOf(instrument));
    const spot: Record<string, string> = {};
    if (books.some(({ instrument }) => instrument.market === 'spot')) spot['USDT'] = funds.quote;
    for (const { instrument } of books) if (instrument.market === 'spot') spot[instrument.base] = funds.base(instrument.base);
    const hasFutures = books.some(({ instrument }) => instrument.market === 'futures');
    this.account = this.engine.openAccount({ spot, futures: hasFutures ? { USDT: funds.quote } : {} });
    for (const book of books) if (book.instrument.market === 'futures') this.engine.setLeverage(this.account, book, LEVERAGE);
    this.engine.onEvent((event) => {
      const delayUs = event.kind === 'fill' ? listingDelayUs() : 0;
      if (event.kind === 'fill' && delayUs > 0) this.listedUs.set(event.fill, clock.nowUs() + delayUs);
    });
  }

  /** Microseconds until the venue's list shows a fill; 0 when it does. */
  unlistedForUs(fill: EngineFill): number {
    return Math.max(0, (this.listedUs.get(fill) ?? 0) - this.clock.nowUs());
  }

  get isDown(): boolean {
    return this.clock.nowUs() < this.downUntilUs;
  }

  book(market: Market, symbol: string): SimulatedBook | undefined {
    return this.books.get(`${market} ${symbol}`);
  }

  /** Takes an order, now. @param rests whether it is let rest although it should be taken at once or not at all */
  submit(market: Market, request: OrderRequest, rests: boolean): Arrival {
    // What fell due before it comes, as funding does, is of the positions before it.
    this.market.advance(this.clock.nowUs());
    const book = this.book(market, request.symbol);
    const result: SubmitResult =
      book === undefined
        ? { kind: 'refused', refusal: 'market-closed' }
        : this.engine.submit(this.account, {
            book,
            side: request.side,
            type: request.type,
            timeInForce: rests && !request.reduceOnly ? 'gtc' : request.timeInForce,
            priceUnits: unitsOf(request.price, book.instrument.priceDecimals),
            qtyUnits: unitsOf(request.quantity, book.instrument.qtyDecimals),
            quoteAmount: null,
            clientOrderId: request.clientOrderId,
            reduceOnly: request.reduceOnly,
          });
    const arrival = { venue: this.venue, market, request, result, atUs: this.clock.nowUs() };
    this.arrivals.push(arrival);
    return arrival;
  }

  /** Somebody else takes what an order of ours would take, all but a part of its quantity. */
  takeBefore(market: Market, { symbol, side, price, quantity }: OrderRequest, part: number): void {
    const book = this.book(market, symbol);
    const limit = book === undefined ? null : unitsOf(price, book.instrument.priceDecimals);
    if (book === undefined || limit === null) return;
    const isBuy = side === 'buy';
    let there = 0;
    for (const { priceUnits, qtyUnits } of (isBuy ? book.asks : book.bids).levels())
      if (isBuy ? priceUnits <= limit : priceUnits >= limit) there += qtyUnits;
    const taken = there - Math.ceil((unitsOf(quantity, book.instrument.qtyDecimals) ?? 0) * part);
    if (taken > 0) book.applyTrade(limit, taken, isBuy, this.clock.venueUs());
  }

  /** Money comes to the spot wallet without a trade, or goes. */
  move(asset: string, change: Money): void {
    this.engine.deposit(this.account, 'spot', asset, change);
  }

  /** An order by either of its ids. */
  find(clientOrderId: string | null, venueOrderId: string | null): EngineOrder | undefined {
    if (venueOrderId !== null) return this.account.order(Number(venueOrderId));
    return clientOrderId === null ? undefined : this.account.orderByClientId(clientOrderId);
  }
}

/** A decimal text in whole units of 10^-decimals. */
export function unitsOf(text: string | null, decimals: number): number | null {
  if (text === null) return null;
  const [whole = '0', fraction = ''] = text.split('.');
  return Number(`${whole}${fraction.padEnd(decimals, '0')}`);
}
