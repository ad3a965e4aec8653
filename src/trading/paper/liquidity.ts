import type { Clock } from '../../domain/clock.js';
import { type Decimal, Exact } from '../../domain/decimal.js';
import type { Side } from '../../domain/order.js';
import { decimalText } from '../../kernel/book-view.js';
import { BUY, SELL } from '../../kernel/pricing.js';
import type { Views } from '../../kernel/views.js';
import type { BookInfo } from '../../strategy/universe.js';

/** What a price level has left for paper orders: base units on spot, contracts on futures. */
export interface PaperLevel {
  readonly price: string;
  readonly quantity: Decimal;
}

/** What paper orders took of one version of a book, by side and price. */
interface Taken {
  readonly version: number;
  readonly amounts: Map<string, Decimal>;
}

const ZERO = new Exact(0);

/**
 * The books as they stand in the engine's memory, less what paper orders have taken of them. The market does not know what was taken:
 * it is left out until the book has another version, so that nothing is taken twice.
 */
export class PaperLiquidity {
  private readonly taken = new Map<number, Taken>();

  /** @param ageMsMax books received longer ago have nothing */
  constructor(
    private readonly views: Views,
    private readonly clock: Clock,
    private readonly ageMsMax: number,
  ) {}

  /** What a taker of that side finds, the best level first; nothing when the book is not synchronised, or too old. */
  levels({ book, priceScale, qtyScale }: BookInfo, side: Side): PaperLevel[] {
    const { views } = this;
    if (!views.isTradable(book, this.clock.monotonicUs() - this.ageMsMax * 1000)) return [];
    const { amounts } = this.takenOf(book);
    const taker = side === 'buy' ? BUY : SELL;
    return Array.from({ length: views.levelCount(book, taker) }, (_, level) => {
      const price = decimalText(views.levelPriceUnits(book, taker, level), priceScale);
      const shown = new Exact(decimalText(views.levelQtyUnits(book, taker, level), qtyScale));
      return { price, quantity: shown.minus(amounts.get(`${side} ${price}`) ?? ZERO) };
    });
  }

  /** A taker of that side has taken something of a level. */
  take({ book }: BookInfo, side: Side, price: string, quantity: Decimal): void {
    const { amounts } = this.takenOf(book);
    const key = `${side} ${price}`;
    amounts.set(key, quantity.plus(amounts.get(key) ?? ZERO));
  }

  private takenOf(book: number): Taken {
    const version = this.views.version(book);
    const known = this.taken.get(book);
    if (known?.version === version) return known;
    const fresh: Taken = { version, amounts: new Map() };
    this.taken.set(book, fresh);
    return fresh;
  }
}
