const DAY_US = 86_400_000_000;

/** What has to outlive a restart, so that a process that dies again and again does not lose its limit every time. */
export interface DayProfitRecord {
  /** Days since the epoch, in UTC. */
  readonly day: number;
  readonly realisedQuote: number;
  readonly startEquityQuote: number | null;
  readonly peakEquityQuote: number | null;
}

/** Profit of the UTC day and fall of the equity from its peak, in the reference currency. */
export class DayProfit {
  private day: number;
  private realised = 0;
  private equity = Number.NaN;
  private start = Number.NaN;
  private peak = Number.NaN;
  /** By fill, what fees are expected to come to that were not told yet. */
  private readonly untold = new Map<string, number>();

  constructor(epochUs: number) {
    this.day = Math.floor(epochUs / DAY_US);
  }

  get realisedQuote(): number {
    return this.realised;
  }
  /** NaN until told. */
  get equityQuote(): number {
    return this.equity;
  }
  get peakEquityQuote(): number {
    return this.peak;
  }
  /**
   * The worse of what was realised and what the equity changed by, less fees that were not told yet: neither open losses nor booked ones
   * nor late fees can hide.
   */
  get profitQuote(): number {
    const change = this.equity - this.start;
    return (change < this.realised ? change : this.realised) - this.untoldFeesQuote;
  }
  /** What fees are expected to come to that are in neither sum, because their venues have not told them. */
  get untoldFeesQuote(): number {
    let sum = 0;
    for (const quote of this.untold.values()) sum += quote;
    return sum;
  }
  /** Fall from the peak as a fraction of it; 0 while no equity is known. */
  get drawdownFraction(): number {
    const fall = (this.peak - this.equity) / this.peak;
    return fall > 0 ? fall : 0;
  }

  /** A new day begins with nothing won or lost. @returns whether one began */
  advance(epochUs: number): boolean {
    const day = Math.floor(epochUs / DAY_US);
    // A clock that was set back does not give a day twice.
    if (day <= this.day) return false;
    this.day = day;
    this.realised = 0;
    this.start = this.equity;
    this.untold.clear();
    return true;
  }

  /** Profit that was booked, negative for a loss; fees included. */
  addRealised(quote: number): void {
    this.realised += quote;
  }
  /** A fill was booked without its fee: so much counts as lost until it is told, or until the day or a person begins anew. */
  expectFee(fill: string, quote: number): void {
    this.untold.set(fill, (this.untold.get(fill) ?? 0) + quote);
  }
  /** The fee of a fill was told, and is booked as any other loss. */
  feeTold(fill: string): void {
    this.untold.delete(fill);
  }
  /** Worth of everything, open positions included. */
  setEquity(quote: number): void {
    this.equity = quote;
    if (Number.isNaN(this.start)) this.start = quote;
    if (!(quote <= this.peak)) this.peak = quote;
  }
  /** Capital was paid in, or out when negative: neither profit nor loss. */
  moveCapital(quote: number): void {
    this.equity += quote;
    this.start += quote;
    this.peak += quote;
  }
  /** A person took note of the losses so far: limits count from here on. */
  acknowledge(): void {
    this.untold.clear();
    this.realised = 0;
    this.start = this.equity;
    this.peak = this.equity;
  }

  record(): DayProfitRecord {
    const told = (value: number): number | null => (Number.isNaN(value) ? null : value);
    return { day: this.day, realisedQuote: this.realised, startEquityQuote: told(this.start), peakEquityQuote: told(this.peak) };
  }
  /** Goes on from a record: the day's figures only when it is still that day. */
  restore(record: DayProfitRecord): void {
    this.peak = record.peakEquityQuote ?? Number.NaN;
    if (record.day !== this.day) return;
    this.realised = record.realisedQuote;
    this.start = record.startEquityQuote ?? Number.NaN;
  }
}
