import type { Scanner } from '../kernel/scan.js';
import type { StrategyUniverse } from './universe.js';

export interface CostSettings {
  /** What moving the funds of one cycle back costs, as a fraction of its value; half of it is borne by either side. */
  readonly rebalanceFraction: number;
  /** Weight of the newest fill in the slippage that is expected of a book, in (0, 1]. */
  readonly slippageWeight: number;
  /** Slippage expected of a book of which no fill was seen, as a fraction. */
  readonly slippagePrior: number;
}

export const DEFAULT_COST_SETTINGS: CostSettings = { rebalanceFraction: 0, slippageWeight: 0.1, slippagePrior: 0 };

/**
 * What taking at a book costs beyond the prices that it shows: the taker fee, the slippage that past fills had against the book they
 * were decided on, and a share of the cost of moving funds back. One model for all strategies; the kernel prices with the same
 * figures (SCAN_ROW_FEES and SCAN_ROW_EXTRAS), by the same formula as the exact one in domain/trade-cost.ts.
 */
export class CostModel {
  private readonly slippages: Float64Array;
  private readonly fills: Float64Array;

  /** @param scanner told of every change; null where nothing scans */
  constructor(
    private readonly universe: StrategyUniverse,
    private readonly scanner: Scanner | null,
    private readonly settings: CostSettings = DEFAULT_COST_SETTINGS,
  ) {
    this.slippages = new Float64Array(universe.books.length).fill(settings.slippagePrior);
    this.fills = new Float64Array(universe.books.length);
    for (const { book } of universe.books) this.publish(book);
  }

  takerFee(book: number): number {
    return this.universe.books[book]?.takerFee ?? 0;
  }
  /** Expected slippage of a taker at this book, as a fraction. */
  slippage(book: number): number {
    return this.slippages[book] ?? 0;
  }
  /** Fills that the expectation rests on. */
  fillsSeen(book: number): number {
    return this.fills[book] ?? 0;
  }
  /** One side's share of the cost of moving funds back, as a fraction. */
  get rebalanceShare(): number {
    return this.settings.rebalanceFraction / 2;
  }
  /** All that taking at the book costs, as a fraction of the value. */
  total(book: number): number {
    return this.takerFee(book) + this.slippage(book) + this.rebalanceShare;
  }

  /** What buying for `quote` before costs is paid with. */
  paid(book: number, quote: number): number {
    return quote * (1 + this.total(book));
  }
  /** What selling for `quote` before costs yields. */
  received(book: number, quote: number): number {
    return quote * (1 - this.total(book));
  }

  /**
   * Learns from a fill.
   * @param expectedQuote value by the book that the order was decided on
   * @param realisedQuote value by the fills, of the same quantity
   * @param isBuy paying more is slippage; selling, getting less
   */
  observe(book: number, expectedQuote: number, realisedQuote: number, isBuy: boolean): void {
    if (!(expectedQuote > 0)) return;
    const worse = ((isBuy ? 1 : -1) * (realisedQuote - expectedQuote)) / expectedQuote;
    const before = this.slippages[book] ?? 0;
    // A fill better than expected brings the expectation down, never below zero: luck is no income.
    this.slippages[book] = Math.max(0, before + this.settings.slippageWeight * (worse - before));
    this.fills[book] = (this.fills[book] ?? 0) + 1;
    this.publish(book);
  }

  private publish(book: number): void {
    const info = this.universe.books[book];
    if (info === undefined || this.scanner === null) return;
    this.scanner.setExtraCost(info.row, info.place, this.slippage(book) + this.rebalanceShare);
  }
}
