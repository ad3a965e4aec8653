import type { SeededRandom } from '../../domain/random.js';
import { exactSizes } from './exact-profit.js';
import { LEVELS_MAX } from './quiet-book.js';
import type { StageBook, StageRow } from './stage.js';
import type { SizeTruth } from './truth.js';

/** Two places of one row: where to buy and where to sell. */
export interface Pair {
  readonly buy: StageBook;
  readonly sell: StageBook;
}

/** How much cheaper than anywhere else the buying venue of a pair is after its fee, so that the pair is the best one of its row. */
const ADVANTAGE = 1.5e-3;

/** A number between two, small ones as likely as large ones. */
export function drawRatio([from, to]: readonly [number, number], random: SeededRandom): number {
  return from * (to / from) ** random.next();
}

/** A length of time between two, short ones as likely as long ones. */
export function drawUs(range: readonly [number, number], random: SeededRandom): number {
  return Math.round(drawRatio(range, random));
}

/** The books of a row that sell what its name says, without one of them. */
export function othersThan(book: StageBook, row: StageRow): StageBook[] {
  return row.books.filter((other) => other !== book && !other.strange);
}

/** Two different venues of a row, of which neither sells another asset under the name. Contracts are compared with Binance's. */
export function drawPair(row: StageRow, random: SeededRandom): Pair {
  const honest = row.books.filter(({ strange }) => !strange);
  const first =
    row.asset.market === 'futures' ? honest.find(({ venue }) => venue === 'binance') : honest[random.below(honest.length)];
  const others = honest.filter((book) => book !== first);
  const second = others[random.below(others.length)];
  if (first === undefined || second === undefined) throw new RangeError(`${row.name.base} is listed at one venue only`);
  return random.next() < 0.5 ? { buy: first, sell: second } : { buy: second, sell: first };
}

/**
 * Moves both books so that buying at one touch and selling at the other leaves the fraction `net` after both fees.
 * @param depth what the quantities of both books are multiplied by
 */
export function spread(row: StageRow, { buy, sell }: Pair, net: number, depth = 1): void {
  const sizes = depth === 1 ? [] : new Array<number>(LEVELS_MAX).fill(depth);
  const cheapest = Math.min(...othersThan(buy, row).map(({ quiet, feeBps }) => quiet.quietAsk(feeBps)));
  const lowered = Math.min(1, (cheapest * (1 - ADVANTAGE)) / buy.quiet.quietAsk(buy.feeBps));
  buy.quiet.depart({ bids: lowered, asks: lowered, askSizes: sizes });
  const raised = (buy.quiet.quietAsk(buy.feeBps) * lowered * (1 + net)) / sell.quiet.quietBid(sell.feeBps);
  sell.quiet.depart({ bids: raised, asks: raised, bidSizes: sizes });
}

/** Lets both books stand still, or move again. */
export function freeze({ buy, sell }: Pair, frozen: boolean): void {
  buy.quiet.frozen = frozen;
  sell.quiet.frozen = frozen;
}

/** Lets both books go back to where they were. */
export function home(pair: Pair): void {
  freeze(pair, false);
  pair.buy.quiet.depart();
  pair.sell.quiet.depart();
}

/** What the sizes of a pair come to in the books as they stand. */
export function sizesOf({ buy, sell }: Pair): SizeTruth[] {
  return exactSizes(buy.quiet.book, sell.quiet.book);
}

/** A price in units at one venue that seems to leave the fraction `net` after fees against the best of all others. */
export function luringPrice(row: StageRow, lying: StageBook, isSeller: boolean, net: number): number {
  const others = othersThan(lying, row);
  if (isSeller) {
    const cheapest = Math.min(...others.map(({ quiet, feeBps }) => quiet.quietAsk(feeBps)));
    return lying.quiet.unitsOf((cheapest * (1 + net)) / (1 - lying.feeBps / 1e4), -1);
  }
  const dearest = Math.max(...others.map(({ quiet, feeBps }) => quiet.quietBid(feeBps)));
  return lying.quiet.unitsOf(dearest / (1 + net) / (1 + lying.feeBps / 1e4), 1);
}
