import { LEGS_MAX, type LegUpdate } from '../strategy/intent.js';
import type { RiskConfig } from './config.js';
import { DayProfit } from './day-profit.js';
import { Exposure, Valuation } from './exposure.js';
import type { RiskUniverse } from './instruments.js';
import { UnhedgedTime } from './unhedged.js';

/** Orders that can be open at a time: more than any limit allows, so that closing always finds room. */
const ORDERS_MAX = 1024;

/** Key of an intent's leg among the open orders. Orders that execution sends on its own have negative keys. */
export function legKey(intent: number, leg: number): number {
  return intent * LEGS_MAX + leg;
}

/**
 * What is held and what is open, from orders sent and their fills and nothing else; balances and equity as they are told. Execution
 * feeds it, the risk check reads it. Amounts of orders are whole units of their books. Nothing here allocates after construction.
 */
export class RiskState {
  readonly valuation: Valuation;
  /** All strategies together, and each. */
  readonly all: Exposure;
  readonly strategies: readonly Exposure[];
  readonly unhedged: UnhedgedTime;
  readonly profit: DayProfit;
  /** Open orders, and their value at their limit prices in the reference currency. */
  openOrders = 0;
  openQuote = 0;
  readonly openQuoteOfVenue: Float64Array;
  /** Quote units (price units times quantity units) that the position of each book was entered for. */
  private readonly entryQuoteUnits: Float64Array;
  /** Whole units of each account: told last, and what open orders may still draw. */
  private readonly balances: Float64Array;
  private readonly drawn: Float64Array;
  private readonly scales: Float64Array;
  private readonly keys = new Float64Array(ORDERS_MAX);
  private readonly owner = new Int32Array(ORDERS_MAX);
  private readonly bookOf = new Int32Array(ORDERS_MAX);
  private readonly change = new Float64Array(ORDERS_MAX);
  private readonly limitPrice = new Float64Array(ORDERS_MAX);
  private readonly filled = new Float64Array(ORDERS_MAX);
  private readonly filledQuote = new Float64Array(ORDERS_MAX);

  /** @param strategies how many there are; intents name them by index */
  constructor(
    private readonly market: RiskUniverse,
    strategies: number,
    config: RiskConfig,
    epochUs: number,
  ) {
    this.valuation = new Valuation(market);
    this.all = new Exposure(market, this.valuation);
    this.strategies = Array.from({ length: strategies }, () => new Exposure(market, this.valuation));
    this.unhedged = new UnhedgedTime(market.symbols.length, config.unhedged.dustQuote);
    this.profit = new DayProfit(epochUs);
    this.openQuoteOfVenue = new Float64Array(market.venues.length);
    this.entryQuoteUnits = new Float64Array(market.books.length);
    const { accounts } = market.universe;
    this.balances = new Float64Array(accounts.length);
    this.drawn = new Float64Array(accounts.length);
    this.scales = Float64Array.from(accounts, ({ scale }) => 10 ** scale);
  }

  /**
   * Counts an order as open. The risk check does it for every intent that passes; execution for what it sends on its own (hedges,
   * unwinding), with a negative key.
   * @returns false when no more can be counted
   */
  open(key: number, strategy: number, book: number, changeUnits: number, limitPriceUnits: number): boolean {
    if (this.openOrders === ORDERS_MAX) return false;
    if (!this.valuation.isTold(book)) this.value(book, limitPriceUnits);
    const slot = this.openOrders++;
    this.keys[slot] = key;
    this.owner[slot] = strategy;
    this.bookOf[slot] = book;
    this.change[slot] = changeUnits;
    this.limitPrice[slot] = limitPriceUnits;
    this.filled[slot] = 0;
    this.filledQuote[slot] = 0;
    this.pend(slot, changeUnits, 1);
    return true;
  }

  /** Tells what became of a leg of an intent. @returns false for a leg that is not open: what it filled has to be reconciled */
  legUpdate({ intent, leg, filledUnits, filledQuoteUnits, isFinal }: LegUpdate, nowUs: number): boolean {
    return this.orderUpdate(legKey(intent, leg), filledUnits, filledQuoteUnits, isFinal, nowUs);
  }

  /**
   * Tells what became of an order: totals, so that what is told twice counts once and what comes late counts not at all.
   * @param filledUnits signed
   * @returns false for an order that is not open
   */
  orderUpdate(key: number, filledUnits: number, filledQuoteUnits: number, isFinal: boolean, nowUs: number): boolean {
    const slot = this.slotOf(key);
    if (slot < 0) return false;
    const before = this.filled[slot] ?? 0;
    if (Math.abs(filledUnits) > Math.abs(before)) {
      const book = this.bookOf[slot] ?? -1;
      const units = filledUnits - before;
      const quoteUnits = filledQuoteUnits - (this.filledQuote[slot] ?? 0);
      this.pend(slot, this.openUnits(slot), -1);
      this.filled[slot] = filledUnits;
      this.filledQuote[slot] = filledQuoteUnits;
      this.pend(slot, this.openUnits(slot), 1);
      this.settle(book, units, quoteUnits);
      this.hold(this.owner[slot] ?? -1, book, units, quoteUnits, nowUs);
    }
    if (isFinal) this.close(slot);
    return true;
  }

  isOpen(key: number): boolean {
    return this.slotOf(key) >= 0;
  }

  /** Takes an open order out again as if it had never been; what it filled stays. */
  withdraw(key: number): void {
    const slot = this.slotOf(key);
    if (slot >= 0) this.close(slot);
  }

  /**
   * Sets what a strategy holds in a book: at the start, and when reconciliation or a transfer changed it.
   * @param entryPriceUnits 0 when it is not known
   */
  setPosition(strategy: number, book: number, units: number, entryPriceUnits: number, nowUs: number): void {
    if (!this.valuation.isTold(book)) this.value(book, entryPriceUnits);
    const change = units - (this.strategies[strategy]?.position[book] ?? 0);
    this.hold(strategy, book, change, Math.abs(change) * entryPriceUnits, nowUs);
  }

  /** What the venue says of an account, in whole units of it. */
  setBalance(account: number, units: number): void {
    this.balances[account] = units;
  }
  balance(account: number): number {
    return this.balances[account] ?? 0;
  }
  /** What the open orders leave of an account at least. */
  undrawn(account: number): number {
    return (this.balances[account] ?? 0) - (this.drawn[account] ?? 0);
  }

  /** Values a book at a price from now on. */
  mark(book: number, priceUnits: number, nowUs: number): void {
    const known = this.market.books[book];
    if (known === undefined) return;
    this.value(book, priceUnits);
    this.unhedged.set(known.symbol, this.all.unhedged(known.symbol), nowUs);
  }

  /** Average price at which the position of a book was entered, in price units; 0 while there is none. */
  entryPriceUnits(book: number): number {
    const position = Math.abs(this.all.position[book] ?? 0);
    return position === 0 ? 0 : (this.entryQuoteUnits[book] ?? 0) / position;
  }

  /** Values the book, and those of its symbol that have no price of their own with it. */
  private value(book: number, priceUnits: number): void {
    this.valuation.mark(book, priceUnits);
    for (const other of this.market.symbols[this.market.books[book]?.symbol ?? -1]?.books ?? []) {
      if (other !== book && this.valuation.isTold(other)) continue;
      this.all.revalue(other);
      for (const strategy of this.strategies) strategy.revalue(other);
    }
  }

  private slotOf(key: number): number {
    for (let slot = 0; slot < this.openOrders; slot++) if (this.keys[slot] === key) return slot;
    return -1;
  }

  /** Signed units that may still fill. */
  private openUnits(slot: number): number {
    const change = this.change[slot] ?? 0;
    const left = change - (this.filled[slot] ?? 0);
    return left * change > 0 ? left : 0;
  }

  private close(slot: number): void {
    this.pend(slot, this.openUnits(slot), -1);
    const last = --this.openOrders;
    if (last === 0) {
      this.openQuote = 0;
      this.openQuoteOfVenue.fill(0);
      this.drawn.fill(0);
    }
    this.keys[slot] = this.keys[last] ?? 0;
    this.owner[slot] = this.owner[last] ?? 0;
    this.bookOf[slot] = this.bookOf[last] ?? 0;
    this.change[slot] = this.change[last] ?? 0;
    this.limitPrice[slot] = this.limitPrice[last] ?? 0;
    this.filled[slot] = this.filled[last] ?? 0;
    this.filledQuote[slot] = this.filledQuote[last] ?? 0;
  }

  /** Adds (`sign` 1) or takes back (-1) signed units that an order may fill. */
  private pend(slot: number, units: number, sign: 1 | -1): void {
    const book = this.bookOf[slot] ?? -1;
    const known = this.market.books[book];
    if (known === undefined || units === 0) return;
    const amount = Math.abs(units) * sign;
    const buys = units > 0 ? amount : 0;
    const sells = units < 0 ? amount : 0;
    this.all.add(book, 0, buys, sells);
    this.strategies[this.owner[slot] ?? -1]?.add(book, 0, buys, sells);
    const priceUnits = this.limitPrice[slot] ?? 0;
    const quote = amount * priceUnits * known.quoteUnit;
    this.openQuote += quote;
    this.openQuoteOfVenue[known.venue] = (this.openQuoteOfVenue[known.venue] ?? 0) + quote;
    if (known.isFutures) return;
    const { info } = known;
    const account = units > 0 ? info.quoteAccount : info.baseAccount;
    const drawn = units > 0 ? priceUnits * info.priceUnit * (1 + Math.max(0, info.takerFee)) : 1;
    this.drawn[account] = (this.drawn[account] ?? 0) + amount * info.basePerUnit * drawn * (this.scales[account] ?? 1);
  }

  /** What a fill on spot does to the accounts, until the venue tells. */
  private settle(book: number, units: number, quoteUnits: number): void {
    const known = this.market.books[book];
    if (known === undefined || known.isFutures) return;
    const { baseAccount, quoteAccount, basePerUnit, priceUnit } = known.info;
    const paid = Math.sign(units) * quoteUnits * priceUnit * basePerUnit;
    this.balances[quoteAccount] = (this.balances[quoteAccount] ?? 0) - paid * (this.scales[quoteAccount] ?? 1);
    this.balances[baseAccount] = (this.balances[baseAccount] ?? 0) + units * basePerUnit * (this.scales[baseAccount] ?? 1);
  }

  private hold(strategy: number, book: number, units: number, quoteUnits: number, nowUs: number): void {
    const known = this.market.books[book];
    if (known === undefined) return;
    const before = this.all.position[book] ?? 0;
    const after = before + units;
    const entered = this.entryQuoteUnits[book] ?? 0;
    if (before * units >= 0) this.entryQuoteUnits[book] = entered + quoteUnits;
    else if (before * after > 0) this.entryQuoteUnits[book] = (entered * after) / before;
    else this.entryQuoteUnits[book] = (quoteUnits * after) / units;
    this.all.add(book, units, 0, 0);
    this.strategies[strategy]?.add(book, units, 0, 0);
    this.unhedged.set(known.symbol, this.all.unhedged(known.symbol), nowUs);
  }
}
