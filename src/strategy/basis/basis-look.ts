import { simpleFairValue } from '../../domain/fair-value.js';
import type { CostModel } from '../cost-model.js';
import { expectedFunding, HOUR_US } from '../hedged/funding.js';
import { type RoundValues, roundNet } from '../hedged/round-net.js';
import type { MarketView } from '../market-view.js';
import type { BasisPair } from './basis-pair.js';
import type { BasisConfig } from './config.js';

const YEAR_US = 8760 * HOUR_US;
const BPS = 10_000;

/** Long spot and short futures, or the other way round. */
export type Direction = 1 | -1;

/** The figures of one pair at one moment. One record is used over and over; prices are in the quote asset. */
export class BasisLook {
  spotBid = 0;
  spotAsk = 0;
  futuresBid = 0;
  futuresAsk = 0;
  /** Of the middle prices, and executable: to get in and out in the direction. */
  midBasisBps = 0;
  entryBasisBps = 0;
  exitBasisBps = 0;
  /** Basis at which holding to the horizon is neither good nor bad. */
  fairBps = 0;
  /** Rate that is due next, as told, and the sum that is expected to the horizon. */
  nextFundingBps = 0;
  fundingBps = 0;
  /** Fees, slippage, rebalancing and interest of a whole round at the touch. */
  costsBps = 0;
  expectedNetBps = 0;
  direction: Direction = 1;
  horizonUs = 0;
  hoursToExpiry = Number.POSITIVE_INFINITY;
  private fundingSum = 0;
  private readonly values: RoundValues = { longEntry: 0, shortEntry: 0, longExit: 0, shortExit: 0, funding: 0, interest: 0 };

  constructor(private readonly config: BasisConfig) {}

  /**
   * Takes the prices and what they are worth until a horizon.
   * @param horizonUs microseconds since the epoch; a dated contract ends it at its expiry
   */
  read(pair: BasisPair, market: MarketView, horizonUs: number): void {
    const { views, epochUs } = market;
    const { spot, futures, expiryMs } = pair;
    const { config } = this;
    this.spotBid = views.bidPriceUnits(spot.info.book) * spot.info.priceUnit;
    this.spotAsk = views.askPriceUnits(spot.info.book) * spot.info.priceUnit;
    this.futuresBid = views.bidPriceUnits(futures.info.book) * futures.info.priceUnit;
    this.futuresAsk = views.askPriceUnits(futures.info.book) * futures.info.priceUnit;
    this.hoursToExpiry = expiryMs === null ? Number.POSITIVE_INFINITY : (expiryMs * 1000 - epochUs) / HOUR_US;
    this.horizonUs = expiryMs === null ? horizonUs : Math.min(horizonUs, expiryMs * 1000);
    const rate = views.fundingRate(futures.info.book);
    this.nextFundingBps = pair.fundingHours > 0 && !Number.isNaN(rate) ? rate * BPS : 0;
    const nextUs = views.nextFundingUs(futures.info.book);
    this.fundingSum = expectedFunding(rate, nextUs, pair.fundingHours, epochUs, this.horizonUs, config.fundingPersistence);
    this.fundingBps = this.fundingSum * BPS;
    const until = expiryMs === null ? this.horizonUs : expiryMs * 1000;
    const spotMid = (this.spotBid + this.spotAsk) / 2;
    const fair = simpleFairValue(spotMid, config.interestRate, config.baseYield, (until - epochUs) / YEAR_US, this.fundingSum);
    this.fairBps = (fair / spotMid - 1) * BPS;
    this.midBasisBps = ((this.futuresBid + this.futuresAsk) / 2 / spotMid - 1) * BPS;
  }

  private face(direction: Direction): void {
    this.direction = direction;
    const sold = this.futuresBid / this.spotAsk;
    const bought = this.futuresAsk / this.spotBid;
    this.entryBasisBps = ((direction === 1 ? sold : bought) - 1) * BPS;
    this.exitBasisBps = ((direction === 1 ? bought : sold) - 1) * BPS;
  }

  /**
   * Takes the direction that leaves more at the touch.
   * @param isBothWays whether spot can be sold
   */
  choose(pair: BasisPair, market: MarketView, costs: CostModel, isBothWays: boolean): void {
    const carry = this.touchNet(1, pair, market, costs);
    // Where one direction gains before costs, the other one loses.
    if (!isBothWays || this.expectedNetBps + this.costsBps >= 0) return;
    if (this.touchNet(-1, pair, market, costs) <= carry) this.touchNet(1, pair, market, costs);
  }

  /**
   * What is expected to be left of entering with `base` assets and leaving at the horizon, in the quote asset after all costs. Spot is
   * left at today's touch, futures at the basis that is expected then, across their spread.
   * @param spotQuote value of the spot trade before costs, walked; `futuresQuote` of the futures trade
   */
  expectedNet(
    pair: BasisPair,
    market: MarketView,
    costs: CostModel,
    base: number,
    spotQuote: number,
    futuresQuote: number,
  ): number {
    const { values, direction, config } = this;
    const spotMid = (this.spotBid + this.spotAsk) / 2;
    const years = (this.horizonUs - market.epochUs) / YEAR_US;
    const spotExit = base * (direction === 1 ? this.spotBid : this.spotAsk);
    const halfSpread = (this.futuresAsk - this.futuresBid) / 2;
    const futuresExit = base * (spotMid * (1 + this.basisAtHorizonBps(pair) / BPS) + direction * halfSpread);
    values.longEntry = direction === 1 ? spotQuote : futuresQuote;
    values.shortEntry = direction === 1 ? futuresQuote : spotQuote;
    values.longExit = direction === 1 ? spotExit : futuresExit;
    values.shortExit = direction === 1 ? futuresExit : spotExit;
    values.funding = direction * this.fundingSum * futuresQuote;
    values.interest = direction * (config.interestRate - config.baseYield) * years * spotQuote;
    const spot = pair.spot.info.book;
    const futures = pair.futures.info.book;
    return roundNet(costs, direction === 1 ? spot : futures, direction === 1 ? futures : spot, values);
  }

  /** Sets the direction, and says what one base asset would leave at the touch: the figures of the look. */
  touchNet(direction: Direction, pair: BasisPair, market: MarketView, costs: CostModel): number {
    this.face(direction);
    const spotQuote = direction === 1 ? this.spotAsk : this.spotBid;
    const futuresQuote = direction === 1 ? this.futuresBid : this.futuresAsk;
    const net = this.expectedNet(pair, market, costs, 1, spotQuote, futuresQuote);
    const { values } = this;
    this.expectedNetBps = (net / values.longEntry) * BPS;
    const gross = values.shortEntry - values.longEntry + values.longExit - values.shortExit + values.funding;
    this.costsBps = ((gross - net) / values.longEntry) * BPS;
    return net;
  }

  /** A perpetual is expected at spot, a dated contract at its fair value then; what does not converge stays where it is. */
  private basisAtHorizonBps({ expiryMs }: BasisPair): number {
    if (expiryMs === null) return (1 - this.config.convergence) * this.midBasisBps;
    const leftUs = expiryMs * 1000 - this.horizonUs;
    const fairBps = ((this.config.interestRate - this.config.baseYield) * leftUs * BPS) / YEAR_US;
    const convergence = leftUs <= 0 ? 1 : this.config.convergence;
    return convergence * fairBps + (1 - convergence) * this.midBasisBps;
  }
}
