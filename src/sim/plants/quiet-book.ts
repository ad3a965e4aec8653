import type { SeededRandom } from '../../domain/random.js';
import type { SimulatedBook } from '../market/book.js';
import type { Level } from '../market/ladder.js';

/** How a book departs from its quiet self. */
export interface Departure {
  /** What the prices of a side are multiplied by. */
  readonly bids?: number;
  readonly asks?: number;
  /** Levels in front of a side, best first; they may cross the other. */
  readonly topBids?: readonly Level[];
  readonly topAsks?: readonly Level[];
  /** What the quantities of a side's best levels are multiplied by, from the touch on. */
  readonly bidSizes?: readonly number[];
  readonly askSizes?: readonly number[];
}

const LEVELS_MIN = 7;
const LEVELS_SPREAD = 5;
const LEVELS_EVEN = 10;
/** Levels of a side at most. */
export const LEVELS_MAX = LEVELS_MIN + LEVELS_SPREAD;
const HALF_SPREAD_MIN = 2e-4;
const HALF_SPREAD_RANGE = 4e-4;
const GAP_MIN = 2e-4;
const GAP_RANGE = 5e-4;
const LEVEL_VALUE_MIN = 15;
/** The largest level's worth in multiples of the smallest's: where levels are uneven, and where they are alike. */
const UNEVEN = 5;
const EVEN = 1.3;
/** Quantities stay within this part of their usual ones. */
const JITTER = 0.3;
const STEP_CHANCE = 0.15;
const AT_HOME: Departure = {};

/** One side's ladder as fractions of the middle, with the usual quantity of each level. */
interface Shape {
  readonly distances: readonly number[];
  readonly usualUnits: readonly number[];
  readonly units: number[];
}

/** A book that stands about where it is: a few thin levels a side, whose quantities and touch move a little, until a script departs. */
export class QuietBook {
  /** While true nothing moves of itself. */
  frozen = false;
  private readonly bids: Shape;
  private readonly asks: Shape;
  private departure: Departure = AT_HOME;
  private drift = 1;
  private stepUnits = 0;

  /**
   * @param middle of the quiet book, in the quote asset
   * @param isEven whether both sides are alike and all levels about as large, so that nothing stands out
   */
  constructor(
    readonly book: SimulatedBook,
    private readonly middle: number,
    private readonly random: SeededRandom,
    private readonly epochUs: () => number,
    private readonly isEven = false,
  ) {
    const half = HALF_SPREAD_MIN + random.next() * HALF_SPREAD_RANGE;
    this.bids = this.shape(half);
    this.asks = this.shape(half);
    this.publish();
  }

  /** Lets something small happen: a level has another quantity, now and then the touch by a step. */
  stir(): void {
    if (this.frozen) return;
    this.change(this.random.next() < 0.5 ? this.bids : this.asks);
    if (this.random.next() < STEP_CHANCE) this.stepUnits = this.stepUnits === 0 ? this.book.instrument.tickUnits : 0;
    this.publish();
  }

  /** Departs from the quiet book, or comes home. Something is always heard of it, also where no price changes. */
  depart(departure: Departure = AT_HOME): void {
    this.departure = departure;
    this.change(this.bids);
    this.change(this.asks);
    this.publish();
  }

  /** Somebody trades a part of what is usual at the touch, which is there again at once. */
  trade(buyerIsTaker: boolean, part: number): void {
    const { book } = this;
    const touch = (buyerIsTaker ? book.asks : book.bids).best();
    if (touch === undefined) return;
    const usualUnits = (buyerIsTaker ? this.asks : this.bids).usualUnits[0] ?? 1;
    const qtyUnits = Math.min(touch.qtyUnits, Math.max(1, Math.floor(usualUnits * part)));
    book.applyTrade(touch.priceUnits, qtyUnits, buyerIsTaker, this.epochUs());
    this.publish();
  }

  /** Puts everything back that somebody has taken. */
  refill(): void {
    this.publish();
  }

  /** Moves the quiet book itself, for good. */
  move(factor: number): void {
    this.drift *= factor;
    this.publish();
  }

  /** What a trader gets or pays per base asset at the quiet touch after a fee of `feeBps`. */
  quietBid(feeBps = 0): number {
    return this.priceOf(this.at(this.bids, 0, -1, 1)) * (1 - feeBps / 1e4);
  }
  quietAsk(feeBps = 0): number {
    return this.priceOf(this.at(this.asks, 0, 1, 1)) * (1 + feeBps / 1e4);
  }

  /** The price in units that is next to an amount of the quote asset, away from the middle for a bid (-1) or an ask (1). */
  unitsOf(price: number, away: -1 | 1): number {
    const { priceDecimals, tickUnits } = this.book.instrument;
    const ticks = (price * 10 ** priceDecimals) / tickUnits;
    return Math.max(1, away < 0 ? Math.floor(ticks) : Math.ceil(ticks)) * tickUnits;
  }

  /** The greatest quantity that is worth at most `value` of the quote asset; at least one unit. */
  quantityWorth(value: number, price: number): number {
    return Math.max(1, Math.floor(this.quantity(value, price)));
  }

  private shape(half: number): Shape {
    const { random, isEven } = this;
    const distances: number[] = [];
    let distance = half;
    for (let left = isEven ? LEVELS_EVEN : LEVELS_MIN + random.below(LEVELS_SPREAD); left > 0; left--) {
      distances.push(distance);
      distance += GAP_MIN + random.next() * GAP_RANGE;
    }
    const usualUnits = distances.map(() =>
      this.quantityWorth(LEVEL_VALUE_MIN * (isEven ? EVEN : UNEVEN) ** random.next(), this.middle),
    );
    return { distances, usualUnits, units: usualUnits.map((units) => this.jittered(units)) };
  }

  /** Gives one level another quantity. */
  private change({ units, usualUnits }: Shape): void {
    const level = this.random.below(units.length);
    units[level] = this.jittered(usualUnits[level] ?? 1);
  }

  private jittered(units: number): number {
    return Math.max(1, Math.round(units * (1 - JITTER + 2 * JITTER * this.random.next())));
  }

  private quantity(value: number, price: number): number {
    const { contractSize, qtyDecimals } = this.book.instrument;
    return (value / price / Number(contractSize)) * 10 ** qtyDecimals;
  }

  private priceOf(units: number): number {
    return units / 10 ** this.book.instrument.priceDecimals;
  }

  /** Price of a level in units. */
  private at({ distances }: Shape, level: number, away: -1 | 1, factor: number): number {
    const price = this.middle * this.drift * factor * (1 + away * (distances[level] ?? 0));
    return this.unitsOf(price, away) + this.stepUnits;
  }

  private publish(): void {
    const { bids = 1, asks = 1, topBids = [], topAsks = [], bidSizes = [], askSizes = [] } = this.departure;
    const levels = {
      bids: [...topBids, ...this.side(this.bids, -1, bids, bidSizes)],
      asks: [...topAsks, ...this.side(this.asks, 1, asks, askSizes)],
      snapshot: true,
    };
    this.book.applyBackground(levels, this.epochUs());
  }

  private side(shape: Shape, away: -1 | 1, factor: number, sizes: readonly number[]): Level[] {
    const levels: Level[] = [];
    let last = 0;
    shape.units.forEach((units, level) => {
      const wanted = this.at(shape, level, away, factor);
      const { tickUnits } = this.book.instrument;
      // Levels that fall on one tick are set a tick apart.
      const priceUnits =
        level === 0 ? wanted : away < 0 ? Math.min(wanted, last - tickUnits) : Math.max(wanted, last + tickUnits);
      last = priceUnits;
      levels.push({ priceUnits, qtyUnits: Math.max(1, Math.round(units * (sizes[level] ?? 1))) });
    });
    return levels;
  }
}
