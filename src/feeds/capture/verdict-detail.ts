import {
  BOOK_TICKER_ASK_PRICE,
  BOOK_TICKER_ASK_QTY,
  BOOK_TICKER_BID_PRICE,
  BOOK_TICKER_BID_QTY,
  BOOK_TICKER_SEQUENCE,
  BOOK_TICKERS,
  STATUS_APPLIED,
  STATUS_CROSSED,
  STATUS_EVENT,
  STATUS_SNAPSHOT,
} from '../../../assembly/memory/layout.js';
import { type LevelText, readBook } from '../../kernel/book-view.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { BookTally } from './book-tally.js';

/** One trade as read, in texts. */
export interface TradeDetail {
  readonly price: string;
  readonly qty: string;
  readonly side: 'buy' | 'sell' | 'unknown';
  readonly tsUs: number;
}

/** The venue's own top of book. */
export interface TickerReport {
  readonly count: number;
  readonly sequence: number;
  /** Null where the venue left the side empty. */
  readonly bid: LevelText | null;
  readonly ask: LevelText | null;
}

/** What one message did, as far as the kernel read it. */
export interface FrameDetail {
  readonly sequence?: number;
  readonly bids?: readonly LevelText[];
  readonly asks?: readonly LevelText[];
  readonly trades?: readonly TradeDetail[];
  readonly ticker?: TickerReport;
}

const LEVELS_MAX = 10;

/** The levels of a book's best `depth`, quantities as they were sent. */
export function readLevels(kernel: Kernel, tally: BookTally, depth: number): { bids: LevelText[]; asks: LevelText[] } {
  const view = readBook(kernel, tally.address, depth);
  const levels = (side: readonly LevelText[] = []): LevelText[] => side.map(([price, qty]) => [price, tally.plainQty(qty)]);
  return { bids: levels(view?.bids), asks: levels(view?.asks) };
}

/** The last ticker of a book; undefined when there was none. */
export function readTicker(kernel: Kernel, tally: BookTally): TickerReport | undefined {
  const at = (offset: number): number => kernel.float64At(tally.address + offset);
  const count = at(BOOK_TICKERS);
  if (count === 0) return undefined;
  const side = (price: number, qty: number): LevelText | null =>
    at(price) === 0 ? null : [tally.priceText(at(price)), tally.qtyText(at(qty))];
  return {
    count,
    sequence: at(BOOK_TICKER_SEQUENCE),
    bid: side(BOOK_TICKER_BID_PRICE, BOOK_TICKER_BID_QTY),
    ask: side(BOOK_TICKER_ASK_PRICE, BOOK_TICKER_ASK_QTY),
  };
}

/** Reads what the last decode of the kernel did to a book. */
export function readDetail(kernel: Kernel, status: number, tally: BookTally): FrameDetail | undefined {
  if (status === STATUS_APPLIED || status === STATUS_SNAPSHOT || status === STATUS_CROSSED) {
    return { sequence: Number(tally.sequence), ...readLevels(kernel, tally, LEVELS_MAX) };
  }
  if (status !== STATUS_EVENT) return undefined;
  if (kernel.eventCount === 0) {
    const ticker = readTicker(kernel, tally);
    return ticker === undefined ? {} : { ticker };
  }
  const trades = Array.from({ length: kernel.eventCount }, (_, index): TradeDetail => {
    const { priceUnits, qtyUnits, side, tsUs } = kernel.event(index);
    const sideName = side > 0 ? 'buy' : side < 0 ? 'sell' : 'unknown';
    return { price: tally.priceText(priceUnits), qty: tally.qtyText(qtyUnits), side: sideName, tsUs };
  });
  return { trades };
}
