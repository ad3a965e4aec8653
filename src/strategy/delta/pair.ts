import { InvalidInputError } from '../../domain/errors.js';
import { type HedgeGrid, type HedgeLeg, hedgeGrid, type OrderTerms, orderTerms } from '../hedged/order-terms.js';
import type { MarketView } from '../market-view.js';
import type { StrategyUniverse } from '../universe.js';
import type { DeltaArbitrageConfig } from './config.js';

/** Spread at which the position is entered: futures sold at their bid, spot bought at its ask; per cent of the spot ask. */
export function entrySpreadPct(spotAsk: number, futuresBid: number): number {
  return ((futuresBid - spotAsk) / spotAsk) * 100;
}

/** Spread at which it is left: futures bought back at their ask, spot sold at its bid; per cent of the spot ask. */
export function exitSpreadPct(spotBid: number, spotAsk: number, futuresAsk: number): number {
  return ((futuresAsk - spotBid) / spotAsk) * 100;
}

/** A spot book and a perpetual of the same assets: the one bought, the other sold. */
export class DeltaPair {
  readonly grid: HedgeGrid;
  readonly spotLeg: HedgeLeg;
  readonly futuresLeg: HedgeLeg;
  /** Price units in one quote asset. Dividing by it gives the double that reading the price's text gives; a product may not. */
  private readonly spotScale: number;
  private readonly futuresScale: number;

  constructor(
    readonly spot: OrderTerms,
    readonly futures: OrderTerms,
  ) {
    this.grid = hedgeGrid(spot, futures);
    const [spotLeg, futuresLeg] = this.grid.legs;
    if (spotLeg === undefined || futuresLeg === undefined) throw new RangeError('a grid of two books has two legs');
    this.spotLeg = spotLeg;
    this.futuresLeg = futuresLeg;
    this.spotScale = 10 ** spot.info.priceScale;
    this.futuresScale = 10 ** futures.info.priceScale;
  }

  /** Whether both books may be traded on. */
  isTradable({ views, oldestUs }: MarketView): boolean {
    return views.isTradable(this.spot.info.book, oldestUs) && views.isTradable(this.futures.info.book, oldestUs);
  }

  spotBid({ views }: MarketView): number {
    return views.bidPriceUnits(this.spot.info.book) / this.spotScale;
  }
  spotAsk({ views }: MarketView): number {
    return views.askPriceUnits(this.spot.info.book) / this.spotScale;
  }
  futuresBid({ views }: MarketView): number {
    return views.bidPriceUnits(this.futures.info.book) / this.futuresScale;
  }
  futuresAsk({ views }: MarketView): number {
    return views.askPriceUnits(this.futures.info.book) / this.futuresScale;
  }
  entrySpreadPct(market: MarketView): number {
    return entrySpreadPct(this.spotAsk(market), this.futuresBid(market));
  }
  exitSpreadPct(market: MarketView): number {
    return exitSpreadPct(this.spotBid(market), this.spotAsk(market), this.futuresAsk(market));
  }
}

/**
 * The pairs that a configuration allows, in the order of their books.
 * @throws InvalidInputError when the universe has none
 */
export function deltaPairs({ books }: StrategyUniverse, config: DeltaArbitrageConfig): DeltaPair[] {
  const { symbol, spotVenue, futuresVenue } = config;
  const ofSymbol = books.filter(({ instrument: { base, quote } }) => base === symbol.base && quote === symbol.quote);
  const spots = ofSymbol.filter(({ instrument: { market, venue } }) => market === 'spot' && venue === (spotVenue ?? venue));
  const perpetuals = ofSymbol.filter(
    ({ instrument: { venue, contract } }) => contract?.contractType === 'perpetual' && venue === (futuresVenue ?? venue),
  );
  const pairs = spots.flatMap((spot) => perpetuals.map((futures) => new DeltaPair(orderTerms(spot), orderTerms(futures))));
  if (pairs.length > 0) return pairs;
  const name = `${symbol.base}/${symbol.quote}`;
  throw new InvalidInputError(`${name} has no spot book with a perpetual to hedge it, at the venues that were asked for`, {
    name,
    spotVenue,
    futuresVenue,
  });
}
