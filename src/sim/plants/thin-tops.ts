import type { SeededRandom } from '../../domain/random.js';
import { drawPair, drawUs, luringPrice, othersThan, sizesOf } from './pair.js';
import type { QuietBook } from './quiet-book.js';
import type { Stage, StageBook, StageRow } from './stage.js';
import type { TrapKind } from './truth.js';

const LIFE_US: readonly [number, number] = [20_000, 800_000];
const TEMPTING_MIN = 0.005;
const TEMPTING_RANGE = 0.02;
/** Part of the quantity at which a thin top would begin to pay. */
const SAFE_PART = 0.6;

/** How much a trap seems to pay at the touch, after fees. */
export function drawTemptation(random: SeededRandom): number {
  return TEMPTING_MIN + random.next() * TEMPTING_RANGE;
}

/** A profit in less than any order that both venues take; behind it the book is as it always is. */
export function plantTooThin(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const { buy, sell } = drawPair(row, random);
  const isSeller = random.next() < 0.5;
  plantThin(stage, row, 'too-thin', isSeller ? sell : buy, isSeller, random, done);
}

/** A profit in more than the least values of both venues, but in less than a whole lot of the other one. */
export function plantBelowMinimum(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const fine = row.books.find(({ quiet }) => quiet.book.instrument.qtyDecimals > 0);
  if (fine !== undefined) plantThin(stage, row, 'below-minimum', fine, random.next() < 0.5, random, done);
}

function plantThin(
  stage: Stage,
  row: StageRow,
  kind: TrapKind,
  lying: StageBook,
  isSeller: boolean,
  random: SeededRandom,
  done: () => void,
): void {
  const { quiet, venue } = lying;
  const net = drawTemptation(random);
  const priceUnits = luringPrice(row, lying, isSeller, net);
  showTop(quiet, isSeller, priceUnits, crumbUnits(row, lying, isSeller, net));
  quiet.frozen = true;
  const startUs = stage.nowUs;
  const lifeUs = drawUs(LIFE_US, random);
  const sizes = pairsWith(row, lying, isSeller).flatMap(sizesOf);
  stage.traps.push({ kind, row: row.name, venue, pair: null, startUs, endUs: startUs + lifeUs, sizes });
  stage.after(lifeUs, () => {
    quiet.frozen = false;
    quiet.depart();
    done();
  });
}

/** Puts one level in front of a side; the other side makes room, so that the book is not crossed. */
export function showTop(quiet: QuietBook, isSeller: boolean, priceUnits: number, qtyUnits: number): void {
  const level = { priceUnits, qtyUnits };
  const price = priceUnits / 10 ** quiet.book.instrument.priceDecimals;
  if (isSeller) quiet.depart({ topBids: [level], asks: price / quiet.quietBid() });
  else quiet.depart({ topAsks: [level], bids: price / quiet.quietAsk() });
}

/** A quantity at a luring price with which no order that both venues take earns anything, since the rest of it costs more. */
export function crumbUnits(row: StageRow, lying: StageBook, isSeller: boolean, net: number): number {
  const { quiet } = lying;
  const base = Math.min(
    ...pairsWith(row, lying, isSeller).map((pair) => {
      const { buy, sell } = pair;
      const loss = 1 - sell.quiet.quietBid(sell.feeBps) / buy.quiet.quietAsk(buy.feeBps);
      return (Number(sizesOf(pair)[0]?.base ?? 0) * SAFE_PART * loss) / (net + loss);
    }),
  );
  return quiet.quantityWorth(base * quiet.quietBid(), quiet.quietBid());
}

function pairsWith(row: StageRow, lying: StageBook, isSeller: boolean): { readonly buy: StageBook; readonly sell: StageBook }[] {
  return othersThan(lying, row).map((other) => (isSeller ? { buy: other, sell: lying } : { buy: lying, sell: other }));
}
