import { type Decimal, Exact } from '../domain/decimal.js';

interface Placed {
  /** Signed, in base assets. */
  readonly base: Decimal;
  /** Quantity units that the strategy held in the book before the last of it. */
  readonly heldUnits: number;
}

/**
 * What was evened out for strategies, book by book, and has not been taken back. A strategy knows of its own books alone: what it trades away
 * itself after it was evened out elsewhere has to be taken back there; and what was placed in a book of its own, where it wants nothing, it
 * takes back, after every evening out anew.
 */
export class PlacedAmounts {
  private readonly placed = new Map<string, Placed>();

  /** @param base signed base assets that were traded @param heldUnits what the strategy held in the book before */
  note(strategy: number, book: number, base: Decimal, heldUnits: number): void {
    if (base.isZero()) return;
    const key = keyOf(strategy, book);
    const sum = base.plus(this.placed.get(key)?.base ?? new Exact(0));
    if (sum.isZero()) this.placed.delete(key);
    else this.placed.set(key, { base: sum, heldUnits });
  }

  /**
   * How soon a book is to be tried for evening out, the least first.
   * @param heldUnits what the strategy holds there now
   * @returns 0 where something is to be taken back, 2 where the strategy took back what was placed, else 1
   */
  turnOf(strategy: number, book: number, heldUnits: number, isSell: boolean): 0 | 1 | 2 {
    const placed = this.placed.get(keyOf(strategy, book));
    if (placed === undefined) return 1;
    const wasSold = placed.base.lt(0);
    const isUndone = wasSold ? heldUnits >= placed.heldUnits : heldUnits <= placed.heldUnits;
    if (wasSold === isSell) return isUndone ? 2 : 1;
    return isUndone ? 1 : 0;
  }
}

function keyOf(strategy: number, book: number): string {
  return `${strategy} ${book}`;
}
