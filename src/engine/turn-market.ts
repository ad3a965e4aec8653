import type { Scanner } from '../kernel/scan.js';
import type { Signals } from '../kernel/signals.js';
import type { Views } from '../kernel/views.js';
import type { MarketView } from '../strategy/market-view.js';

/** The one MarketView of an engine: every turn sets its time, and the scanner it looks through tells the rest. */
export class TurnMarket implements MarketView {
  turn = 0;
  nowUs = 0;
  epochUs = 0;
  oldestUs = 0;
  rowCount = 0;
  isFull = false;

  constructor(
    readonly pairs: Scanner,
    readonly views: Views,
    readonly signals?: Signals,
  ) {}

  row(index: number): number {
    return this.pairs.scannedRow(index);
  }
  get bookCount(): number {
    return this.pairs.changedCount;
  }
  book(index: number): number {
    return this.pairs.changedBook(index);
  }
}
