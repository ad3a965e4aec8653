import { Decimal } from 'decimal.js';
import {
  THREAD_ASK_DEPTH_BASE,
  THREAD_AVERAGE_PRICE,
  THREAD_BEST_BPS,
  THREAD_BID_DEPTH_BASE,
  THREAD_FILLED_BASE,
  THREAD_FILLED_QUOTE,
  THREAD_LEVELS_USED,
  THREAD_MID_BPS,
  THREAD_WORST_BPS,
  THREAD_WORST_PRICE,
} from '../../assembly/memory/layout.js';
import type { Kernel } from './kernel.js';

/** The taker's side: buying takes asks, selling takes bids. */
export const BUY = 1;
export const SELL = 0;
export type TakerSide = typeof BUY | typeof SELL;

/** What an amount is counted in. */
export const BASE = 0;
export const QUOTE = 1;
export type AmountMode = typeof BASE | typeof QUOTE;

/** An amount in units: high * 2^53 + low, with high whole and low in [0, 2^53), perhaps with a fraction. Exact below 2^106. */
export interface Amount {
  readonly high: number;
  readonly low: number;
}

const RADIX = 2 ** 53;
/** More than any side holds; larger amounts count as this one. */
const HIGH_MAX = 2 ** 62;
const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const Exact = Decimal.clone({ precision: 100 });

/**
 * Prices the copy of a book that `copy` takes: every figure comes from that one moment of the book. Base amounts are quantity
 * units, quote amounts price units times quantity units, prices price units; what does not exist is NaN. Allocates nothing.
 */
export class Pricing {
  private readonly float64: Float64Array;
  private readonly base: number;

  constructor(private readonly kernel: Kernel) {
    this.float64 = kernel.float64;
    this.base = kernel.thread >> 3;
  }

  /** Copies the best `levels` levels of both sides. @returns false when the writer kept the book busy; price nothing then */
  copy(book: number, levels: number): boolean {
    return this.kernel.exports.copyBook(book, levels) !== 0;
  }

  /**
   * Takes `amountUnits` from the copied levels; the answers are in the properties from `filledBaseUnits` on.
   * @returns whether the copied levels hold all of it; an amount that is not positive fills nothing and gives false
   */
  vwap(side: TakerSide, mode: AmountMode, amountUnits: number): boolean {
    const high = highPart(amountUnits);
    return this.vwapParts(side, mode, high, amountUnits - high * RADIX);
  }

  /** `vwap` for an amount that one float64 does not hold. */
  vwapExact(side: TakerSide, mode: AmountMode, amount: Amount): boolean {
    return this.vwapParts(side, mode, amount.high, amount.low);
  }

  /** `vwap`, and what it costs in basis points: `bestBps`, `midBps`, `worstBps`. */
  impact(side: TakerSide, mode: AmountMode, amountUnits: number): boolean {
    const high = highPart(amountUnits);
    return this.kernel.exports.impact(side, mode, high, amountUnits - high * RADIX) !== 0;
  }

  /** `impact` for an amount that one float64 does not hold. */
  impactExact(side: TakerSide, mode: AmountMode, amount: Amount): boolean {
    return this.kernel.exports.impact(side, mode, amount.high, amount.low) !== 0;
  }

  get filledBaseUnits(): number {
    return this.at(THREAD_FILLED_BASE);
  }
  /** Price units times quantity units. */
  get filledQuoteUnits(): number {
    return this.at(THREAD_FILLED_QUOTE);
  }
  /** Price units, with a fraction. */
  get averagePriceUnits(): number {
    return this.at(THREAD_AVERAGE_PRICE);
  }
  get worstPriceUnits(): number {
    return this.at(THREAD_WORST_PRICE);
  }
  get levelsUsed(): number {
    return this.at(THREAD_LEVELS_USED);
  }
  get bestBps(): number {
    return this.at(THREAD_BEST_BPS);
  }
  get midBps(): number {
    return this.at(THREAD_MID_BPS);
  }
  get worstBps(): number {
    return this.at(THREAD_WORST_BPS);
  }

  /**
   * Sums what rests within `pct` percent of mid, limits included; the answers are in the properties from `bidDepthBaseUnits` on.
   * @param pct 0 and up, taken to the millionth of a percent
   */
  depthFromMid(pct: number): void {
    this.kernel.exports.depthWithin(1, Math.round(pct * 1e6));
  }

  /** As `depthFromMid`, from each side's own best price. */
  depthFromBest(pct: number): void {
    this.kernel.exports.depthWithin(0, Math.round(pct * 1e6));
  }

  get bidDepthBaseUnits(): number {
    return this.at(THREAD_BID_DEPTH_BASE);
  }
  get bidDepthQuoteUnits(): number {
    return this.at(THREAD_BID_DEPTH_BASE + 8);
  }
  get bidDepthLevels(): number {
    return this.at(THREAD_BID_DEPTH_BASE + 16);
  }
  get askDepthBaseUnits(): number {
    return this.at(THREAD_ASK_DEPTH_BASE);
  }
  get askDepthQuoteUnits(): number {
    return this.at(THREAD_ASK_DEPTH_BASE + 8);
  }
  get askDepthLevels(): number {
    return this.at(THREAD_ASK_DEPTH_BASE + 16);
  }

  /** (bids - asks) / (bids + asks) over the quantities of the best `levels` levels, in [-1, 1]. */
  imbalance(levels: number): number {
    return this.kernel.exports.imbalance(levels);
  }

  /** Price units, with a fraction: each side's average over `levels` levels weighted with the other side's quantity. */
  microprice(levels: number): number {
    return this.kernel.exports.microprice(levels);
  }

  /** Quantities weighted with their nearness to mid, bids against asks, in [-1, 1]. */
  pressure(levels: number): number {
    return this.kernel.exports.pressure(levels);
  }

  private vwapParts(side: TakerSide, mode: AmountMode, high: number, low: number): boolean {
    const { exports } = this.kernel;
    return (mode === QUOTE ? exports.walkQuote(side, high, low) : exports.walkBase(side, high, low)) !== 0;
  }

  private at(offset: number): number {
    return this.float64[this.base + (offset >> 3)] ?? 0;
  }
}

function highPart(amountUnits: number): number {
  return amountUnits < RADIX ? 0 : Math.min(Math.floor(amountUnits / RADIX), HIGH_MAX);
}

/**
 * Reads an amount from text as units of 10^-scale, for `vwapExact` and `impactExact`. A fraction of a unit that a float64 does not
 * hold is rounded up, so that an amount past a level's end stays past it.
 * @param scale decimals of the quantity, or of price and quantity together for a quote amount
 * @returns 'INVALID_AMOUNT' unless it is a finite number above 0
 */
export function parseAmount(text: string, scale: number): Amount | 'INVALID_AMOUNT' {
  if (!PLAIN_NUMBER.test(text)) return 'INVALID_AMOUNT';
  const units = new Exact(text).times(new Exact(10).pow(scale));
  if (!units.gt(0)) return 'INVALID_AMOUNT';
  const high = units.div(RADIX).floor();
  const rest = units.minus(high.times(RADIX));
  const low = rest.toNumber();
  const up = rest.gt(low) ? Math.min(low * (1 + Number.EPSILON), Math.floor(low) + 1) : low;
  if (up === RADIX) return { high: Math.min(high.plus(1).toNumber(), HIGH_MAX), low: 0 };
  return { high: Math.min(high.toNumber(), HIGH_MAX), low: up };
}
