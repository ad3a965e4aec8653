import { unitsText } from '../../feeds/capture/decimal.js';
import type { Views } from '../../kernel/views.js';
import type { BookInfo, StrategyUniverse } from '../../strategy/universe.js';

/** A spot book and a futures book of the same assets. */
export interface BasisPairing {
  readonly spot: BookInfo;
  readonly futures: BookInfo;
}

/** The basis of one pair at one moment. Prices are exact; basis points are of the spot price that is compared with. */
export interface BasisPoint {
  /** Milliseconds since the epoch. */
  readonly ms: number;
  readonly spotBid: string;
  readonly spotAsk: string;
  readonly futuresBid: string;
  readonly futuresAsk: string;
  /** Of the mids. */
  readonly midBps: number;
  /** What buying spot and selling the contract gets, and what selling spot and buying the contract pays, before fees. */
  readonly longSpotBps: number;
  readonly shortSpotBps: number;
}

export interface BasisSeries {
  readonly spot: string;
  readonly futures: string;
  /** Taker fees of going in and out again, both legs, in basis points: what the basis has to come back by. */
  readonly roundTripFeeBps: number;
  readonly points: readonly BasisPoint[];
}

const BPS = 1e4;

/** Notes the basis of all pairs of a universe, once for every interval in which both books were there. */
export class BasisSampler {
  private readonly pairs: readonly BasisPairing[];
  private readonly points: BasisPoint[][];

  constructor(
    { books }: StrategyUniverse,
    private readonly views: Views,
  ) {
    const isSame = (a: BookInfo, b: BookInfo): boolean =>
      a.instrument.base === b.instrument.base && a.instrument.quote === b.instrument.quote;
    const futures = books.filter(({ instrument }) => instrument.market === 'futures');
    this.pairs = books
      .filter(({ instrument }) => instrument.market === 'spot')
      .flatMap((spot) => futures.filter((future) => isSame(spot, future)).map((future) => ({ spot, futures: future })));
    this.points = this.pairs.map(() => []);
  }

  /** @param oldestUs books received before are too old to be compared */
  sample(ms: number, oldestUs: number): void {
    const { views } = this;
    this.pairs.forEach(({ spot, futures }, index) => {
      if (!views.isTradable(spot.book, oldestUs) || !views.isTradable(futures.book, oldestUs)) return;
      const bid = ({ book, priceUnit }: BookInfo): number => views.bidPriceUnits(book) * priceUnit;
      const ask = ({ book, priceUnit }: BookInfo): number => views.askPriceUnits(book) * priceUnit;
      const spotMid = (bid(spot) + ask(spot)) / 2;
      this.points[index]?.push({
        ms,
        spotBid: unitsText(views.bidPriceUnits(spot.book), spot.priceScale),
        spotAsk: unitsText(views.askPriceUnits(spot.book), spot.priceScale),
        futuresBid: unitsText(views.bidPriceUnits(futures.book), futures.priceScale),
        futuresAsk: unitsText(views.askPriceUnits(futures.book), futures.priceScale),
        midBps: ((bid(futures) + ask(futures)) / 2 / spotMid - 1) * BPS,
        longSpotBps: (bid(futures) / ask(spot) - 1) * BPS,
        shortSpotBps: (ask(futures) / bid(spot) - 1) * BPS,
      });
    });
  }

  series(): BasisSeries[] {
    return this.pairs.map(({ spot, futures }, index) => ({
      spot: bookName(spot),
      futures: bookName(futures),
      roundTripFeeBps: 2 * (spot.takerFee + futures.takerFee) * BPS,
      points: this.points[index] ?? [],
    }));
  }
}

/** "binance spot BTCUSDT" */
export function bookName({ instrument: { venue, market, symbol } }: BookInfo): string {
  return `${venue} ${market} ${symbol}`;
}
