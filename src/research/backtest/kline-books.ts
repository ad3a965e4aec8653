import { InvalidInputError } from '../../domain/errors.js';
import { ROW_ASK, ROW_BID } from '../../kernel/row-door.js';
import type { BookInfo } from '../../strategy/universe.js';
import { EVENT_SNAPSHOT, EventBuilder, type EventColumns, type EventReader } from './event-columns.js';

/**
 * How a book is made up from bars, which tell nothing of it. Assumptions, all of them: the middle is the close; half the spread is the
 * greater of a least one and a share of the bar's range; each level offers a share of what was traded in bars like the last ones, levels
 * further away offer more. Nothing of a bar is used before it has closed.
 */
export interface KlineBookModel {
  /** Levels of each side. */
  readonly levels: number;
  /** Least half spread, and the part of (high - low) that half the spread is at least; basis points of the price, and a fraction. */
  readonly halfSpreadBps: number;
  readonly rangeShare: number;
  /** Between two levels, in basis points. */
  readonly stepBps: number;
  /** What the best level offers of the average volume of a bar, and how many times as much each level further away. */
  readonly depthShare: number;
  readonly growth: number;
  /** Weight of the newest bar in the average volume: an exponential average, in (0, 1]. */
  readonly volumeWeight: number;
}

export const DEFAULT_KLINE_MODEL: KlineBookModel = {
  ...{ levels: 5, halfSpreadBps: 1, rangeShare: 0.05, stepBps: 2 },
  ...{ depthShare: 0.02, growth: 1.5, volumeWeight: 0.1 },
};

/** Bars of one book as columns, by opening time; prices and volumes in base units as plain numbers. */
export interface KlineColumns {
  readonly openUs: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly close: ArrayLike<number>;
  readonly volume: ArrayLike<number>;
}

/** Bars of one instrument, chunk by chunk. */
export interface KlineSeries {
  readonly info: BookInfo;
  readonly intervalUs: number;
  /** The next bars, later than all before; null at the end. */
  next(): Promise<KlineColumns | null>;
}

/** One book that is made up as its bars close. */
class KlineBook {
  bars: KlineColumns | null = null;
  place = 0;
  /** When the next bar closes; infinity when none is loaded. */
  closeUs = Number.POSITIVE_INFINITY;
  isOver = false;
  private volume = Number.NaN;
  private readonly priceFactor: number;
  private readonly tickUnits: number;
  private readonly qtyFactor: number;

  constructor(
    readonly series: KlineSeries,
    private readonly model: KlineBookModel,
  ) {
    const { priceScale, qtyScale, instrument } = series.info;
    this.priceFactor = 10 ** priceScale;
    this.tickUnits = Math.max(1, Math.round(Number(instrument.rules.tickSize) * this.priceFactor));
    this.qtyFactor = 10 ** qtyScale / Number(instrument.contractSize);
  }

  async load(): Promise<void> {
    while (!this.isOver && this.closeUs === Number.POSITIVE_INFINITY) {
      this.bars = await this.series.next();
      this.isOver = this.bars === null;
      this.place = -1;
      this.advance();
    }
  }

  /** The book as it is assumed to stand when the bar under the cursor closes; moves on. */
  add(builder: EventBuilder): void {
    const { bars, place, model } = this;
    const close = bars?.close[place] ?? Number.NaN;
    const range = (bars?.high[place] ?? close) - (bars?.low[place] ?? close);
    const traded = bars?.volume[place] ?? Number.NaN;
    // A bar that does not tell its volume leaves the average as it is.
    if (Number.isNaN(this.volume)) this.volume = traded;
    else if (!Number.isNaN(traded)) this.volume += (traded - this.volume) * model.volumeWeight;
    const atUs = this.closeUs;
    if (close > 0) {
      const { tickUnits, priceFactor } = this;
      const mid = close * priceFactor;
      const half = Math.max(mid * model.halfSpreadBps * 1e-4, range * priceFactor * model.rangeShare);
      const step = mid * model.stepBps * 1e-4;
      let depth = this.volume * model.depthShare * this.qtyFactor;
      let bid = Number.POSITIVE_INFINITY;
      let ask = 0;
      for (let level = 0; level < model.levels; level++) {
        const away = half + step * level;
        // Each level at a price of its own, however fine the steps are.
        bid = Math.min(bid - tickUnits, Math.floor((mid - away) / tickUnits) * tickUnits);
        ask = Math.max(ask + tickUnits, Math.ceil((mid + away) / tickUnits) * tickUnits);
        const units = Math.floor(depth);
        depth *= model.growth;
        if (!(units > 0)) continue;
        if (bid > 0) builder.row(ROW_BID, bid, units);
        builder.row(ROW_ASK, ask, units);
      }
    }
    builder.end(EVENT_SNAPSHOT, this.series.info.book, atUs, atUs);
    this.advance();
  }

  private advance(): void {
    const { bars } = this;
    this.place++;
    const openUs = bars?.openUs[this.place];
    this.closeUs = openUs === undefined ? Number.POSITIVE_INFINITY : openUs + this.series.intervalUs;
  }
}

const BATCH_EVENTS = 4_096;

/**
 * Books made up from bars, as a history: each bar becomes a whole book at its close, those of one moment in the order of the series.
 * @throws InvalidInputError for a model that cannot be used
 */
export function klineReader(series: readonly KlineSeries[], model: KlineBookModel = DEFAULT_KLINE_MODEL): EventReader {
  if (!(model.levels >= 1 && model.volumeWeight > 0 && model.volumeWeight <= 1 && model.halfSpreadBps >= 0))
    throw new InvalidInputError('this model of books made up from bars cannot be used', { ...model });
  const books = series.map((one) => new KlineBook(one, model));
  const builder = new EventBuilder(BATCH_EVENTS * 2, BATCH_EVENTS * 2 * model.levels * 2);
  return {
    async next(): Promise<EventColumns | null> {
      builder.clear();
      for (;;) {
        let nextUs = Number.POSITIVE_INFINITY;
        for (const book of books) {
          if (book.closeUs === Number.POSITIVE_INFINITY && !book.isOver) await book.load();
          if (book.closeUs < nextUs) nextUs = book.closeUs;
        }
        if (nextUs === Number.POSITIVE_INFINITY) return builder.count === 0 ? null : builder;
        for (const book of books) if (book.closeUs === nextUs) book.add(builder);
        if (builder.count >= BATCH_EVENTS) return builder;
      }
    },
  };
}
