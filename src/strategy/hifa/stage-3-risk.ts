import { VENUES_MAX } from '../../../assembly/memory/scan-layout.js';
import { BUY, SELL, type TakerSide } from '../../kernel/pricing.js';
import type { StrategyContext } from '../context.js';
import type { Decision, DecisionStage } from '../decision-log.js';
import type { MarketView } from '../market-view.js';
import type { BookInfo, RowInfo, StrategyUniverse } from '../universe.js';
import { BPS, type RiskConfig } from './config.js';
import type { VenueHealth } from './venue-health.js';

/** Scores of one venue, in [0, 1]; 1 is unacceptable. */
export class VenueRisk {
  book = -1;
  liquidity = 1;
  counterparty = 1;
  slippage = 1;
  /** All with the row's position score, by their weights. */
  risk = 1;
  /** Slippage expected beyond the touch, as a fraction, and the part of it that is not in the book: learnt, and by moving prices. */
  expectedSlippage = 0;
  unseenSlippage = 0;
  isAllowed = false;
}

/** What a trade would risk. */
export class RiskReading {
  /** Value that was asked for, in the quote asset. */
  wantedQuote = 0;
  position = 0;
  /** By place in the row. */
  readonly venues: readonly VenueRisk[] = Array.from({ length: VENUES_MAX }, () => new VenueRisk());
  allowed = 0;
  /** Place and risk of the venue that risks least. */
  bestPlace = 0;
  risk = 1;
}

/** Venues whose scores a decision lists. */
const VENUES_NOTED = 5;

const venueFigures = Array.from({ length: VENUES_NOTED }, (_, place) => [
  `venue${place}Liquidity`,
  `venue${place}Counterparty`,
  `venue${place}Slippage`,
  `venue${place}SlippageBps`,
  `venue${place}Risk`,
]).flat();

export const RISK_STAGE: DecisionStage = {
  name: 'risk',
  verdicts: ['goes on', 'position', 'liquidity', 'counterparty', 'slippage', 'all together'],
  figures: ['wantedQuote', 'position', 'risk', 'maxRisk', 'vetoAt', 'venuesAllowed', 'bestPlace', ...venueFigures],
};
export const RISK_GOES_ON = 0;
export const RISK_POSITION = 1;
export const RISK_LIQUIDITY = 2;
export const RISK_COUNTERPARTY = 3;
export const RISK_SLIPPAGE = 4;
export const RISK_ALL = 5;

/** Mean of the part of a normal variable that is against us. */
const ADVERSE_SHARE = 1 / Math.sqrt(2 * Math.PI);

/**
 * Stage 3: what trading the row would risk, at each of its venues. Position: how much of the budget, and of the rows that may be open,
 * is in use. Liquidity: the size against what the book holds within reach, and the spread. Counterparty: state and age of the book,
 * how often it was lost of late, trust. Slippage: the walk through the book, what past fills had, and what the price may do until the
 * order is there. Scores are put together as 1 - (1 - w a)(1 - w b)...; any score at the veto, or all together over the bound, rules a
 * venue out, and a row without venues goes no further.
 */
export class RiskStage {
  readonly stage = RISK_STAGE;
  readonly reading = new RiskReading();
  private readonly trust: Float64Array;

  constructor(
    private readonly config: RiskConfig,
    private readonly universe: StrategyUniverse,
    private readonly health: VenueHealth,
  ) {
    this.trust = Float64Array.from(universe.books, ({ instrument }) => config.venueTrust[instrument.venue] ?? 1);
  }

  /**
   * Scores a row into `reading`.
   * @param direction 1 to buy, -1 to sell
   * @param wantedQuote value of the trade in the quote asset
   * @param openShare rows in use, of those that may be
   * @param volatility standard deviation of the return over one second, as a fraction
   * @returns the verdict
   */
  evaluate(
    row: number,
    direction: number,
    wantedQuote: number,
    openShare: number,
    volatility: number,
    market: MarketView,
    context: StrategyContext,
  ): number {
    const { reading } = this;
    const { books } = this.universe.rows[row] as RowInfo;
    const { limitQuote, committedQuote } = context.budget;
    reading.wantedQuote = wantedQuote;
    reading.position = clamped(Math.max(limitQuote > 0 ? committedQuote / limitQuote : 1, openShare));
    reading.allowed = 0;
    reading.risk = 1;
    reading.bestPlace = 0;
    let best = Number.POSITIVE_INFINITY;
    for (let place = 0; place < books.length; place++) {
      const venue = reading.venues[place] as VenueRisk;
      this.score(books[place] as BookInfo, direction === 1 ? BUY : SELL, volatility, market, context, venue);
      venue.isAllowed = this.verdictOf(venue) === RISK_GOES_ON;
      if (venue.isAllowed) reading.allowed++;
      // A venue that is ruled out comes after every one that is not.
      const rank = venue.risk + (venue.isAllowed ? 0 : 1);
      if (rank >= best) continue;
      best = rank;
      reading.bestPlace = place;
      reading.risk = venue.risk;
    }
    return books.length === 0 ? RISK_LIQUIDITY : this.verdictOf(reading.venues[reading.bestPlace] as VenueRisk);
  }

  /** Notes the figures of RISK_STAGE. */
  note(decision: Decision, venues: number): Decision {
    const { reading, config } = this;
    decision.book = reading.venues[reading.bestPlace]?.book ?? -1;
    decision.note(reading.wantedQuote).note(reading.position).note(reading.risk).note(config.maxRisk).note(config.vetoAt);
    decision.note(reading.allowed).note(reading.bestPlace);
    for (let place = 0; place < Math.min(venues, VENUES_NOTED); place++) {
      const venue = reading.venues[place] as VenueRisk;
      decision.note(venue.liquidity).note(venue.counterparty).note(venue.slippage);
      decision.note(venue.expectedSlippage / BPS).note(venue.risk);
    }
    return decision;
  }

  private score(
    info: BookInfo,
    side: TakerSide,
    volatility: number,
    market: MarketView,
    context: StrategyContext,
    venue: VenueRisk,
  ): void {
    const { config, reading } = this;
    const { views } = market;
    const { book } = info;
    const bid = views.bidPriceUnits(book);
    const ask = views.askPriceUnits(book);
    venue.book = book;
    venue.unseenSlippage = context.costs.slippage(book) + ADVERSE_SHARE * volatility * Math.sqrt(config.orderLatencyMs / 1000);
    venue.counterparty = this.counterparty(book, market);
    venue.liquidity = 1;
    venue.slippage = 1;
    venue.expectedSlippage = config.maxSlippageBps * BPS + venue.unseenSlippage;
    if (bid > 0 && ask > 0) {
      const touch = side === BUY ? ask : bid;
      const wanted = reading.wantedQuote / (touch * info.priceUnit * info.basePerUnit);
      const reach = config.maxSlippageBps * BPS;
      const limit = touch * (side === BUY ? 1 + reach : 1 - reach);
      const held = views.depthWithin(book, side, limit);
      const spread = clamped((ask - bid) / bid / (config.maxSpreadBps * BPS));
      venue.liquidity = 1 - (1 - spread) * (1 - clamped(wanted / (wanted + held)));
      // What is not there within reach counts as taken at its end, so that more depth never looks worse.
      const walked = Math.min(wanted, held);
      const average = wanted > 0 ? (views.walk(book, side, walked) + (wanted - walked) * limit) / wanted : touch;
      venue.expectedSlippage = Math.abs(average - touch) / touch + venue.unseenSlippage;
      venue.slippage = clamped(venue.expectedSlippage / reach);
    }
    venue.risk =
      1 -
      (1 - config.positionWeight * reading.position) *
        (1 - config.liquidityWeight * venue.liquidity) *
        (1 - config.counterpartyWeight * venue.counterparty) *
        (1 - config.slippageWeight * venue.slippage);
  }

  private counterparty(book: number, market: MarketView): number {
    if (!market.views.isTradable(book, market.oldestUs)) return 1;
    const longestUs = market.nowUs - market.oldestUs;
    const age = longestUs > 0 ? clamped((market.nowUs - market.views.receiveUs(book)) / longestUs) : 0;
    const lost = clamped(this.health.dropsOf(book, market.nowUs) / this.config.maxDrops);
    return 1 - (this.trust[book] ?? 1) * (1 - age) * (1 - lost);
  }

  private verdictOf(venue: VenueRisk): number {
    const { vetoAt, maxRisk } = this.config;
    if (this.reading.position >= vetoAt) return RISK_POSITION;
    if (venue.counterparty >= vetoAt) return RISK_COUNTERPARTY;
    if (venue.liquidity >= vetoAt) return RISK_LIQUIDITY;
    if (venue.slippage >= vetoAt) return RISK_SLIPPAGE;
    return venue.risk > maxRisk ? RISK_ALL : RISK_GOES_ON;
  }
}

function clamped(score: number): number {
  return Math.min(1, Math.max(0, score));
}
