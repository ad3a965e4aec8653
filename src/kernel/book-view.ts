import {
  BOOK_PRICE_SCALE,
  BOOK_QTY_SCALE,
  STATE_BROKEN,
  STATE_BUFFERING,
  STATE_CHECKSUM,
  STATE_CROSSED,
  STATE_EMPTY,
  STATE_GAP,
  STATE_MALFORMED,
  STATE_PRECISION,
  STATE_STALE,
  STATE_SYNCED,
} from '../../assembly/memory/layout.js';
import type { Kernel } from './kernel.js';

const STATE_NAMES = {
  [STATE_EMPTY]: 'EMPTY',
  [STATE_BUFFERING]: 'BUFFERING',
  [STATE_SYNCED]: 'SYNCED',
  [STATE_STALE]: 'STALE',
  [STATE_GAP]: 'GAP',
  [STATE_CROSSED]: 'CROSSED',
  [STATE_CHECKSUM]: 'CHECKSUM',
  [STATE_PRECISION]: 'PRECISION',
  [STATE_MALFORMED]: 'MALFORMED',
  [STATE_BROKEN]: 'BROKEN',
} as const;

export type BookStateName = (typeof STATE_NAMES)[keyof typeof STATE_NAMES];

/** All names, in the order of the STATE_... values. */
export const BOOK_STATE_NAMES: readonly BookStateName[] = Object.values(STATE_NAMES);

/** Name of a STATE_... value, as people and the API read it. */
export function stateName(state: number): BookStateName {
  return STATE_NAMES[state as keyof typeof STATE_NAMES] ?? 'BROKEN';
}

/** Price and quantity as decimal texts. */
export type LevelText = readonly [price: string, qty: string];

/** A book at one moment, for people: the API, the dashboard, reports. */
export interface BookView {
  readonly state: BookStateName;
  readonly sequence: number;
  /** Best first. */
  readonly bids: readonly LevelText[];
  readonly asks: readonly LevelText[];
  /** Levels the book holds, of which the view may show fewer. */
  readonly bidCount: number;
  readonly askCount: number;
  /** Whether levels fell off either side since the last snapshot. */
  readonly truncated: boolean;
  /** Microseconds since the epoch by the venue's clock; 0 where it sends none. */
  readonly exchangeUs: number;
  /** Monotonic microseconds. */
  readonly receiveUs: number;
}

/** Reads the best `depth` levels of a book whole. For cold paths: it allocates. @returns undefined when its writer kept it busy */
export function readBook(kernel: Kernel, book: number, depth: number): BookView | undefined {
  if (kernel.exports.copyBook(book, depth) === 0) return undefined;
  const priceScale = kernel.int32At(book + BOOK_PRICE_SCALE);
  const qtyScale = kernel.int32At(book + BOOK_QTY_SCALE);
  const side = (start: number, levels: number): LevelText[] =>
    Array.from({ length: levels }, (_, index) => [
      decimalText(kernel.float64[start + index * 2] ?? 0, priceScale),
      decimalText(kernel.float64[start + index * 2 + 1] ?? 0, qtyScale),
    ]);
  return {
    state: stateName(kernel.answer(2)),
    sequence: kernel.answer(3),
    bids: side(kernel.copiedBids, kernel.answer(0)),
    asks: side(kernel.copiedAsks, kernel.answer(1)),
    bidCount: kernel.answer(6),
    askCount: kernel.answer(8),
    truncated: kernel.answer(7) + kernel.answer(9) > 0,
    exchangeUs: kernel.answer(5),
    receiveUs: kernel.answer(4),
  };
}

/** Whole units of 10^-scale as exact decimal text with all decimals: (1250, 3) is "1.250". */
export function fixedText(units: number, scale: number): string {
  const size = Math.abs(units);
  // From 10^21 on a number's own text has an exponent.
  const digits = (size < 1e21 ? String(size) : BigInt(size).toString()).padStart(scale + 1, '0');
  const sign = units < 0 ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** As `fixedText`, without trailing zeros: (1250, 3) is "1.25", (2000, 3) is "2". */
export function decimalText(units: number, scale: number): string {
  const text = fixedText(units, scale);
  return scale === 0 ? text : text.replace(/\.?0+$/, '');
}
