import type { SeededRandom } from '../../domain/random.js';
import type { VenueId } from '../../domain/venue.js';
import type { SimulatedBook } from './book.js';

/** A cross-venue spread that was put into the market on purpose. */
export interface Plant {
  /** The base asset. */
  readonly symbol: string;
  readonly buyVenue: VenueId;
  readonly sellVenue: VenueId;
  /** Microseconds since the epoch. */
  readonly startUs: number;
  readonly endUs: number;
  /** How far the bid at the selling venue stood above the ask at the buying venue when it began, before fees, in percent. */
  readonly spreadPct: number;
}

/** A plant that is about to begin: which book moves, and by how much. */
export interface PlannedPlant {
  readonly book: SimulatedBook;
  readonly other: SimulatedBook;
  /** To be added to the logarithm of the book's price. */
  readonly displacement: number;
  readonly durationUs: number;
}

const DISPLACEMENT_MIN = 0.01;
const DISPLACEMENT_MAX = 0.04;
/** What a plant leaves after both fees, at least, when it begins. */
const NET_MIN = 0.002;

/**
 * Chooses where to plant a spread that pays after both venues' fees.
 * @param candidates the spot books of one thin asset that nothing is planted in
 * @returns null when the venues' fees and spreads are wider than any displacement that is allowed
 */
export function planPlant(candidates: readonly SimulatedBook[], random: SeededRandom): PlannedPlant | null {
  const book = candidates[random.below(candidates.length)];
  const others = candidates.filter((candidate) => candidate !== book);
  const other = others[random.below(others.length)];
  if (book === undefined || other === undefined) return null;
  const up = random.next() < 0.5;
  const gross = up ? spread(other, book) : spread(book, other);
  const fees = (book.instrument.takerFeeBps + other.instrument.takerFeeBps) / 1e4;
  const least = Math.max(DISPLACEMENT_MIN, fees + NET_MIN - gross);
  if (least > DISPLACEMENT_MAX) return null;
  const displacement = least + random.next() * (DISPLACEMENT_MAX - least);
  const durationUs = Math.round((0.3 + random.next() * 4.7) * 1e6);
  return { book, other, displacement: up ? displacement : -displacement, durationUs };
}

/** What buying at one book's ask and selling at the other's bid yields before fees, as a fraction. */
export function spread(buyAt: SimulatedBook, sellAt: SimulatedBook): number {
  const ask = buyAt.asks.best();
  const bid = sellAt.bids.best();
  if (ask === undefined || bid === undefined) return Number.NEGATIVE_INFINITY;
  return (bid.priceUnits * 10 ** -sellAt.instrument.priceDecimals) / (ask.priceUnits * 10 ** -buyAt.instrument.priceDecimals) - 1;
}
