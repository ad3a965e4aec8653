import type { Clock } from '../../../domain/clock.js';
import type { SimulatedBook } from '../../market/book.js';
import type { MatchingEngine } from '../../matching/types.js';

/** What a product did in the last 24 hours, and its volume of 30 days. */
export interface Day {
  readonly openUnits: number;
  readonly highUnits: number;
  readonly lowUnits: number;
  readonly closeUnits: number;
  readonly qtyUnits: number;
  readonly monthQtyUnits: number;
}

const HOUR_MS = 3_600_000;
const DAY_US = 86_400e6;
const KEPT_US = 1e6;

/** The last days of all books, reckoned anew once a second at most: tickers ask for them with every trade. */
export class Days {
  private readonly kept = new Map<SimulatedBook, { readonly atUs: number; readonly day: Day }>();

  constructor(
    private readonly clock: Clock,
    private readonly engine: MatchingEngine,
  ) {}

  of(book: SimulatedBook): Day {
    const nowUs = this.clock.epochUs();
    const known = this.kept.get(book);
    if (known !== undefined && Math.abs(nowUs - known.atUs) < KEPT_US) return known.day;
    const day = this.reckon(book, nowUs);
    this.kept.set(book, { atUs: nowUs, day });
    return day;
  }

  private reckon(book: SimulatedBook, nowUs: number): Day {
    const hours = this.engine.klines(book, HOUR_MS, nowUs - DAY_US, nowUs);
    const month = this.engine.klines(book, 24 * HOUR_MS, nowUs - 30 * DAY_US, nowUs);
    const last = book.lastTrade.priceUnits;
    const prices = hours.flatMap(({ highUnits, lowUnits }) => [highUnits, lowUnits]);
    return {
      openUnits: hours[0]?.openUnits ?? last,
      highUnits: Math.max(last, ...prices),
      lowUnits: Math.min(last, ...prices),
      closeUnits: last,
      qtyUnits: hours.reduce((sum, { qtyUnits }) => sum + qtyUnits, 0),
      monthQtyUnits: month.reduce((sum, { qtyUnits }) => sum + qtyUnits, 0),
    };
  }
}
