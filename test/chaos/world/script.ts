import type { SeededRandom } from '../../../src/domain/random.js';
import type { StagedBook, World } from './world.js';

const SECOND_US = 1e6;
/** All books say something so often while a window of activity lasts: a book that is silent is too old to be traded on. */
const STIR_US = 3.5 * SECOND_US;
/** A spread is planted about so often, and stands so long. */
const PLANT_US = 4 * SECOND_US;
const STAND_US_MIN = 0.05 * SECOND_US;
const STAND_US_MAX = 3 * SECOND_US;
/** By how much the planted book is off, as a fraction; below what the price band refuses. */
const SHIFT_MIN = 0.006;
const SHIFT_RANGE = 0.012;
/** Where costs are not seen, distances that do not pay for them. */
const COSTLY_SHIFT_MIN = 0.002;
const COSTLY_SHIFT_RANGE = 0.003;
const MARKET_US = 60 * SECOND_US;
const CALM_STIR_US = 4 * SECOND_US;
const MOVE_CHANCE = 0.3;
const MOVE_MOST = 0.004;

/** Lets the market live: silent for hours, and in between windows in which books move and spreads are planted. */
export function playScript(world: World): void {
  const random = world.random.fork('script');
  const { windows, calmUs, endUs } = world.plan;
  for (const { startUs, endUs: windowEndUs } of windows) {
    world.at(startUs, () => {
      stirAll(world, random, windowEndUs, STIR_US);
      plantSometimes(world, random, windowEndUs);
    });
  }
  world.at(calmUs, () => stirAll(world, random, endUs, CALM_STIR_US));
  world.time.every(MARKET_US / 1000, () => world.market.advance(world.nowUs));
}

function stirAll(world: World, random: SeededRandom, untilUs: number, everyUs: number): void {
  world.market.advance(world.nowUs);
  // This also puts back what somebody has taken.
  for (const { quiet } of world.books) quiet.stir();
  if (random.next() < MOVE_CHANCE && !world.isCalm) moveAsset(world, random);
  if (world.nowUs + everyUs < untilUs) world.after(everyUs, () => stirAll(world, random, untilUs, everyUs));
}

/** The price of one asset moves, everywhere. */
function moveAsset(world: World, random: SeededRandom): void {
  const { base } = pick(world.books, random).book.instrument;
  const factor = 1 + (random.next() * 2 - 1) * MOVE_MOST;
  for (const { book, quiet } of world.books) if (book.instrument.base === base) quiet.move(factor);
}

function plantSometimes(world: World, random: SeededRandom, untilUs: number): void {
  const waitUs = -Math.log(1 - random.next()) * PLANT_US;
  if (world.nowUs + waitUs >= untilUs) return;
  world.after(waitUs, () => {
    plant(world, random);
    plantSometimes(world, random, untilUs);
  });
}

/** One book departs from the others, and comes home. What stands there may be thin, so that orders are filled in part. */
function plant(world: World, random: SeededRandom): void {
  const { quiet, book } = pick(world.books, random);
  const up = random.next() < 0.5;
  const most = world.plan.isCostly ? COSTLY_SHIFT_RANGE : SHIFT_RANGE;
  const factor = 1 + (up ? 1 : -1) * ((world.plan.isCostly ? COSTLY_SHIFT_MIN : SHIFT_MIN) + random.next() * most);
  const thin = random.next() < 0.5 ? [0.1 + random.next() * 0.6, 0.3] : [];
  quiet.depart({ bids: factor, asks: factor, ...(up ? { bidSizes: thin } : { askSizes: thin }) });
  const standUs = STAND_US_MIN + random.next() ** 2 * (STAND_US_MAX - STAND_US_MIN);
  world.after(standUs, () => {
    // Sometimes it goes beyond home, so that what was not hedged yet costs.
    if (random.next() < 0.15) quiet.depart({ bids: 2 - factor, asks: 2 - factor });
    else quiet.depart();
  });
  if (random.next() < 0.3) {
    const taker = pick(
      world.books.filter((one) => one.book.instrument.base === book.instrument.base),
      random,
    );
    world.after(random.next() * standUs, () => taker.quiet.trade(random.next() < 0.5, 0.5 + random.next()));
  }
}

function pick(books: readonly StagedBook[], random: SeededRandom): StagedBook {
  return books[random.below(books.length)] as StagedBook;
}
