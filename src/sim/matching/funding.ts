import { SeededRandom } from '../../domain/random.js';
import type { SimulatedBook } from '../market/book.js';
import type { SimulatedMarket } from '../market/market.js';
import { moneyText } from './money.js';
import type { Tape } from './tape.js';
import type { EngineFunding, EnginePastFunding, Money } from './types.js';

const HOUR_US = 3_600e6;
const LOOK_US = 60e6;
const PAYMENTS_BEFORE = 100;
const PAYMENTS_KEPT = 1_000;
/** Rates are whole millionths, drawn from this range: longs pay more often than shorts. */
const RATE_MIN_PPM = -100;
const RATE_MAX_PPM = 300;

/** One perpetual's payments. */
interface Perpetual {
  readonly book: SimulatedBook;
  readonly intervalUs: number;
  nextUs: number;
  past: EnginePastFunding[];
}

/** When perpetuals pay, and at which rate: every interval of the market's time, the rate drawn anew for each from the seed. */
export class Funding {
  private readonly random: SeededRandom;
  private readonly perpetuals = new Map<SimulatedBook, Perpetual>();

  /** @param pay is called for each perpetual at each payment */
  constructor(
    private readonly market: SimulatedMarket,
    seed: number,
    private readonly tapes: ReadonlyMap<SimulatedBook, Tape>,
    private readonly markPrice: (book: SimulatedBook) => Money,
    private readonly pay: (book: SimulatedBook, rate: string, timeUs: number) => void,
  ) {
    this.random = new SeededRandom(seed).fork('funding');
    const nowUs = market.nowUs();
    for (const book of tapes.keys()) {
      const intervalUs = book.instrument.fundingIntervalHours * HOUR_US;
      if (intervalUs === 0) continue;
      this.perpetuals.set(book, { book, intervalUs, nextUs: (Math.floor(nowUs / intervalUs) + 1) * intervalUs, past: [] });
    }
    if (this.perpetuals.size > 0) this.schedule(nowUs);
  }

  /** The payment that is due next. A spot book has none: rate 0, never. */
  next(book: SimulatedBook): EngineFunding {
    const perpetual = this.perpetuals.get(book);
    if (perpetual === undefined) return { rate: '0', nextUs: 0, intervalHours: 0 };
    return {
      rate: this.rate(perpetual, perpetual.nextUs),
      nextUs: perpetual.nextUs,
      intervalHours: book.instrument.fundingIntervalHours,
    };
  }

  /** Payments so far, the newest last; made-up ones lead up to the market's start. */
  past(book: SimulatedBook): readonly EnginePastFunding[] {
    const perpetual = this.perpetuals.get(book);
    if (perpetual === undefined) return [];
    const firstUs = perpetual.past[0]?.timeUs ?? perpetual.nextUs;
    const before = Array.from({ length: PAYMENTS_BEFORE }, (_, at): EnginePastFunding => {
      const timeUs = firstUs - (PAYMENTS_BEFORE - at) * perpetual.intervalUs;
      const markPrice = this.tapes.get(book)?.historicPrice(timeUs) ?? 0n;
      return { timeUs, rate: this.rate(perpetual, timeUs), markPrice };
    });
    return [...before, ...perpetual.past];
  }

  /** Makes the payments that fell due until a moment: what is traded after one is not charged for it, however late it is made. */
  settle(untilUs: number): void {
    for (const perpetual of this.perpetuals.values()) while (perpetual.nextUs <= untilUs) this.due(perpetual);
  }

  /** Looks again at the next payment, but within a minute: the market's stamps may jump after it was held up. */
  private schedule(nowUs: number): void {
    let nextUs = nowUs + LOOK_US;
    for (const perpetual of this.perpetuals.values()) nextUs = Math.min(nextUs, perpetual.nextUs);
    this.market.at(nextUs, (timeUs) => {
      this.settle(timeUs);
      this.schedule(timeUs);
    });
  }

  private due(perpetual: Perpetual): void {
    const { book, nextUs, intervalUs } = perpetual;
    const rate = this.rate(perpetual, nextUs);
    perpetual.past.push({ timeUs: nextUs, rate, markPrice: this.markPrice(book) });
    if (perpetual.past.length >= 2 * PAYMENTS_KEPT) perpetual.past = perpetual.past.slice(-PAYMENTS_KEPT);
    perpetual.nextUs += intervalUs;
    this.pay(book, rate, nextUs);
  }

  private rate({ book }: Perpetual, timeUs: number): string {
    const { market, symbol } = book.instrument;
    const draw = this.random.fork(`${market}:${symbol}:${timeUs}`).next();
    return moneyText(BigInt(RATE_MIN_PPM + Math.floor(draw * (RATE_MAX_PPM - RATE_MIN_PPM + 1))) * 10n ** 12n);
  }
}
