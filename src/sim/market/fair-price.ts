import type { SeededRandom } from '../../domain/random.js';

/** No single step is larger, so that books which follow one after the other never stand a whole burst apart. */
const STEP_MAX = 3e-4;
/** Prices are pulled back to where they started within this time, so that a week of simulation keeps sensible decimals. */
const PULL_US = 3_600e6;

/** The price on which all venues of one asset agree but for lag and noise: a mean-reverting walk with bursts. */
export class FairPrice {
  private logPrice: number;
  private atUs = 0;
  private burstEndUs = 0;

  /**
   * @param start price in the quote asset at time 0
   * @param volatility standard deviation of the logarithm over one second
   */
  constructor(
    private readonly start: number,
    private readonly volatility: number,
    private readonly random: SeededRandom,
  ) {
    this.logPrice = Math.log(start);
  }

  /** Moves on to `toUs` and returns the logarithm of the price there. */
  advance(toUs: number): number {
    const elapsedUs = toUs - this.atUs;
    if (elapsedUs <= 0) return this.logPrice;
    const volatility = toUs < this.burstEndUs ? this.volatility * 4 : this.volatility;
    const pull = ((Math.log(this.start) - this.logPrice) * elapsedUs) / PULL_US;
    const step = volatility * Math.sqrt(elapsedUs / 1e6) * this.random.normal() + pull;
    this.logPrice += Math.max(-STEP_MAX, Math.min(STEP_MAX, step));
    this.atUs = toUs;
    return this.logPrice;
  }

  /** Raises the volatility fourfold until `untilUs`. */
  burst(untilUs: number): void {
    this.burstEndUs = Math.max(this.burstEndUs, untilUs);
  }

  /** Price of the last step. */
  price(): number {
    return Math.exp(this.logPrice);
  }
}
