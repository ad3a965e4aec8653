/** A price level in whole units of its instrument; in a change, quantity 0 deletes it. */
export interface Level {
  readonly priceUnits: number;
  readonly qtyUnits: number;
}

/** One side of a book, best level first, with a record of what changed since the last take. */
export class LadderSide {
  private held: Level[] = [];
  private changed = new Map<number, number>();

  constructor(private readonly bid: boolean) {}

  /** The levels, best first. */
  levels(): readonly Level[] {
    return this.held;
  }

  best(): Level | undefined {
    return this.held[0];
  }

  worst(): Level | undefined {
    return this.held[this.held.length - 1];
  }

  /** Quantity at a price; 0 where there is no level. */
  unitsAt(priceUnits: number): number {
    const level = this.held[this.find(priceUnits)];
    return level?.priceUnits === priceUnits ? level.qtyUnits : 0;
  }

  /** Another side of the same levels that lives on by itself. */
  copy(): LadderSide {
    const copy = new LadderSide(this.bid);
    copy.held = this.held.slice();
    return copy;
  }

  /** Whether a price stands nearer to the other side than another one does. */
  isBetter(priceUnits: number, thanUnits: number): boolean {
    return this.bid ? priceUnits > thanUnits : priceUnits < thanUnits;
  }

  /** Sets, adds or (with quantity 0) deletes a level. */
  set(priceUnits: number, qtyUnits: number): void {
    const at = this.find(priceUnits);
    const exists = this.held[at]?.priceUnits === priceUnits;
    if (qtyUnits === 0) {
      if (!exists) return;
      this.held.splice(at, 1);
    } else {
      this.held.splice(at, exists ? 1 : 0, { priceUnits, qtyUnits });
    }
    this.changed.set(priceUnits, qtyUnits);
  }

  /** The changes since the last call, one for each price. */
  takeChanges(): Level[] {
    const changes: Level[] = [];
    for (const [priceUnits, qtyUnits] of this.changed) changes.push({ priceUnits, qtyUnits });
    this.changed.clear();
    return changes;
  }

  /** Drops the record of changes. */
  forgetChanges(): void {
    this.changed.clear();
  }

  private find(priceUnits: number): number {
    let low = 0;
    let high = this.held.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.isBetter((this.held[middle] as Level).priceUnits, priceUnits)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
