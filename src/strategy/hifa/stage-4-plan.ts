import { SIZE_FEASIBLE, VENUES_MAX } from '../../../assembly/memory/scan-layout.js';
import { BUY, SELL, type TakerSide } from '../../kernel/pricing.js';
import type { StrategyContext } from '../context.js';
import type { Decision, DecisionStage } from '../decision-log.js';
import type { Funds } from '../hedged/funds.js';
import type { MarketView } from '../market-view.js';
import type { Standing } from '../standing.js';
import type { BookInfo, RowInfo, StrategyUniverse } from '../universe.js';
import { type BookTerms, leastAt } from './book-terms.js';
import { BPS, type HifaConfig } from './config.js';
import { Split } from './split.js';
import type { SignalReading } from './stage-1-signal.js';
import type { ContextReading } from './stage-2-context.js';
import type { RiskReading, VenueRisk } from './stage-3-risk.js';
import type { VenueFill } from './venue-fill.js';

/** One order of a plan. */
export class PlanLeg {
  book = -1;
  /** Signed quantity units of the book. */
  changeUnits = 0;
  /** Worst price, on the book's ticks. */
  limitPriceUnits = 0;
  /** What the walk through the view pays or gets, in the quote asset before costs. */
  walkedQuote = 0;
}

/** What is to be done, and what it should leave. */
export class Plan {
  isPair = false;
  readonly legs: readonly PlanLeg[] = Array.from({ length: VENUES_MAX }, () => new PlanLeg());
  legCount = 0;
  /** Base units asked for, and base units planned (one side of a pair). */
  wantedUnits = 0;
  plannedUnits = 0;
  /** Return expected over the horizon before costs, as a fraction, and its standard deviation. */
  expectedReturn = 0;
  deviation = 0;
  /** Quote assets: walked by all legs, taker fees of entering, slippage expected of entering, and left after leaving again. */
  walkedQuote = 0;
  feesQuote = 0;
  slippageQuote = 0;
  netQuote = 0;
  /** What is left as a fraction of what is walked (of the buying side of a pair). */
  net = 0;
}

/** Venues whose part a decision lists. */
const LEGS_NOTED = 5;
const legFigures = Array.from({ length: LEGS_NOTED }, (_, leg) => [
  `leg${leg}Book`,
  `leg${leg}QtyUnits`,
  `leg${leg}LimitPriceUnits`,
  `leg${leg}WalkedQuote`,
]).flat();

export const PLAN_STAGE: DecisionStage = {
  name: 'plan',
  verdicts: ['split', 'pair', 'no edge', 'below minimum', 'no funds', 'net too low'],
  figures: [
    'direction',
    'wantedBaseUnits',
    'plannedBaseUnits',
    'expectedReturnBps',
    'deviationBps',
    'walkedQuote',
    'feesQuote',
    'slippageQuote',
    'netQuote',
    'netBps',
    'minNetBps',
    'legs',
    ...legFigures,
  ],
};
export const PLAN_SPLIT = 0;
export const PLAN_PAIR = 1;
export const PLAN_NO_EDGE = 2;
export const PLAN_BELOW_MINIMUM = 3;
export const PLAN_NO_FUNDS = 4;
export const PLAN_NET_TOO_LOW = 5;

/**
 * Stage 4: what is traded where. When the row has a cross-venue edge that pays by itself, that pair is taken. Else the position that
 * the signal asks for is split over the venues that stage 3 allows, by marginal cost, on their own grids (Split), every lot measured
 * against what it should bring when it is given back over the horizon; the legs are then walked through the views as they would fill.
 */
export class PlanStage {
  readonly stage = PLAN_STAGE;
  readonly plan = new Plan();
  readonly split = new Split();
  private direction = 1;

  constructor(
    private readonly config: HifaConfig,
    private readonly universe: StrategyUniverse,
    private readonly terms: readonly BookTerms[],
    private readonly funds: Funds,
    private readonly standing: Standing,
  ) {}

  /** Makes the plan for a row that stages 1 to 3 have passed. @returns the verdict */
  evaluate(
    signal: SignalReading,
    around: ContextReading,
    risk: RiskReading,
    market: MarketView,
    context: StrategyContext,
  ): number {
    const { plan, config } = this;
    this.direction = signal.direction;
    plan.deviation = around.volatility * Math.sqrt(config.plan.horizonMs / 1000);
    plan.expectedReturn = config.plan.alpha * signal.strength * around.score * plan.deviation;
    plan.isPair = false;
    this.empty();
    if (config.plan.pairs && this.findPair(signal.row, risk, market, context)) return PLAN_PAIR;
    return this.splitOver(signal, around, risk, market, context);
  }

  /** Notes the figures of PLAN_STAGE. */
  note(decision: Decision): Decision {
    const { plan } = this;
    decision.book = plan.legs[0]?.book ?? -1;
    decision.otherBook = plan.legCount > 1 ? (plan.legs[1]?.book ?? -1) : -1;
    decision.note(this.direction).note(plan.wantedUnits).note(plan.plannedUnits);
    decision.note(plan.expectedReturn / BPS).note(plan.deviation / BPS);
    decision.note(plan.walkedQuote).note(plan.feesQuote).note(plan.slippageQuote);
    decision.note(plan.netQuote).note(plan.net / BPS);
    decision.note(plan.isPair ? this.config.plan.minPairNetBps : this.config.plan.minNetBps).note(plan.legCount);
    for (let index = 0; index < Math.min(plan.legCount, LEGS_NOTED); index++) {
      const leg = plan.legs[index] as PlanLeg;
      decision.note(leg.book).note(leg.changeUnits).note(leg.limitPriceUnits).note(leg.walkedQuote);
    }
    return decision;
  }

  private empty(): void {
    const { plan } = this;
    plan.legCount = 0;
    plan.plannedUnits = 0;
    plan.walkedQuote = 0;
    plan.feesQuote = 0;
    plan.slippageQuote = 0;
    plan.netQuote = 0;
    plan.net = 0;
  }

  // --- one direction, over several venues ---

  private splitOver(
    signal: SignalReading,
    around: ContextReading,
    risk: RiskReading,
    market: MarketView,
    context: StrategyContext,
  ): number {
    const { plan, split } = this;
    const { views } = market;
    const { books } = this.universe.rows[signal.row] as RowInfo;
    const side = signal.direction === 1 ? BUY : SELL;
    const touch = touchOf(market, risk.venues[risk.bestPlace]?.book ?? 0, side);
    const { quotePerUnit } = this.terms[books[0]?.book ?? 0] as BookTerms;
    plan.wantedUnits = Math.floor((risk.wantedQuote * (1 - risk.risk)) / (touch * quotePerUnit));
    split.clear();
    let funded = 0;
    for (let place = 0; place < books.length; place++) {
      const venue = risk.venues[place] as VenueRisk;
      if (!venue.isAllowed) continue;
      if (this.offer(venue, side, around, market, context)) funded++;
    }
    if (funded === 0) return PLAN_NO_FUNDS;
    if (split.solve(views, side, plan.wantedUnits) === 0) {
      return split.hitLeast || this.isWantedBelowLots() ? PLAN_BELOW_MINIMUM : PLAN_NO_EDGE;
    }
    for (let index = 0; index < split.count; index++) {
      const fill = split.fills[index] as VenueFill;
      if (fill.taken > 0) this.addFill(fill, side, market, context, quotePerUnit);
    }
    plan.plannedUnits = split.taken;
    plan.netQuote = split.net * quotePerUnit;
    plan.net = plan.netQuote / plan.walkedQuote;
    return plan.net >= this.config.plan.minNetBps * BPS ? PLAN_SPLIT : PLAN_NET_TOO_LOW;
  }

  /** Offers a venue to the split. @returns false when its account pays for nothing there */
  private offer(
    venue: VenueRisk,
    side: TakerSide,
    around: ContextReading,
    market: MarketView,
    context: StrategyContext,
  ): boolean {
    const { book } = venue;
    const own = this.terms[book] as BookTerms;
    const { info } = own.terms;
    const reach = this.config.risk.maxSlippageBps * BPS;
    const touch = touchOf(market, book, side);
    const limit = side === BUY ? Math.floor(touch * (1 + reach)) : Math.ceil(touch * (1 - reach));
    const expectedReturn = this.plan.expectedReturn + this.config.plan.catchUp * (around.behind[info.place] ?? 0);
    // Entering and leaving each cost the fee, what past fills lost, and what the price may do meanwhile.
    const cost = context.costs.total(book) - context.costs.slippage(book) + venue.unseenSlippage;
    const affordable = this.funds.affordableUnits(context, own.terms, side === BUY, limit) * info.unitsPerQty;
    if (affordable < own.lot) return false;
    const offer = this.split.offer();
    offer.book = book;
    offer.unitsPerQty = info.unitsPerQty;
    offer.lot = own.lot;
    offer.least = leastAt(own, side === BUY ? touch : limit);
    offer.most = Math.min(own.most, affordable);
    offer.cost = cost;
    offer.limit = limit;
    // It is given back at the other side of the book, where that will be by then.
    const back = touchOf(market, book, side === BUY ? SELL : BUY);
    offer.value = side === BUY ? back * (1 + expectedReturn) * (1 - cost) : back * (1 - expectedReturn) * (1 + cost);
    return true;
  }

  /** Whether not even the finest lot of the venues offered fits into the size. */
  private isWantedBelowLots(): boolean {
    const { split, plan } = this;
    for (let index = 0; index < split.count; index++) {
      if ((split.fills[index] as VenueFill).offer.lot <= plan.wantedUnits) return false;
    }
    return true;
  }

  /** Adds a leg for a part of the split, walked through the view as it would fill. */
  private addFill(
    { offer, taken, worst }: VenueFill,
    side: TakerSide,
    market: MarketView,
    context: StrategyContext,
    quotePerUnit: number,
  ): void {
    const { plan } = this;
    const units = taken / offer.unitsPerQty;
    const walked = market.views.walk(offer.book, side, units) * offer.unitsPerQty * quotePerUnit;
    this.addLeg(offer.book, side === BUY ? units : -units, worst, walked);
    const fees = walked * context.costs.takerFee(offer.book);
    plan.feesQuote += fees;
    const atTouch = taken * touchOf(market, offer.book, side) * quotePerUnit;
    plan.slippageQuote += Math.abs(walked - atTouch) + walked * (offer.cost - context.costs.takerFee(offer.book));
  }

  // --- a pair ---

  /** Takes the size of the row's pair that leaves most within what is wanted. @returns whether one does */
  private findPair(row: number, risk: RiskReading, market: MarketView, context: StrategyContext): boolean {
    const { pairs } = market;
    if (!pairs.hasPair(row) || pairs.net(row) < this.config.plan.minPairNetBps * BPS) return false;
    if (this.standing.stoodUs(row, market.nowUs) < this.config.plan.pairConfirmMs * 1000) return false;
    const { books, market: kind } = this.universe.rows[row] as RowInfo;
    const buyVenue = risk.venues[pairs.buyVenue(row)] as VenueRisk;
    const sellVenue = risk.venues[pairs.sellVenue(row)] as VenueRisk;
    if (!buyVenue.isAllowed || !sellVenue.isAllowed) return false;
    const buy = books[pairs.buyVenue(row)] as BookInfo;
    const sell = books[pairs.sellVenue(row)] as BookInfo;
    const { quotePerUnit } = this.terms[buy.book] as BookTerms;
    // A spot pair is done when it is filled; a futures pair has to be closed again at both venues.
    const closing = kind === 'spot' ? 0 : context.costs.total(buy.book) + context.costs.total(sell.book);
    const unseen =
      buyVenue.unseenSlippage + sellVenue.unseenSlippage - context.costs.slippage(buy.book) - context.costs.slippage(sell.book);
    let best = -1;
    let mostNet = 0;
    for (let size = 0; size < pairs.sizeCount(row); size++) {
      if (pairs.sizeStatus(row, size) !== SIZE_FEASIBLE) continue;
      const cost = pairs.sizeCostUnits(row, size) * quotePerUnit;
      if (cost > risk.wantedQuote || !this.isFunded(row, size, buy, sell, market, context)) continue;
      const net = pairs.sizeNetUnits(row, size) * quotePerUnit - cost * (closing + unseen);
      if (net < cost * this.config.plan.minPairNetBps * BPS || net <= mostNet) continue;
      best = size;
      mostNet = net;
    }
    if (best < 0) return false;
    this.addPair(row, best, buy, sell, mostNet, market, context);
    return true;
  }

  private isFunded(
    row: number,
    size: number,
    buy: BookInfo,
    sell: BookInfo,
    market: MarketView,
    context: StrategyContext,
  ): boolean {
    const { pairs } = market;
    const units = pairs.sizeBaseUnits(row, size);
    const bought = units / buy.unitsPerQty;
    const sold = units / sell.unitsPerQty;
    if (!Number.isInteger(bought) || !Number.isInteger(sold)) return false;
    const buyTerms = (this.terms[buy.book] as BookTerms).terms;
    const sellTerms = (this.terms[sell.book] as BookTerms).terms;
    return (
      this.funds.affordableUnits(context, buyTerms, true, pairs.sizeBuyWorstUnits(row, size)) >= bought &&
      this.funds.affordableUnits(context, sellTerms, false, pairs.sizeSellWorstUnits(row, size)) >= sold
    );
  }

  private addPair(
    row: number,
    size: number,
    buy: BookInfo,
    sell: BookInfo,
    netQuote: number,
    market: MarketView,
    context: StrategyContext,
  ): void {
    const { plan } = this;
    const { pairs, views } = market;
    const { quotePerUnit } = this.terms[buy.book] as BookTerms;
    const units = pairs.sizeBaseUnits(row, size);
    const bought = pairs.sizeBuyQuoteUnits(row, size) * quotePerUnit;
    const sold = pairs.sizeSellQuoteUnits(row, size) * quotePerUnit;
    plan.isPair = true;
    plan.wantedUnits = units;
    plan.plannedUnits = units;
    this.addLeg(buy.book, units / buy.unitsPerQty, pairs.sizeBuyWorstUnits(row, size), bought);
    this.addLeg(sell.book, -units / sell.unitsPerQty, pairs.sizeSellWorstUnits(row, size), sold);
    plan.feesQuote = bought * context.costs.takerFee(buy.book) + sold * context.costs.takerFee(sell.book);
    const atTouch = (views.bidPriceUnits(sell.book) - views.askPriceUnits(buy.book)) * units * quotePerUnit;
    plan.slippageQuote =
      atTouch - (sold - bought) + bought * context.costs.slippage(buy.book) + sold * context.costs.slippage(sell.book);
    plan.netQuote = netQuote;
    plan.net = netQuote / bought;
  }

  private addLeg(book: number, changeUnits: number, limitPriceUnits: number, walkedQuote: number): void {
    const { plan } = this;
    const leg = plan.legs[plan.legCount++] as PlanLeg;
    leg.book = book;
    leg.changeUnits = changeUnits;
    leg.limitPriceUnits = limitPriceUnits;
    leg.walkedQuote = walkedQuote;
    plan.walkedQuote += walkedQuote;
  }
}

/** Best price of the side that a taker takes. */
function touchOf(market: MarketView, book: number, side: TakerSide): number {
  return side === BUY ? market.views.askPriceUnits(book) : market.views.bidPriceUnits(book);
}
