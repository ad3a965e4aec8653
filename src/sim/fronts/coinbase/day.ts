import type { Clock } from '../../../domain/clock.js';
import type { SimulatedBook } from '../../market/book.js';
import type { MatchingEngine } from '../../matching/types.js';
import { dayFigures, type Figures } from '../day-figures.js';

/** What a product did in the last 24 hours, and its volume of 30 days. */
export interface Day extends Figures {
  readonly monthQtyUnits: number;
}

const DAY_MS = 86_400_000;
const KEPT_US = 60e6;

/** The last days of all books. What lies behind is reckoned anew once a minute: tickers ask for it with every trade. */
export class Days {
  private readonly kept = new Map<SimulatedBook, { readonly atUs: number; readonly past: Day }>();

  constructor(
    private readonly clock: Clock,
    private readonly engine: MatchingEngine,
  ) {}

  of(book: SimulatedBook): Day {
    const nowUs = this.clock.epochUs();
    let known = this.kept.get(book);
    if (known === undefined || Math.abs(nowUs - known.atUs) > KEPT_US) {
      known = { atUs: nowUs, past: this.reckon(book, nowUs) };
      this.kept.set(book, known);
    }
    const { past } = known;
    const last = book.lastTrade.priceUnits;
    return { ...past, highUnits: Math.max(past.highUnits, last), lowUnits: Math.min(past.lowUnits, last), closeUnits: last };
  }

  private reckon(book: SimulatedBook, nowUs: number): Day {
    const month = this.engine.klines(book, DAY_MS, nowUs - 30 * DAY_MS * 1000, nowUs);
    return { ...dayFigures(this.engine, book, nowUs), monthQtyUnits: month.reduce((sum, { qtyUnits }) => sum + qtyUnits, 0) };
  }
}
