import type { SeededRandom } from '../../domain/random.js';
import { drawUs } from './pair.js';
import { type Departure, LEVELS_MAX } from './quiet-book.js';
import type { Stage, StageBook, StageRow } from './stage.js';
import type { SignalKind } from './truth.js';

/** A strength between two, for what counts and for what comes near. */
interface Strengths {
  readonly signal: readonly [from: number, to: number];
  readonly decoy: readonly [from: number, to: number];
}

/** How many times the other side's quantities those of one side become. */
const IMBALANCE: Strengths = { signal: [7.5, 16], decoy: [1.6, 3] };
/** How many times its usual quantity one level becomes. */
const WALL: Strengths = { signal: [12, 30], decoy: [2, 4] };
/** By which part the price moves at once. */
const MOVE: Strengths = { signal: [1.5e-3, 6e-3], decoy: [1e-4, 6e-4] };
/** How much less the takers of the other side trade: nothing at all, or a part of as much. */
const VOLUME: Strengths = { signal: [0, 0], decoy: [0.55, 1] };
const SIGNAL_CHANCE = 0.7;
const STANDING_US: readonly [number, number] = [200_000, 1_500_000];
const MOVE_US = 300_000;
/** After that what moved or was traded before is no part of what is new. */
const FORGOTTEN_US = 1_100_000;
const TRADES_MIN = 12;
const TRADES_RANGE = 12;
const TRADE_EVERY_US = 40_000;
/** Part of a usual level that one trade takes. */
const TRADE_PART: readonly [number, number] = [0.25, 0.5];
const WALL_LEVELS = 4;

/** Something that one book tells, or nearly tells. @param done called when the book is as it was */
export function plantSignal(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const plants = [plantImbalance, plantWall, plantMove, plantVolume];
  plants[random.below(plants.length)]?.(stage, row, random, done);
}

function plantImbalance(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const { up, counts, strength } = draw(IMBALANCE, random);
  const sizes = new Array<number>(LEVELS_MAX).fill(strength);
  stand(stage, row, 'imbalance', { up, counts }, up ? { bidSizes: sizes } : { askSizes: sizes }, random, done);
}

function plantWall(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const { up, counts, strength } = draw(WALL, random);
  const sizes = [...new Array<number>(random.below(WALL_LEVELS)).fill(1), strength];
  stand(stage, row, 'wall', { up, counts }, up ? { bidSizes: sizes } : { askSizes: sizes }, random, done);
}

/** All venues move alike, so that no spread opens between them. */
function plantMove(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const { up, counts, strength } = draw(MOVE, random);
  for (const { quiet, venue } of row.books) {
    quiet.move(up ? 1 + strength : 1 / (1 + strength));
    note(stage, row, 'micro-move', venue, { up, counts }, MOVE_US);
  }
  stage.after(FORGOTTEN_US, done);
}

/** Takers of one side trade one after the other; what they take is there again at once. */
function plantVolume(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const { up, counts, strength } = draw(VOLUME, random);
  const { quiet, venue } = drawBook(row, random);
  const count = TRADES_MIN + random.below(TRADES_RANGE);
  note(stage, row, 'volume', venue, { up, counts }, (count - 1) * TRADE_EVERY_US);
  const part = between(TRADE_PART, random);
  const trade = (index: number): void => {
    if (index === count) {
      stage.after(FORGOTTEN_US, done);
      return;
    }
    const isAgainst = strength > 0 && index % 2 === 1;
    quiet.trade(isAgainst !== up, isAgainst ? part * strength : part);
    stage.after(TRADE_EVERY_US, () => trade(index + 1));
  };
  trade(0);
}

/** Changes a book for some time. */
function stand(
  stage: Stage,
  row: StageRow,
  kind: SignalKind,
  what: { readonly up: boolean; readonly counts: boolean },
  departure: Departure,
  random: SeededRandom,
  done: () => void,
): void {
  const { quiet, venue } = drawBook(row, random);
  const lifeUs = drawUs(STANDING_US, random);
  quiet.depart(departure);
  note(stage, row, kind, venue, what, lifeUs);
  stage.after(lifeUs, () => {
    quiet.depart();
    done();
  });
}

function note(
  stage: Stage,
  row: StageRow,
  kind: SignalKind,
  venue: StageBook['venue'],
  what: { readonly up: boolean; readonly counts: boolean },
  lifeUs: number,
): void {
  const startUs = stage.nowUs;
  stage.signals.push({ kind, row: row.name, venue, ...what, startUs, endUs: startUs + lifeUs });
}

function draw(
  strengths: Strengths,
  random: SeededRandom,
): { readonly up: boolean; readonly counts: boolean; readonly strength: number } {
  const counts = random.next() < SIGNAL_CHANCE;
  return { up: random.next() < 0.5, counts, strength: between(counts ? strengths.signal : strengths.decoy, random) };
}

function between([from, to]: readonly [number, number], random: SeededRandom): number {
  return from + random.next() * (to - from);
}

function drawBook(row: StageRow, random: SeededRandom): StageBook {
  const book = row.books[random.below(row.books.length)];
  if (book === undefined) throw new RangeError(`${row.name.base} has no books`);
  return book;
}
