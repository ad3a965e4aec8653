import type { SeededRandom } from '../../src/domain/random.js';
import type { BookModel, InstrumentSpec } from './book-model.js';
import type { Coin } from './instruments.js';

/** What a frame is for. `rest` is a snapshot's body and not a frame of the stream. */
export type FrameKind = 'rest' | 'snapshot' | 'delta' | 'trades' | 'ticker' | 'mark' | 'other';

export interface GeneratedFrame {
  readonly kind: FrameKind;
  readonly symbol: string;
  readonly bytes: Buffer;
}

/** How the books of a stream have to be set up to read it. */
export interface StreamBooks {
  /** DECODER_... */
  readonly decoder: number;
  readonly instruments: readonly InstrumentSpec[];
  /** Levels the subscription carries; 0 for all. */
  readonly depth: number;
  /** BOOK_RULE_... */
  readonly rule: number;
  readonly isL3: boolean;
}

/** A consistent stream: each book's snapshot first, then deltas that follow on it, with other frames in between. */
export interface FrameStream extends StreamBooks {
  readonly frames: readonly GeneratedFrame[];
}

/** How long a stream is and what it is made of. */
export interface StreamOptions {
  /** Frames after the snapshots. */
  readonly frames: number;
  readonly seed: number;
  /** Levels on a side of the whole book. */
  readonly levels?: number;
  /** Levels that a delta changes. */
  readonly changes?: number;
  /** Other coins than the usual three; Binance only. */
  readonly coins?: readonly Coin[];
}

/** One instrument under way, with the clock and the counter that all venues need. */
export interface Lane {
  readonly model: BookModel;
  readonly spec: InstrumentSpec;
  /** The venue's last update id. */
  sequence: number;
  timeMs: number;
  tradeId: number;
}

/** A moment in 2026; generated clocks start here. */
export const START_MS = 1_767_225_600_000;

/** Lets 1 to 200 ms pass. */
export function tick(lane: Lane, random: SeededRandom): number {
  lane.timeMs += 1 + random.below(200);
  return lane.timeMs;
}

/** How many levels a message changes: 1 to 5 times the mean, short ones far more often than long ones. */
export function changeCount(mean: number, random: SeededRandom): number {
  return Math.min(5 * mean, 1 + Math.floor(-Math.log(1 - random.next()) * (mean - 1)));
}

/** An element of a list that is not empty. */
export function pick<T>(random: SeededRandom, items: readonly T[]): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

export function isoOf(timeMs: number, microseconds = 0): string {
  return new Date(timeMs).toISOString().replace('Z', `${String(microseconds).padStart(3, '0')}Z`);
}

/** Bytes of a text frame. */
export function textFrame(kind: FrameKind, symbol: string, text: string): GeneratedFrame {
  return { kind, symbol, bytes: Buffer.from(text, 'utf8') };
}
