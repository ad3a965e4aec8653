import { Exact } from '../../../src/domain/decimal.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import type { Market, VenueId } from '../../../src/domain/venue.js';
import type { EntryOf } from '../../../src/ledger/entries.js';
import type { Accuse } from './report.js';
import type { Truth } from './truth.js';

/**
 * Orders as they leave: each is in the ledger before, is what stands there, leaves once in all lives, asks for no more than its intent
 * did, and no hedge leaves while another one of its intent may still fill.
 */
export class OrderWatch {
  private readonly seen = new Set<string>();

  constructor(
    private readonly truth: Truth,
    private readonly accuse: Accuse,
    private readonly contractSizeOf: (venue: VenueId, market: Market, symbol: string) => string,
  ) {}

  /** @returns what the ledger says of it; whether it is the first order of its leg */
  sent(venue: VenueId, market: Market, request: OrderRequest): { readonly strategy: string; readonly isHedge: boolean } {
    const { accuse, truth } = this;
    const { clientOrderId } = request;
    if (this.seen.has(clientOrderId)) accuse('order-doubled', `${clientOrderId} left before`);
    this.seen.add(clientOrderId);
    const entry = truth.sending.get(clientOrderId);
    const intent = entry?.intent == null ? undefined : truth.intents.get(entry.intent);
    if (entry === undefined || intent === undefined) {
      accuse('order-unrecorded', `${clientOrderId} leaves, and the ledger does not know it`);
      return { strategy: '', isHedge: false };
    }
    if (!isSame(entry, venue, market, request))
      accuse('order-unrecorded', `${clientOrderId} is not what the ledger says: ${JSON.stringify([entry, request])}`);
    const isHedge = this.isHedge(entry, intent);
    if (isHedge) this.checkHedge(entry, intent);
    else this.checkLeg(entry, intent);
    return { strategy: entry.strategy, isHedge };
  }

  /** Whether it is not the first order of one of its intent's legs. */
  private isHedge({ intent, leg, clientOrderId }: EntryOf<'order'>, { legs }: EntryOf<'intent'>): boolean {
    const first = this.truth.ofIntent.get(intent ?? '')?.find((other) => other.leg === leg);
    return first?.clientOrderId !== clientOrderId || leg === null || leg >= legs.length;
  }

  private checkLeg(entry: EntryOf<'order'>, { legs }: EntryOf<'intent'>): void {
    const leg = legs[entry.leg ?? -1];
    const { venue, market, symbol, side, quantity } = entry;
    if (leg?.venue === venue && leg.market === market && leg.symbol === symbol && leg.side === side && leg.quantity === quantity)
      return;
    this.accuse('order-beyond-plan', `${entry.clientOrderId} is not its leg: ${JSON.stringify([entry, leg])}`);
  }

  private checkHedge(entry: EntryOf<'order'>, { legs }: EntryOf<'intent'>): void {
    const size = ({
      venue,
      market,
      symbol,
      quantity,
    }: {
      venue: VenueId;
      market: Market;
      symbol: string;
      quantity: string | null;
    }) => new Exact(quantity ?? 0).mul(this.contractSizeOf(venue, market, symbol));
    const most = Exact.max(...legs.map((leg) => size(leg)));
    let together = size(entry);
    for (const other of this.truth.ofIntent.get(entry.intent ?? '') ?? []) {
      if (other === entry || this.truth.ended.has(other.clientOrderId) || !this.isHedgeEntry(other, legs.length)) continue;
      together = together.plus(size(other));
      // Orders of one moment are one hedge, split over venues.
      if (other.monotonicUs !== entry.monotonicUs)
        this.accuse('hedge-beside-hedge', `${entry.clientOrderId} leaves while ${other.clientOrderId} may still fill`);
    }
    if (together.gt(most))
      this.accuse(
        'order-beyond-plan',
        `${entry.clientOrderId} and hedges beside it ask for ${together.toFixed()}, the intent for ${most.toFixed()}`,
      );
  }

  private isHedgeEntry(entry: EntryOf<'order'>, legs: number): boolean {
    const first = this.truth.ofIntent.get(entry.intent ?? '')?.find((other) => other.leg === entry.leg);
    return first !== entry || (entry.leg ?? legs) >= legs;
  }
}

function isSame(
  entry: EntryOf<'order'>,
  venue: VenueId,
  market: Market,
  { symbol, side, quantity, price }: OrderRequest,
): boolean {
  return (
    entry.venue === venue &&
    entry.market === market &&
    entry.symbol === symbol &&
    entry.side === side &&
    entry.quantity === quantity &&
    entry.price === price
  );
}
