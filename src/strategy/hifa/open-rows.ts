import type { LegUpdate } from '../intent.js';

export const ROW_IDLE = 0;
/** Orders are out that open a position, a position stands, or orders are out that close it. */
export const ROW_OPENING = 1;
export const ROW_OPEN = 2;
export const ROW_CLOSING = 3;

/** Rows with a position or an order, and what is known of each. Index of every array: the row. Nothing here allocates. */
export class OpenRows {
  /** ROW_... */
  readonly state: Uint8Array;
  /** Direction of the position: 1 long, -1 short. */
  readonly direction: Int8Array;
  readonly isPair: Uint8Array;
  /** Whether closing has begun; what did not fill is tried again. */
  readonly isExiting: Uint8Array;
  /** The intent whose legs are out, with the bits of legs that are final, and those that have to be. */
  private readonly intent: Float64Array;
  private readonly finalLegs: Uint8Array;
  private readonly allLegs: Uint8Array;
  /** Part of the budget that is committed, in the quote asset. */
  readonly committed: Float64Array;
  /** The book that the position is measured at, the other one of a pair, the mid when it was opened, and when that was. */
  readonly watchedBook: Int32Array;
  readonly otherBook: Int32Array;
  readonly entryMid: Float64Array;
  readonly openedUs: Float64Array;
  /** When it is to be closed, or to be tried again; and until when an idle row rests. */
  readonly exitUs: Float64Array;
  readonly restUntilUs: Float64Array;
  private readonly rows: Int32Array;
  private used = 0;

  constructor(
    rows: number,
    readonly openMax: number,
  ) {
    this.state = new Uint8Array(rows);
    this.direction = new Int8Array(rows);
    this.isPair = new Uint8Array(rows);
    this.isExiting = new Uint8Array(rows);
    this.intent = new Float64Array(rows);
    this.finalLegs = new Uint8Array(rows);
    this.allLegs = new Uint8Array(rows);
    this.committed = new Float64Array(rows);
    this.watchedBook = new Int32Array(rows);
    this.otherBook = new Int32Array(rows);
    this.entryMid = new Float64Array(rows);
    this.openedUs = new Float64Array(rows);
    this.exitUs = new Float64Array(rows);
    this.restUntilUs = new Float64Array(rows);
    this.rows = new Int32Array(openMax);
  }

  /** Rows that are not idle, and each of them. */
  get count(): number {
    return this.used;
  }
  row(index: number): number {
    return this.rows[index] ?? -1;
  }
  get isFull(): boolean {
    return this.used === this.openMax;
  }

  /** An idle row begins to open. */
  begin(row: number): void {
    this.rows[this.used++] = row;
    this.isExiting[row] = 0;
  }
  /** A row is done with, until its rest is over. */
  end(row: number, restUntilUs: number): void {
    this.state[row] = ROW_IDLE;
    this.committed[row] = 0;
    this.restUntilUs[row] = restUntilUs;
    for (let index = 0; index < this.used; index++) {
      if (this.rows[index] !== row) continue;
      this.rows[index] = this.rows[--this.used] ?? -1;
      return;
    }
  }

  /** An intent of the row has gone out. */
  sent(row: number, state: number, intent: number, legs: number): void {
    this.state[row] = state;
    this.intent[row] = intent;
    this.finalLegs[row] = 0;
    this.allLegs[row] = (1 << legs) - 1;
  }

  /** Takes in what became of a leg. @returns the row whose legs are all final now; -1 when none is */
  settled({ intent, leg, isFinal }: LegUpdate): number {
    if (!isFinal) return -1;
    for (let index = 0; index < this.used; index++) {
      const row = this.row(index);
      if (this.intent[row] !== intent) continue;
      if (this.state[row] !== ROW_OPENING && this.state[row] !== ROW_CLOSING) return -1;
      this.finalLegs[row] = (this.finalLegs[row] ?? 0) | (1 << leg);
      return this.finalLegs[row] === this.allLegs[row] ? row : -1;
    }
    return -1;
  }

  intentOf(row: number): number {
    return this.intent[row] ?? 0;
  }

  /** When the next position is to be closed; Infinity when none stands. */
  nextExitUs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.used; index++) {
      const row = this.row(index);
      if (this.state[row] === ROW_OPEN) next = Math.min(next, this.exitUs[row] ?? next);
    }
    return next;
  }
}
