import type { SimulatedBook } from './book.js';
import type { LadderSide, Level } from './ladder.js';

/** What moved in the best levels of a book. */
export interface DepthChanges {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** The best `depth` levels of a book as a subscriber holds them, for streams that carry only so many. */
export class DepthView {
  private bids: readonly Level[] = [];
  private asks: readonly Level[] = [];

  /** @param silentFall whether a level that better ones push out of the window falls off without a word, as at Kraken */
  constructor(
    private readonly book: SimulatedBook,
    private readonly depth: number,
    private readonly silentFall: boolean,
  ) {}

  /** Starts from the book as it is now. */
  reset(): void {
    this.bids = this.book.bids.levels().slice(0, this.depth);
    this.asks = this.book.asks.levels().slice(0, this.depth);
  }

  /** The changes since the last call or reset. */
  takeChanges(): DepthChanges {
    const bids = this.sideChanges(this.book.bids, this.bids);
    const asks = this.sideChanges(this.book.asks, this.asks);
    this.reset();
    return { bids, asks };
  }

  private sideChanges(side: LadderSide, before: readonly Level[]): Level[] {
    const changes: Level[] = [];
    const now = side.levels();
    const length = Math.min(this.depth, now.length);
    const last = now[length - 1];
    let at = 0;
    for (const level of before) {
      for (; at < length && side.isBetter((now[at] as Level).priceUnits, level.priceUnits); at++) changes.push(now[at] as Level);
      if (at < length && now[at]?.priceUnits === level.priceUnits) {
        if (now[at] !== level) changes.push(now[at] as Level);
        at++;
      } else if (
        !(this.silentFall && length === this.depth && last !== undefined && side.isBetter(last.priceUnits, level.priceUnits))
      ) {
        changes.push({ priceUnits: level.priceUnits, qtyUnits: 0 });
      }
    }
    for (; at < length; at++) changes.push(now[at] as Level);
    return changes;
  }
}
