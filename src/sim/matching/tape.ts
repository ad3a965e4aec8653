import type { SimulatedBook } from '../market/book.js';
import { History } from './history.js';
import type { BookTerms } from './terms.js';
import type { EngineKline, EngineTrade, Money } from './types.js';

const TRADES_BEFORE = 100;
const MINUTE_US = 60e6;

/** How many trades, and minutes with trades in them, are kept at least; up to twice as many are. */
export interface TapeLength {
  readonly trades: number;
  readonly minutes: number;
}

const TWO_DAYS: TapeLength = { trades: 2_000, minutes: 2_880 };

type Kline = { -readonly [Key in keyof EngineKline]: EngineKline[Key] };

/** A book's public trades and the klines made of them: by default the last two thousand trades, and the minutes of the last two days. */
export class Tape {
  private readonly history: History;
  private last: EngineTrade[] = [];
  private minutes: Kline[] = [];
  private readonly first: EngineTrade;
  /** Where the real klines begin: at the market's start, or where older ones were dropped. */
  private sinceUs: number;

  constructor(
    book: SimulatedBook,
    private readonly terms: BookTerms,
    seed: number,
    private readonly startUs: number,
    private readonly kept = TWO_DAYS,
  ) {
    this.history = new History(book, terms, seed, startUs);
    this.first = { ...book.lastTrade, timeUs: startUs };
    this.sinceUs = startUs;
  }

  add(trade: EngineTrade): void {
    this.last.push(trade);
    if (this.last.length >= 2 * this.kept.trades) this.last = this.last.slice(-this.kept.trades);
    const { priceUnits, qtyUnits, timeUs } = trade;
    const openUs = timeUs - (timeUs % MINUTE_US);
    const minute = this.minutes[this.minutes.length - 1];
    const quote = this.terms.value(priceUnits, qtyUnits);
    if (minute !== undefined && openUs <= minute.openUs) {
      minute.highUnits = Math.max(minute.highUnits, priceUnits);
      minute.lowUnits = Math.min(minute.lowUnits, priceUnits);
      minute.closeUnits = priceUnits;
      minute.qtyUnits += qtyUnits;
      minute.quote += quote;
      minute.trades++;
      return;
    }
    this.minutes.push({
      openUs,
      openUnits: minute?.closeUnits ?? this.first.priceUnits,
      highUnits: priceUnits,
      lowUnits: priceUnits,
      closeUnits: priceUnits,
      qtyUnits,
      quote,
      trades: 1,
    });
    if (this.minutes.length >= 2 * this.kept.minutes) {
      this.minutes = this.minutes.slice(-this.kept.minutes);
      this.sinceUs = this.minutes[0]?.openUs ?? this.sinceUs;
    }
  }

  /** The newest last; made-up ones lead up to the market's start. */
  trades(): readonly EngineTrade[] {
    if (this.last.length >= this.kept.trades) return this.last.slice(-this.kept.trades);
    return [...this.history.tradesBefore(this.first, TRADES_BEFORE), this.first, ...this.last];
  }

  /** Price of one base unit at a moment before the start. */
  historicPrice(timeUs: number): Money {
    return this.terms.price(this.history.priceUnits(timeUs));
  }

  /** Klines that begin within [fromUs, toUs], oldest first, one for every interval up to now. */
  klines(intervalMs: number, fromUs: number, toUs: number, nowUs: number): readonly EngineKline[] {
    const intervalUs = intervalMs * 1000;
    const klines: EngineKline[] = [];
    let at = 0;
    for (let openUs = Math.ceil(fromUs / intervalUs) * intervalUs; openUs <= Math.min(toUs, nowUs); openUs += intervalUs) {
      const made = openUs < this.startUs ? this.history.kline(openUs, intervalUs) : null;
      if (made === null && openUs + intervalUs <= this.sinceUs) continue;
      while (at < this.minutes.length && (this.minutes[at] as Kline).openUs < openUs) at++;
      const close = made?.closeUnits ?? this.closeBefore(at);
      const kline: Kline = made === null ? emptyKline(openUs, close) : { ...made };
      for (; at < this.minutes.length && (this.minutes[at] as Kline).openUs < openUs + intervalUs; at++) {
        merge(kline, this.minutes[at] as Kline);
      }
      klines.push(kline);
    }
    return klines;
  }

  private closeBefore(at: number): number {
    return this.minutes[at - 1]?.closeUnits ?? this.first.priceUnits;
  }
}

function emptyKline(openUs: number, priceUnits: number): Kline {
  return {
    openUs,
    openUnits: priceUnits,
    highUnits: priceUnits,
    lowUnits: priceUnits,
    closeUnits: priceUnits,
    qtyUnits: 0,
    quote: 0n,
    trades: 0,
  };
}

function merge(kline: Kline, minute: EngineKline): void {
  kline.highUnits = Math.max(kline.highUnits, minute.highUnits);
  kline.lowUnits = Math.min(kline.lowUnits, minute.lowUnits);
  kline.closeUnits = minute.closeUnits;
  kline.qtyUnits += minute.qtyUnits;
  kline.quote += minute.quote;
  kline.trades += minute.trades;
}
