import type { Clock } from '../../domain/clock.js';
import { ceilToGrid, Decimal, Exact, floorToGrid } from '../../domain/decimal.js';
import type { Side } from '../../domain/order.js';
import { decimalText } from '../../kernel/book-view.js';
import { BUY, SELL } from '../../kernel/pricing.js';
import type { Views } from '../../kernel/views.js';
import type { BookInfo } from '../../strategy/universe.js';
import type { PaperSettings } from './settings.js';

/** What a price level has left for paper orders: base units on spot, contracts on futures. */
export interface PaperLevel {
  /** What is paid. */
  readonly price: string;
  /** What the book shows; the same without slippage. */
  readonly shownPrice: string;
  readonly quantity: Decimal;
}

/** What paper orders took of a level, and until when it is missing. */
interface Taken {
  readonly key: string;
  readonly quantity: Decimal;
  /** The version of the book that it was taken of. */
  readonly version: number;
  readonly untilUs: number;
}

export type LiquiditySettings = Pick<PaperSettings, 'bookAgeMsMax' | 'recoveryMs' | 'slippageBps' | 'shownShare'>;

const ZERO = new Exact(0);
const BPS = 1e4;

/**
 * The books as they stand in the engine's memory, less what paper orders have taken of them. The market does not know what was taken:
 * it is left out until the book has another version, or for as long as the settings say, so that nothing is taken twice.
 */
export class PaperLiquidity {
  private readonly taken = new Map<number, Taken[]>();

  constructor(
    private readonly views: Views,
    private readonly clock: Clock,
    private readonly settings: LiquiditySettings,
  ) {}

  /** What a taker of that side finds, the best level first; nothing when the book is not synchronised, or too old. */
  levels({ book, priceScale, qtyScale, instrument }: BookInfo, side: Side): PaperLevel[] {
    const { views } = this;
    const { bookAgeMsMax, slippageBps, shownShare } = this.settings;
    if (!views.isTradable(book, this.clock.monotonicUs() - bookAgeMsMax * 1000)) return [];
    const amounts = this.missing(book);
    const taker = side === 'buy' ? BUY : SELL;
    return Array.from({ length: views.levelCount(book, taker) }, (_, level) => {
      const shownPrice = decimalText(views.levelPriceUnits(book, taker, level), priceScale);
      const shown = new Exact(decimalText(views.levelQtyUnits(book, taker, level), qtyScale));
      const there = shownShare === 1 ? shown : shown.mul(shownShare);
      const left = Exact.max(ZERO, there.minus(amounts.get(keyOf(side, shownPrice)) ?? ZERO));
      const price = slippageBps === 0 ? shownPrice : slipped(shownPrice, side, slippageBps, instrument.rules.tickSize);
      return { price, shownPrice, quantity: left };
    });
  }

  /** A taker of that side has taken something of a level. */
  take({ book }: BookInfo, side: Side, { shownPrice, quantity }: PaperLevel): void {
    const { recoveryMs } = this.settings;
    const untilUs = recoveryMs === null ? Number.POSITIVE_INFINITY : this.clock.monotonicUs() + recoveryMs * 1000;
    const own = this.taken.get(book) ?? [];
    this.taken.set(book, own);
    own.push({ key: keyOf(side, shownPrice), quantity, version: this.views.version(book), untilUs });
  }

  /** What is missing of a book now, by side and price; what has come back is forgotten. */
  private missing(book: number): Map<string, Decimal> {
    const sums = new Map<string, Decimal>();
    const own = this.taken.get(book);
    if (own === undefined) return sums;
    const [version, nowUs] = [this.views.version(book), this.clock.monotonicUs()];
    const forgets = this.settings.recoveryMs === null;
    const left = own.filter((taken) => (forgets ? taken.version === version : taken.untilUs > nowUs));
    if (left.length === 0) this.taken.delete(book);
    else if (left.length < own.length) this.taken.set(book, left);
    for (const { key, quantity } of left) sums.set(key, quantity.plus(sums.get(key) ?? ZERO));
    return sums;
  }
}

function keyOf(side: Side, price: string): string {
  return `${side} ${price}`;
}

/** A price that is worse for a taker of that side, on the grid of its prices. */
function slipped(price: string, side: Side, bps: number, tickSize: string): string {
  const worse = new Decimal(price).mul(side === 'buy' ? BPS + bps : BPS - bps).div(BPS);
  return side === 'buy' ? ceilToGrid(worse, tickSize) : floorToGrid(worse, tickSize);
}
