import { allocateSpreadRing, SPREAD_COLUMNS, SpreadRingWriter } from '../market/spread-ring.js';
import { entrySpreadPct } from '../strategy/delta/pair.js';
import type { MarketView } from '../strategy/market-view.js';
import type { BookInfo } from '../strategy/universe.js';

/** A spot book and a perpetual of the same assets. */
export interface FollowedPair {
  readonly spot: BookInfo;
  readonly futures: BookInfo;
}

/** The series of one pair: rows of `SPREAD_COLUMNS` in shared memory. */
export interface FollowedSeries extends FollowedPair {
  readonly buffer: SharedArrayBuffer;
}

/** Thresholds in use, in per cent. */
export interface ThresholdsInUse {
  readonly entryThresholdPct: number;
  readonly exitThresholdPct: number;
}

const SECOND_US = 1_000_000;
const SPOT = SPREAD_COLUMNS.indexOf('spotBidPrice');
const FUTURES = SPREAD_COLUMNS.indexOf('futBidPrice');
const THRESHOLDS = SPREAD_COLUMNS.indexOf('entryThresholdPct');

/**
 * Keeps what pairs of books show, a row a second, with the thresholds in use, for whoever analyses it on other threads. The first turn of a second writes its row; a
 * second without a turn has none, and a book that cannot be traded on is missing in its row, so that gaps stay gaps.
 */
export class SpreadRecorder {
  readonly series: readonly FollowedSeries[];
  private readonly writers: readonly SpreadRingWriter[];
  /** How many rows each pair was the widest in. */
  private readonly led: Float64Array;
  private readonly row = new Float64Array(SPREAD_COLUMNS.length);
  /** When the next row is due, in a typed array since a double in a field may cost memory with every store. */
  private readonly dueUs = new Float64Array(1);

  /**
   * @param thresholds of whoever trades the pairs; looked at with every row
   * @param hours how much is kept
   */
  constructor(
    pairs: readonly FollowedPair[],
    private readonly thresholds: ThresholdsInUse,
    hours: number,
  ) {
    const rows = Math.ceil(hours * 3600);
    this.series = pairs.map(({ spot, futures }) => ({ spot, futures, buffer: allocateSpreadRing(rows) }));
    this.writers = this.series.map(({ buffer }) => new SpreadRingWriter(buffer));
    this.led = new Float64Array(pairs.length);
  }

  /** The pair whose entry spread was the greatest in the most rows; the first one before there are any. */
  get leader(): number {
    let best = 0;
    for (let index = 1; index < this.led.length; index++) {
      if ((this.led[index] as number) > (this.led[best] as number)) best = index;
    }
    return best;
  }

  /** To be called with every turn's market. Allocates nothing. */
  look(market: MarketView): void {
    const { epochUs } = market;
    if (epochUs < (this.dueUs[0] as number)) return;
    this.dueUs[0] = (Math.floor(epochUs / SECOND_US) + 1) * SECOND_US;
    const { row, thresholds } = this;
    row[0] = epochUs;
    row[THRESHOLDS] = thresholds.entryThresholdPct;
    row[THRESHOLDS + 1] = thresholds.exitThresholdPct;
    let widest = -1;
    let widestPct = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < this.series.length; index++) {
      const { spot, futures } = this.series[index] as FollowedSeries;
      this.fill(SPOT, spot, market);
      this.fill(FUTURES, futures, market);
      (this.writers[index] as SpreadRingWriter).write(row);
      const spreadPct = entrySpreadPct(row[SPOT + 2] as number, row[FUTURES] as number);
      if (!(spreadPct > widestPct)) continue;
      widest = index;
      widestPct = spreadPct;
    }
    if (widest >= 0) this.led[widest] = (this.led[widest] as number) + 1;
  }

  /** Bid price and quantity, ask price and quantity, from a place of the row on. */
  private fill(at: number, { book, priceScale, basePerUnit }: BookInfo, { views, oldestUs }: MarketView): void {
    const { row } = this;
    if (!views.isTradable(book, oldestUs)) {
      row.fill(Number.NaN, at, at + 4);
      return;
    }
    // Divided, as the strategy does it: a product with the price unit may be another double.
    const unitsPerQuote = 10 ** priceScale;
    row[at] = views.bidPriceUnits(book) / unitsPerQuote;
    row[at + 1] = views.bidQtyUnits(book) * basePerUnit;
    row[at + 2] = views.askPriceUnits(book) / unitsPerQuote;
    row[at + 3] = views.askQtyUnits(book) * basePerUnit;
  }
}
