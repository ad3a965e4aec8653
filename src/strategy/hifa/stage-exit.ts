import type { StrategyContext } from '../context.js';
import type { Decision, DecisionStage } from '../decision-log.js';
import { isTradable, worsened } from '../hedged/order-terms.js';
import type { Intent } from '../intent.js';
import type { MarketView } from '../market-view.js';
import type { BookInfo, RowInfo, StrategyUniverse } from '../universe.js';
import type { BookTerms } from './book-terms.js';
import { BPS, type PlanConfig } from './config.js';
import { type OpenRows, ROW_CLOSING } from './open-rows.js';

/** Place of the stage among the pipeline's. */
export const EXIT_NUMBER = 4;

export const EXIT_STAGE: DecisionStage = {
  name: 'exit',
  verdicts: ['timer', 'stop', 'opposite signal', 'again', 'book not tradable', 'left over'],
  figures: ['direction', 'heldMs', 'returnBps', 'entryMidUnits', 'midUnits', 'stopBps', 'legs'],
};
export const EXIT_TIMER = 0;
export const EXIT_STOP = 1;
export const EXIT_OPPOSITE = 2;
export const EXIT_AGAIN = 3;
export const EXIT_BLOCKED = 4;
export const EXIT_LEFT_OVER = 5;

/**
 * Ends positions: brings every book of a row back to what it held before. That is nothing, and then the legs are reduce-only, unless
 * spot pairs have moved inventory between venues, which stays where it is.
 */
export class ExitStage {
  readonly stage = EXIT_STAGE;
  /** What a book goes back to, in signed quantity units. */
  readonly rest: Float64Array;

  constructor(
    private readonly config: PlanConfig,
    private readonly universe: StrategyUniverse,
    private readonly terms: readonly BookTerms[],
    private readonly rows: OpenRows,
  ) {
    this.rest = new Float64Array(universe.books.length);
  }

  /** Whether no book of the row holds more or less than it should without a position. */
  isFlat(row: number, context: StrategyContext): boolean {
    const { books } = this.universe.rows[row] as RowInfo;
    for (let place = 0; place < books.length; place++) {
      const book = books[place]?.book ?? 0;
      if (context.positions.of(book) !== this.rest[book]) return false;
    }
    return true;
  }

  /** Whether the mid has gone against the position by the stop. */
  isStopped(row: number, market: MarketView): boolean {
    const { rows } = this;
    if (!market.views.isTradable(rows.watchedBook[row] ?? 0, market.oldestUs)) return false;
    return this.returnOf(row, market) <= -this.config.stopBps * BPS;
  }

  /**
   * Sends the orders that end a row's position.
   * @param reason EXIT_...
   * @returns the verdict: the reason, or EXIT_BLOCKED when no book can be traded, or EXIT_LEFT_OVER when all that is left is too
   * little for an order and stays as inventory
   */
  close(row: number, reason: number, market: MarketView, context: StrategyContext): number {
    const { rows, config } = this;
    const { books } = this.universe.rows[row] as RowInfo;
    const decision = this.note(context.decide(EXIT_NUMBER, row, market), row, market);
    const intent = context.intent(this.isPlain(books) ? 'close' : 'rebalance', row, market);
    rows.isExiting[row] = 1;
    let isBlocked = false;
    for (let place = 0; place < books.length; place++) {
      const { book } = books[place] as BookInfo;
      if (context.positions.of(book) === this.rest[book]) continue;
      if (market.views.isTradable(book, market.oldestUs)) this.aim(intent, book, market, context);
      else isBlocked = true;
    }
    decision.note(intent.legCount);
    if (intent.legCount === 0) {
      rows.exitUs[row] = market.nowUs + config.retryMs * 1000;
      return context.decided(decision, isBlocked ? EXIT_BLOCKED : EXIT_LEFT_OVER).verdict;
    }
    decision.book = intent.legs[0]?.book ?? -1;
    intent.decision = decision.id;
    intent.expiresUs = market.nowUs + config.expiresMs * 1000;
    intent.hedgeByUs = market.nowUs + config.hedgeByMs * 1000;
    context.decided(decision, reason);
    rows.sent(row, ROW_CLOSING, intent.id, intent.legCount);
    context.emit(intent);
    return reason;
  }

  /**
   * A spot pair was filled: what was bought at one venue and sold at another stays there, and what has no counterpart is a position.
   * @param firstBook book that was bought in
   */
  keepPair(firstBook: number, otherBook: number, context: StrategyContext): void {
    const first = this.universe.books[firstBook] as BookInfo;
    const other = this.universe.books[otherBook] as BookInfo;
    const bought = context.positions.of(firstBook) - (this.rest[firstBook] ?? 0);
    const sold = (this.rest[otherBook] ?? 0) - context.positions.of(otherBook);
    const kept = Math.max(0, Math.min(bought * first.unitsPerQty, sold * other.unitsPerQty));
    this.rest[firstBook] = (this.rest[firstBook] ?? 0) + Math.floor(kept / first.unitsPerQty);
    this.rest[otherBook] = (this.rest[otherBook] ?? 0) - Math.floor(kept / other.unitsPerQty);
  }

  private aim(intent: Intent, book: number, market: MarketView, context: StrategyContext): void {
    const { terms } = this.terms[book] as BookTerms;
    const rest = this.rest[book] ?? 0;
    const position = context.positions.of(book);
    const isBuy = position < rest;
    const touch = isBuy ? market.views.askPriceUnits(book) : market.views.bidPriceUnits(book);
    const limit = worsened(terms, touch, isBuy, this.config.exitReachBps * BPS);
    // Too little for the venue: it stays where it is.
    if (isTradable(terms, rest - position, isBuy ? touch : limit, true)) context.aim(intent, market, book, rest, limit);
    else this.rest[book] = position;
  }

  private isPlain(books: readonly BookInfo[]): boolean {
    for (let place = 0; place < books.length; place++) if (this.rest[books[place]?.book ?? 0] !== 0) return false;
    return true;
  }

  private returnOf(row: number, market: MarketView): number {
    const { rows } = this;
    const entry = rows.entryMid[row] ?? 0;
    return entry > 0 ? (rows.direction[row] ?? 0) * (this.mid(row, market) / entry - 1) : 0;
  }
  private mid(row: number, { views }: MarketView): number {
    const book = this.rows.watchedBook[row] ?? 0;
    return (views.bidPriceUnits(book) + views.askPriceUnits(book)) / 2;
  }
  private note(decision: Decision, row: number, market: MarketView): Decision {
    const { rows } = this;
    decision.note(rows.direction[row] ?? 0).note((market.nowUs - (rows.openedUs[row] ?? 0)) / 1000);
    decision.note(this.returnOf(row, market) / BPS).note(rows.entryMid[row] ?? 0);
    return decision.note(this.mid(row, market)).note(this.config.stopBps);
  }
}
