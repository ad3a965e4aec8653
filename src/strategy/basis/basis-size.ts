import { BUY, SELL, type TakerSide } from '../../kernel/pricing.js';
import type { StrategyContext } from '../context.js';
import type { Funds } from '../hedged/funds.js';
import { type HedgeLeg, isTradable, worsened } from '../hedged/order-terms.js';
import type { MarketView } from '../market-view.js';
import type { BasisLook } from './basis-look.js';
import type { BasisPair } from './basis-pair.js';
import type { BasisConfig } from './config.js';
import { BELOW_THRESHOLD, ENTER, TOO_SMALL, TOO_THIN, UNAFFORDABLE } from './stages.js';

/** Parts of the greatest possible size that are priced. */
const PARTS = [1, 0.5, 0.25, 0.1] as const;
const BPS = 10_000;

/** Finds the size of an entry: a whole number of steps of the pair's grid. One record is used over and over. */
export class BasisSizer {
  steps = 0;
  netQuote = 0;
  netBps = 0;
  /** Worst prices taken for the size. */
  spotPriceUnits = 0;
  futuresPriceUnits = 0;

  constructor(
    private readonly config: BasisConfig,
    private readonly funds: Funds,
  ) {}

  /** The size that is expected to leave most; what stands here is its figures. @returns ENTER, or why there is none */
  find(pair: BasisPair, look: BasisLook, market: MarketView, context: StrategyContext): number {
    this.steps = 0;
    this.netQuote = 0;
    this.netBps = 0;
    const [spot, futures] = pair.grid.legs;
    if (spot === undefined || futures === undefined) return TOO_SMALL;
    const isCarry = look.direction === 1;
    const shown = Math.min(this.shownSteps(spot, isCarry, market), this.shownSteps(futures, !isCarry, market));
    const paid = Math.min(this.paidSteps(spot, isCarry, market, context), this.paidSteps(futures, !isCarry, market, context));
    const asked = Math.floor(this.config.maxPositionQuote / (pair.grid.stepBase * look.spotAsk));
    const budgeted = Math.floor(context.budget.leftQuote / this.boundByStep(spot, futures, isCarry, market));
    const most = Math.min(shown, paid, asked, budgeted);
    if (!this.isEnough(spot, futures, isCarry, most, market)) {
      if (!this.isEnough(spot, futures, isCarry, asked, market)) return TOO_SMALL;
      return this.isEnough(spot, futures, isCarry, shown, market) ? UNAFFORDABLE : TOO_THIN;
    }
    for (const part of PARTS) this.consider(Math.floor(most * part), pair, look, market, context);
    if (this.steps === 0) return TOO_THIN;
    return this.netBps >= this.config.minNetBps ? ENTER : BELOW_THRESHOLD;
  }

  /** Prices a number of steps, and keeps it when it leaves more than what was kept before. */
  private consider(steps: number, pair: BasisPair, look: BasisLook, market: MarketView, context: StrategyContext): void {
    const [spot, futures] = pair.grid.legs;
    const isCarry = look.direction === 1;
    if (spot === undefined || futures === undefined || !this.isEnough(spot, futures, isCarry, steps, market)) return;
    const { views } = market;
    const spotBook = spot.terms.info.book;
    const futuresBook = futures.terms.info.book;
    const spotUnits = steps * spot.unitsPerStep;
    const futuresUnits = steps * futures.unitsPerStep;
    const spotWalked = views.walk(spotBook, sideOf(isCarry), spotUnits) * spot.terms.quotePerUnit;
    const futuresWalked = views.walk(futuresBook, sideOf(!isCarry), futuresUnits) * futures.terms.quotePerUnit;
    if (spotWalked <= 0 || futuresWalked <= 0) return;
    const net = look.expectedNet(pair, market, context.costs, steps * pair.grid.stepBase, spotWalked, futuresWalked);
    if (this.steps > 0 && net <= this.netQuote) return;
    this.steps = steps;
    this.netQuote = net;
    this.netBps = (net / (isCarry ? spotWalked : futuresWalked)) * BPS;
    this.spotPriceUnits = views.worstPriceUnits(spotBook, sideOf(isCarry), spotUnits);
    this.futuresPriceUnits = views.worstPriceUnits(futuresBook, sideOf(!isCarry), futuresUnits);
  }

  /** Whether both venues take an order of so many steps. */
  private isEnough(spot: HedgeLeg, futures: HedgeLeg, isCarry: boolean, steps: number, { views }: MarketView): boolean {
    if (!(steps >= 1)) return false;
    const spotBook = spot.terms.info.book;
    const futuresBook = futures.terms.info.book;
    const spotPrice = isCarry ? views.askPriceUnits(spotBook) : views.bidPriceUnits(spotBook);
    const futuresPrice = isCarry ? views.bidPriceUnits(futuresBook) : views.askPriceUnits(futuresBook);
    return (
      isTradable(spot.terms, steps * spot.unitsPerStep, spotPrice, false) &&
      isTradable(futures.terms, steps * futures.unitsPerStep, futuresPrice, false)
    );
  }

  /** The part of what the view shows that may be taken, and what one order may be. */
  private shownSteps({ terms, unitsPerStep }: HedgeLeg, isBuy: boolean, { views }: MarketView): number {
    const shown = views.depthWithin(terms.info.book, sideOf(isBuy), isBuy ? Number.POSITIVE_INFINITY : 0);
    return Math.floor(Math.min(shown * this.config.depthShare, terms.maxUnits) / unitsPerStep);
  }

  private paidSteps(leg: HedgeLeg, isBuy: boolean, market: MarketView, context: StrategyContext): number {
    const { terms, unitsPerStep } = leg;
    const price = this.dearestUnits(leg, isBuy, market);
    return Math.floor(this.funds.affordableUnits(context, terms, isBuy, price) / unitsPerStep);
  }

  private boundByStep(spot: HedgeLeg, futures: HedgeLeg, isCarry: boolean, market: MarketView): number {
    const futuresUnits = isCarry ? -futures.unitsPerStep : futures.unitsPerStep;
    return (
      this.funds.bound(spot.terms, spot.unitsPerStep, this.dearestUnits(spot, isCarry, market)) +
      this.funds.bound(futures.terms, futuresUnits, this.dearestUnits(futures, !isCarry, market))
    );
  }

  /** The price at which funds are reserved at most: what is deep in the view costs more than the touch. */
  private dearestUnits({ terms }: HedgeLeg, isBuy: boolean, { views }: MarketView): number {
    const { book } = terms.info;
    if (!isBuy) return views.bidPriceUnits(book);
    const deepest = views.levelPriceUnits(book, BUY, views.levelCount(book, BUY) - 1);
    return worsened(terms, deepest, true, this.config.openSlackBps / BPS);
  }
}

function sideOf(isBuy: boolean): TakerSide {
  return isBuy ? BUY : SELL;
}
