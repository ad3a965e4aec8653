import { SeededRandom } from '../../domain/random.js';
import type { SimulatedBook } from '../market/book.js';
import type { BookTerms } from './terms.js';
import type { EngineKline, EngineTrade } from './types.js';

const MINUTE_US = 60e6;
/** Waves that the made-up price is the sum of: length and greatest deviation of the logarithm. */
const WAVES: readonly (readonly [number, number])[] = [
  [30 * 24 * 3600e6, 0.08],
  [3 * 24 * 3600e6, 0.02],
  [6 * 3600e6, 0.006],
  [1800e6, 0.002],
  [120e6, 0.0006],
];
const SAMPLES = 8;

/** What was before the market began: made up from the seed, the same whenever it is asked for, and ending at the first price. */
export class History {
  private readonly random: SeededRandom;
  private readonly firstUnits: number;
  private readonly offset: number;

  constructor(
    book: SimulatedBook,
    private readonly terms: BookTerms,
    seed: number,
    private readonly startUs: number,
  ) {
    const { venue, market, symbol } = book.instrument;
    this.random = new SeededRandom(seed).fork(`history:${venue}:${market}:${symbol}`);
    this.firstUnits = book.lastTrade.priceUnits;
    this.offset = this.deviation(startUs);
  }

  /** Price at a moment before the start. */
  priceUnits(timeUs: number): number {
    const { tickUnits } = this.terms.book.instrument;
    const units = this.firstUnits * Math.exp(this.deviation(Math.min(timeUs, this.startUs)) - this.offset);
    return Math.max(1, Math.round(units / tickUnits)) * tickUnits;
  }

  /** The kline of an interval that began before the start; what lies behind the start is left out. */
  kline(openUs: number, intervalUs: number): EngineKline {
    const endUs = Math.min(openUs + intervalUs, this.startUs);
    const prices = Array.from({ length: SAMPLES + 1 }, (_, at) => this.priceUnits(openUs + ((endUs - openUs) * at) / SAMPLES));
    const random = this.random.fork(`kline:${openUs}:${intervalUs}`);
    const openUnits = prices[0] as number;
    const minutes = (endUs - openUs) / MINUTE_US;
    const trades = Math.max(1, Math.round(minutes * (5 + random.next() * 20)));
    const qtyUnits = Math.max(1, Math.round(trades * this.tradeUnits(openUnits) * (0.5 + random.next())));
    return {
      openUs,
      openUnits,
      highUnits: Math.max(...prices),
      lowUnits: Math.min(...prices),
      closeUnits: prices[SAMPLES] as number,
      qtyUnits,
      quote: this.terms.value(openUnits, qtyUnits),
      trades,
    };
  }

  /** The last trades before one, oldest first. */
  tradesBefore(first: EngineTrade, count: number): EngineTrade[] {
    return Array.from({ length: count }, (_, at): EngineTrade => {
      const back = count - at;
      const random = this.random.fork(`trade:${back}`);
      const timeUs = this.startUs - back * 2e6 + Math.floor(random.next() * 1e6);
      const priceUnits = this.priceUnits(timeUs);
      const qtyUnits = Math.max(1, Math.round(this.tradeUnits(priceUnits) * 2 * random.next()));
      return { id: first.id - back, priceUnits, qtyUnits, buyerIsTaker: random.next() < 0.5, timeUs };
    });
  }

  /** A usual trade's quantity: about what the thinner levels of the book are worth. */
  private tradeUnits(priceUnits: number): number {
    const { shape, contractSize, priceDecimals, qtyDecimals } = this.terms.book.instrument;
    return ((shape.notionalMin * 2) / ((priceUnits / 10 ** priceDecimals) * Number(contractSize))) * 10 ** qtyDecimals;
  }

  private deviation(timeUs: number): number {
    let sum = 0;
    for (const [lengthUs, height] of WAVES) {
      const at = timeUs / lengthUs;
      const knot = Math.floor(at);
      const part = at - knot;
      const smooth = part * part * (3 - 2 * part);
      sum += height * (this.knot(lengthUs, knot) * (1 - smooth) + this.knot(lengthUs, knot + 1) * smooth);
    }
    return sum;
  }

  private knot(lengthUs: number, index: number): number {
    return this.random.fork(`${lengthUs}:${index}`).next() * 2 - 1;
  }
}
