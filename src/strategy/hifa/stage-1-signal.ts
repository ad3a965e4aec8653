import { SIGNAL_DOWN, SIGNAL_NAMES, SIGNAL_UP } from '../../kernel/signals.js';
import type { Decision, DecisionStage } from '../decision-log.js';
import type { RowInfo, StrategyUniverse } from '../universe.js';
import type { SignalConfig } from './config.js';
import type { SignalSource } from './signal-source.js';

/** What a row's books signal together. */
export class SignalReading {
  row = -1;
  /** 1 for up, -1 for down. */
  direction = 1;
  /** In [0, 1]: what the strongest book says for the direction, less what the strongest says against it. */
  strength = 0;
  /** The book that signals most in the direction. */
  book = -1;
  /** What the strongest book says for either direction. */
  up = 0;
  down = 0;
  /** Signals that began since the row was last looked at, those that are active, and the age of the newest, -1 without one. */
  onsets = 0;
  active = 0;
  newestAgeUs = -1;
  /** Books that signal in the direction. */
  agreeing = 0;
}

export const SIGNAL_STAGE: DecisionStage = {
  name: 'signal',
  verdicts: ['goes on', 'weak', 'mixed'],
  figures: ['direction', 'strength', 'up', 'down', 'onsets', 'active', 'newestAgeUs', 'agreeingBooks', 'minStrength'],
};
export const SIGNAL_GOES_ON = 0;
export const SIGNAL_WEAK = 1;
export const SIGNAL_MIXED = 2;

const KINDS = SIGNAL_NAMES.length;
const PER_BOOK = KINDS * 2;

/**
 * Stage 1: which rows signal something. `look` is asked of every changed book and is cheap; `evaluate` then reads all books of a row
 * and says in which direction, and how strongly. Each signal counts with its weight times (1 + strength) / 2 times what is left
 * of its time; those of one book and direction are put together as independent evidence, 1 - (1 - a)(1 - b)...
 */
export class SignalStage {
  readonly stage = SIGNAL_STAGE;
  readonly reading = new SignalReading();
  private readonly weights: Float64Array;
  private readonly rowOf: Int32Array;
  /** Onsets counted so far, and those not yet evaluated, by book, kind and direction. */
  private readonly seen: Float64Array;
  private readonly fresh: Float64Array;
  private readonly reviewUs: Float64Array;
  private readonly maxAgeUs: number;

  constructor(
    private readonly config: SignalConfig,
    private readonly universe: StrategyUniverse,
  ) {
    this.weights = Float64Array.of(config.imbalanceWeight, config.wallWeight, config.microMoveWeight, config.volumeWeight);
    this.rowOf = Int32Array.from(universe.books, ({ row }) => row);
    this.seen = new Float64Array(universe.books.length * PER_BOOK);
    this.fresh = new Float64Array(universe.books.length * PER_BOOK);
    this.reviewUs = new Float64Array(universe.rows.length);
    this.maxAgeUs = config.maxAgeMs * 1000;
  }

  /** Counts what began in a book. @returns whether its row has to be evaluated: something began, or lasts and is due again */
  look(source: SignalSource, book: number, nowUs: number): boolean {
    const { seen, fresh } = this;
    const isDue = nowUs >= (this.reviewUs[this.rowOf[book] ?? 0] ?? 0);
    let found = false;
    for (let slot = 0; slot < PER_BOOK; slot++) {
      const at = book * PER_BOOK + slot;
      const count = source.onsets(book, slot >> 1, slot & 1);
      const before = seen[at] ?? 0;
      if (count !== before) {
        // A book that was built anew counts from nothing.
        fresh[at] = (fresh[at] ?? 0) + (count > before ? count - before : count);
        seen[at] = count;
        found = true;
      } else if (isDue && !found) {
        found = source.isActive(book, slot >> 1, slot & 1);
      }
    }
    return found;
  }

  /** Reads all books of a row into `reading`. @returns the verdict */
  evaluate(source: SignalSource, row: number, nowUs: number): number {
    const { reading } = this;
    const { books } = this.universe.rows[row] as RowInfo;
    this.reviewUs[row] = nowUs + this.config.reviewMs * 1000;
    reading.row = row;
    reading.onsets = 0;
    reading.active = 0;
    reading.newestAgeUs = -1;
    reading.up = 0;
    reading.down = 0;
    let upBook = -1;
    let downBook = -1;
    let upBooks = 0;
    let downBooks = 0;
    for (let place = 0; place < books.length; place++) {
      const book = books[place]?.book ?? -1;
      const up = this.strengthOf(source, book, SIGNAL_UP, nowUs);
      const down = this.strengthOf(source, book, SIGNAL_DOWN, nowUs);
      if (up > down) upBooks++;
      if (down > up) downBooks++;
      if (up > reading.up) {
        reading.up = up;
        upBook = book;
      }
      if (down > reading.down) {
        reading.down = down;
        downBook = book;
      }
    }
    const isUp = reading.up >= reading.down;
    reading.direction = isUp ? 1 : -1;
    reading.book = isUp ? upBook : downBook;
    reading.agreeing = isUp ? upBooks : downBooks;
    reading.strength = Math.abs(reading.up - reading.down);
    if (reading.strength >= this.config.minStrength) return SIGNAL_GOES_ON;
    return Math.max(reading.up, reading.down) >= this.config.minStrength ? SIGNAL_MIXED : SIGNAL_WEAK;
  }

  /** Notes the figures of SIGNAL_STAGE. */
  note(decision: Decision): Decision {
    const { reading } = this;
    decision.book = reading.book;
    return decision
      .note(reading.direction)
      .note(reading.strength)
      .note(reading.up)
      .note(reading.down)
      .note(reading.onsets)
      .note(reading.active)
      .note(reading.newestAgeUs)
      .note(reading.agreeing)
      .note(this.config.minStrength);
  }

  /** What one book signals in one direction; takes in what began since. */
  private strengthOf(source: SignalSource, book: number, direction: number, nowUs: number): number {
    const { fresh, reading } = this;
    let against = 1;
    for (let kind = 0; kind < KINDS; kind++) {
      const at = book * PER_BOOK + kind * 2 + direction;
      const began = fresh[at] ?? 0;
      const isActive = source.isActive(book, kind, direction);
      if (began === 0 && !isActive) continue;
      fresh[at] = 0;
      const ageUs = Math.max(0, nowUs - source.sinceUs(book, kind, direction));
      reading.onsets += began;
      if (isActive) reading.active++;
      if (reading.newestAgeUs < 0 || ageUs < reading.newestAgeUs) reading.newestAgeUs = ageUs;
      const left = Math.max(0, 1 - ageUs / this.maxAgeUs);
      // At its threshold a signal counts half, far beyond it in full.
      const certainty = (1 + source.strength(book, kind, direction)) / 2;
      against *= 1 - (this.weights[kind] ?? 0) * certainty * left;
    }
    return 1 - against;
  }
}
