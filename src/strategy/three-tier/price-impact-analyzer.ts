import { BUY, SELL, type TakerSide } from '../../kernel/pricing.js';
import type { Views } from '../../kernel/views.js';
import type { CostModel } from '../cost-model.js';
import type { BookInfo } from '../universe.js';
import type { ExecutionAnalysis, OrderbookDepth } from './types.js';

const BPS = 10_000;
const NOTHING: ExecutionAnalysis = {
  averagePrice: 0,
  worstPrice: 0,
  filled: 0,
  levelsUsed: 0,
  slippageBps: 0,
  isFull: false,
  confidence: 0,
};

/**
 * What orders of given sizes do to thin books, by walking the copies that the views hold. For analysis and reports; the sizes of
 * opportunities are priced by the kernel.
 */
export class PriceImpactAnalyzer {
  /** @param depthMultiple how many times an amount has to rest on its side for full confidence */
  constructor(
    private readonly views: Views,
    private readonly costs: CostModel,
    private readonly depthMultiple = 2,
  ) {}

  /**
   * Takes `amount` base assets from one side. A side that holds less fills partly; an empty one fills nothing.
   * Confidence is the part that is filled, times how much of `depthMultiple` times the amount the side holds in all.
   */
  calculateExecutionPrice({ book, basePerUnit, priceUnit }: BookInfo, side: TakerSide, amount: number): ExecutionAnalysis {
    const { views } = this;
    const levels = views.levelCount(book, side);
    if (!(amount > 0) || levels === 0) return NOTHING;
    const wanted = units(amount / basePerUnit);
    let held = 0;
    let taken = 0;
    let quote = 0;
    let worst = 0;
    let levelsUsed = 0;
    for (let level = 0; level < levels; level++) {
      const price = views.levelPriceUnits(book, side, level);
      const qty = views.levelQtyUnits(book, side, level);
      held += qty;
      const part = Math.min(qty, wanted - taken);
      if (part <= 0) continue;
      taken += part;
      quote += part * price;
      worst = price;
      levelsUsed++;
    }
    const touch = views.levelPriceUnits(book, side, 0);
    const average = quote / taken;
    const worse = side === BUY ? average - touch : touch - average;
    return {
      averagePrice: average * priceUnit,
      worstPrice: worst * priceUnit,
      filled: taken * basePerUnit,
      levelsUsed,
      slippageBps: (worse / touch) * BPS,
      isFull: taken >= wanted,
      confidence: Math.min(1, taken / wanted) * Math.min(1, held / (wanted * this.depthMultiple)),
    };
  }

  /**
   * Slippage to expect against the touch as a fraction: what the book shows, and what past fills of this book had on top.
   * @returns Infinity when the book does not hold the amount
   */
  estimateSlippage(info: BookInfo, side: TakerSide, amount: number): number {
    const { isFull, slippageBps } = this.calculateExecutionPrice(info, side, amount);
    return isFull ? slippageBps / BPS + this.costs.slippage(info.book) : Number.POSITIVE_INFINITY;
  }

  /** What both sides hold within `maxImpactPct` percent of their own touch; nothing for an empty side. */
  calculateOrderbookDepth(info: BookInfo, maxImpactPct: number): OrderbookDepth {
    const [askBase, askQuote] = this.depth(info, BUY, 1 + maxImpactPct / 100);
    const [bidBase, bidQuote] = this.depth(info, SELL, 1 - maxImpactPct / 100);
    return { bidBase, bidQuote, askBase, askQuote };
  }

  private depth({ book, basePerUnit, priceUnit }: BookInfo, side: TakerSide, factor: number): [base: number, quote: number] {
    const { views } = this;
    const touch = views.levelCount(book, side) === 0 ? 0 : views.levelPriceUnits(book, side, 0);
    if (touch === 0) return [0, 0];
    const qty = views.depthWithin(book, side, touch * factor);
    return [qty * basePerUnit, views.walk(book, side, qty) * priceUnit * basePerUnit];
  }
}

/** A number of units, without what the division of two decimals leaves beside a whole number. */
function units(count: number): number {
  const whole = Math.round(count);
  return Math.abs(count - whole) < 1e-6 ? whole : count;
}
