import type { Clock } from '../../../domain/clock.js';
import type { SimulatedBook } from '../../market/book.js';
import { ONE } from '../../matching/money.js';
import type { EngineKline, MatchingEngine } from '../../matching/types.js';

/** What a pair did over a stretch of time. */
export interface Stretch {
  readonly openUnits: number;
  readonly highUnits: number;
  readonly lowUnits: number;
  readonly qtyUnits: number;
  /** Average price by volume, in price units. */
  readonly averageUnits: number;
  readonly trades: number;
}

export interface Day {
  /** Since midnight, and over the last 24 hours. */
  readonly today: Stretch;
  readonly last24h: Stretch;
}

const HOUR_MS = 3_600_000;
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
      const hours = this.engine.klines(book, HOUR_MS, nowUs - DAY_US, nowUs);
      const midnightUs = nowUs - (nowUs % DAY_US);
      const today = hours.filter(({ openUs }) => openUs >= midnightUs);
      known = { atUs: nowUs, day: { today: sumUp(book, today), last24h: sumUp(book, hours) } };
      this.kept.set(book, known);
    }
    return known.day;
  }
}

function sumUp(book: SimulatedBook, klines: readonly EngineKline[]): Stretch {
  const last = book.lastTrade.priceUnits;
  const qtyUnits = klines.reduce((sum, kline) => sum + kline.qtyUnits, 0);
  const quote = klines.reduce((sum, kline) => sum + kline.quote, 0n);
  return {
    openUnits: klines[0]?.openUnits ?? last,
    highUnits: Math.max(last, ...klines.map(({ highUnits }) => highUnits)),
    lowUnits: Math.min(last, ...klines.map(({ lowUnits }) => lowUnits)),
    qtyUnits,
    averageUnits: averageUnits(book, quote, qtyUnits) ?? last,
    trades: klines.reduce((sum, { trades }) => sum + trades, 0),
  };
}

/** Value over volume in price units, cut; null without volume. */
export function averageUnits({ instrument }: SimulatedBook, quote: bigint, qtyUnits: number): number | null {
  if (qtyUnits === 0) return null;
  const scale = 10n ** BigInt(instrument.qtyDecimals + instrument.priceDecimals);
  return Number((quote * scale) / (BigInt(qtyUnits) * ONE));
}
