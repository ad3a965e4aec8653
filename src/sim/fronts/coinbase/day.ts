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
const KEPT_US = 60e6;

/** What lies behind, without the last trade. */
type Past = Omit<Day, 'closeUnits'>;

/** The last days of all books. What lies behind is reckoned anew once a minute: tickers ask for it with every trade. */
export class Days {
  private readonly kept = new Map<SimulatedBook, { readonly atUs: number; readonly past: Past }>();

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

  private reckon(book: SimulatedBook, nowUs: number): Past {
    const hours = this.engine.klines(book, HOUR_MS, nowUs - DAY_US, nowUs);
    const month = this.engine.klines(book, 24 * HOUR_MS, nowUs - 30 * DAY_US, nowUs);
    const last = book.lastTrade.priceUnits;
    return {
      openUnits: hours[0]?.openUnits ?? last,
      highUnits: Math.max(last, ...hours.map(({ highUnits }) => highUnits)),
      lowUnits: Math.min(last, ...hours.map(({ lowUnits }) => lowUnits)),
      qtyUnits: hours.reduce((sum, { qtyUnits }) => sum + qtyUnits, 0),
      monthQtyUnits: month.reduce((sum, { qtyUnits }) => sum + qtyUnits, 0),
    };
  }
}
