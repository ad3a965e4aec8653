import { Decimal } from '../domain/decimal.js';
import { isFinal, type OrderReference, type OrderReport, type OrderState } from '../domain/order.js';

/** What is known of an order of this account. */
export interface KnownOrder {
  readonly symbol: string;
  clientOrderId: string | null;
  venueOrderId: string | null;
  /** The venue's last word, fields that it left out filled in from before; null while there is none. */
  report: OrderReport | null;
  /** When it was sent, by the venue's clock; NaN when it was not sent from here. */
  sentMs: number;
  /** Number of the last word among all words on orders. */
  wordAt: number;
  /** Filled quantity of the fills told so far. */
  filledTold: Decimal;
  /** How often the venue said that it knows no such order, although it had taken it. */
  denials: number;
}

/**
 * The orders of the account as the venue told of them. It keeps order among words that come over several ways: an answer that was
 * asked for before the stream said more is old, and nothing follows on an end.
 */
export class OrderMemory {
  private readonly byVenueId = new Map<string, KnownOrder>();
  private readonly byClientId = new Map<string, KnownOrder>();
  /** Ended orders, oldest first. */
  private readonly ended = new Set<KnownOrder>();
  /** Symbols of all orders ever known. */
  readonly symbols = new Set<string>();
  private words = 0;

  /** @param endedMax ended orders that are remembered */
  constructor(private readonly endedMax: number) {}

  /** The number of the last word so far: what is asked for now will be as old as that. */
  get now(): number {
    return this.words;
  }

  /** An order is about to leave. @returns false when an order of that client id left before */
  sent(symbol: string, clientOrderId: string, sentMs: number): boolean {
    if (this.byClientId.has(clientOrderId)) return false;
    this.create(symbol, clientOrderId, null).sentMs = sentMs;
    return true;
  }

  /** An order that was about to leave does not exist: it was refused, or it never arrived. */
  forget(clientOrderId: string): void {
    const order = this.byClientId.get(clientOrderId);
    if (order !== undefined && order.report === null) this.byClientId.delete(clientOrderId);
  }

  find({ clientOrderId, venueOrderId }: Pick<OrderReference, 'clientOrderId' | 'venueOrderId'>): KnownOrder | undefined {
    return (
      (venueOrderId === null ? undefined : this.byVenueId.get(venueOrderId)) ??
      (clientOrderId === null ? undefined : this.byClientId.get(clientOrderId))
    );
  }

  /**
   * Takes a word of the venue.
   * @param askedAt `now` when it was asked for; left out for what the venue says by itself
   * @returns the order as it is known now, or null when the word is old and names nothing new
   */
  accept(report: OrderReport, askedAt = this.words): OrderReport | null {
    const known = this.join(report) ?? this.find(report) ?? this.create(report.symbol, null, null);
    const named = this.name(known, report);
    const before = known.report;
    if (before !== null && isOld(before, report, known.wordAt > askedAt)) return named ? before : null;
    known.report = before === null ? report : merged(before, report);
    known.wordAt = ++this.words;
    if (isFinal(report.state)) this.end(known);
    return known.report;
  }

  /** A fill was told. @returns the order's filled quantity by its fills */
  addFill(reference: Pick<OrderReference, 'clientOrderId' | 'venueOrderId'>, quantity: string): void {
    const known = this.find(reference);
    if (known !== undefined) known.filledTold = known.filledTold.add(quantity);
  }

  /** Orders that are open or whose fate is unknown. */
  open(): KnownOrder[] {
    const all = new Set([...this.byClientId.values(), ...this.byVenueId.values()]);
    return [...all].filter(({ report }) => report === null || !isFinal(report.state));
  }

  private create(symbol: string, clientOrderId: string | null, venueOrderId: string | null): KnownOrder {
    const order: KnownOrder = {
      symbol,
      clientOrderId,
      venueOrderId,
      report: null,
      sentMs: Number.NaN,
      wordAt: 0,
      filledTold: new Decimal(0),
      denials: 0,
    };
    this.symbols.add(symbol);
    if (clientOrderId !== null) this.byClientId.set(clientOrderId, order);
    if (venueOrderId !== null) this.byVenueId.set(venueOrderId, order);
    return order;
  }

  /**
   * The stream may tell of an order by the venue's id alone before the answer tells that it is ours: two known orders turn out to be
   * one. @returns null when there is nothing to join
   */
  private join({ clientOrderId, venueOrderId }: OrderReport): KnownOrder | null {
    const ours = clientOrderId === null ? undefined : this.byClientId.get(clientOrderId);
    const theirs = venueOrderId === null ? undefined : this.byVenueId.get(venueOrderId);
    if (ours === undefined || theirs === undefined || ours === theirs || theirs.clientOrderId !== null) return null;
    theirs.sentMs = ours.sentMs;
    theirs.filledTold = theirs.filledTold.add(ours.filledTold);
    if (clientOrderId !== null) this.byClientId.delete(clientOrderId);
    return theirs;
  }

  /** An order that was known by one id only now has the other one too. @returns whether its client id is new */
  private name(known: KnownOrder, { clientOrderId, venueOrderId }: OrderReport): boolean {
    if (venueOrderId !== null && known.venueOrderId !== venueOrderId) {
      known.venueOrderId = venueOrderId;
      this.byVenueId.set(venueOrderId, known);
    }
    if (clientOrderId === null || known.clientOrderId !== null) return false;
    known.clientOrderId = clientOrderId;
    this.byClientId.set(clientOrderId, known);
    if (known.report === null) return false;
    known.report = { ...known.report, clientOrderId };
    return true;
  }

  private end(known: KnownOrder): void {
    this.ended.add(known);
    if (this.ended.size <= this.endedMax) return;
    for (const oldest of this.ended) {
      this.ended.delete(oldest);
      if (oldest.clientOrderId !== null) this.byClientId.delete(oldest.clientOrderId);
      if (oldest.venueOrderId !== null) this.byVenueId.delete(oldest.venueOrderId);
      return;
    }
  }
}

/** How far an order is that has not ended. */
const PROGRESS: Readonly<Partial<Record<OrderState, number>>> = { unknown: -1, pending: 0, open: 1, 'partially-filled': 2 };

function isOld(before: OrderReport, report: OrderReport, overtaken: boolean): boolean {
  const filled = report.filledQty === null ? null : new Decimal(report.filledQty);
  if (isFinal(before.state)) {
    // An end may be told again with more in it, such as what was filled.
    return !isFinal(report.state) || report.state !== before.state || filled === null || filled.lte(before.filledQty ?? -1);
  }
  if (isFinal(report.state)) return false;
  if ((PROGRESS[report.state] ?? 0) < (PROGRESS[before.state] ?? 0)) return true;
  return overtaken || filled?.lt(before.filledQty ?? 0) === true;
}

function merged(before: OrderReport, report: OrderReport): OrderReport {
  return {
    ...report,
    venueOrderId: report.venueOrderId ?? before.venueOrderId,
    clientOrderId: before.clientOrderId ?? report.clientOrderId,
    side: report.side ?? before.side,
    price: report.price ?? before.price,
    quantity: report.quantity ?? before.quantity,
    filledQty: report.filledQty ?? before.filledQty,
    filledQuote: report.filledQuote ?? before.filledQuote,
    updatedMs: report.updatedMs ?? before.updatedMs,
  };
}
