import type { SeededRandom } from '../../domain/random.js';
import type { VenueId } from '../../domain/venue.js';
import type { VirtualTime } from '../../domain/virtual-time.js';
import type { PlantedAsset } from './listings.js';
import { QuietBook } from './quiet-book.js';
import type { ProfitPlant, RowName, SignalPlant, TrapPlant } from './truth.js';
import type { ScriptedVenues } from './venues.js';

/** One venue's book of a row, and what taking from it costs. */
export interface StageBook {
  readonly venue: VenueId;
  readonly quiet: QuietBook;
  readonly feeBps: number;
  /** The ticker stands for another asset here. */
  readonly strange: boolean;
}

/** The books of one asset, on which one thing happens at a time. */
export interface StageRow {
  readonly asset: PlantedAsset;
  readonly name: RowName;
  readonly books: readonly StageBook[];
}

const QUOTE = 'USDT';

/** Where plants are planted: quiet books on virtual time, and the record of what was done to them. */
export class Stage {
  readonly rows: readonly StageRow[];
  readonly profits: ProfitPlant[] = [];
  readonly traps: TrapPlant[] = [];
  readonly signals: SignalPlant[] = [];

  constructor(
    readonly time: VirtualTime,
    readonly venues: ScriptedVenues,
    assets: readonly PlantedAsset[],
    random: SeededRandom,
    /** Told of a plant just before it ends, while its books still stand as it made them. */
    readonly onEnding: (plant: ProfitPlant) => void = () => undefined,
  ) {
    const epochUs = (): number => time.epochUs();
    this.rows = assets.map((asset) => {
      const { role, base, market, listings } = asset;
      const books = listings.flatMap(({ venue, price, strangeFactor }) => {
        const book = venues.bookOf(venue, market, base);
        if (book === undefined) return [];
        const quiet = new QuietBook(book, price, random.fork(`${venue} ${market} ${base}`), epochUs, role === 'signal');
        return [{ venue, quiet, feeBps: book.instrument.takerFeeBps, strange: strangeFactor !== 1 }];
      });
      return { asset, name: { market, base, quote: QUOTE }, books };
    });
  }

  /** Microseconds of virtual time. */
  get nowUs(): number {
    return this.time.monotonicUs();
  }

  /** Runs an action so many microseconds from now. */
  after(us: number, action: () => void): void {
    this.time.after(us / 1_000, action);
  }
}
