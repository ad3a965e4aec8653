import type { MarginMode } from '../../domain/account.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { BookOwner, SimulatedBook, Trade } from '../market/book.js';
import type { RestingOrder } from '../market/resting.js';
import { Account, OrderRecord } from './account.js';
import { EventDesk } from './event-desk.js';
import { Figures } from './figures.js';
import { closing, FuturesSettlement } from './futures.js';
import { FIRST_ACCOUNT, type KeptRow } from './kept-rows.js';
import { maxOf, ONE, toMoney } from './money.js';
import type { MatchingOptions } from './options.js';
import { recallAccounts } from './recall.js';
import { ruleBroken } from './rules.js';
import { SpotSettlement } from './spot.js';
import { BookTerms } from './terms.js';
import type {
  EndReason,
  EngineAccount,
  EngineEvent,
  EngineFill,
  EngineFunding,
  EngineKline,
  EngineOrder,
  EnginePastFunding,
  EnginePosition,
  EngineTrade,
  MatchingEngine,
  Money,
  NewOrder,
  PositionValue,
  Refusal,
  SubmitResult,
} from './types.js';
import { crosses, reaches, walk } from './walk.js';

/** More than any book trades while an engine lives: the trades of the next one have ids above. */
const TRADE_IDS_A_START = 1e9;

/** Makes the engine of one venue and puts it behind the venue's books. */
export function createMatchingEngine(options: MatchingOptions): MatchingEngine {
  return new Engine(options);
}

class Engine implements MatchingEngine, BookOwner {
  private readonly desk: EventDesk;
  private readonly spot: SpotSettlement;
  private readonly futures: FuturesSettlement;
  private readonly figures: Figures;
  private readonly terms = new Map<SimulatedBook, BookTerms>();
  private readonly customers = new Map<number, Account>();
  /** Who has a position, by book. */
  private readonly exposed = new Map<SimulatedBook, Set<Account>>();
  private closed = false;
  private orders = 0;

  constructor(private readonly options: MatchingOptions) {
    const { market, venue, seed, keeper } = options;
    this.desk = new EventDesk(options.keepLog ?? true, keeper ?? null);
    this.spot = new SpotSettlement(this.desk);
    this.futures = new FuturesSettlement(this.desk, (order, reason) => this.end(order, reason));
    const spotFeeIn = options.spotFeeIn ?? (venue === 'coinbase' || venue === 'kraken' ? 'quote' : 'received');
    for (const book of market.books) {
      if (book.instrument.venue !== venue) continue;
      this.terms.set(book, new BookTerms(book, book.instrument.market === 'futures' || spotFeeIn === 'quote'));
      book.attach(this);
      if (keeper !== undefined) book.skipTradeIds(keeper.earlierStarts * TRADE_IDS_A_START);
    }
    const pay = (book: SimulatedBook, rate: string, timeUs: number): void => this.payFunding(book, rate, timeUs);
    this.figures = new Figures(market, seed, this.terms, pay, options.tapeKept);
    if (keeper !== undefined) this.recall(keeper.recall());
  }

  get log(): readonly EngineEvent[] {
    return this.desk.log;
  }

  onEvent(listener: (event: EngineEvent) => void): () => void {
    return this.desk.onEvent(listener);
  }

  openAccount(balances: { spot: Readonly<Record<string, string>>; futures: Readonly<Record<string, string>> }): EngineAccount {
    const account = new Account(FIRST_ACCOUNT + this.customers.size, this.options.ordersKept);
    this.customers.set(account.id, account);
    for (const wallet of ['spot', 'futures'] as const) {
      for (const [asset, amount] of Object.entries(balances[wallet])) {
        this.desk.move(account, wallet, asset, toMoney(amount), 0n, 'deposit');
      }
    }
    this.desk.flush(this.options.now());
    return account;
  }

  account(id: number): EngineAccount | undefined {
    return this.customers.get(id);
  }

  accounts(): readonly EngineAccount[] {
    return [...this.customers.values()];
  }

  deposit(owner: EngineAccount, wallet: 'spot' | 'futures', asset: string, amount: Money): void {
    const account = this.known(owner);
    if (account.available(wallet, asset) + amount < 0n)
      throw new InvalidInputError(`account ${owner.id} does not have ${-amount} ${asset}`, { account: owner.id, asset });
    this.desk.move(account, wallet, asset, amount, 0n, 'deposit');
    this.desk.flush(this.options.now());
  }

  submit(owner: EngineAccount, order: NewOrder): SubmitResult {
    const account = this.known(owner);
    const terms = this.termsOf(order.book);
    this.figures.funding.settle(this.options.now());
    const refusal = this.closed
      ? 'market-closed'
      : (ruleBroken(terms, account, order, this.options) ?? this.unaffordable(terms, account, order));
    if (refusal !== null) return { kind: 'refused', refusal };
    const record = new OrderRecord(++this.orders, account, order, this.stamp(order.book), false);
    this.place(terms, record);
    this.desk.flush(record.updatedUs);
    return { kind: 'accepted', order: record };
  }

  wouldTake(order: NewOrder): boolean {
    return crosses(order);
  }

  couldFill(order: NewOrder): boolean {
    const terms = this.termsOf(order.book);
    const owner = order instanceof OrderRecord ? order.account : null;
    if (owner !== null && order.reduceOnly && (order.qtyUnits ?? 0) > closing(owner.position(order.book), order.side === 'buy'))
      return false;
    const { qtyUnits, quote } = walk(terms, owner, order);
    if (order.qtyUnits !== null) return qtyUnits === order.qtyUnits;
    return quote + terms.value(order.book.lastTrade.priceUnits, 1) > (order.quoteAmount ?? 0n);
  }

  cancel(order: EngineOrder, reason: EndReason = 'user'): boolean {
    const record = this.known(order.account).open.get(order.id);
    if (record === undefined) return false;
    this.end(record, reason);
    this.desk.flush(record.updatedUs);
    return true;
  }

  cancelAll(owner: EngineAccount, book?: SimulatedBook, reason: EndReason = 'user'): readonly EngineOrder[] {
    const open = this.known(owner).openOrders(book);
    for (const order of open) this.end(order, reason);
    if (open.length > 0) this.desk.flush(this.options.now());
    return open;
  }

  setLeverage(owner: EngineAccount, book: SimulatedBook, leverage: number): Refusal | null {
    const account = this.known(owner);
    if (!Number.isSafeInteger(leverage) || leverage < 1 || leverage > book.instrument.maxLeverage) return 'value-too-large';
    const fits = this.futures.setLeverage(this.termsOf(book), account, leverage);
    if (fits) this.desk.touch(account, book);
    this.desk.flush(this.options.now());
    return fits ? null : 'insufficient-balance';
  }

  setMarginMode(owner: EngineAccount, book: SimulatedBook, mode: MarginMode): Refusal | null {
    const account = this.known(owner);
    const position = account.position(book);
    if (position.marginMode === mode) return null;
    if (position.qtyUnits !== 0 || account.openOrders(book).length > 0) return 'reduce-only';
    position.marginMode = mode;
    this.desk.touch(account, book);
    this.desk.flush(this.options.now());
    return null;
  }

  value(position: EnginePosition): PositionValue {
    let owner: Account | null = null;
    for (const account of this.exposed.get(position.book) ?? [])
      if (account.position(position.book) === position) owner = account;
    return this.futures.value(this.termsOf(position.book), owner, position, this.markPrice(position.book));
  }

  markPrice(book: SimulatedBook): Money {
    return this.figures.markPrice(book);
  }

  indexPrice(book: SimulatedBook): Money {
    return this.figures.markPrice(book);
  }

  funding(book: SimulatedBook): EngineFunding {
    return this.figures.funding.next(book);
  }

  pastFunding(book: SimulatedBook): readonly EnginePastFunding[] {
    return this.figures.funding.past(book);
  }

  trades(book: SimulatedBook): readonly EngineTrade[] {
    return this.figures.tape(book).trades();
  }

  klines(book: SimulatedBook, intervalMs: number, fromUs: number, toUs: number): readonly EngineKline[] {
    return this.figures.tape(book).klines(intervalMs, fromUs, toUs, Math.max(this.options.now(), book.timeUs));
  }

  setClosed(closed: boolean): void {
    this.closed = closed;
  }

  /** Every public trade, right after its batch. */
  traded(book: SimulatedBook, trade: Trade, order: RestingOrder | null): void {
    this.figures.tape(book).add(trade);
    if (order instanceof OrderRecord) this.fill(this.termsOf(book), order, trade, true);
  }

  /** The background has moved: positions are looked at, and what happened to orders is told. */
  moved(book: SimulatedBook): void {
    for (const account of this.exposed.get(book) ?? []) this.inspect(this.termsOf(book), account);
    this.desk.flush(book.timeUs);
  }

  /** Takes the accounts of earlier engines over. */
  private recall(rows: readonly KeptRow[]): void {
    for (const account of recallAccounts(rows, this.terms.keys(), this.options.ordersKept)) {
      this.customers.set(account.id, account);
      for (const { id } of account.orders()) this.orders = Math.max(this.orders, id);
      for (const { book, qtyUnits } of account.positions()) if (qtyUnits !== 0) this.exposedIn(book).add(account);
    }
  }

  private unaffordable(terms: BookTerms, account: Account, order: NewOrder): Refusal | null {
    const buy = order.side === 'buy';
    let qtyUnits = order.qtyUnits ?? 0;
    let value: Money;
    if (order.priceUnits === null) {
      const taken = walk(terms, account, order);
      qtyUnits = taken.qtyUnits;
      value = order.quoteAmount !== null && buy ? order.quoteAmount : taken.quote;
    } else {
      // A short sale that takes at once may open at a better price than its own, and needs margin for that.
      const best = terms.spot || buy ? 0 : (order.book.bids.best()?.priceUnits ?? 0);
      value = terms.value(Math.max(order.priceUnits, best), qtyUnits);
    }
    const need = terms.spot
      ? this.spot.need(terms, buy, value, qtyUnits)
      : this.futures.need(terms, account, buy, qtyUnits, value, order.reduceOnly);
    const asset = terms.spot && !buy ? terms.base : terms.quote;
    return need > account.available(terms.wallet, asset) ? 'insufficient-balance' : null;
  }

  private place(terms: BookTerms, order: OrderRecord): void {
    const { account, book, timeInForce } = order;
    account.addOrder(order);
    this.tellOrder('order-opened', order);
    if (timeInForce === 'post-only' && crosses(order)) this.end(order, 'post-only');
    else if (timeInForce === 'fok' && !this.couldFill(order)) this.end(order, 'fok');
    else this.match(terms, order);
    if (order.state !== 'open') return;
    if (timeInForce === 'ioc' || order.type === 'market') {
      this.end(order, 'ioc');
      return;
    }
    book.rest(order, order.priceUnits ?? 0, order.updatedUs);
    if (terms.spot) this.spot.relock(terms, order, order.leftUnits, 'order');
    else this.futures.relock(terms, account, 'order');
  }

  /** Takes from the other side until the order is filled or nothing is in reach. */
  private match(terms: BookTerms, order: OrderRecord): void {
    const { book, account } = order;
    const buy = order.side === 'buy';
    while (order.state === 'open') {
      const front = book.front(buy);
      if (front === null || !reaches(order, front.priceUnits)) return;
      if (front.order instanceof OrderRecord && front.order.account === account) {
        if (order.selfTrade !== 'cancel-taker') this.end(front.order, 'self-trade');
        if (order.selfTrade !== 'cancel-maker') this.end(order, 'self-trade');
        continue;
      }
      let wanted =
        order.qtyUnits === null
          ? terms.unitsFor((order.quoteAmount ?? 0n) - order.filledQuote, front.priceUnits)
          : order.leftUnits;
      if (order.reduceOnly) wanted = Math.min(wanted, closing(account.position(book), buy));
      if (wanted === 0) {
        if (order.qtyUnits === null) this.finish(order);
        else this.end(order, 'reduce-only');
        return;
      }
      const qtyUnits = Math.min(wanted, front.qtyUnits);
      if (order.qtyUnits !== null) order.leftUnits -= qtyUnits;
      const trade = book.execute(buy, qtyUnits, this.stamp(book));
      this.fill(terms, order, trade, false);
    }
  }

  private fill(terms: BookTerms, order: OrderRecord, trade: Trade, maker: boolean): void {
    const { account, book } = order;
    const quote = terms.value(trade.priceUnits, trade.qtyUnits);
    order.filledUnits += trade.qtyUnits;
    order.filledQuote += quote;
    order.updatedUs = trade.timeUs;
    const settled = (terms.spot ? this.spot : this.futures).settle(terms, order, trade, quote, maker);
    const { id: tradeId, priceUnits, qtyUnits, timeUs } = trade;
    const fill: EngineFill = { tradeId, order, priceUnits, qtyUnits, quote, ...settled, maker, timeUs };
    order.fills.push(fill);
    account.addFill(fill);
    if (order.qtyUnits === null ? isSpent(terms, order) : order.leftUnits === 0) this.finish(order);
    if (this.desk.isHeard) this.desk.tell({ kind: 'fill', account, order: order.snapshot(), fill, timeUs });
    if (terms.spot) return;
    const exposed = this.exposedIn(book);
    if (account.position(book).qtyUnits === 0) exposed.delete(account);
    else exposed.add(account);
    this.futures.tidy(terms, account);
  }

  private finish(order: OrderRecord): void {
    order.state = 'filled';
    order.account.open.delete(order.id);
    this.release(order, 'trade');
  }

  private release(order: OrderRecord, cause: 'order' | 'trade'): void {
    const terms = this.termsOf(order.book);
    const asset = terms.spot && order.side === 'sell' ? terms.base : terms.quote;
    this.desk.move(order.account, terms.wallet, asset, 0n, -order.lock, cause);
    order.lock = 0n;
  }

  /** Ends an order that is not filled, and frees what it binds. */
  private end(order: OrderRecord, reason: EndReason): void {
    const { account, book } = order;
    const timeUs = this.stamp(book);
    order.state = 'ended';
    order.endReason = reason;
    order.updatedUs = timeUs;
    account.open.delete(order.id);
    book.remove(order, timeUs);
    const terms = this.termsOf(book);
    this.release(order, 'order');
    if (!terms.spot) this.futures.relock(terms, account, 'order');
    this.tellOrder('order-ended', order);
  }

  /** Liquidates a position whose margin no longer covers what the venue demands. */
  private inspect(terms: BookTerms, account: Account): void {
    const { book } = terms;
    const position = account.position(book);
    const { unrealizedPnl, maintenanceMargin } = this.futures.value(terms, account, position, this.markPrice(book));
    const free = position.marginMode === 'cross' ? maxOf(0n, account.available('futures', terms.quote)) : 0n;
    const buy = position.qtyUnits < 0;
    if (position.margin + free + unrealizedPnl > maintenanceMargin || book.front(buy) === null) return;
    for (const order of account.openOrders(book)) this.end(order, 'liquidation');
    const order: NewOrder = {
      book,
      side: buy ? 'buy' : 'sell',
      type: 'market',
      timeInForce: 'ioc',
      priceUnits: null,
      qtyUnits: Math.abs(position.qtyUnits),
      quoteAmount: null,
      clientOrderId: null,
      reduceOnly: true,
    };
    this.place(terms, new OrderRecord(++this.orders, account, order, this.stamp(book), true));
  }

  private payFunding(book: SimulatedBook, rate: string, timeUs: number): void {
    const terms = this.termsOf(book);
    for (const account of this.exposedIn(book)) {
      const { qtyUnits } = account.position(book);
      const value = (terms.baseAmount(qtyUnits) * this.markPrice(book)) / ONE;
      const amount = this.futures.pay(terms, account, -(value * toMoney(rate)) / ONE);
      this.desk.tell({ kind: 'funding', account, book, amount, rate, timeUs });
    }
    this.desk.flush(timeUs);
  }

  private tellOrder(kind: 'order-opened' | 'order-ended', order: OrderRecord): void {
    if (this.desk.isHeard) this.desk.tell({ kind, account: order.account, order: order.snapshot(), timeUs: order.updatedUs });
  }

  /** Now, but never before what the book has already said. */
  private stamp(book: SimulatedBook): number {
    return Math.max(this.options.now(), book.timeUs);
  }

  private known(account: EngineAccount): Account {
    const known = this.customers.get(account.id);
    if (known === undefined) throw new InvalidInputError(`no account ${account.id}`, { id: account.id });
    return known;
  }

  private termsOf(book: SimulatedBook): BookTerms {
    const terms = this.terms.get(book);
    if (terms === undefined)
      throw new InvalidInputError(`no book ${book.instrument.symbol} at ${this.options.venue}`, {
        symbol: book.instrument.symbol,
      });
    return terms;
  }

  private exposedIn(book: SimulatedBook): Set<Account> {
    let accounts = this.exposed.get(book);
    if (accounts === undefined) {
      accounts = new Set();
      this.exposed.set(book, accounts);
    }
    return accounts;
  }
}

/** Whether what is left of an order by value buys nothing more at the price that comes next. */
function isSpent(terms: BookTerms, { book, side, quoteAmount, filledQuote }: OrderRecord): boolean {
  const next = book.front(side === 'buy');
  return next !== null && terms.unitsFor((quoteAmount ?? 0n) - filledQuote, next.priceUnits) === 0;
}
