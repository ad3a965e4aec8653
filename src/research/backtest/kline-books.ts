import { InvalidInputError } from '../../domain/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { LadderDoor } from '../../kernel/ladder-door.js';
import type { BookInfo } from '../../strategy/universe.js';
import type { MarketSource, OpenSource } from './market-source.js';

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
  /** Lets go of its source. */
  close?(): Promise<void>;
}

/** One book that is made up as its bars close. */
class KlineBook {
  /** When the next bar closes; infinity when none is loaded. */
  closeUs = Number.POSITIVE_INFINITY;
  isOver = false;
  private bars: KlineColumns | null = null;
  private place = 0;
  private sequence = 0;
  private volume = Number.NaN;
  private readonly priceFactor: number;
  private readonly tickUnits: number;
  private readonly qtyFactor: number;

  constructor(
    private readonly series: KlineSeries,
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

  async close(): Promise<void> {
    await this.series.close?.();
  }

  /** The book as it is assumed to stand when the bar under the cursor closes; moves on. */
  add(door: LadderDoor): void {
    const { bars, place, model, priceFactor } = this;
    const close = bars?.close[place] ?? Number.NaN;
    const range = (bars?.high[place] ?? close) - (bars?.low[place] ?? close);
    const traded = bars?.volume[place] ?? Number.NaN;
    // A bar that does not tell its volume leaves the average as it is.
    if (Number.isNaN(this.volume)) this.volume = traded;
    else if (!Number.isNaN(traded)) this.volume += (traded - this.volume) * model.volumeWeight;
    const middle = close * priceFactor;
    const half = Math.max(middle * model.halfSpreadBps * 1e-4, range * priceFactor * model.rangeShare);
    const depth = this.volume * model.depthShare * this.qtyFactor;
    const { book } = this.series.info;
    door.add(book, ++this.sequence, middle, half, middle * model.stepBps * 1e-4, depth, this.tickUnits, this.closeUs);
    this.advance();
  }

  private advance(): void {
    const { bars } = this;
    this.place++;
    const openUs = bars?.openUs[this.place];
    this.closeUs = openUs === undefined ? Number.POSITIVE_INFINITY : openUs + this.series.intervalUs;
  }
}

/** Bars of many books, played straight into them: those that close at one moment are one event of the history. */
class KlineSource implements MarketSource {
  events = 0;
  nextUs = Number.POSITIVE_INFINITY;
  private readonly door: LadderDoor;

  constructor(
    private readonly kernel: Kernel,
    private readonly books: readonly KlineBook[],
    model: KlineBookModel,
  ) {
    this.door = new LadderDoor(kernel, model);
  }

  async load(): Promise<boolean> {
    for (const book of this.books) if (book.closeUs === Number.POSITIVE_INFINITY && !book.isOver) await book.load();
    this.setNext();
    return this.nextUs !== Number.POSITIVE_INFINITY;
  }

  play(): void {
    const { books, door, nextUs } = this;
    this.kernel.receivedAt(nextUs);
    for (let index = 0; index < books.length; index++) {
      const book = books[index] as KlineBook;
      if (book.closeUs === nextUs) book.add(door);
    }
    this.events += door.apply(nextUs);
    this.setNext();
  }

  async close(): Promise<void> {
    for (const book of this.books) await book.close();
  }

  /** The earliest close; none while a book has to read on, for what it reads may close earlier still. */
  private setNext(): void {
    const { books } = this;
    let nextUs = Number.POSITIVE_INFINITY;
    for (let index = 0; index < books.length; index++) {
      const { closeUs, isOver } = books[index] as KlineBook;
      if (closeUs < nextUs) nextUs = closeUs;
      else if (closeUs === Number.POSITIVE_INFINITY && !isOver) {
        nextUs = closeUs;
        break;
      }
    }
    this.nextUs = nextUs;
  }
}

/**
 * Books made up from bars, as a history: each bar becomes a whole book at its close, those of one moment in the order of the series.
 * @throws InvalidInputError for a model that cannot be used
 */
export function klineSource(series: readonly KlineSeries[], model: KlineBookModel = DEFAULT_KLINE_MODEL): OpenSource {
  const { levels, volumeWeight, halfSpreadBps } = model;
  if (!(Number.isInteger(levels) && levels >= 1 && volumeWeight > 0 && volumeWeight <= 1 && halfSpreadBps >= 0))
    throw new InvalidInputError('this model of books made up from bars cannot be used', { ...model });
  return (kernel) =>
    new KlineSource(
      kernel,
      series.map((one) => new KlineBook(one, model)),
      model,
    );
}
