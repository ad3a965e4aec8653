import { CalculationError } from '../../domain/calculation-error.js';
import type { MarketSummary } from './exchange-types.js';

/** Summarises one book from what is seen of it, in the order of time. What is seen holds until the next is; constant memory. */
export class MarketSummaryBuilder {
  private firstMs = Number.NaN;
  private lastMs = Number.NaN;
  private spreadBps = Number.NaN;
  private depthQuote = Number.NaN;
  private readonly sums = { spread: 0, depth: 0, knownMs: 0, downMs: 0, updates: 0, gaps: 0 };

  constructor(
    private readonly exchange: string,
    private readonly symbol: string,
  ) {}

  /**
   * The book changed, and can be relied upon.
   * @param depthQuote what lies near the middle on the thinner side, in the quote asset
   * @throws CalculationError INVALID_INTERVAL when time goes back, INVALID_PRICE for a book that is crossed or has no price
   */
  update(tsMs: number, bid: number, ask: number, depthQuote: number): void {
    if (!(bid > 0 && ask >= bid)) throw new CalculationError('INVALID_PRICE', { bid, ask });
    this.passTo(tsMs);
    this.spreadBps = ((ask - bid) / ((ask + bid) / 2)) * 1e4;
    this.depthQuote = depthQuote;
    this.sums.updates++;
  }

  /** The book cannot be relied upon from now on, until it changes again. @throws CalculationError INVALID_INTERVAL */
  gap(tsMs: number): void {
    this.passTo(tsMs);
    if (!Number.isNaN(this.spreadBps)) this.sums.gaps++;
    this.spreadBps = Number.NaN;
  }

  /** What was seen up to a time. @throws CalculationError INSUFFICIENT_DATA when no time has passed with a book */
  summary(endMs: number): MarketSummary {
    this.passTo(endMs);
    const { spread, depth, knownMs, downMs, updates, gaps } = this.sums;
    if (!(knownMs > 0)) throw new CalculationError('INSUFFICIENT_DATA', { knownMs, updates });
    const { exchange, symbol } = this;
    const means = { spreadBps: spread / knownMs, depthQuote: depth / knownMs };
    return { exchange, symbol, durationMs: knownMs + downMs, ...means, updates, gaps, downMs };
  }

  private passTo(tsMs: number): void {
    if (Number.isNaN(this.firstMs)) this.firstMs = this.lastMs = tsMs;
    const passedMs = tsMs - this.lastMs;
    if (!(passedMs >= 0)) throw new CalculationError('INVALID_INTERVAL', { beforeMs: this.lastMs, nowMs: tsMs });
    this.lastMs = tsMs;
    if (Number.isNaN(this.spreadBps)) {
      this.sums.downMs += passedMs;
      return;
    }
    this.sums.knownMs += passedMs;
    this.sums.spread += this.spreadBps * passedMs;
    this.sums.depth += this.depthQuote * passedMs;
  }
}
