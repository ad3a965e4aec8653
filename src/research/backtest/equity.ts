import type { RiskConfig } from '../../risk/config.js';
import type { TradingDesk } from '../../trading/trading-desk.js';

/** Worth of an account at equally spaced moments, in the reference currency: columns of one length. */
export interface EquitySeries {
  readonly intervalMs: number;
  /** Microseconds since the epoch. */
  readonly tsUs: Float64Array;
  /** Capital, booked profit and what open positions would bring at the middle of their books; inventory counts for nothing. */
  readonly equity: Float64Array;
  /** Value of the open positions, in sum of absolute values. */
  readonly exposure: Float64Array;
}

/** Samples what the desk's own risk state says, at every full interval that a turn passes. */
export class EquitySampler {
  private readonly tsUs: number[] = [];
  private readonly equity: number[] = [];
  private readonly exposure: number[] = [];
  private nextUs = 0;

  constructor(
    private readonly intervalMs: number,
    readonly rates: RiskConfig['rates'],
  ) {}

  /** Takes notice of a turn. A value that was not there at a full interval is the one of before. */
  turn(epochUs: number, desk: TradingDesk | null): void {
    if (epochUs < this.nextUs || desk === null) return;
    const { equityQuote } = desk.state.profit;
    if (Number.isNaN(equityQuote)) return;
    const stepUs = this.intervalMs * 1000;
    if (this.tsUs.length === 0) this.nextUs = Math.floor(epochUs / stepUs) * stepUs;
    for (; this.nextUs <= epochUs; this.nextUs += stepUs) {
      this.tsUs.push(this.nextUs);
      this.equity.push(this.nextUs + stepUs <= epochUs ? (this.equity.at(-1) ?? equityQuote) : equityQuote);
      this.exposure.push(desk.state.all.total);
    }
  }

  series(): EquitySeries {
    return {
      intervalMs: this.intervalMs,
      tsUs: Float64Array.from(this.tsUs),
      equity: Float64Array.from(this.equity),
      exposure: Float64Array.from(this.exposure),
    };
  }
}
