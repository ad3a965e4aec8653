import type { Clock } from '../domain/clock.js';
import { type Decimal, Exact, tenTo } from '../domain/decimal.js';
import type { ExecutionResult } from '../execution/execution-types.js';
import { OWN_INTENTS } from '../execution/executor.js';
import type { ReductionTarget } from '../risk/futures-types.js';
import type { RiskBook, RiskUniverse } from '../risk/instruments.js';
import type { RiskState } from '../risk/state.js';
import type { Capital } from '../strategy/capital.js';
import { Intent, LEGS_MAX, type Purpose } from '../strategy/intent.js';
import type { MarketView } from '../strategy/market-view.js';
import type { BookInfo } from '../strategy/universe.js';
import { PlacedAmounts } from './placed-amounts.js';

export interface PositionKeeperParts {
  readonly market: RiskUniverse;
  readonly state: RiskState;
  readonly capital: Capital;
  readonly clock: Clock;
  /** Strategies; what others hold is not touched. */
  readonly strategies: number;
  /** How much worse than the best price is taken, as a fraction. */
  readonly slack: number;
  /** How long an intent's legs may take until they are hedged. */
  readonly hedgeUs: number;
  /** Has an intent checked and carried out. @returns whether its orders left */
  carryOut(intent: Intent, market: MarketView): boolean;
}

/** Exposure of a strategy in one asset that no plan accounts for, in base assets: above zero is too much. */
interface Owed {
  readonly strategy: number;
  readonly symbol: number;
  base: Decimal;
  /** Its intent on the way; 0 for none. */
  intent: number;
  triedUs: number;
  /** Of it, as much is tried at once: less after the checks have let no order pass; and as much the intent on the way is for. */
  part: number;
  sentPart: number;
  /** No book could take it when it was tried last. */
  isDust: boolean;
  /** It could not be closed when that was tried last: a book had no price, or the checks did not let it pass. */
  isBlocked: boolean;
  /** When the strategy was last at work on it, and when the amount last changed. */
  sinceUs: number;
  changedUs: number;
}

const ZERO = new Exact(0);
const RETRY_US = 1_000_000;
/** What is worth less, in a quote asset, waits where evening it out did not last: it costs more than it is. */
const SMALL_QUOTE = 10;
/** A strategy that hedges what it holds by itself has so long until it is done for it, also while it tries without getting anything. */
const GRACE_US = 3_000_000;
const TRIES_US = 8_000_000;

/**
 * Takes care of positions that no plan of a strategy accounts for: what a restart found, and what execution could not hedge. What is
 * too small for any order is carried until together it is not. It goes through the same checks as everything else.
 */
export class PositionKeeper {
  private readonly owed = new Map<string, Owed>();
  /** Positions to be closed, all of a strategy's in an asset: contracts whose plan did not outlive a restart. */
  private readonly closing = new Map<string, Owed>();
  private readonly ids = new Map<number, Owed>();
  private readonly placed = new PlacedAmounts();
  private readonly intent = new Intent();
  private made = OWN_INTENTS;

  /** The books of each symbol. */
  private readonly bySymbol: readonly (readonly RiskBook[])[];

  constructor(private readonly parts: PositionKeeperParts) {
    const { symbols, books } = parts.market;
    this.bySymbol = symbols.map((_, index) => books.filter(({ symbol }) => symbol === index));
  }

  /** What is owed, for reports. */
  get amounts(): readonly (Pick<Owed, 'strategy' | 'isDust' | 'sinceUs'> & { readonly asset: string; readonly base: string })[] {
    return [...this.owed.values()].map(({ strategy, symbol, base, isDust, sinceUs }) => ({
      ...{ strategy, isDust, sinceUs },
      asset: this.parts.market.symbols[symbol]?.base ?? '',
      base: base.toFixed(),
    }));
  }

  /**
   * Whether a strategy is to leave the asset of a book to the keeper: nothing is opened beside positions that are being closed, and
   * nobody else trades against an amount that a strategy has tried to even out for too long.
   */
  takesOver({ strategy, legs }: Intent, isReducing: boolean): boolean {
    const key = `${strategy} ${this.parts.market.books[legs[0]?.book ?? -1]?.symbol}`;
    const owed = this.owed.get(key);
    return (!isReducing && this.closing.has(key)) || (owed !== undefined && this.isOverdue(owed));
  }

  /** Whether an intent is one of these. */
  static made(intent: number): boolean {
    return intent > OWN_INTENTS;
  }

  /** Takes over an amount that a strategy has too much of an asset, or too little when negative. */
  owe(strategy: number, asset: string, base: Decimal | string): void {
    const symbol = this.parts.market.symbols.find((one) => one.base === asset)?.symbol;
    if (symbol === undefined || strategy >= this.parts.strategies) return;
    const key = `${strategy} ${symbol}`;
    const owed = this.owed.get(key) ?? this.nothing(strategy, symbol);
    owed.base = owed.base.plus(base);
    if (owed.base.isZero() && owed.intent === 0) this.owed.delete(key);
    else this.owed.set(key, owed);
  }

  /** After a start: positions are there, and no strategy remembers why. Contracts are closed with what hedges them, the rest evened out. */
  orphaned(): void {
    const { market, state } = this.parts;
    for (const [strategy, { position }] of state.strategies.slice(0, this.parts.strategies).entries()) {
      const held = market.books.filter(({ info }) => (position[info.book] ?? 0) !== 0);
      const contracts = new Set(held.filter(({ isFutures }) => isFutures).map(({ symbol }) => symbol));
      this.flatten(strategy);
      for (const { symbol, base } of market.symbols) {
        if (contracts.has(symbol)) continue;
        const net = held
          .filter((book) => book.symbol === symbol)
          .reduce((sum: Decimal, { info }) => sum.plus(baseOf(info, position[info.book] ?? 0)), ZERO);
        if (!net.isZero()) this.owe(strategy, base, net);
      }
    }
  }

  /** Has the contracts of an owner closed, with whatever else it holds of the same assets, until none are left. */
  flatten(owner: number): void {
    const { market, state } = this.parts;
    const { position } = state.strategies[owner] ?? { position: [] };
    for (const { info, isFutures, symbol } of market.books) {
      const key = `${owner} ${symbol}`;
      if (isFutures && (position[info.book] ?? 0) !== 0 && !this.closing.has(key))
        this.closing.set(key, this.nothing(owner, symbol));
    }
  }

  /** Tries to even out what is owed. Cheap while nothing is. */
  look(market: MarketView): void {
    for (const owed of this.closing.values()) if (this.isDue(owed, market)) this.close(owed, market);
    this.recount(market);
    for (const owed of this.owed.values()) if (this.isDue(owed, market) && this.isLeftToUs(owed)) this.even(owed, market);
  }

  /**
   * Whatever was told of it, what is owed is what a strategy holds net while none of its orders works: all strategies hedge what they
   * hold, and some even out by themselves what execution could not.
   */
  private recount({ nowUs }: MarketView): void {
    const { market, state, strategies } = this.parts;
    for (let strategy = 0; strategy < strategies; strategy++) {
      const exposure = state.strategies[strategy];
      for (const { symbol, scale } of market.symbols) {
        const net = exposure?.net[symbol] ?? 0;
        if (net === 0 && this.owed.size === 0) continue;
        const key = `${strategy} ${symbol}`;
        const owed = this.owed.get(key);
        if (exposure === undefined || (net === 0 && owed === undefined)) continue;
        if (owed?.intent !== undefined && owed.intent !== 0) continue;
        const base = new Exact(net).div(tenTo(scale));
        if (owed !== undefined && !owed.base.eq(base)) owed.changedUs = nowUs;
        // What cannot be closed as a whole is evened out meanwhile: one venue must not leave the others' positions unhedged.
        const isClosing = this.closing.get(key)?.isBlocked === false;
        if (net === 0) this.owed.delete(key);
        else {
          const known = owed ?? this.nothing(strategy, symbol);
          known.base = base;
          if (isClosing || this.isWorkedOn(known)) known.sinceUs = nowUs;
          this.owed.set(key, known);
        }
      }
    }
  }

  /** Has positions reduced to given targets, a strategy's in one asset together. */
  reduce(targets: readonly ReductionTarget[], market: MarketView): void {
    const { books } = this.parts.market;
    const groups = new Map<string, ReductionTarget[]>();
    for (const target of targets) {
      const key = `${target.strategy} ${books[target.book]?.symbol}`;
      groups.set(key, [...(groups.get(key) ?? []), target]);
    }
    for (const group of groups.values()) {
      const [first] = group;
      if (first === undefined) continue;
      const intent = this.begin(first.strategy, first.book, 'reduce', market);
      for (const { book, targetUnits } of group) this.addLeg(intent, book, targetUnits, market);
      if (intent.legCount > 0) this.parts.carryOut(intent, market);
    }
  }

  /** Takes in what became of one of its intents. */
  finished(intent: number, { orders }: ExecutionResult): void {
    const owed = this.ids.get(intent);
    this.ids.delete(intent);
    if (owed === undefined) return;
    owed.intent = 0;
    const key = `${owed.strategy} ${owed.symbol}`;
    if (this.closing.get(key) === owed) {
      const { position } = this.parts.state.strategies[owed.strategy] ?? { position: [] };
      const isHeld = this.booksOf(owed.symbol).some(({ isFutures, info }) => isFutures && (position[info.book] ?? 0) !== 0);
      if (!isHeld) this.closing.delete(key);
      return;
    }
    for (const { venue, market, symbol, side, filled, state } of orders) {
      const info = this.parts.market.books.find(
        ({ info: { instrument } }) => instrument.venue === venue && instrument.market === market && instrument.symbol === symbol,
      )?.info;
      const base = new Exact(filled).mul(info?.instrument.contractSize ?? 1);
      const change = side === 'sell' ? base.neg() : base;
      owed.base = owed.base.plus(change);
      const isDone = state === 'filled' && owed.sentPart === 1;
      const doneUs = isDone ? this.parts.clock.monotonicUs() : Number.NEGATIVE_INFINITY;
      if (info !== undefined) this.placed.note(owed.strategy, info.book, change, doneUs);
    }
    if (owed.base.isZero()) this.owed.delete(key);
  }

  private nothing(strategy: number, symbol: number): Owed {
    const nowUs = this.parts.clock.monotonicUs();
    const times = { sinceUs: nowUs, changedUs: nowUs, triedUs: Number.NEGATIVE_INFINITY };
    return { strategy, symbol, base: ZERO, intent: 0, part: 1, sentPart: 1, isDust: false, isBlocked: false, ...times };
  }

  private heldUnits(strategy: number, book: number): number {
    return this.parts.state.strategies[strategy]?.position[book] ?? 0;
  }

  private booksOf(symbol: number): readonly RiskBook[] {
    return this.bySymbol[symbol] ?? [];
  }

  private isDue({ intent, triedUs }: Owed, { nowUs }: MarketView): boolean {
    return intent === 0 && nowUs - triedUs >= RETRY_US;
  }

  /** Whether a strategy is not, or no longer, to be waited for. */
  private isLeftToUs(owed: Owed): boolean {
    const nowUs = this.parts.clock.monotonicUs();
    return !this.isWorkedOn(owed) && (nowUs - owed.sinceUs >= GRACE_US || this.isOverdue(owed));
  }

  private isOverdue({ changedUs, isDust }: Owed): boolean {
    return !isDust && this.parts.clock.monotonicUs() - changedUs >= TRIES_US;
  }

  /** Whether orders of the strategy in the asset are on the way. */
  private isWorkedOn({ strategy, symbol }: Owed): boolean {
    const exposure = this.parts.state.strategies[strategy];
    return this.booksOf(symbol).some(
      ({ info: { book } }) => (exposure?.buys[book] ?? 0) !== 0 || (exposure?.sells[book] ?? 0) !== 0,
    );
  }

  /** Closes all positions of a strategy in an asset, until no contracts are left: what is then left of the rest is owed. */
  private close(owed: Owed, market: MarketView): void {
    owed.triedUs = market.nowUs;
    const { position } = this.parts.state.strategies[owed.strategy] ?? { position: new Float64Array() };
    const held = this.booksOf(owed.symbol).filter(({ info }) => (position[info.book] ?? 0) !== 0);
    const [first] = held;
    const key = `${owed.strategy} ${owed.symbol}`;
    if (first === undefined || !held.some(({ isFutures }) => isFutures)) {
      this.closing.delete(key);
      return;
    }
    if (this.isWorkedOn(owed)) return;
    owed.isBlocked = true;
    // One side alone would leave the other unhedged: all have to have a price.
    if (!held.every(({ info }) => market.views.isTradable(info.book, market.oldestUs))) return;
    const intent = this.begin(owed.strategy, first.info.book, 'close', market);
    for (const { info } of held.slice(0, LEGS_MAX)) this.addLeg(intent, info.book, 0, market);
    // Contracts too few for any order stay: closed without them, what evens them out would be bought back again and again.
    if (intent.legs.slice(0, intent.legCount).some(({ book }) => this.parts.market.books[book]?.isFutures === true))
      owed.isBlocked = !this.send(owed, intent, market);
    else this.closing.delete(key);
  }

  /**
   * Trades what is owed at the best book that can take it and that the checks let, of those whose turn is first; less of it when they let
   * none.
   */
  private even(owed: Owed, market: MarketView): void {
    owed.triedUs = market.nowUs;
    const isSell = owed.base.gt(0);
    const ways: { readonly book: number; readonly units: number; readonly price: number; readonly turn: number }[] = [];
    for (const { info } of this.booksOf(owed.symbol)) {
      if (!market.views.isTradable(info.book, market.oldestUs)) continue;
      const units = this.unitsFor(owed, info, isSell, market);
      const price = (isSell ? market.views.bidPriceUnits(info.book) : -market.views.askPriceUnits(info.book)) * info.priceUnit;
      const turn = this.placed.turnOf(owed.strategy, info.book, isSell, market.nowUs);
      const isSmall = units * info.basePerUnit * Math.abs(price) < SMALL_QUOTE;
      if (units > 0 && !(turn === 2 && isSmall)) ways.push({ book: info.book, units, price, turn });
    }
    ways.sort((left, right) => left.turn - right.turn || right.price - left.price);
    owed.isDust = ways.length === 0 && owed.part === 1;
    for (const { book, units } of ways) {
      const held = this.heldUnits(owed.strategy, book);
      const intent = this.begin(owed.strategy, book, 'reduce', market);
      this.addLeg(intent, book, held + (isSell ? -units : units), market);
      if (!this.send(owed, intent, market)) continue;
      owed.sentPart = owed.part;
      owed.part = 1;
      return;
    }
    owed.part = ways.length > 0 ? owed.part / 2 : 1;
  }

  /** Quantity units of a book that an order can take away of what is owed; 0 when its rules or the funds do not let. */
  private unitsFor({ base, part, strategy }: Owed, info: BookInfo, isSell: boolean, { views }: MarketView): number {
    const wanted = base.abs().mul(part).div(info.instrument.contractSize).mul(tenTo(info.qtyScale)).toNumber();
    const price = (isSell ? views.bidPriceUnits(info.book) : views.askPriceUnits(info.book)) * info.priceUnit;
    const units = inLots(info, wanted, price);
    if (units === 0) return 0;
    const { capital, market } = this.parts;
    const { accounts } = market.universe;
    if (info.baseAccount < 0) {
      // Contracts only to bring a position of them nearer to zero.
      const held = this.heldUnits(strategy, info.book);
      return (isSell ? held : -held) >= units ? units : 0;
    }
    const account = isSell ? info.baseAccount : info.quoteAccount;
    const needed =
      units *
      info.basePerUnit *
      (isSell ? 1 : price * (1 + this.parts.slack + info.takerFee)) *
      10 ** (accounts[account]?.scale ?? 0);
    return capital.available(account) >= needed ? units : 0;
  }

  private begin(strategy: number, book: number, purpose: Purpose, market: MarketView): Intent {
    const { intent } = this;
    const row = this.parts.market.books[book]?.info.row ?? -1;
    intent.begin(++this.made, strategy, purpose, row, market.turn, market.nowUs);
    // Not a turn's: what it is decided on is as old as the last one.
    intent.expiresUs = Number.POSITIVE_INFINITY;
    intent.hedgeByUs = market.nowUs + this.parts.hedgeUs;
    return intent;
  }

  private addLeg(intent: Intent, book: number, targetUnits: number, { views, oldestUs }: MarketView): void {
    const known = this.parts.market.books[book];
    const held = this.heldUnits(intent.strategy, book);
    if (known === undefined || targetUnits === held || !views.isTradable(book, oldestUs)) return;
    const isBuy = targetUnits > held;
    const best = isBuy ? views.askPriceUnits(book) : views.bidPriceUnits(book);
    // What no order can take stays: one leg that is against the rules would have all of them refused.
    const units = inLots(known.info, Math.abs(targetUnits - held), best * known.info.priceUnit);
    if (units === 0) return;
    const leg = intent.addLeg();
    leg.book = book;
    leg.positionUnits = held;
    leg.targetUnits = held + (isBuy ? units : -units);
    leg.limitPriceUnits = isBuy ? Math.floor(best * (1 + this.parts.slack)) : Math.ceil(best * (1 - this.parts.slack));
    leg.reduceOnly = known.isFutures && Math.abs(leg.targetUnits) < Math.abs(held);
    leg.version = views.version(book);
    leg.sequence = views.sequence(book);
  }

  /** @returns whether its orders left */
  private send(owed: Owed, intent: Intent, market: MarketView): boolean {
    if (intent.legCount === 0) return false;
    const { id } = intent;
    owed.intent = id;
    this.ids.set(id, owed);
    if (this.parts.carryOut(intent, market)) return true;
    owed.intent = 0;
    this.ids.delete(id);
    return false;
  }
}

/** The most quantity units that are whole lots; 0 when the book's rules take no order of so many. */
function inLots({ instrument: { rules }, qtyScale, basePerUnit }: BookInfo, units: number, price: number): number {
  const scale = tenTo(qtyScale);
  const lot = Math.max(1, new Exact(rules.lotSize).mul(scale).toNumber());
  const whole = Math.floor(units / lot) * lot;
  const isTaken =
    whole >= new Exact(rules.minQty).mul(scale).toNumber() && whole * basePerUnit * price >= Number(rules.minQuoteAmount);
  return isTaken ? whole : 0;
}

function baseOf({ instrument, qtyScale }: BookInfo, units: number): Decimal {
  return new Exact(units).div(tenTo(qtyScale)).mul(instrument.contractSize);
}
