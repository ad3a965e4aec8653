import { THREAD_ASKS, THREAD_BIDS, THREAD_LEVELS_MAX } from '../../assembly/memory/layout.js';
import type { Kernel } from './kernel.js';

/** Sides of rows. */
export const ROW_BID = 0;
export const ROW_ASK = 1;

/** Levels as columns: row i is [side, price, quantity], in whole units of its book; a quantity of 0 takes the level out. */
export interface LevelColumns {
  /** ROW_... */
  readonly side: Uint8Array;
  readonly priceUnits: Float64Array;
  readonly qtyUnits: Float64Array;
}

/**
 * Puts rows of a history into books, past the decoders: from there on everything is as with frames of a venue. Books are named by
 * their place in the plan. Nothing here allocates.
 */
export class RowDoor {
  private readonly bids: number;
  private readonly asks: number;
  private readonly levelsMax: number;

  constructor(private readonly kernel: Kernel) {
    this.bids = (kernel.uint32[(kernel.thread + THREAD_BIDS) >> 2] ?? 0) >> 3;
    this.asks = (kernel.uint32[(kernel.thread + THREAD_ASKS) >> 2] ?? 0) >> 3;
    this.levelsMax = kernel.int32At(kernel.thread + THREAD_LEVELS_MAX);
  }

  /**
   * Applies rows [from, to) as one message, received at the time that the kernel was told last.
   * @param isSnapshot whether they are the whole book
   * @param exchangeUs microseconds since the epoch; 0 when not known
   * @returns STATUS_...; STATUS_OVERSIZED when a side has more rows than the thread has room for, and then nothing has changed
   */
  levels(
    book: number,
    { side, priceUnits, qtyUnits }: LevelColumns,
    from: number,
    to: number,
    isSnapshot: boolean,
    sequence: number,
    exchangeUs: number,
  ): number {
    const { float64 } = this.kernel;
    const room = this.levelsMax;
    let bids = 0;
    let asks = 0;
    for (let row = from; row < to; row++) {
      const isBid = side[row] === ROW_BID;
      const place = isBid ? bids++ : asks++;
      if (place >= room) continue;
      const at = (isBid ? this.bids : this.asks) + place * 2;
      float64[at] = priceUnits[row] ?? 0;
      float64[at + 1] = qtyUnits[row] ?? 0;
    }
    return this.kernel.exports.applyLevels(this.address(book), bids, asks, isSnapshot ? 1 : 0, sequence, exchangeUs);
  }

  /** @param side 1 when the taker bought, -1 when it sold, 0 when nobody says @param tsUs microseconds since the epoch */
  trade(book: number, priceUnits: number, qtyUnits: number, id: number, tsUs: number, side: number): number {
    return this.kernel.exports.applyTrade(this.address(book), priceUnits, qtyUnits, id, tsUs, side);
  }

  /** Plain numbers, not units; NaN leaves a figure as it was. @param nextFundingUs microseconds since the epoch */
  mark(book: number, markPrice: number, indexPrice: number, fundingRate: number, nextFundingUs: number): number {
    return this.kernel.exports.applyMark(this.address(book), markPrice, indexPrice, fundingRate, nextFundingUs);
  }

  private address(book: number): number {
    return this.kernel.plan.books[book] ?? 0;
  }
}
