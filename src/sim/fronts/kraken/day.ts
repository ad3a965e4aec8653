import type { Clock } from '../../../domain/clock.js';
import type { SimulatedBook } from '../../market/book.js';
import { ONE } from '../../matching/money.js';
import type { EngineKline, MatchingEngine } from '../../matching/types.js';
import { type Figures, hoursOfDay, sumUp } from '../day-figures.js';

/** What a pair did over a stretch of time. */
export interface Stretch extends Figures {
  /** Average price by volume, in price units. */
  readonly averageUnits: number;
}

export interface Day {
  /** Since midnight, and over the last 24 hours. */
  readonly today: Stretch;
  readonly last24h: Stretch;
}

const DAY_US = 86_400e6;
const KEPT_US = 60e6;

/** The last days of all books, reckoned anew once a minute. */
export class Days {
  private readonly kept = new Map<SimulatedBook, { readonly atUs: number; readonly day: Day }>();

  constructor(
    private readonly clock: Clock,
    private readonly engine: MatchingEngine,
  ) {}

  of(book: SimulatedBook): Day {
    const nowUs = this.clock.epochUs();
    let known = this.kept.get(book);
    if (known === undefined || Math.abs(nowUs - known.atUs) > KEPT_US) {
      const hours = hoursOfDay(this.engine, book, nowUs);
      const midnightUs = nowUs - (nowUs % DAY_US);
      const today = hours.filter(({ openUs }) => openUs >= midnightUs);
      known = { atUs: nowUs, day: { today: stretch(book, today), last24h: stretch(book, hours) } };
      this.kept.set(book, known);
    }
    return known.day;
  }
}

function stretch(book: SimulatedBook, klines: readonly EngineKline[]): Stretch {
  const figures = sumUp(book, klines);
  return { ...figures, averageUnits: averageUnits(book, figures.quote, figures.qtyUnits) ?? figures.closeUnits };
}

/** Value over volume in price units, cut; null without volume. */
export function averageUnits({ instrument }: SimulatedBook, quote: bigint, qtyUnits: number): number | null {
  if (qtyUnits === 0) return null;
  const scale = 10n ** BigInt(instrument.qtyDecimals + instrument.priceDecimals);
  return Number((quote * scale) / (BigInt(qtyUnits) * ONE));
}
