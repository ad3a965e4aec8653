import { SIZES_MAX } from '../../../assembly/memory/scan-layout.js';
import type { RowInfo } from '../universe.js';
import { Confidence } from './confidence.js';

/** What is known of a row's opportunity; one record a row, used over and over. */
export class Candidate {
  /** Unique in the run, from 1 on; 0 before the first. */
  id = 0;
  isOpen = false;
  /** Whether a size has stood long enough since it opened. */
  isConfirmed = false;
  /** Places in the row and books of the pair. */
  buyPlace = -1;
  sellPlace = -1;
  buyBook = -1;
  sellBook = -1;
  /** Number of the pair in the history. */
  pair = -1;
  openedUs = 0;
  openedEpochUs = 0;
  lookedUs = 0;
  /** Since when each size has been worth it without a break, -1 when it is not, and the later looks at which it still was. */
  readonly sinceUs = new Float64Array(SIZES_MAX).fill(-1);
  readonly looks = new Int32Array(SIZES_MAX);
  /** Of the last look: sizes that are worth it, and the one with the greatest net, -1 for none; confirmed ones only. */
  sizes = 0;
  best = -1;
  bestConfirmed = -1;
  /** The greatest net of each size while it stood, and of all; quote assets. */
  readonly bestNetQuotes = new Float64Array(SIZES_MAX);
  bestNetQuote = 0;
  disagreement = 0;
  readonly confidence = new Confidence();
  score = 0;

  readonly row: number;
  /** What one price unit, one base unit, and their product are in plain numbers. */
  readonly priceUnit: number;
  readonly baseUnit: number;
  readonly quoteUnit: number;

  constructor({ row, priceScale, baseScale }: RowInfo) {
    this.row = row;
    this.priceUnit = 1 / 10 ** priceScale;
    this.baseUnit = 1 / 10 ** baseScale;
    this.quoteUnit = 1 / 10 ** (priceScale + baseScale);
  }

  /** Begins another opportunity. */
  open(id: number, nowUs: number, epochUs: number): void {
    this.id = id;
    this.isOpen = true;
    this.isConfirmed = false;
    this.openedUs = nowUs;
    this.openedEpochUs = epochUs;
    this.lookedUs = nowUs;
    this.bestNetQuote = 0;
    this.bestNetQuotes.fill(0);
    this.sinceUs.fill(-1);
    this.looks.fill(0);
  }
}
