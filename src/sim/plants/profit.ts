import type { SeededRandom } from '../../domain/random.js';
import { exactSizes } from './exact-profit.js';
import type { Stage, StageBook, StageRow } from './stage.js';

/** What a plant leaves after both fees at the touch, as a fraction. */
const NET_MIN = 0.01;
const NET_RANGE = 0.03;
/** How much cheaper than anywhere else the buying venue is after its fee, so that the pair is the best one of its row. */
const ADVANTAGE = 1.5e-3;
const BRIEF_CHANCE = 0.15;
/** Plants that last no longer do not count. */
export const COUNTED_LIFE_US = 5_000;
const BRIEF_US: readonly [number, number] = [500, 4_500];
const STILL_US: readonly [number, number] = [6_000, 400_000];
const MOVING_US: readonly [number, number] = [6_000, 3_000_000];
const STILL_CHANCE = 0.6;

/** Two places of one row: where to buy and where to sell. */
export interface Pair {
  readonly buy: StageBook;
  readonly sell: StageBook;
}

/**
 * Makes a spread between two venues of a row that pays, and takes it away again.
 * @param done called when everything is as it was
 */
export function plantProfit(stage: Stage, row: StageRow, { buy, sell }: Pair, random: SeededRandom, done: () => void): void {
  const lifeUs = drawLife(random);
  const still = lifeUs.still;
  const net = NET_MIN + random.next() * NET_RANGE;
  const startUs = stage.nowUs;
  spread(row, { buy, sell }, net);
  for (const { quiet } of [buy, sell]) quiet.frozen = still;
  stage.profits.push({
    kind: 'profit',
    row: row.name,
    pair: { buy: buy.venue, sell: sell.venue },
    startUs,
    endUs: startUs + lifeUs.us,
    still,
    sizes: exactSizes(buy.quiet.book, sell.quiet.book),
  });
  stage.after(lifeUs.us, () => {
    home({ buy, sell });
    done();
  });
}

/** Moves both books so that buying at one touch and selling at the other leaves the fraction `net` after both fees. */
export function spread(row: StageRow, { buy, sell }: Pair, net: number): void {
  const others = row.books.filter((book) => book !== buy && !book.strange);
  const cheapest = Math.min(...others.map(({ quiet, feeBps }) => quiet.quietAsk(feeBps)));
  const factor = Math.min(1, (cheapest * (1 - ADVANTAGE)) / buy.quiet.quietAsk(buy.feeBps));
  buy.quiet.depart({ bids: factor, asks: factor });
  const raised = (buy.quiet.quietAsk(buy.feeBps) * factor * (1 + net)) / sell.quiet.quietBid(sell.feeBps);
  sell.quiet.depart({ bids: raised, asks: raised });
}

/** Lets both books go back to where they were. */
export function home({ buy, sell }: Pair): void {
  for (const { quiet } of [buy, sell]) {
    quiet.frozen = false;
    quiet.depart();
  }
}

/** A length of time between two, short ones as likely as long ones. */
export function drawUs([from, to]: readonly [number, number], random: SeededRandom): number {
  return Math.round(from * (to / from) ** random.next());
}

function drawLife(random: SeededRandom): { readonly us: number; readonly still: boolean } {
  if (random.next() < BRIEF_CHANCE) return { us: drawUs(BRIEF_US, random), still: true };
  const still = random.next() < STILL_CHANCE;
  return { us: drawUs(still ? STILL_US : MOVING_US, random), still };
}
