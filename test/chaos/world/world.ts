import { SeededRandom } from '../../../src/domain/random.js';
import { VENUES } from '../../../src/domain/venue.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import type { SimulatedBook } from '../../../src/sim/market/book.js';
import { SimulatedMarket } from '../../../src/sim/market/market.js';
import { QuietBook } from '../../../src/sim/plants/quiet-book.js';
import { History } from '../history.js';
import { Disk } from '../life/disk.js';
import type { ChaosPlan } from '../plan.js';
import { emptyStats } from '../stats.js';
import { Exchange } from './exchange.js';
import { drawListings } from './listings.js';

const NEVER = 1e-9;
/** 2026-01-01 00:00 UTC: funding is paid, and days begin, at whole multiples of eight hours from here. */
const DAY_BEGIN_US = 1_767_225_600_000_000;
const FUNDING_US = 8 * 3_600e6;

/** A book with the script that moves it. */
export interface StagedBook {
  readonly book: SimulatedBook;
  readonly quiet: QuietBook;
  readonly exchange: Exchange;
}

/** Everything of a seed but our own process: time, markets, five exchanges with our accounts, and the disk. */
export class World {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly history: History;
  readonly market: SimulatedMarket;
  readonly exchanges: readonly Exchange[];
  readonly books: readonly StagedBook[];
  readonly disk = new Disk();
  readonly stats = emptyStats();
  /** Told of every change of a book. */
  onBook: ((book: SimulatedBook) => void) | undefined;
  /** Nothing goes wrong before this moment, for a life without faults, or after `calmUs`. */
  private readonly listingDelayUs: () => number;

  constructor(readonly plan: ChaosPlan) {
    this.time = new VirtualTime(DAY_BEGIN_US + FUNDING_US * (1 + (plan.seed % 5)) - plan.fundingUs);
    const { time } = this;
    this.random = new SeededRandom(plan.seed).fork('world');
    this.history = new History(() => time.monotonicUs());
    const options = {
      ...{ venues: [...VENUES], symbols: 0, futuresSymbols: 0, seed: plan.seed },
      ...{ updatesPerSecond: NEVER, plantIntervalMs: 1 / NEVER },
    };
    const listings = drawListings(this.random.fork('listings'), plan.withFutures);
    this.market = new SimulatedMarket(options, time.originEpochUs, (book) => this.onBook?.(book), listings);
    this.market.advance(time.monotonicUs());
    const prices = new Map(listings.map(({ symbol, price }) => [symbol, price]));
    const random = this.random.fork('listing delays');
    const { unlisted, unlistedMsMax } = plan.network;
    this.listingDelayUs = () =>
      !this.isCalm && unlisted > 0 && random.next() < unlisted ? random.next() * unlistedMsMax * 1000 : 0;
    const quiet = this.market.books.map(
      (book) =>
        new QuietBook(book, prices.get(book.instrument.symbol) ?? 1, this.random.fork(nameOf(book)), () => time.epochUs()),
    );
    const funds = plan.fundsQuote;
    const priceOf = (asset: string): number => listings.find(({ symbol }) => symbol.startsWith(asset))?.price ?? 1;
    this.exchanges = VENUES.flatMap((venue) => {
      if (!this.market.books.some(({ instrument }) => instrument.venue === venue)) return [];
      return new Exchange(
        venue,
        this.market,
        plan.seed,
        { nowUs: () => time.monotonicUs(), venueUs: () => time.epochUs() },
        this.listingDelayUs,
        { quote: funds.toFixed(4), base: (asset) => (funds / priceOf(asset)).toFixed(2) },
      );
    });
    this.books = this.market.books.flatMap((book, place) => {
      const exchange = this.exchanges.find(({ venue }) => venue === book.instrument.venue);
      const staged = quiet[place];
      return exchange === undefined || staged === undefined ? [] : [{ book, quiet: staged, exchange }];
    });
  }

  get nowUs(): number {
    return this.time.monotonicUs();
  }
  /** Whether faults are over. */
  get isCalm(): boolean {
    return this.nowUs >= this.plan.calmUs;
  }

  after(us: number, action: () => void): void {
    this.time.after(us / 1000, action);
  }
  /** At a moment of virtual time, in microseconds from the start. */
  at(us: number, action: () => void): void {
    this.after(Math.max(0, us - this.nowUs), action);
  }
}

function nameOf({ instrument: { venue, market, symbol } }: SimulatedBook): string {
  return `${venue} ${market} ${symbol}`;
}
