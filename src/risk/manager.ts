import type { Clock } from '../domain/clock.js';
import type { Intent } from '../strategy/intent.js';
import type { MarketView } from '../strategy/market-view.js';
import { type RiskConfig, UNHEDGED_SECONDS_CAP } from './config.js';
import { EventWindow } from './event-window.js';
import type { HaltLatch } from './halt.js';
import type { RiskUniverse } from './instruments.js';
import { IntentLimits } from './intent-limits.js';
import { isOver } from './is-over.js';
import { QuoteGuard } from './quote-guard.js';
import { legKey, type RiskState } from './state.js';
import type { AccountBalance, BalanceStatus, PnlStatus, RiskCheckResult, StopResult } from './types.js';
import { Verdict } from './verdict.js';

/** What the risk check is given. */
export interface RiskParts {
  readonly market: RiskUniverse;
  readonly config: RiskConfig;
  readonly state: RiskState;
  readonly halt: HaltLatch;
  readonly clock: Clock;
  /** Cancels every open order. @returns how many */
  readonly cancelOpenOrders?: () => Promise<number>;
}

/**
 * Stands between strategies and execution: every intent is checked before anything of it is sent, and what passes is counted as open
 * at once, so that no two intents use the same room. Closing is never refused for its size, number, rate or loss, only by a stop of
 * everything and for a book that cannot be trusted.
 */
export class MinimalOrderRiskManager {
  protected readonly market: RiskUniverse;
  protected readonly config: RiskConfig;
  protected readonly state: RiskState;
  protected readonly guard: QuoteGuard;
  readonly halt: HaltLatch;
  private readonly limits: IntentLimits;
  private readonly verdict = new Verdict();
  private readonly rate: EventWindow;
  private readonly venueErrors: readonly EventWindow[];
  private readonly unhedgedUsMax: number;

  constructor(protected readonly parts: RiskParts) {
    const { market, config, state, halt } = parts;
    this.market = market;
    this.config = config;
    this.state = state;
    this.halt = halt;
    this.guard = new QuoteGuard(market, config);
    this.limits = new IntentLimits(market, state, config);
    this.rate = new EventWindow(config.orderRate.windowMs * 1000, config.orderRate.orders);
    this.venueErrors = market.venues.map(() => new EventWindow(config.venueErrors.windowMs * 1000, config.venueErrors.count));
    this.unhedgedUsMax = Math.min(config.unhedged.secondsMax, UNHEDGED_SECONDS_CAP) * 1e6;
  }

  /**
   * Decides about an intent. One that passes is counted as open by its legs (`legKey`) until each is told to be final.
   * @returns a record that the next check writes over
   */
  check(intent: Intent, view: MarketView): Verdict {
    const { verdict } = this;
    verdict.reset();
    if (this.isWellFormed(intent)) {
      verdict.isReducing = this.isReducing(intent);
      if (this.mayGoOn(intent, view)) this.admit(intent, view);
    }
    return verdict;
  }

  /** Whether every leg brings the strategy's position in its book nearer to zero, and not beyond, by what was filled and is open. */
  isReducing(intent: Intent): boolean {
    const own = this.state.strategies[intent.strategy];
    if (own === undefined) return false;
    for (let index = 0; index < intent.legCount; index++) {
      const leg = intent.legs[index];
      if (leg === undefined) return false;
      const { book } = leg;
      const isBuy = leg.changeUnits > 0;
      let left = isBuy ? -(own.position[book] ?? 0) - (own.buys[book] ?? 0) : (own.position[book] ?? 0) - (own.sells[book] ?? 0);
      for (let other = 0; other <= index; other++) {
        const before = intent.legs[other];
        if (before?.book === book && before.changeUnits > 0 === isBuy) left -= Math.abs(before.changeUnits);
      }
      if (left < 0) return false;
    }
    return true;
  }

  /** Asked right before the wire. */
  mayPass(isReducing: boolean): boolean {
    return this.halt.allows(isReducing);
  }

  /** An order beside the intents' legs was sent: a retry or a hedge. */
  noteOrder(nowUs: number): void {
    this.rate.add(nowUs);
  }

  /** A venue failed or refused in a way that it should not. Too many stop all opening. */
  noteVenueError(venue: string, nowUs: number): void {
    const errors = this.venueErrors[this.market.venues.indexOf(venue)];
    if (errors === undefined) return;
    errors.add(nowUs);
    const { count, windowMs } = this.config.venueErrors;
    if (errors.count(nowUs) < count) return;
    this.halt.stop('venue-errors', `${venue} failed ${count} times in ${windowMs} ms`, this.parts.clock.epochUs());
  }

  /** Watches what no intent asks about: losses, and what stays unhedged. Called in every turn; stops by itself. */
  watch(nowUs: number, epochUs: number): void {
    const { profit, unhedged } = this.state;
    const { config, halt } = this;
    profit.advance(epochUs);
    this.watchLoss(epochUs);
    if (isOver(profit.drawdownFraction, config.drawdownFractionMax))
      halt.stop('drawdown', `equity is ${profit.drawdownFraction} below its peak`, epochUs);
    for (let index = 0; index < unhedged.count; index++) {
      const symbol = unhedged.symbol(index);
      const forUs = unhedged.forUs(symbol, nowUs);
      const quoteSeconds = unhedged.quoteSecondsOf(symbol, nowUs);
      if (!isOver(forUs, this.unhedgedUsMax) && !isOver(quoteSeconds, config.unhedged.quoteSecondsMax)) continue;
      const { base = '' } = this.market.symbols[symbol] ?? {};
      halt.stop('unhedged', `${base} is unhedged for ${forUs} us, ${quoteSeconds} value seconds`, epochUs);
    }
  }

  /** Stops opening when the day has lost too much. Called with every profit that is booked as well: the next turn may come first. */
  watchLoss(epochUs: number): void {
    const { profit } = this.state;
    const { dailyLossQuoteMax } = this.config;
    if (!(profit.profitQuote > -dailyLossQuoteMax))
      this.halt.stop('daily-loss', `lost ${-profit.profitQuote} of at most ${dailyLossQuoteMax} today`, epochUs);
  }

  /** A person ends the stop and takes note of what was lost or is not hedged: those limits count from here on. */
  clearStop(by: string): void {
    this.halt.clear(by, this.parts.clock.epochUs());
    this.state.profit.acknowledge();
    this.state.unhedged.acknowledge(this.parts.clock.monotonicUs());
    for (const errors of this.venueErrors) errors.clear();
  }

  /**
   * Whether a symbol ("ABC" or "ABC/USDT") has room for a size.
   * @param proposedSize base assets, negative to sell
   */
  checkPositionLimits(symbol: string, proposedSize: number): RiskCheckResult {
    const base = symbol.split('/')[0];
    const known = this.market.symbols.find((each) => each.base === base);
    if (known === undefined) return { approved: false, reason: 'unknown-symbol', maxAllowedSize: 0, currentExposure: 0 };
    const { all, valuation } = this.state;
    const units = 10 ** known.scale;
    const price = (valuation.ofSymbol[known.symbol] ?? 0) * units;
    const currentExposure = all.ofSymbol[known.symbol] ?? 0;
    const net = (all.net[known.symbol] ?? 0) / units;
    const towardsZero = proposedSize * net < 0 ? Math.abs(net) : 0;
    const no = (reason: string, maxAllowedSize = 0): RiskCheckResult => ({
      approved: false,
      reason,
      maxAllowedSize,
      currentExposure,
    });
    if (!this.halt.allows(Math.abs(proposedSize) <= towardsZero)) return no('halted', this.halt.stopsClosing ? 0 : towardsZero);
    if (!(price > 0)) return no('no-reference');
    const { exposureQuoteMax } = this.config;
    const rooms = [
      ['exposure-symbol', exposureQuoteMax.symbol - currentExposure],
      ['exposure-total', exposureQuoteMax.total - all.total],
      ['order-value', this.config.orderQuoteMax],
    ] as const;
    const tightest = rooms.reduce((least, room) => (room[1] < least[1] ? room : least));
    const growth = Math.max(0, tightest[1]) / price;
    // A size that only closes is bound by nothing; beyond zero the other side has the room that the way to zero gives back.
    const maxAllowedSize = towardsZero + growth;
    if (isOver(Math.abs(proposedSize), maxAllowedSize)) return no(tightest[0], maxAllowedSize);
    return { approved: true, reason: null, maxAllowedSize, currentExposure };
  }

  monitorDailyPnl(): PnlStatus {
    const { profit } = this.state;
    const { dailyLossQuoteMax } = this.config;
    return {
      dailyPnl: profit.profitQuote,
      realisedPnl: profit.realisedQuote,
      equity: Number.isNaN(profit.equityQuote) ? null : profit.equityQuote,
      drawdownFraction: profit.drawdownFraction,
      lossLimitUsed: Math.max(0, -profit.profitQuote / dailyLossQuoteMax),
      profitTargetReached: this.isTargetReached(),
      isHalted: this.halt.isHalted,
    };
  }

  checkBalanceThresholds(): BalanceStatus {
    const { balanceFloors } = this.config;
    const accounts = this.market.universe.accounts.flatMap(({ account, venue, market, asset, scale }): AccountBalance[] => {
      const floor = balanceFloors[asset];
      if (floor === undefined) return [];
      const balance = this.state.balance(account) / 10 ** scale;
      return [{ venue, market, asset, balance, floor, isBelow: balance < floor }];
    });
    return { isSufficient: accounts.every(({ isBelow }) => !isBelow), accounts };
  }

  /** Stops everything at once, then cancels what is open. */
  async executeEmergencyStop(reason: string): Promise<StopResult> {
    const epochUs = this.parts.clock.epochUs();
    const isNew = this.halt.stop('manual', reason, epochUs);
    const { openOrders, all } = this.state;
    const found = { reason, epochUs, isNew, openOrders, exposureQuote: all.total };
    let cancelledOrders: number | null = null;
    try {
      cancelledOrders = (await this.parts.cancelOpenOrders?.()) ?? null;
    } catch {
      // The stop holds whatever becomes of the cancelling; null says that orders may still be open.
    }
    return { ...found, isPersisted: this.halt.isPersisted, cancelledOrders };
  }

  /** Limits of a kind of market that has more of them. Called for opening intents after their orders were counted as open. */
  protected allowMore(_intent: Intent, _view: MarketView, _verdict: Verdict): boolean {
    return true;
  }

  private isWellFormed(intent: Intent): boolean {
    const { verdict } = this;
    if (intent.legCount < 1 || this.state.strategies[intent.strategy] === undefined) return verdict.refuse('malformed', 0, 1);
    if (this.state.isOpen(legKey(intent.id, 0))) return verdict.refuse('already-open', 1, 0);
    for (let index = 0; index < intent.legCount; index++) {
      const leg = intent.legs[index];
      const known = leg && this.market.books[leg.book];
      if (leg === undefined || known === undefined) return verdict.refuse('malformed', 0, 1, index);
      const { book, changeUnits, limitPriceUnits } = leg;
      if (changeUnits === 0 || !Number.isSafeInteger(changeUnits))
        return verdict.refuse('malformed', changeUnits, 1, index, book);
      if (!(limitPriceUnits > 0)) return verdict.refuse('malformed', limitPriceUnits, 1, index, book);
    }
    return true;
  }

  private mayGoOn(intent: Intent, view: MarketView): boolean {
    const { verdict, halt } = this;
    if (!halt.allows(verdict.isReducing)) return verdict.refuse('halted', halt.stopsClosing ? 1 : 0, 0);
    if (view.nowUs > intent.expiresUs) return verdict.refuse('expired', view.nowUs - intent.expiresUs, 0);
    if (!this.guard.check(intent, view, verdict)) return false;
    return verdict.isReducing || this.mayOpen(intent, view);
  }

  /** What forbids opening before anything is counted. */
  private mayOpen(intent: Intent, { nowUs }: MarketView): boolean {
    const { verdict, config, rate } = this;
    for (let index = 0; index < intent.legCount; index++) {
      const book = intent.legs[index]?.book ?? -1;
      if (this.market.books[book]?.quoteUnit === 0) return verdict.refuse('unpriced', 0, 1, index, book);
    }
    const hedgeUs = intent.hedgeByUs - nowUs;
    if (!(hedgeUs > 0 && hedgeUs <= this.unhedgedUsMax)) return verdict.refuse('hedge-deadline', hedgeUs, this.unhedgedUsMax);
    if (this.isTargetReached())
      return verdict.refuse('profit-target', this.state.profit.profitQuote, config.dailyProfitTargetQuote ?? 0);
    const orders = rate.count(nowUs) + intent.legCount;
    return orders <= config.orderRate.orders || verdict.refuse('order-rate', orders, config.orderRate.orders);
  }

  /** Counts the intent's orders as open, and takes that back when a limit is passed. */
  private admit(intent: Intent, view: MarketView): void {
    const { verdict, limits, state } = this;
    const { views, nowUs } = view;
    for (let index = 0; index < intent.legCount; index++) {
      const book = intent.legs[index]?.book ?? -1;
      const bid = views.bidPriceUnits(book);
      const ask = views.askPriceUnits(book);
      if (bid > 0 && ask > 0) state.mark(book, (bid + ask) / 2, nowUs);
    }
    limits.note(intent);
    let opened = 0;
    for (; opened < intent.legCount; opened++) {
      const leg = intent.legs[opened];
      const key = legKey(intent.id, opened);
      if (leg === undefined || !state.open(key, intent.strategy, leg.book, leg.changeUnits, leg.limitPriceUnits)) break;
    }
    if (opened < intent.legCount) verdict.refuse('open-orders', state.openOrders, state.openOrders);
    else if (verdict.isReducing || (limits.allow(intent, nowUs, verdict) && this.allowMore(intent, view, verdict))) {
      for (let index = 0; index < opened; index++) this.rate.add(nowUs);
      return;
    }
    while (opened > 0) state.withdraw(legKey(intent.id, --opened));
  }

  private isTargetReached(): boolean {
    const { dailyProfitTargetQuote } = this.config;
    return dailyProfitTargetQuote !== null && this.state.profit.profitQuote >= dailyProfitTargetQuote;
  }
}
