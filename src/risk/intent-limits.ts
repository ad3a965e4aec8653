import { type Intent, LEGS_MAX } from '../strategy/intent.js';
import type { RiskConfig } from './config.js';
import type { RiskUniverse } from './instruments.js';
import { isOver } from './is-over.js';
import type { RiskState } from './state.js';
import type { Verdict } from './verdict.js';

/**
 * The limits of opening intents. `note` looks before the intent's orders are counted as open, `allow` after: an amount that the
 * intent does not raise is not held against it.
 */
export class IntentLimits {
  private readonly symbolBefore = new Float64Array(LEGS_MAX);
  private readonly venueBefore = new Float64Array(LEGS_MAX);
  private strategyBefore = 0;
  private totalBefore = 0;

  constructor(
    private readonly market: RiskUniverse,
    private readonly state: RiskState,
    private readonly config: RiskConfig,
  ) {}

  note(intent: Intent): void {
    const { all, strategies } = this.state;
    for (let index = 0; index < intent.legCount; index++) {
      const known = this.market.books[intent.legs[index]?.book ?? -1];
      this.symbolBefore[index] = all.ofSymbol[known?.symbol ?? -1] ?? 0;
      this.venueBefore[index] = all.ofVenue[known?.venue ?? -1] ?? 0;
    }
    this.strategyBefore = strategies[intent.strategy]?.total ?? 0;
    this.totalBefore = all.total;
  }

  /** @returns false when the verdict names the limit */
  allow(intent: Intent, nowUs: number, verdict: Verdict): boolean {
    return this.legs(intent, verdict) && this.sums(intent, verdict) && this.hedging(intent, nowUs, verdict);
  }

  /** Single orders, and what each leg's symbol, venue and account come to. */
  private legs(intent: Intent, verdict: Verdict): boolean {
    const { config, state } = this;
    const { exposureQuoteMax, openQuoteMax } = config;
    for (let index = 0; index < intent.legCount; index++) {
      const leg = intent.legs[index];
      const known = leg && this.market.books[leg.book];
      if (leg === undefined || known === undefined) continue;
      const { symbol, venue, info } = known;
      const value = Math.abs(leg.changeUnits) * leg.limitPriceUnits * known.quoteUnit;
      if (isOver(value, config.orderQuoteMax)) return verdict.refuse('order-value', value, config.orderQuoteMax, index, leg.book);
      const open = state.openQuoteOfVenue[venue] ?? 0;
      if (isOver(open, openQuoteMax.venue)) return verdict.refuse('open-value-venue', open, openQuoteMax.venue, index, leg.book);
      const ofSymbol = state.all.ofSymbol[symbol] ?? 0;
      if (isOver(ofSymbol, Math.max(exposureQuoteMax.symbol, this.symbolBefore[index] ?? 0)))
        return verdict.refuse('exposure-symbol', ofSymbol, exposureQuoteMax.symbol, index, leg.book);
      const ofVenue = state.all.ofVenue[venue] ?? 0;
      if (isOver(ofVenue, Math.max(exposureQuoteMax.venue, this.venueBefore[index] ?? 0)))
        return verdict.refuse('exposure-venue', ofVenue, exposureQuoteMax.venue, index, leg.book);
      const account = known.isFutures || leg.changeUnits > 0 ? info.quoteAccount : info.baseAccount;
      const { asset = '', scale = 0 } = this.market.universe.accounts[account] ?? {};
      const floor = config.balanceFloors[asset] ?? 0;
      const left = state.undrawn(account) / 10 ** scale;
      if (!(left >= floor - Math.max(floor, Math.abs(state.balance(account)) / 10 ** scale) * 1e-9))
        return verdict.refuse('balance-floor', left, floor, index, leg.book);
    }
    return true;
  }

  /** What all orders and positions come to. */
  private sums(intent: Intent, verdict: Verdict): boolean {
    const { config, state } = this;
    const { exposureQuoteMax, openQuoteMax } = config;
    if (state.openOrders > config.openOrdersMax) return verdict.refuse('open-orders', state.openOrders, config.openOrdersMax);
    if (isOver(state.openQuote, openQuoteMax.total))
      return verdict.refuse('open-value-total', state.openQuote, openQuoteMax.total);
    const ofStrategy = state.strategies[intent.strategy]?.total ?? 0;
    if (isOver(ofStrategy, Math.max(exposureQuoteMax.strategy, this.strategyBefore)))
      return verdict.refuse('exposure-strategy', ofStrategy, exposureQuoteMax.strategy);
    const { total } = state.all;
    if (isOver(total, Math.max(exposureQuoteMax.total, this.totalBefore)))
      return verdict.refuse('exposure-total', total, exposureQuoteMax.total);
    return true;
  }

  /** What is unhedged already, and what would be if only the legs of one side filled. What only evens out is not held back. */
  private hedging(intent: Intent, nowUs: number, verdict: Verdict): boolean {
    const { unhedged, all, valuation } = this.state;
    const { quoteMax, quoteSecondsMax, secondsMax } = this.config.unhedged;
    for (let index = 0; index < intent.legCount; index++) {
      const leg = intent.legs[index];
      const symbol = this.market.books[leg?.book ?? -1]?.symbol ?? -1;
      if (leg === undefined) continue;
      const worst = this.worstNet(intent, symbol);
      if (worst <= Math.abs(all.net[symbol] ?? 0)) continue;
      const value = worst * (valuation.ofSymbol[symbol] ?? 0);
      const quoteSeconds = unhedged.quoteSecondsOf(symbol, nowUs);
      const forUs = unhedged.forUs(symbol, nowUs);
      if (isOver(value, quoteMax)) return verdict.refuse('unhedged-value', value, quoteMax, index, leg.book);
      if (isOver(quoteSeconds, quoteSecondsMax))
        return verdict.refuse('unhedged-value-time', quoteSeconds, quoteSecondsMax, index, leg.book);
      if (isOver(forUs, secondsMax * 1e6)) return verdict.refuse('unhedged-time', forUs, secondsMax * 1e6, index, leg.book);
    }
    return true;
  }

  /** Symbol units that would be unhedged in the worst case: when the legs of one side fill and those of the other do not. */
  private worstNet(intent: Intent, symbol: number): number {
    const net = this.state.all.net[symbol] ?? 0;
    let buys = 0;
    let sells = 0;
    for (let index = 0; index < intent.legCount; index++) {
      const leg = intent.legs[index];
      const known = leg && this.market.books[leg.book];
      if (leg === undefined || known?.symbol !== symbol) continue;
      const units = leg.changeUnits * known.symbolUnits;
      if (units > 0) buys += units;
      else sells -= units;
    }
    return Math.max(buys > 0 ? Math.abs(net + buys) : 0, sells > 0 ? Math.abs(net - sells) : 0);
  }
}
