import { SeededRandom } from '../../domain/random.js';
import type { Market as MarketKind, VenueId } from '../../domain/venue.js';
import type { SimulationOptions } from '../options.js';
import { type BookBatch, SimulatedBook } from './book.js';
import { EventQueue } from './event-queue.js';
import { type Asset, type GivenInstrument, givenAsset, inventAssets } from './instruments.js';
import { type Plant, planPlant, spread } from './planter.js';

/** The books of one asset on all its venues, which share one price. */
interface AssetBooks {
  readonly asset: Asset;
  readonly books: readonly SimulatedBook[];
  planted: boolean;
}

/** What the market needs to know of the simulation's options. */
export type MarketOptions = Pick<
  SimulationOptions,
  'venues' | 'symbols' | 'futuresSymbols' | 'seed' | 'updatesPerSecond' | 'plantIntervalMs'
>;

const PLANTS_KEPT = 10_000;
const BURSTS_PER_SECOND = 8;
/** A market that hardly moves has no more bursts than this for every update. */
const BURSTS_PER_UPDATE_MAX = 8;
/** Share of the updates that comes in bursts. */
const BURST_SHARE = 0.15;

/**
 * The whole simulated market. Time is what `advance` says: the same seed and the same end make the same market, in
 * however many steps. Every update of a book is handed to the listener, in order.
 */
export class SimulatedMarket {
  readonly books: readonly SimulatedBook[];
  private readonly random: SeededRandom;
  private readonly queue = new EventQueue();
  private readonly groups: readonly AssetBooks[];
  private readonly groupOf = new Map<SimulatedBook, AssetBooks>();
  private readonly thinGroups: readonly AssetBooks[];
  /** Running sums of the books' activity, to draw a book by its weight. */
  private readonly cumulativeActivity: Float64Array;
  private readonly planted: Plant[] = [];
  private elapsed = 0;

  /**
   * @param epochUs moment since the epoch at which the market's time is 0
   * @param listener sees every update; the batch and its levels are never changed afterwards
   * @param given instruments beside the invented ones, in place of those of the same venue, market and symbol
   */
  constructor(
    private readonly options: MarketOptions,
    private epochUs: number,
    listener: (book: SimulatedBook, batch: BookBatch) => void,
    given: readonly GivenInstrument[] = [],
  ) {
    const root = new SeededRandom(options.seed);
    this.random = root.fork('market');
    const invented = inventAssets(options.venues, options.symbols, options.futuresSymbols, root);
    const assets = given.map((one) => givenAsset(one, root.fork(`given:${one.venue}:${one.market}:${one.symbol}`)));
    this.groups = [...without(invented, given), ...assets].map((asset) => ({
      asset,
      books: asset.instruments.map((instrument) => {
        const label = `book:${instrument.venue}:${instrument.market}:${instrument.symbol}`;
        return new SimulatedBook(instrument, asset.fair.advance(0), root.fork(label), listener);
      }),
      planted: false,
    }));
    this.books = this.groups.flatMap((group) => group.books);
    for (const group of this.groups) for (const book of group.books) this.groupOf.set(book, group);
    this.thinGroups = this.groups.filter((group) => !group.asset.major && spotBooks(group).length > 1);
    this.cumulativeActivity = new Float64Array(this.books.length);
    let sum = 0;
    this.books.forEach((book, index) => {
      book.timeUs = epochUs;
      sum += book.instrument.shape.activity;
      this.cumulativeActivity[index] = sum;
    });
    this.scheduleUpdate(0);
    this.scheduleBurst(0);
    this.schedulePlant(0);
  }

  /** Runs everything that happens until this many microseconds after the start. */
  advance(toUs: number): void {
    this.queue.runUntil(toUs);
    this.elapsed = Math.max(this.elapsed, toUs);
  }

  /** Microseconds that the market has lived. */
  elapsedUs(): number {
    return this.elapsed;
  }

  /** The market's time in microseconds since the epoch. */
  nowUs(): number {
    return this.epochUs + this.elapsed;
  }

  /** Runs an action when the market comes to a moment, given in microseconds since the epoch. */
  at(timeUs: number, action: (timeUs: number) => void): void {
    this.queue.add(Math.max(this.elapsed, timeUs - this.epochUs), (elapsedUs) => action(this.epochUs + elapsedUs));
  }

  /** Moves the stamps of everything to come, after the process was held up and the market did not run. */
  skip(skippedUs: number): void {
    this.epochUs += skippedUs;
  }

  /** The spreads planted so far, the oldest first; only the last ten thousand are kept. */
  plants(): readonly Plant[] {
    return this.planted;
  }

  /** The books of one venue and market. */
  booksOf(venue: VenueId, market: MarketKind): SimulatedBook[] {
    return this.books.filter(({ instrument }) => instrument.venue === venue && instrument.market === market);
  }

  /** Price on which the venues of this book's asset agree. */
  fairPrice(book: SimulatedBook): number {
    return this.groupOf.get(book)?.asset.fair.price() ?? Number.NaN;
  }

  private scheduleUpdate(nowUs: number): void {
    const perSecond = this.options.updatesPerSecond * (1 - BURST_SHARE);
    this.queue.add(nowUs + this.exponential(1e6 / perSecond), (timeUs) => {
      this.touch(this.drawBook(), timeUs);
      this.scheduleUpdate(timeUs);
    });
  }

  /** Now and then one asset becomes busy: its price moves faster, and its books get many updates in a second or so. */
  private scheduleBurst(nowUs: number): void {
    const { updatesPerSecond } = this.options;
    const perSecond = Math.min(BURSTS_PER_SECOND, BURSTS_PER_UPDATE_MAX * updatesPerSecond);
    this.queue.add(nowUs + this.exponential(1e6 / perSecond), (timeUs) => {
      const { asset, books } = this.groupOf.get(this.drawBook()) as AssetBooks;
      const durationUs = (0.3 + this.random.next() * 1.7) * 1e6;
      asset.fair.burst(timeUs + durationUs);
      const count = Math.round((updatesPerSecond * BURST_SHARE) / perSecond);
      this.scheduleBurstUpdate(timeUs, books, durationUs / (count + 1), count);
      this.scheduleBurst(timeUs);
    });
  }

  private scheduleBurstUpdate(nowUs: number, books: readonly SimulatedBook[], gapUs: number, left: number): void {
    const book = books[this.random.below(books.length)];
    if (left === 0 || book === undefined) return;
    this.queue.add(nowUs + this.exponential(gapUs), (timeUs) => {
      this.touch(book, timeUs);
      this.scheduleBurstUpdate(timeUs, books, gapUs, left - 1);
    });
  }

  private schedulePlant(nowUs: number): void {
    this.queue.add(nowUs + this.exponential(this.options.plantIntervalMs * 1e3), (timeUs) => {
      this.plant(timeUs);
      this.schedulePlant(timeUs);
    });
  }

  private plant(timeUs: number): void {
    const group = this.thinGroups[this.random.below(Math.max(1, this.thinGroups.length))];
    if (group === undefined || group.planted) return;
    const plan = planPlant(spotBooks(group), this.random);
    if (plan === null) return;
    const { book, other, durationUs } = plan;
    group.planted = true;
    book.displacement = plan.displacement;
    this.touch(book, timeUs);
    const up = plan.displacement > 0;
    this.planted.push({
      symbol: group.asset.base,
      buyVenue: (up ? other : book).instrument.venue,
      sellVenue: (up ? book : other).instrument.venue,
      startUs: this.epochUs + timeUs,
      endUs: this.epochUs + timeUs + durationUs,
      spreadPct: 100 * (up ? spread(other, book) : spread(book, other)),
    });
    if (this.planted.length > PLANTS_KEPT) this.planted.shift();
    this.queue.add(timeUs + durationUs, (endUs) => {
      group.planted = false;
      book.displacement = 0;
      this.touch(book, endUs);
    });
  }

  /** Updates one book, and with it those of the asset's other books which the price has left behind. */
  private touch(book: SimulatedBook, timeUs: number): void {
    const { asset, books } = this.groupOf.get(book) as AssetBooks;
    const fairLog = asset.fair.advance(timeUs);
    book.update(fairLog, timeUs, this.epochUs + timeUs);
    for (const other of books) {
      if (other !== book && other.strayed(fairLog)) other.update(fairLog, timeUs, this.epochUs + timeUs);
    }
  }

  private drawBook(): SimulatedBook {
    const sums = this.cumulativeActivity;
    const target = this.random.next() * (sums[sums.length - 1] ?? 0);
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) <= target) low = middle + 1;
      else high = middle;
    }
    return this.books[low] as SimulatedBook;
  }

  private exponential(mean: number): number {
    return -Math.log(1 - this.random.next()) * mean;
  }
}

function spotBooks(group: AssetBooks): SimulatedBook[] {
  return group.books.filter((book) => book.instrument.market === 'spot');
}

/** Assets without the instruments that are given. */
function without(assets: readonly Asset[], given: readonly GivenInstrument[]): Asset[] {
  if (given.length === 0) return [...assets];
  const names = new Set(given.map(({ venue, market, symbol }) => `${venue} ${market} ${symbol}`));
  return assets.map((asset) => ({
    ...asset,
    instruments: asset.instruments.filter(({ venue, market, symbol }) => !names.has(`${venue} ${market} ${symbol}`)),
  }));
}
