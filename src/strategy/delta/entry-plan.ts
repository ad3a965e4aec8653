import { BUY, SELL } from '../../kernel/pricing.js';
import type { StrategyContext } from '../context.js';
import type { Funds } from '../hedged/funds.js';
import type { Aim } from '../hedged/hedged-position.js';
import { isTradable } from '../hedged/order-terms.js';
import { type RoundValues, roundNet } from '../hedged/round-net.js';
import type { MarketView } from '../market-view.js';
import type { DeltaArbitrageConfig } from './config.js';
import type { DeltaPair } from './pair.js';
import type { CurrentParameters } from './types.js';

/** What an entry may come to; the first goes on. */
export const ENTRY_VERDICTS = ['enter', 'net-not-positive', 'too-small', 'no-depth', 'no-funds'] as const;
export const [ENTER, NET_NOT_POSITIVE, TOO_SMALL, NO_DEPTH, NO_FUNDS] = [0, 1, 2, 3, 4] as const;

/** An entry as it would be made now. One record is used over and over. */
export class EntryPlan {
  /** Base assets; values of both legs through the books, and what is expected to be left, in the quote asset. */
  sizeBase = 0;
  spotQuote = 0;
  futuresQuote = 0;
  expectedNet = 0;
  expectedFraction = 0;
  private spotWorstUnits = 0;
  private futuresWorstUnits = 0;
  private steps = 0;
  private readonly values: RoundValues = { longEntry: 0, shortEntry: 0, longExit: 0, shortExit: 0, funding: 0, interest: 0 };

  constructor(
    private readonly config: DeltaArbitrageConfig,
    private readonly funds: Funds,
  ) {}

  /** Sizes and prices an entry. @returns index of ENTRY_VERDICTS */
  make(
    pair: DeltaPair,
    { positionMultiplier, exitThresholdPct }: CurrentParameters,
    market: MarketView,
    context: StrategyContext,
  ): number {
    const { views } = market;
    const { spot, futures, spotLeg, futuresLeg } = pair;
    this.steps = 0;
    this.price(pair, exitThresholdPct, market, context);
    const multiplier = Math.min(positionMultiplier, this.config.maxPositionMultiplier);
    const stepQuote = pair.spotAsk(market) * pair.grid.stepBase;
    const most = Math.min(spot.maxUnits / spotLeg.unitsPerStep, futures.maxUnits / futuresLeg.unitsPerStep);
    this.steps = Math.floor(Math.min((this.config.basePositionSize * multiplier) / stepQuote + 1e-9, most));
    if (!this.isOrder(pair, market)) return TOO_SMALL;
    const asked = views.depthWithin(spot.info.book, BUY, Number.POSITIVE_INFINITY) / spotLeg.unitsPerStep;
    const bid = views.depthWithin(futures.info.book, SELL, 0) / futuresLeg.unitsPerStep;
    this.steps = Math.floor(Math.min(this.steps, asked, bid));
    if (!this.isOrder(pair, market)) return NO_DEPTH;
    this.price(pair, exitThresholdPct, market, context);
    const affordable = this.affordableSteps(pair, context);
    if (affordable < this.steps) {
      this.steps = affordable;
      if (!this.isOrder(pair, market)) return NO_FUNDS;
      this.price(pair, exitThresholdPct, market, context);
    }
    return this.expectedNet > 0 ? ENTER : NET_NOT_POSITIVE;
  }

  /** Both legs as they shall be. */
  aims({ spotLeg, futuresLeg }: DeltaPair): readonly Aim[] {
    return [
      { leg: spotLeg, targetUnits: this.steps * spotLeg.unitsPerStep, priceUnits: this.spotWorstUnits },
      { leg: futuresLeg, targetUnits: -this.steps * futuresLeg.unitsPerStep, priceUnits: this.futuresWorstUnits },
    ];
  }

  /** Values of both legs, level by level, and what a round leaves that ends at the exit threshold with spot where it is. */
  private price(
    { spot, futures, spotLeg, futuresLeg, grid }: DeltaPair,
    exitPct: number,
    { views }: MarketView,
    { costs }: StrategyContext,
  ): void {
    const { values, steps } = this;
    const spotUnits = steps * spotLeg.unitsPerStep;
    const futuresUnits = steps * futuresLeg.unitsPerStep;
    this.sizeBase = steps * grid.stepBase;
    this.spotWorstUnits = views.worstPriceUnits(spot.info.book, BUY, spotUnits);
    this.futuresWorstUnits = views.worstPriceUnits(futures.info.book, SELL, futuresUnits);
    this.spotQuote = views.walk(spot.info.book, BUY, spotUnits) * spot.quotePerUnit;
    this.futuresQuote = views.walk(futures.info.book, SELL, futuresUnits) * futures.quotePerUnit;
    values.longEntry = this.spotQuote;
    values.shortEntry = this.futuresQuote;
    values.longExit = this.spotQuote;
    values.shortExit = this.spotQuote * (1 + exitPct / 100);
    this.expectedNet = steps === 0 ? 0 : roundNet(costs, spot.info.book, futures.info.book, values);
    this.expectedFraction = steps === 0 ? 0 : this.expectedNet / this.spotQuote;
  }

  /** Steps that both accounts and the budget pay for at the worst prices of the plan. */
  private affordableSteps({ spot, futures, spotLeg, futuresLeg }: DeltaPair, context: StrategyContext): number {
    const { funds, config } = this;
    const slack = config.openSlackBps / 10_000;
    const spotUnits = funds.affordableUnits(context, spot, true, this.spotWorstUnits * (1 + slack));
    const futuresUnits = funds.affordableUnits(context, futures, false, this.futuresWorstUnits);
    const bound =
      funds.bound(spot, spotLeg.unitsPerStep, this.spotWorstUnits) +
      funds.bound(futures, -futuresLeg.unitsPerStep, this.futuresWorstUnits);
    const accounts = Math.min(spotUnits / spotLeg.unitsPerStep, futuresUnits / futuresLeg.unitsPerStep);
    return Math.floor(Math.min(accounts, context.budget.leftQuote / bound + 1e-9));
  }

  /** Whether both venues take an order of the size. */
  private isOrder({ spot, futures, spotLeg, futuresLeg }: DeltaPair, { views }: MarketView): boolean {
    return (
      this.steps > 0 &&
      isTradable(spot, this.steps * spotLeg.unitsPerStep, views.askPriceUnits(spot.info.book), false) &&
      isTradable(futures, this.steps * futuresLeg.unitsPerStep, views.bidPriceUnits(futures.info.book), false)
    );
  }
}
