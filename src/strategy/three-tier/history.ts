import { VENUES_MAX } from '../../../assembly/memory/scan-layout.js';

/** How often something happened. */
export interface HistoryCounts {
  /** Opportunities that opened, and those of them that stood long enough to be believed. */
  readonly opened: number;
  readonly confirmed: number;
  /** Plans that were made, and those that were wholly filled at a profit. */
  readonly attempted: number;
  readonly succeeded: number;
}

/** Frequency and success of opportunities by row and pair of venues. Nothing here allocates but the reports. */
export class OpportunityHistory {
  private readonly opened: Uint32Array;
  private readonly confirmed: Uint32Array;
  private readonly attempted: Uint32Array;
  private readonly succeeded: Uint32Array;

  /**
   * @param successPrior plans that count as succeeded before any was made: the parameters of a beta distribution
   * @param failurePrior plans that count as failed
   */
  constructor(
    rows: number,
    private readonly successPrior: number,
    private readonly failurePrior: number,
  ) {
    const pairs = rows * VENUES_MAX * VENUES_MAX;
    this.opened = new Uint32Array(pairs);
    this.confirmed = new Uint32Array(pairs);
    this.attempted = new Uint32Array(pairs);
    this.succeeded = new Uint32Array(pairs);
  }

  /** Number of a pair of venues of a row, named by their places in it. */
  pair(row: number, buyPlace: number, sellPlace: number): number {
    return (row * VENUES_MAX + buyPlace) * VENUES_MAX + sellPlace;
  }

  countOpened(pair: number): void {
    this.opened[pair] = (this.opened[pair] ?? 0) + 1;
  }
  countConfirmed(pair: number): void {
    this.confirmed[pair] = (this.confirmed[pair] ?? 0) + 1;
  }
  /** A plan has ended. */
  countPlan(pair: number, isSuccess: boolean): void {
    this.attempted[pair] = (this.attempted[pair] ?? 0) + 1;
    if (isSuccess) this.succeeded[pair] = (this.succeeded[pair] ?? 0) + 1;
  }

  /** Share of the pair's plans that is expected to succeed: the mean of the beta distribution after all that was seen. */
  successRate(pair: number): number {
    const { successPrior, failurePrior } = this;
    return ((this.succeeded[pair] ?? 0) + successPrior) / ((this.attempted[pair] ?? 0) + successPrior + failurePrior);
  }

  ofPair(pair: number): HistoryCounts {
    return this.sum(pair, pair + 1);
  }
  ofRow(row: number): HistoryCounts {
    return this.sum(this.pair(row, 0, 0), this.pair(row + 1, 0, 0));
  }

  private sum(from: number, to: number): HistoryCounts {
    const total = (counts: Uint32Array): number => counts.subarray(from, to).reduce((sum, count) => sum + count, 0);
    return {
      opened: total(this.opened),
      confirmed: total(this.confirmed),
      attempted: total(this.attempted),
      succeeded: total(this.succeeded),
    };
  }
}
