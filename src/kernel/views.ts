import { LEVEL_STRIDE, STATE_SYNCED } from '../../assembly/memory/layout.js';
import {
  VIEW_ASK_LEVELS,
  VIEW_ASK_PRICE,
  VIEW_ASK_QTY,
  VIEW_BID_LEVELS,
  VIEW_BID_PRICE,
  VIEW_BID_QTY,
  VIEW_CONFLATED,
  VIEW_EXCHANGE_US,
  VIEW_FUNDING_RATE,
  VIEW_INDEX_PRICE,
  VIEW_LEVELS,
  VIEW_MARK_PRICE,
  VIEW_NEXT_FUNDING_US,
  VIEW_RECEIVE_US,
  VIEW_REFRESHES,
  VIEW_SEQUENCE,
  VIEW_STATE,
  VIEW_TRADE_BUY_QTY,
  VIEW_TRADE_PRICE,
  VIEW_TRADE_SELL_QTY,
  VIEW_TRADE_US,
  VIEW_TRADES,
  VIEW_VERSION,
} from '../../assembly/memory/scan-layout.js';
import type { Kernel } from './kernel.js';
import { scanRequest } from './plan.js';
import { BUY, type TakerSide } from './pricing.js';
import type { Scanner } from './scan.js';

/**
 * The engine's copies of the books, as the last scan took them: all that is told of a book is of one version of it. Books are
 * named by their id, which is their place in the plan. Prices and quantities are whole units of the book. Nothing here allocates.
 */
export class Views {
  readonly count: number;
  /** Levels that a view holds of each side at most. */
  readonly levelsMax: number;
  private readonly int32: Int32Array;
  private readonly float64: Float64Array;
  private readonly first: number;
  private readonly stride: number;

  constructor(kernel: Kernel, scanner: Scanner) {
    this.count = kernel.plan.books.length;
    this.levelsMax = scanRequest(kernel.plan.request).viewLevels;
    this.int32 = kernel.int32;
    this.float64 = kernel.float64;
    this.first = scanner.view(0);
    this.stride = scanner.view(1) - scanner.view(0);
  }

  /** Address of a view. */
  address(book: number): number {
    return this.first + book * this.stride;
  }
  /** Address of the copy of the book's signal state, which the view ends with. */
  signalState(book: number): number {
    return this.address(book) + VIEW_LEVELS + this.levelsMax * 2 * LEVEL_STRIDE;
  }

  /** Synchronised, with both sides, and received at `oldestUs` or later: it may be traded on. */
  isTradable(book: number, oldestUs: number): boolean {
    return (
      this.state(book) === STATE_SYNCED &&
      this.receiveUs(book) >= oldestUs &&
      this.bidPriceUnits(book) > 0 &&
      this.askPriceUnits(book) > 0
    );
  }
  /** Which version of the book this is: its lock word. */
  version(book: number): number {
    return this.int32At(book, VIEW_VERSION);
  }
  /** STATE_... */
  state(book: number): number {
    return this.int32At(book, VIEW_STATE);
  }
  /** The venue's update id, or a count of messages where it numbers nothing. */
  sequence(book: number): number {
    return this.float64At(book, VIEW_SEQUENCE);
  }
  /** Monotonic microseconds at which the newest frame was received. */
  receiveUs(book: number): number {
    return this.float64At(book, VIEW_RECEIVE_US);
  }
  exchangeUs(book: number): number {
    return this.float64At(book, VIEW_EXCHANGE_US);
  }
  /** 0 where the side is empty. */
  bidPriceUnits(book: number): number {
    return this.float64At(book, VIEW_BID_PRICE);
  }
  bidQtyUnits(book: number): number {
    return this.float64At(book, VIEW_BID_QTY);
  }
  askPriceUnits(book: number): number {
    return this.float64At(book, VIEW_ASK_PRICE);
  }
  askQtyUnits(book: number): number {
    return this.float64At(book, VIEW_ASK_QTY);
  }

  /** Levels copied of the side that a taker takes: BUY takes asks. */
  levelCount(book: number, side: TakerSide): number {
    return this.int32At(book, side === BUY ? VIEW_ASK_LEVELS : VIEW_BID_LEVELS);
  }
  /** Price of a level, the best first. */
  levelPriceUnits(book: number, side: TakerSide, level: number): number {
    return this.float64[this.levelIndex(book, side) + level * 2] ?? 0;
  }
  levelQtyUnits(book: number, side: TakerSide, level: number): number {
    return this.float64[this.levelIndex(book, side) + level * 2 + 1] ?? 0;
  }

  /**
   * Takes `qtyUnits` from the side, level by level.
   * @returns quote walked, in price units times quantity units; -1 when the view holds less
   */
  walk(book: number, side: TakerSide, qtyUnits: number): number {
    const { float64 } = this;
    const first = this.levelIndex(book, side);
    const end = first + this.levelCount(book, side) * 2;
    let left = qtyUnits;
    let quote = 0;
    for (let at = first; at < end; at += 2) {
      const price = float64[at] ?? 0;
      const held = float64[at + 1] ?? 0;
      if (held >= left) return quote + price * left;
      quote += price * held;
      left -= held;
    }
    return qtyUnits === 0 ? 0 : -1;
  }

  /** Quantity units that the side holds at `limitPriceUnits` or better. */
  depthWithin(book: number, side: TakerSide, limitPriceUnits: number): number {
    const { float64 } = this;
    const first = this.levelIndex(book, side);
    const end = first + this.levelCount(book, side) * 2;
    let held = 0;
    for (let at = first; at < end; at += 2) {
      const price = float64[at] ?? 0;
      if (side === BUY ? price > limitPriceUnits : price < limitPriceUnits) break;
      held += float64[at + 1] ?? 0;
    }
    return held;
  }

  /** The worst price reached when `qtyUnits` are taken; 0 when the view holds less. */
  worstPriceUnits(book: number, side: TakerSide, qtyUnits: number): number {
    const { float64 } = this;
    const first = this.levelIndex(book, side);
    const end = first + this.levelCount(book, side) * 2;
    let left = qtyUnits;
    for (let at = first; at < end; at += 2) {
      left -= float64[at + 1] ?? 0;
      if (left <= 0) return float64[at] ?? 0;
    }
    return 0;
  }

  /** Trades seen, the last one (its exchange time in us), and what takers bought and sold in all. */
  trades(book: number): number {
    return this.float64At(book, VIEW_TRADES);
  }
  tradePriceUnits(book: number): number {
    return this.float64At(book, VIEW_TRADE_PRICE);
  }
  tradeUs(book: number): number {
    return this.float64At(book, VIEW_TRADE_US);
  }
  boughtQtyUnits(book: number): number {
    return this.float64At(book, VIEW_TRADE_BUY_QTY);
  }
  soldQtyUnits(book: number): number {
    return this.float64At(book, VIEW_TRADE_SELL_QTY);
  }

  /** Derivatives: plain numbers, not units; NaN until told. The funding rate is the fraction due at the next funding. */
  markPrice(book: number): number {
    return this.float64At(book, VIEW_MARK_PRICE);
  }
  indexPrice(book: number): number {
    return this.float64At(book, VIEW_INDEX_PRICE);
  }
  fundingRate(book: number): number {
    return this.float64At(book, VIEW_FUNDING_RATE);
  }
  /** Microseconds since the epoch. */
  nextFundingUs(book: number): number {
    return this.float64At(book, VIEW_NEXT_FUNDING_US);
  }

  /** Copies taken of the book, and its versions that were never copied since a newer one was there first. */
  refreshes(book: number): number {
    return this.float64At(book, VIEW_REFRESHES);
  }
  conflated(book: number): number {
    return this.float64At(book, VIEW_CONFLATED);
  }

  private levelIndex(book: number, side: TakerSide): number {
    const levels = side === BUY ? this.levelsMax * LEVEL_STRIDE : 0;
    return (this.address(book) + VIEW_LEVELS + levels) >> 3;
  }
  private int32At(book: number, offset: number): number {
    return this.int32[(this.address(book) + offset) >> 2] ?? 0;
  }
  private float64At(book: number, offset: number): number {
    return this.float64[(this.address(book) + offset) >> 3] ?? 0;
  }
}
