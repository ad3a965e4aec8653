import type { StrategyContext } from '../context.js';
import type { LegUpdate } from '../intent.js';
import type { MarketView } from '../market-view.js';
import type { Funds } from './funds.js';
import { HedgedPosition, type OrderSettings } from './hedged-position.js';

/**
 * All hedged positions of a strategy. A book belongs to one position at a time, so that a target of 0 is that position's end and
 * nobody else's.
 */
export class HedgeDesk {
  /** Positions that are not flat. */
  readonly active: HedgedPosition[] = [];
  /** The position that last had the book, flat or not: what is told late still finds it. */
  private readonly holders: (HedgedPosition | null)[];

  constructor(
    books: number,
    private readonly funds: Funds,
    private readonly settings: OrderSettings,
  ) {
    this.holders = Array.from({ length: books }, () => null);
  }

  /** The position that has the book; null when it is free. */
  holder(book: number): HedgedPosition | null {
    const holder = this.holders[book] ?? null;
    return holder === null || holder.state === 'flat' ? null : holder;
  }

  /** Whether a book is left alone for a while, since what was tried there came to nothing. */
  rests(book: number, nowUs: number): boolean {
    const holder = this.holders[book] ?? null;
    return holder !== null && holder.state === 'flat' && nowUs < holder.restUntilUs;
  }

  /** A position that is not opened yet. */
  position(): HedgedPosition {
    return new HedgedPosition(this.funds, this.settings);
  }

  /** Takes note that a position has its books from now on. */
  hold(position: HedgedPosition): void {
    for (const { terms } of position.grid.legs) this.holders[terms.info.book] = position;
    if (!this.active.includes(position)) this.active.push(position);
  }

  /** Hands an update to the position that it is about. @returns that position */
  take(update: LegUpdate, market: MarketView, context: StrategyContext): HedgedPosition | null {
    const position = this.holders[update.book] ?? null;
    if (position === null) return null;
    position.take(update, market, context);
    this.sort(position);
    return position;
  }

  /** Has every position try again what was not filled. */
  sweep(market: MarketView, context: StrategyContext): void {
    for (const position of this.active) position.sweep(market, context);
  }

  private sort(position: HedgedPosition): void {
    const place = this.active.indexOf(position);
    if (position.state === 'flat' && place >= 0) this.active.splice(place, 1);
    if (position.state !== 'flat' && place < 0) this.active.push(position);
  }
}
