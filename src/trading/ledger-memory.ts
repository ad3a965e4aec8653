import { type Decimal, Exact } from '../domain/decimal.js';
import { isFinal, type Side } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { KnownFill } from '../execution/reconciler.js';
import type { AccountName, AccountSnapshot } from '../execution/reconciliation-types.js';
import type { StartOrder, StartSnapshot } from '../execution/start-up.js';
import { type Booking, Books, fillKey } from '../ledger/books.js';
import { type EntryOf, type JournalEntry, SYNTHETIC } from '../ledger/entries.js';
import type { RiskConfig } from '../risk/config.js';
import { FollowRecord, READY } from './follow-record.js';
import { LateBooks } from './late-books.js';
import type { LedgerWriter } from './ledger-writer.js';
import { basisOf, decodeState, encodeState } from './memory-state.js';
import { ProfitRecord } from './profit-record.js';
import { ProfitTotals } from './profit-totals.js';
import { type RecentFill, RecentFills } from './recent-fills.js';

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
/** Orders that a state has beside those that are unsettled: news of older ones does not come after a restart. */
const ORDERS_IN_STATE = 1024;

/**
 * What the entries of a ledger come to, entry by entry: balances and profit, orders with what is known of them, fills by name, and what
 * each strategy holds in each book. The same whether entries are read again after a restart or come as they are written, and whether all
 * are read, or those after a state that was kept: of what is too old to matter a state has less.
 */
export class LedgerMemory {
  readonly books = new Books();
  readonly profit: ProfitRecord;
  readonly totals = new ProfitTotals();
  private readonly orders = new Map<string, LedgerOrder>();
  private readonly byVenueId = new Map<string, LedgerOrder>();
  /** Fills by name, with whether their fee is known. */
  private readonly fills = new Map<string, boolean>();
  private readonly recent = new RecentFills();
  private readonly held = new Map<string, Decimal>();
  /** By strategy and contract, when the newest payment of funding fell due that was booked. */
  private readonly funded = new Map<string, number>();
  /** All who ever held something. */
  readonly holders = new Set<string>();
  private readonly follow = new FollowRecord();
  private readonly late = new LateBooks();

  constructor(private readonly rates: RiskConfig['rates']) {
    this.profit = new ProfitRecord(rates);
  }

  /** What a state depends on beside the entries. */
  get basis(): string {
    return basisOf(this.rates);
  }

  /**
   * Takes in all that a ledger has, to be called once and before any entry: what was kept of it last, and the entries after that.
   * @returns the last entry that was in what was kept, 0 when nothing was
   * @throws LedgerError corrupt
   */
  readAll(ledger: Pick<LedgerWriter, 'checkpoints' | 'read'>): number {
    let last = 0;
    for (const { sequence, state } of ledger.checkpoints?.newest(this.basis) ?? []) {
      if (!this.restore(state)) continue;
      last = sequence;
      break;
    }
    for (const entry of ledger.read(last + 1)) this.see(entry);
    return last;
  }

  /** Takes an entry in. @returns what it booked; null when it moves nothing */
  see(entry: JournalEntry): Booking | null {
    this.follow.see(entry);
    this.late.see(entry);
    if (entry.kind === 'order') this.seeOrder(entry);
    else if (entry.kind === 'fill') this.seeFill(entry);
    else if (entry.kind === 'fee') this.seeFee(entry);
    else if (entry.kind === 'funding') this.seeFunding(entry);
    else if (entry.kind === 'start') this.late.begin();
    else if (entry.kind === 'note' && entry.topic === READY) this.late.ready();
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
    for (const fill of this.recent.of(account))
      if (fill.timeMs > timeMs && fill.symbol === symbol && fill.strategy === strategy)
        held = fill.side === 'buy' ? held.minus(fill.quantity) : held.plus(fill.quantity);
    return held;
  }

  /** Whether contracts are held, or were at any time from a recent moment of the venue's clock on. */
  wasHeld(account: AccountName, symbol: string, sinceMs: number): boolean {
    if (!this.books.contracts(account.venue, symbol).isZero()) return true;
    return this.recent.of(account).some((fill) => fill.symbol === symbol && fill.timeMs >= sinceMs);
  }

  /** When the newest payment of a contract fell due that is booked as a strategy's, in milliseconds of the venue's clock; 0 when none is. */
  fundedMs(strategy: string, { venue, market }: AccountName, symbol: string): number {
    return this.funded.get(`${strategy} ${venue} ${market} ${symbol}`) ?? 0;
  }

  /** Of the newest recent fill of an instrument; null when there is none. */
  lastPrice(account: AccountName, symbol: string): string | null {
    return this.recent.of(account).findLast((fill) => fill.symbol === symbol)?.price ?? null;
  }

  /**
   * Instruments of an account of which the venue may have more to tell than is known: those with orders that are not settled or fees that
   * were not told, those that something happened with shortly before the end, and contracts that are held, which it may have closed.
   */
  symbolsOf(account: AccountName): string[] {
    const isHere = ({ venue, market }: AccountName): boolean => venue === account.venue && market === account.market;
    const { positions } = this.accountOf(account);
    const late = [...this.late.all()].filter(isHere);
    const open = [...this.unsettled(account), ...this.unpaid(account), ...late, ...positions];
    return [...new Set(open.map(({ symbol }) => symbol))];
  }

  /** What is known of an account from before; null when nothing ever was. */
  snapshotOf(account: AccountName): StartSnapshot | null {
    const openedMs = this.follow.openedMs(account);
    if (openedMs === undefined) return null;
    const [unpaid] = this.unpaid(account).sort((left, right) => left.timeMs - right.timeMs);
    return {
      ...(unpaid !== undefined && { unpaidMs: unpaid.timeMs }),
      account: this.accountOf(account),
      openedMs,
      sinceMs: this.follow.followedMs(account),
      filledMs: this.recent.newestMs,
      fills: this.recent.of(account).map(({ symbol, tradeId, side, venueOrderId, quantity, key }): KnownFill => {
        return { symbol, tradeId, side, venueOrderId, quantity, isFeeKnown: this.fills.get(key) ?? true };
      }),
      openOrders: this.unsettled(account).map(startOrder),
    };
  }

  /** What the entries come to, to go on from: what `restore` takes. */
  state(): Uint8Array {
    const { books, profit, totals, follow, late } = this;
    const newest = this.orders.size - ORDERS_IN_STATE;
    const recent = [...this.recent.all()];
    return encodeState({
      ...{ books: books.state(), profit: profit.state(), totals: totals.state(), follow: follow.state(), late: late.state() },
      recent: recent.map(([account, newestMs, fills]) => [
        account,
        newestMs,
        fills.map(({ strategy, symbol, tradeId, side, venueOrderId, quantity, price, timeMs, key }) => {
          const isFeeKnown = this.fills.get(key) ?? true;
          return [strategy, symbol, tradeId, side, venueOrderId, quantity, price, timeMs, key, isFeeKnown];
        }),
      ]),
      orders: [...this.orders.values()]
        .filter((order, place) => place >= newest || !isSettled(order))
        .map(({ reported, told, toldQuote, ...order }) => {
          return { ...order, reported: reported.toFixed(), told: told.toFixed(), toldQuote: toldQuote.toFixed() };
        }),
      held: [...this.held].map(([key, amount]) => [key, amount.toFixed()]),
      holders: [...this.holders],
      funded: [...this.funded],
    });
  }

  /** Goes on from what `state` told, to be called before any entry. @returns false when it is none, and then nothing is changed */
  restore(bytes: Uint8Array): boolean {
    const state = decodeState(bytes);
    if (state === null) return false;
    for (const [account, newestMs, rows] of state.recent) {
      const fills = rows.map(([strategy, symbol, tradeId, side, venueOrderId, quantity, price, timeMs, key, isFeeKnown]) => {
        this.fills.set(key, isFeeKnown);
        return { strategy, symbol, tradeId, side, venueOrderId, quantity, price, timeMs, key };
      });
      this.recent.restore(account, newestMs, fills);
    }
    this.books.restore(state.books, this.fills.keys());
    this.profit.restore(state.profit);
    this.totals.restore(state.totals);
    this.follow.restore(state.follow);
    this.late.restore(state.late);
    for (const { reported, told, toldQuote, ...order } of state.orders)
      this.put({ ...order, reported: new Exact(reported), told: new Exact(told), toldQuote: new Exact(toldQuote) });
    for (const [key, amount] of state.held) this.held.set(key, new Exact(amount));
    for (const name of state.holders) this.holders.add(name);
    for (const [contract, dueMs] of state.funded) this.funded.set(contract, dueMs);
    return true;
  }

  /** Recent fills that were told without their fee. */
  private unpaid(account: AccountName): RecentFill[] {
    return this.recent.of(account).filter(({ key }) => this.fills.get(key) === false);
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
    this.late.touch(entry);
    let order = this.orders.get(`${venue} ${market} ${clientOrderId}`);
    if (order === undefined) {
      order = {
        ...{ venue, market, symbol, clientOrderId, side, strategy, intent, leg },
        ...{ venueOrderId: null, quantity: entry.quantity, price: entry.price, hasEnded: false, wasAcknowledged: false },
        ...{ reported: ZERO, told: ZERO, toldQuote: ZERO },
      };
      this.put(order);
      this.forgetOldest();
    }
    if (entry.venueOrderId !== null && order.venueOrderId === null) {
      order.venueOrderId = entry.venueOrderId;
      this.put(order);
    }
    order.wasAcknowledged ||= entry.step === 'acknowledged';
    order.hasEnded ||= isFinal(entry.state);
    if (entry.filledQuantity !== null && order.reported.lt(entry.filledQuantity))
      order.reported = new Exact(entry.filledQuantity);
  }

  private seeFill(entry: EntryOf<'fill'>): void {
    const name = fillKey(entry);
    if (this.fills.has(name)) return;
    this.fills.set(name, entry.fee !== null);
    if (this.fills.size > FILLS_KEPT) for (const oldest of this.fills.keys()) if (this.fills.delete(oldest)) break;
    this.late.touch(entry);
    this.recent.add(entry, !entry.tradeId.startsWith(SYNTHETIC));
    const { side, quantity, price, contractSize } = entry;
    const signed = side === 'buy' ? new Exact(quantity) : new Exact(quantity).neg();
    this.hold(entry, signed.minus(isPaidInBase(entry, entry.feeAsset) ? (entry.fee ?? 0) : 0));
    const order = this.order(entry, entry.clientOrderId, entry.venueOrderId);
    if (order === undefined) return;
    order.told = order.told.plus(quantity);
    order.toldQuote = order.toldQuote.plus(new Exact(quantity).mul(contractSize).mul(price));
    if (order.reported.lt(order.told)) order.reported = order.told;
  }

  private seeFee(entry: EntryOf<'fee'>): void {
    if (entry.tradeId !== null) this.fills.set(fillKey({ ...entry, tradeId: entry.tradeId }), true);
    if (isPaidInBase(entry, entry.asset)) this.hold(entry, new Exact(entry.amount).neg());
  }

  private seeFunding({ strategy, venue, market, symbol, dueMs }: EntryOf<'funding'>): void {
    const key = `${strategy} ${venue} ${market} ${symbol}`;
    if (dueMs !== null) this.funded.set(key, Math.max(dueMs, this.funded.get(key) ?? 0));
  }

  private put(order: LedgerOrder): void {
    const { venue, market, clientOrderId, venueOrderId } = order;
    this.orders.set(`${venue} ${market} ${clientOrderId}`, order);
    if (venueOrderId !== null) this.byVenueId.set(`${venue} ${market} ${venueOrderId}`, order);
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
