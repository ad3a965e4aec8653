import { type Decimal, Exact } from '../domain/decimal.js';

interface Placed {
  /** Signed, in base assets. */
  readonly base: Decimal;
  /** Monotonic microseconds at which all that was wanted was traded last; never when only a part was. */
  readonly doneUs: number;
}

/** What is to be evened out again so soon was not evened out for good. */
const AGAIN_US = 600e6;

/**
 * What was evened out for strategies, book by book, and has not been taken back. A strategy knows of its own books alone. What it trades away
 * itself after it was evened out elsewhere has to be taken back there; and what is traded for it in a book of its own it answers there, after
 * every evening out anew.
 */
export class PlacedAmounts {
  private readonly placed = new Map<string, Placed>();

  /** @param base signed base assets that were traded @param doneUs now when that was all that was wanted, else -Infinity */
  note(strategy: number, book: number, base: Decimal, doneUs: number): void {
    if (base.isZero()) return;
    const key = keyOf(strategy, book);
    const sum = base.plus(this.placed.get(key)?.base ?? new Exact(0));
    if (sum.isZero()) this.placed.delete(key);
    else this.placed.set(key, { base: sum, doneUs });
  }

  /**
   * How soon a book is to be tried for evening out, the least first.
   * @returns 0 where something is to be taken back, 2 where the same was done and did not last, else 1
   */
  turnOf(strategy: number, book: number, isSell: boolean, nowUs: number): 0 | 1 | 2 {
    const placed = this.placed.get(keyOf(strategy, book));
    if (placed === undefined) return 1;
    if (placed.base.lt(0) !== isSell) return 0;
    return nowUs - placed.doneUs < AGAIN_US ? 2 : 1;
  }
}

function keyOf(strategy: number, book: number): string {
  return `${strategy} ${book}`;
}
