import { Exact, plainText, tenTo } from '../domain/decimal.js';
import { fundingEffect, type PositionFigures, positionFigures } from '../domain/margin.js';
import type { LegMargin } from '../strategy/cross-futures/types.js';
import { LEVERAGE_CAP } from '../strategy/hedged/margin-terms.js';
import type { Intent } from '../strategy/intent.js';
import type { MarketView } from '../strategy/market-view.js';
import { liquidationDistance } from './fast-margin.js';
import type {
  DeleveragingResult,
  FundingImpactAnalysis,
  FuturesPosition,
  FuturesTradeRequest,
  LiquidationRiskAssessment,
  MarginCheckResult,
  ReductionTarget,
  RiskTrigger,
} from './futures-types.js';
import { leverageOf, type RiskBook } from './instruments.js';
import { isOver } from './is-over.js';
import { MinimalOrderRiskManager, type RiskParts } from './manager.js';
import type { Verdict } from './verdict.js';

/** By how much doubles may be off beside the exact figures, many times over: whatever is farther from its liquidation is not at risk. */
const ESTIMATE_SLACK = 1e-6;

/** The risk check with what margin adds to it: leverage, margin use, distance of liquidations, funding, and automatic reduction. */
export class FuturesRiskManager extends MinimalOrderRiskManager {
  private readonly futures: readonly RiskBook[];
  private readonly rateSum: number;

  constructor(parts: RiskParts) {
    super(parts);
    this.futures = parts.market.books.filter(({ isFutures }) => isFutures);
    this.rateSum = parts.config.futures.maintenanceRate + parts.config.futures.liquidationFeeRate;
  }

  protected override allowMore(intent: Intent, view: MarketView, verdict: Verdict): boolean {
    let hasFutures = false;
    for (let index = 0; index < intent.legCount; index++) {
      const leg = intent.legs[index];
      const known = leg && this.market.books[leg.book];
      if (leg === undefined || known?.isFutures !== true) continue;
      hasFutures = true;
      if (!this.allowMargin(known, index, verdict)) return false;
      const { liquidationBufferMin } = this.config.futures;
      const distance = this.distanceAfter(known, leg.changeUnits, leg.limitPriceUnits, view);
      if (isOver(liquidationBufferMin, distance))
        return verdict.refuse('liquidation-buffer', distance, liquidationBufferMin, index, leg.book);
    }
    if (!hasFutures) return true;
    const paid = this.fundingDue(view);
    const { fundingQuoteMax } = this.config.futures;
    return !isOver(paid, fundingQuoteMax) || verdict.refuse('funding', paid, fundingQuoteMax);
  }

  /** What the account would have bound if all its orders filled. */
  private allowMargin({ info }: RiskBook, leg: number, verdict: Verdict): boolean {
    const { quoteAccount, book } = info;
    const balance = this.balanceQuote(quoteAccount);
    const leverage = (this.state.all.futuresOfAccount[quoteAccount] ?? 0) / balance;
    if (!(balance > 0) || isOver(leverage, LEVERAGE_CAP)) return verdict.refuse('leverage', leverage, LEVERAGE_CAP, leg, book);
    const use = (this.state.all.marginOfAccount[quoteAccount] ?? 0) / balance;
    const { marginUseMax } = this.config.futures;
    return !isOver(use, marginUseMax) || verdict.refuse('margin-use', use, marginUseMax, leg, book);
  }

  /** Distance of the liquidation of the position that a leg leads to. */
  private distanceAfter(known: RiskBook, change: number, limitUnits: number, view: MarketView): number {
    const { book, priceUnit, basePerUnit } = known.info;
    const position = this.state.all.position[book] ?? 0;
    const after = position + change;
    if (after === 0) return Number.POSITIVE_INFINITY;
    const entered = this.state.entryPriceUnits(book);
    let entry = limitUnits;
    if (position * change > 0) entry = (entered * position + limitUnits * change) / after;
    else if (position * after > 0) entry = entered;
    return this.distanceOf(known, after * basePerUnit, entry * priceUnit, markOf(known, view));
  }

  private distanceOf({ marginFraction }: RiskBook, base: number, entry: number, mark: number): number {
    return liquidationDistance(base, entry, mark, Math.abs(base) * entry * marginFraction, this.rateSum);
  }

  /** Reference currency that all positions, with what is open, pay at their next funding; negative when they receive. */
  private fundingDue({ views }: MarketView): number {
    const { all, valuation } = this.state;
    let paid = 0;
    for (const { info } of this.futures) {
      const { book } = info;
      const units = (all.position[book] ?? 0) + (all.buys[book] ?? 0) - (all.sells[book] ?? 0);
      if (units === 0) continue;
      const rate = views.fundingRate(book);
      if (!Number.isNaN(rate)) paid += units * (valuation.ofBook[book] ?? 0) * rate;
    }
    return paid;
  }

  /** Exactly, whether the margin of every account suffices for trades on top of what is held and open. */
  checkMarginRequirements(proposedTrades: readonly FuturesTradeRequest[]): MarginCheckResult {
    const { marginUseMax, liquidationBufferMin } = this.config.futures;
    const use = new Map<number, { margin: number; value: number }>();
    const legs: LegMargin[] = [];
    let initial = new Exact(0);
    let maintenance = new Exact(0);
    let buffer = Number.POSITIVE_INFINITY;
    for (const { book, side, contracts, price } of proposedTrades) {
      const known = this.futuresBook(book);
      const figures = this.figuresOf(known, { book, side, contracts, entry: price, mark: price });
      const { venue, quote } = known.info.instrument;
      const { initialMargin, maintenanceMargin, liquidationPrice } = figures;
      legs.push({ venue, side, leverage: Number(this.leverageText(known)), initialMargin, maintenanceMargin, liquidationPrice });
      initial = initial.plus(initialMargin);
      maintenance = maintenance.plus(maintenanceMargin);
      if (figures.liquidationDistancePct !== null) buffer = Math.min(buffer, Number(figures.liquidationDistancePct) / 100);
      const { quoteAccount } = known.info;
      const rate = this.config.rates[quote] ?? Number.NaN;
      const held = use.get(quoteAccount) ?? {
        margin: this.state.all.marginOfAccount[quoteAccount] ?? 0,
        value: this.state.all.futuresOfAccount[quoteAccount] ?? 0,
      };
      held.margin += Number(initialMargin) * rate;
      held.value += Number(figures.notional) * rate;
      use.set(quoteAccount, held);
    }
    let utilization = 0;
    let leverage = 0;
    let available = 0;
    for (const [account, { margin, value }] of use) {
      const balance = this.balanceQuote(account);
      utilization = Math.max(utilization, balance > 0 ? margin / balance : Number.POSITIVE_INFINITY);
      leverage = Math.max(leverage, balance > 0 ? value / balance : Number.POSITIVE_INFINITY);
      available += Math.max(0, balance - (this.state.all.marginOfAccount[account] ?? 0));
    }
    let reason: MarginCheckResult['reason'] = null;
    if (this.halt.isHalted) reason = 'halted';
    else if (isOver(leverage, LEVERAGE_CAP)) reason = 'leverage';
    else if (isOver(utilization, marginUseMax)) reason = 'margin-use';
    else if (isOver(liquidationBufferMin, buffer)) reason = 'liquidation-buffer';
    const requirement = {
      initialMargin: plainText(initial),
      maintenanceMargin: plainText(maintenance),
      availableMargin: plainText(new Exact(available)),
      marginUtilization: utilization,
      liquidationBuffer: buffer,
      maxPositionSize: this.maxPositionBase(proposedTrades),
      legs,
    };
    return { approved: reason === null, reason, requirement };
  }

  /** Exact figures of positions, and which are too near to their liquidation. */
  calculateLiquidationRisk(positions: readonly FuturesPosition[]): LiquidationRiskAssessment {
    const bufferPct = new Exact(this.config.futures.liquidationBufferMin).mul(100);
    let nearest: string | null = null;
    const risks = positions.map((position) => {
      const figures = this.figuresOf(this.futuresBook(position.book), position);
      const distance = figures.liquidationDistancePct;
      if (distance !== null && (nearest === null || new Exact(distance).lt(nearest))) nearest = distance;
      return { position, figures, isAtRisk: figures.liquidated || (distance !== null && bufferPct.gt(distance)) };
    });
    return { positions: risks, nearestPct: nearest, isAtRisk: risks.some(({ isAtRisk }) => isAtRisk) };
  }

  /** What the next funding payments cost or bring, and where they move the liquidation prices. */
  monitorFundingImpact(positions: readonly FuturesPosition[]): FundingImpactAnalysis {
    const { fundingQuoteMax } = this.config.futures;
    let totalQuote = 0;
    const impacts = positions.map((position) => {
      const known = this.futuresBook(position.book);
      const { contractSize, quote } = known.info.instrument;
      const effect = fundingEffect({
        ...this.rates(),
        side: position.side,
        base: plainText(new Exact(position.contracts).mul(contractSize)),
        entry: position.entry,
        leverage: this.leverageText(known),
        payments: [[position.fundingRate ?? '0', position.mark]],
      });
      totalQuote += Number(effect.totalCash) * (this.config.rates[quote] ?? Number.NaN);
      return { position, effect };
    });
    return { positions: impacts, totalQuote, isOverLimit: isOver(-totalQuote, fundingQuoteMax) };
  }

  /**
   * Why positions have to be reduced now, the gravest reason first: one is too near to its liquidation; the margin of an account's takes
   * too much of its balance with their profit; or all are to pay too much funding. Null when none has to be.
   */
  deleveragingTrigger(view: MarketView): RiskTrigger | null {
    const near = this.calculateLiquidationRisk(this.nearLiquidation(view)).positions.filter(({ isAtRisk }) => isAtRisk);
    if (near.length > 0) return { kind: 'liquidation', books: near.map(({ position }) => position.book) };
    const strained = this.strainedBooks(view);
    if (strained.length > 0) return { kind: 'margin', books: strained };
    const paying = this.payingBooks(view);
    return paying.length > 0 ? { kind: 'funding', books: paying } : null;
  }

  /** Positions in accounts whose balance, with their profit at the prices of now, their margin takes too much of. */
  private strainedBooks(view: MarketView): number[] {
    const { marginUseMax, deleverageMarginUse } = this.config.futures;
    const accounts = new Map<number, { balance: number; margin: number; readonly books: number[] }>();
    for (const known of this.futures) {
      const { book, quoteAccount, priceUnit } = known.info;
      const units = this.state.all.position[book] ?? 0;
      if (units === 0) continue;
      const entry = this.state.entryPriceUnits(book);
      const mark = markOf(known, view) / priceUnit;
      // What has no price or no rate cannot be held against a limit; it is not opened either.
      if (!(entry > 0 && mark > 0 && known.quoteUnit > 0)) continue;
      const account = accounts.get(quoteAccount) ?? { balance: this.balanceQuote(quoteAccount), margin: 0, books: [] };
      account.balance += units * (mark - entry) * known.quoteUnit;
      account.margin += Math.abs(units) * entry * known.quoteUnit * known.marginFraction;
      account.books.push(book);
      accounts.set(quoteAccount, account);
    }
    // Opening is refused well before.
    const most = Math.max(marginUseMax, deleverageMarginUse);
    return [...accounts.values()].flatMap(({ balance, margin, books }) => (isOver(margin, balance * most) ? books : []));
  }

  /** Positions that pay at their next funding, if all together are to pay too much. */
  private payingBooks(view: MarketView): number[] {
    const { fundingQuoteMax, deleverageFundingQuote } = this.config.futures;
    const books: number[] = [];
    let due = 0;
    for (const known of this.futures) {
      const { book, priceUnit } = known.info;
      const units = this.state.all.position[book] ?? 0;
      const rate = view.views.fundingRate(book);
      const mark = markOf(known, view) / priceUnit;
      if (units === 0 || Number.isNaN(rate) || !(mark > 0)) continue;
      const pays = units * mark * known.quoteUnit * rate;
      due += pays;
      if (pays > 0) books.push(book);
    }
    return isOver(due, Math.max(fundingQuoteMax, deleverageFundingQuote)) ? books : [];
  }

  /**
   * Plans the reduction of every position in the symbols of the trigger's books, spot and futures of all strategies alike, so that
   * what is hedged stays so; and stops opening until a person clears it, but for a reduction by hand.
   */
  executeDeleveraging(trigger: RiskTrigger): DeleveragingResult {
    const epochUs = this.parts.clock.epochUs();
    const symbols = new Set(trigger.books.map((book) => this.market.books[book]?.symbol));
    const targets: ReductionTarget[] = [];
    for (const [strategy, { position }] of this.state.strategies.entries()) {
      for (const known of this.market.books) {
        const { book, instrument, qtyScale } = known.info;
        const positionUnits = position[book] ?? 0;
        if (positionUnits === 0 || !symbols.has(known.symbol)) continue;
        const lotUnits = Math.max(1, Math.round(Number(instrument.rules.lotSize) * 10 ** qtyScale));
        const lots = Math.trunc((positionUnits * this.config.futures.deleverageTo) / lotUnits);
        targets.push({ strategy, book, positionUnits, targetUnits: lots * lotUnits + 0, reduceOnly: true });
      }
    }
    if (trigger.kind !== 'manual') this.halt.stop('margin', `positions are reduced: ${trigger.kind}`, epochUs);
    return { trigger, epochUs, targets };
  }

  /**
   * Of the positions that have a price, those that may be too near to their liquidation: found with doubles, so that exact figures are
   * worked out only where they may matter. Whatever `calculateLiquidationRisk` finds at risk is among them.
   */
  nearLiquidation(view: MarketView): FuturesPosition[] {
    const farthest = this.config.futures.liquidationBufferMin + ESTIMATE_SLACK;
    const near = this.futures.filter((known) => {
      const { book, priceUnit, basePerUnit } = known.info;
      const units = this.state.all.position[book] ?? 0;
      const entry = this.state.entryPriceUnits(book) * priceUnit;
      const mark = markOf(known, view);
      return entry > 0 && mark > 0 && !(this.distanceOf(known, units * basePerUnit, entry, mark) > farthest);
    });
    return near.length === 0 ? [] : this.positions(view, near);
  }

  /** The futures positions that the risk state knows, at the prices of a turn, for the reports. */
  positions(view: MarketView, books: readonly RiskBook[] = this.futures): FuturesPosition[] {
    return books.flatMap((known): FuturesPosition[] => {
      const { book, qtyScale } = known.info;
      const units = this.state.all.position[book] ?? 0;
      if (units === 0) return [];
      const mark = markOf(known, view);
      const rate = view.views.fundingRate(book);
      return [
        {
          book,
          side: units > 0 ? 'long' : 'short',
          contracts: plainText(new Exact(Math.abs(units)).div(tenTo(qtyScale))),
          entry: plainText(new Exact(this.state.entryPriceUnits(book)).div(tenTo(known.info.priceScale))),
          mark: plainText(new Exact(mark)),
          ...(Number.isNaN(rate) ? {} : { fundingRate: plainText(new Exact(rate)) }),
        },
      ];
    });
  }

  /** Base assets for which the margin of every one of the trades' accounts suffices. */
  private maxPositionBase(trades: readonly FuturesTradeRequest[]): string {
    const sizes = trades.map(({ book, price }) => {
      const { info, marginFraction } = this.futuresBook(book);
      const { quoteAccount, instrument } = info;
      const free =
        this.balanceQuote(quoteAccount) * this.config.futures.marginUseMax - (this.state.all.marginOfAccount[quoteAccount] ?? 0);
      return Math.max(0, free) / (Number(price) * marginFraction * (this.config.rates[instrument.quote] ?? Number.NaN));
    });
    return plainText(new Exact(Math.min(...sizes, Number.MAX_SAFE_INTEGER)));
  }

  private figuresOf(known: RiskBook, position: FuturesPosition): PositionFigures {
    const { contractSize } = known.info.instrument;
    return positionFigures({ ...this.rates(), ...position, contractSize, leverage: this.leverageText(known) });
  }
  private rates(): { readonly maintenanceRate: string; readonly liquidationFeeRate: string } {
    const { maintenanceRate, liquidationFeeRate } = this.config.futures;
    return { maintenanceRate: String(maintenanceRate), liquidationFeeRate: String(liquidationFeeRate) };
  }
  private leverageText({ info }: RiskBook): string {
    return String(leverageOf(info, this.config));
  }
  private balanceQuote(account: number): number {
    const { asset = '', scale = 0 } = this.market.universe.accounts[account] ?? {};
    return (this.state.balance(account) / 10 ** scale) * (this.config.rates[asset] ?? Number.NaN);
  }
  private futuresBook(book: number): RiskBook {
    const known = this.market.books[book];
    if (known?.isFutures !== true) throw new RangeError(`book ${book} is no futures book`);
    return known;
  }
}

/** The mark price of a contract, or the middle of its book where none is told. */
function markOf({ info: { book, priceUnit } }: RiskBook, { views }: MarketView): number {
  const published = views.markPrice(book);
  return published > 0 ? published : ((views.bidPriceUnits(book) + views.askPriceUnits(book)) / 2) * priceUnit;
}
