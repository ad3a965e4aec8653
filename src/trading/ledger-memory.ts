import { type Decimal, Exact } from '../domain/decimal.js';
import { isFinal, type Side } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';
import { type KnownFill, SYNTHETIC } from '../execution/reconciler.js';
import type { AccountName, AccountSnapshot } from '../execution/reconciliation-types.js';
import type { StartOrder, StartSnapshot } from '../execution/start-up.js';
import { type Booking, Books, fillKey } from '../ledger/books.js';
import type { EntryOf, JournalEntry } from '../ledger/entries.js';
import type { RiskConfig } from '../risk/config.js';
import { ProfitRecord } from './profit-record.js';
import { ProfitTotals } from './profit-totals.js';

/** Topic of the note that an account's opening balances are complete. */
export const OPENING = 'opening';
/** Topic of the note that a start is over: from there on to the run's last entry everything that happened is in the ledger. */
export const READY = 'ready';

/** What the ledger knows of an order. */
export interface LedgerOrder extends AccountName {
  readonly symbol: string;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly strategy: string;
  readonly intent: string | null;
  readonly leg: number | null;
  venueOrderId: string | null;
  quantity: string | null;
  price: string | null;
  /** The venue has said how it ended. */
  hasEnded: boolean;
  wasAcknowledged: boolean;
  /** Filled by the venue's word, and by the fills that were told; value of those in the quote asset. */
  reported: Decimal;
  told: Decimal;
  toldQuote: Decimal;
}

const ZERO = new Exact(0);
const ORDERS_KEPT = 16_384;
const FILLS_KEPT = 131_072;
/** Venues are asked again for the fills of a time before the last entry: at least these are known by name. */
const RECENT_MS = 900_000;

/**
 * What the entries of a ledger come to, entry by entry: balances and profit, orders with what is known of them, fills by name, and what
 * each strategy holds in each book. The same whether entries are read again after a restart or come as they are written.
 */
export class LedgerMemory {
  readonly books = new Books();
  readonly profit: ProfitRecord;
  readonly totals = new ProfitTotals();
  private readonly orders = new Map<string, LedgerOrder>();
  private readonly byVenueId = new Map<string, LedgerOrder>();
  /** Fills by name, with whether their fee is known. */
  private readonly fills = new Map<string, boolean>();
  private recent: EntryOf<'fill'>[] = [];
  private readonly held = new Map<string, Decimal>();
  /** All who ever held something. */
  readonly holders = new Set<string>();
  /** By account, when its opening balances were read. */
  private readonly opened = new Map<string, number>();
  private newestUs = 0;
  /** Whether the run of the newest entry has come to the end of its start, and until when the accounts are known to be followed. */
  private isFollowing = false;
  private followedUs = 0;
  /** Of the newest fill that was told, by its venue's clock. */
  private filledMs = 0;

  constructor(rates: RiskConfig['rates']) {
    this.profit = new ProfitRecord(rates);
  }

  /** Takes an entry in. @returns what it booked; null when it moves nothing */
  see(entry: JournalEntry): Booking | null {
    this.newestUs = Math.max(this.newestUs, entry.tsUs);
    if (entry.kind === 'order') this.seeOrder(entry);
    else if (entry.kind === 'fill') this.seeFill(entry);
    else if (entry.kind === 'fee') this.seeFee(entry);
    else if (entry.kind === 'note' && entry.topic === OPENING) this.opened.set(`${entry.venue} ${entry.market}`, entry.tsUs);
    else if (entry.kind === 'start') this.isFollowing = false;
    else if (entry.kind === 'note' && entry.topic === READY) this.isFollowing = true;
    if (this.isFollowing) this.followedUs = this.newestUs;
    const booking = this.books.book(entry);
    this.profit.see(entry, booking);
    this.totals.see(booking);
    return booking;
  }

  /** An order by either of its ids. */
  order({ venue, market }: AccountName, clientOrderId: string | null, venueOrderId: string | null): LedgerOrder | undefined {
    const account = `${venue} ${market}`;
    const found = clientOrderId === null ? undefined : this.orders.get(`${account} ${clientOrderId}`);
    return found ?? (venueOrderId === null ? undefined : this.byVenueId.get(`${account} ${venueOrderId}`));
  }

  /** Orders that have not ended, or that the venue has filled more of than is told. */
  unsettled(account?: AccountName): LedgerOrder[] {
    return [...this.orders.values()].filter(
      (order) =>
        (account === undefined || (order.venue === account.venue && order.market === account.market)) && !isSettled(order),
    );
  }

  /** Undefined for a fill that was never told, else whether its fee is known. */
  feeKnown(fill: {
    readonly venue: VenueId;
    readonly market: Market;
    readonly symbol: string;
    readonly tradeId: string;
  }): boolean | undefined {
    return this.fills.get(fillKey(fill));
  }

  /** Signed base units or contracts that a strategy has bought in a book beyond what it has sold and what fees took of them. */
  heldIn(strategy: string, { venue, market }: AccountName, symbol: string): Decimal {
    return this.held.get(`${strategy} ${venue} ${market} ${symbol}`) ?? ZERO;
  }

  /** The same of contracts as it was at a recent moment of the venue's clock, by all fills that are known by now. */
  heldAt(strategy: string, account: AccountName, symbol: string, timeMs: number): Decimal {
    let held = this.heldIn(strategy, account, symbol);
    for (const { venue, market, venueTimeMs, side, quantity, ...fill } of this.recent)
      if (venueTimeMs > timeMs && venue === account.venue && market === account.market)
        if (fill.symbol === symbol && fill.strategy === strategy)
          held = side === 'buy' ? held.minus(quantity) : held.plus(quantity);
    return held;
  }

  /** Of the newest recent fill of an instrument; null when there is none. */
  lastPrice({ venue, market }: AccountName, symbol: string): string | null {
    const isHere = (fill: EntryOf<'fill'>): boolean => fill.venue === venue && fill.market === market && fill.symbol === symbol;
    return this.recent.findLast(isHere)?.price ?? null;
  }

  /** Instruments of an account that something may still come of, or that were traded a short while ago. */
  symbolsOf(account: AccountName): string[] {
    const isHere = ({ venue, market }: AccountName): boolean => venue === account.venue && market === account.market;
    const { positions } = this.accountOf(account);
    return [...new Set([...this.unsettled(account), ...this.recent.filter(isHere), ...positions].map(({ symbol }) => symbol))];
  }

  /** What is known of an account from before; null when nothing ever was. */
  snapshotOf(account: AccountName): StartSnapshot | null {
    const { venue, market } = account;
    const openedUs = this.opened.get(`${venue} ${market}`);
    if (openedUs === undefined) return null;
    const isHere = (one: AccountName): boolean => one.venue === venue && one.market === market;
    return {
      account: this.accountOf(account),
      openedMs: openedUs / 1000,
      sinceMs: Math.max(this.followedUs, openedUs) / 1000,
      filledMs: this.filledMs,
      fills: this.recent.filter(isHere).map(
        (fill): KnownFill => ({
          symbol: fill.symbol,
          tradeId: fill.tradeId,
          side: fill.side,
          venueOrderId: fill.venueOrderId ?? '',
          quantity: fill.quantity,
          isFeeKnown: this.feeKnown(fill) ?? true,
        }),
      ),
      openOrders: this.unsettled(account).map(startOrder),
    };
  }

  private accountOf({ venue, market }: AccountName): AccountSnapshot {
    const balances: { asset: string; total: string }[] = [];
    const positions: { symbol: string; signedSize: string; openCost: string }[] = [];
    for (const { account, asset, amount } of this.books.balances()) {
      if (account.venue !== venue || account.market !== market) continue;
      if (account.kind === 'holding') balances.push({ asset, total: amount.toFixed() });
      if (account.kind !== 'contracts' || account.symbol === null || amount.isZero()) continue;
      const openCost = this.books.contractsCost(venue, account.symbol).toFixed();
      positions.push({ symbol: account.symbol, signedSize: amount.toFixed(), openCost });
    }
    return { venue, market, balances, positions };
  }

  private seeOrder(entry: EntryOf<'order'>): void {
    const { venue, market, symbol, clientOrderId, side, strategy, intent, leg } = entry;
    const key = `${venue} ${market} ${clientOrderId}`;
    let order = this.orders.get(key);
    if (order === undefined) {
      order = {
        ...{ venue, market, symbol, clientOrderId, side, strategy, intent, leg },
        ...{ venueOrderId: null, quantity: entry.quantity, price: entry.price, hasEnded: false, wasAcknowledged: false },
        ...{ reported: ZERO, told: ZERO, toldQuote: ZERO },
      };
      this.orders.set(key, order);
      this.forgetOldest();
    }
    if (entry.venueOrderId !== null && order.venueOrderId === null) {
      order.venueOrderId = entry.venueOrderId;
      this.byVenueId.set(`${venue} ${market} ${entry.venueOrderId}`, order);
    }
    order.wasAcknowledged ||= entry.step === 'acknowledged';
    order.hasEnded ||= isFinal(entry.state);
    if (entry.filledQuantity !== null) order.reported = Exact.max(order.reported, entry.filledQuantity);
  }

  private seeFill(entry: EntryOf<'fill'>): void {
    const name = fillKey(entry);
    if (this.fills.has(name)) return;
    this.fills.set(name, entry.fee !== null);
    if (this.fills.size > FILLS_KEPT) for (const oldest of this.fills.keys()) if (this.fills.delete(oldest)) break;
    this.recent.push(entry);
    if (!entry.tradeId.startsWith(SYNTHETIC)) this.filledMs = Math.max(this.filledMs, entry.venueTimeMs);
    if (this.recent.length % 256 === 0)
      this.recent = this.recent.filter(({ venueTimeMs }) => venueTimeMs >= this.filledMs - RECENT_MS);
    const { side, quantity, price, contractSize } = entry;
    const signed = side === 'buy' ? new Exact(quantity) : new Exact(quantity).neg();
    this.hold(entry, signed.minus(isPaidInBase(entry, entry.feeAsset) ? (entry.fee ?? 0) : 0));
    const order = this.order(entry, entry.clientOrderId, entry.venueOrderId);
    if (order === undefined) return;
    order.told = order.told.plus(quantity);
    order.toldQuote = order.toldQuote.plus(new Exact(quantity).mul(contractSize).mul(price));
    order.reported = Exact.max(order.reported, order.told);
  }

  private seeFee(entry: EntryOf<'fee'>): void {
    if (entry.tradeId !== null) this.fills.set(fillKey({ ...entry, tradeId: entry.tradeId }), true);
    if (isPaidInBase(entry, entry.asset)) this.hold(entry, new Exact(entry.amount).neg());
  }

  private hold({ strategy, venue, market, symbol }: EntryOf<'fill'> | EntryOf<'fee'>, change: Decimal): void {
    const key = `${strategy} ${venue} ${market} ${symbol}`;
    this.holders.add(strategy);
    this.held.set(key, (this.held.get(key) ?? ZERO).plus(change));
  }

  /** Bounded: the oldest order that is settled goes. */
  private forgetOldest(): void {
    if (this.orders.size <= ORDERS_KEPT) return;
    for (const [key, order] of this.orders) {
      if (!isSettled(order)) continue;
      this.orders.delete(key);
      this.byVenueId.delete(`${order.venue} ${order.market} ${order.venueOrderId}`);
      return;
    }
  }
}

/** A fee on spot that the bought asset itself was less by. */
function isPaidInBase({ market, base }: { readonly market: Market; readonly base: string }, feeAsset: string | null): boolean {
  return market === 'spot' && feeAsset === base;
}

function isSettled({ hasEnded, reported, told }: LedgerOrder): boolean {
  return hasEnded && told.gte(reported);
}

function startOrder({ symbol, venueOrderId, clientOrderId, side, told, toldQuote }: LedgerOrder): StartOrder {
  return { symbol, venueOrderId, clientOrderId, side, filledQty: told.toFixed(), filledQuote: toldQuote.toFixed() };
}
