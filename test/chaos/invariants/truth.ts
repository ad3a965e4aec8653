import { type Decimal, Exact } from '../../../src/domain/decimal.js';
import { groupBy } from '../../../src/domain/group-by.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import type { Market, VenueId } from '../../../src/domain/venue.js';
import type { EntryOf, JournalEntry } from '../../../src/ledger/entries.js';
import type { SimulatedBook } from '../../../src/sim/market/book.js';
import type { EngineFill } from '../../../src/sim/matching/types.js';
import type { Arrival } from '../world/exchange.js';
import type { World } from '../world/world.js';

/** An order that left one of our processes, with what the exchange makes of it. */
export interface SentOrder {
  readonly venue: VenueId;
  readonly market: Market;
  readonly request: OrderRequest;
  readonly book: SimulatedBook;
  readonly sentUs: number;
  readonly strategy: string;
  /** Not the first order of its leg. */
  readonly isHedge: boolean;
  arrival: Arrival | null;
  /** It was lost, or refused before an exchange had it. */
  isGone: boolean;
}

/** A request is not taken any more when it is older. */
const VALIDITY_US = 5e6;

/**
 * What really happened, by the exchanges' own records and by what left our processes: positions by strategy and book, orders that may
 * still fill, and prices. Nothing of it comes from the desk.
 */
export class Truth {
  readonly orders = new Map<string, SentOrder>();
  /** The newest orders, of which some may not have ended. */
  private open: SentOrder[] = [];
  private readonly held = new Map<string, number>();
  /** Signed base units by asset, of all fills, less fees that were paid in them. */
  readonly exposure = new Map<string, number>();
  /** Assets of which the venue itself closed positions. */
  readonly liquidated = new Set<string>();
  readonly sending = new Map<string, EntryOf<'order'>>();
  readonly intents = new Map<string, EntryOf<'intent'>>();
  readonly ended = new Set<string>();
  readonly ofIntent = new Map<string, EntryOf<'order'>[]>();
  private readonly booksOf: ReadonlyMap<string, readonly SimulatedBook[]>;

  constructor(
    private readonly world: World,
    /** Told of every fill at an exchange. */
    private readonly onFill: (fill: EngineFill) => void,
  ) {
    this.booksOf = groupBy(
      world.books.map(({ book }) => book),
      ({ instrument }) => instrument.base,
    );
    for (const { engine } of world.exchanges)
      engine.onEvent((event) => {
        if (event.kind === 'fill') this.take(event.fill);
      });
  }

  /** What the ledger keeps, as it is kept. */
  kept(entry: JournalEntry): void {
    if (entry.kind === 'intent') this.intents.set(entry.intent, entry);
    if (entry.kind !== 'order') return;
    if (entry.step === 'sending') {
      this.sending.set(entry.clientOrderId, entry);
      if (entry.intent !== null) this.ofIntent.set(entry.intent, [...(this.ofIntent.get(entry.intent) ?? []), entry]);
    }
    if (['filled', 'canceled', 'expired', 'rejected'].includes(entry.state)) this.ended.add(entry.clientOrderId);
  }

  sent(order: SentOrder): void {
    this.orders.set(order.request.clientOrderId, order);
    this.open = this.openOrders();
    this.open.push(order);
  }

  arrived(arrival: Arrival): void {
    const order = this.orders.get(arrival.request.clientOrderId);
    if (order !== undefined) order.arrival = arrival;
  }

  gone(clientOrderId: string): void {
    const order = this.orders.get(clientOrderId);
    if (order !== undefined) order.isGone = true;
  }

  /** Whether a hedge of its intent left after an order that had no answer: it may have spent what the order was to be paid with. */
  isHedged(clientOrderId: string): boolean {
    const intent = this.sending.get(clientOrderId)?.intent ?? null;
    const ofIntent = intent === null ? [] : (this.ofIntent.get(intent) ?? []);
    return ofIntent.some((entry) => this.orders.get(entry.clientOrderId)?.isHedge === true);
  }

  /** Orders that may still fill: under way, or open at the exchange. */
  openOrders(): SentOrder[] {
    const { nowUs } = this.world;
    return this.open.filter(({ arrival, sentUs, isGone }) => {
      if (isGone) return false;
      if (arrival === null) return nowUs - sentUs < VALIDITY_US;
      return arrival.result.kind === 'accepted' && arrival.result.order.state === 'open';
    });
  }

  /** Signed base units that a strategy holds in a book, by its orders' fills. */
  heldBy(strategy: string, book: SimulatedBook): number {
    return this.held.get(`${strategy} ${nameOf(book)}`) ?? 0;
  }
  /** The same of all. */
  heldIn(book: SimulatedBook): number {
    return this.held.get(`* ${nameOf(book)}`) ?? 0;
  }

  /** The middle of an asset's book, or of any of its books. */
  price(asset: string): number {
    const middles = (this.booksOf.get(asset) ?? []).map(middleOf);
    middles.sort((left, right) => left - right);
    return middles[middles.length >> 1] ?? 0;
  }

  private take(fill: EngineFill): void {
    const { order, qtyUnits, fee, feeAsset } = fill;
    const { book, clientOrderId } = order;
    // A fee in what is bought is not there to be sold.
    const kept = feeAsset === book.instrument.base ? Number(fee) / 1e18 : 0;
    const base = baseUnits(book, qtyUnits) * (order.side === 'buy' ? 1 : -1) - kept;
    const asset = book.instrument.base;
    const strategy = this.orders.get(clientOrderId ?? '')?.strategy ?? '';
    for (const key of [`${strategy} ${nameOf(book)}`, `* ${nameOf(book)}`]) this.held.set(key, (this.held.get(key) ?? 0) + base);
    this.exposure.set(asset, (this.exposure.get(asset) ?? 0) + base);
    if (clientOrderId === null) this.liquidated.add(asset);
    this.world.history.note('fill', [
      nameOf(book),
      clientOrderId,
      order.side,
      qtyUnits,
      'unhedged',
      asset,
      this.exposure.get(asset),
    ]);
    this.onFill(fill);
  }
}

/** Base units in whole units of a book's quantity. */
export function baseUnits({ instrument: { qtyDecimals, contractSize } }: SimulatedBook, qtyUnits: number): number {
  return (qtyUnits / 10 ** qtyDecimals) * Number(contractSize);
}

/** Base units that an order asks for. */
export function orderBase({ book, request }: SentOrder): number {
  return Number(request.quantity ?? 0) * Number(book.instrument.contractSize);
}

/** Base units that may still come of an order. */
export function openBase(order: SentOrder): number {
  const { arrival, book } = order;
  const filled = arrival?.result.kind === 'accepted' ? arrival.result.order.filledUnits : 0;
  return orderBase(order) - baseUnits(book, filled);
}

export function middleOf({ bids, asks, instrument }: SimulatedBook): number {
  const bid = bids.best()?.priceUnits ?? 0;
  const ask = asks.best()?.priceUnits ?? 0;
  return (bid + ask) / 2 / 10 ** instrument.priceDecimals;
}

export function nameOf({ instrument: { venue, market, symbol } }: SimulatedBook): string {
  return `${venue} ${market} ${symbol}`;
}

/** Whole 10^-18ths of an asset as an exact decimal. */
export function exactOf(money: bigint): Decimal {
  return new Exact(money.toString()).div('1000000000000000000');
}
