/** Level and width of a spread, from sums that can be added up over stretches of time. */
export class SpreadLevel {
  private constructor(
    private readonly count: number,
    private readonly sum: number,
    private readonly squares: number,
    private readonly gapSum: number,
  ) {}

  /** Of the rows that have both spreads. */
  static of(entry: Float64Array, exit: Float64Array): SpreadLevel {
    let [count, sum, squares, gapSum] = [0, 0, 0, 0];
    for (let row = 0; row < entry.length; row++) {
      const middle = ((entry[row] as number) + (exit[row] as number)) / 2;
      if (Number.isNaN(middle)) continue;
      count++;
      sum += middle;
      squares += middle * middle;
      gapSum += (exit[row] as number) - (entry[row] as number);
    }
    return new SpreadLevel(count, sum, squares, gapSum);
  }

  plus(other: SpreadLevel): SpreadLevel {
    const { count, sum, squares, gapSum } = this;
    return new SpreadLevel(count + other.count, sum + other.sum, squares + other.squares, gapSum + other.gapSum);
  }

  get mean(): number {
    return this.sum / this.count;
  }
  get std(): number {
    return Math.sqrt(Math.max(0, this.squares / this.count - this.mean ** 2));
  }
  /** How far the spread entered at, and the one left at, lie from the middle on average. */
  get halfGap(): number {
    return this.gapSum / this.count / 2;
  }
}

/**
 * Profit a unit of time of a pair of thresholds on an Ornstein-Uhlenbeck spread, up to a factor that is the same for all pairs (its
 * speed of return):
 *   (entry - exit - fee) / (erfi((entry + g - mean) / (std sqrt 2)) - erfi((exit - g - mean) / (std sqrt 2)))
 * with g half the gap between the spreads entered and left at. The divisor is the expected length of a cycle (Bertram 2010,
 * "Analytic solutions for optimal statistical arbitrage trading", equation 9). How long positions may be held is not in it.
 */
export function modelProfit(entry: number, exit: number, fee: number, { mean, std, halfGap }: SpreadLevel): number {
  const scaled = (level: number): number => erfi((level - mean) / (std * Math.SQRT2));
  return (entry - exit - fee) / (scaled(entry + halfGap) - scaled(exit - halfGap));
}

/** Terms that are enough for the arguments below. */
const TERMS_MAX = 400;
/** Beyond this, or a spread seven deviations from its mean, nothing is ever traded. */
const ARGUMENT_MAX = 5;

/** Imaginary error function by its power series, 2 / sqrt(pi) * sum of x^(2n+1) / (n! (2n+1)); infinite beyond 5. */
export function erfi(x: number): number {
  if (Math.abs(x) > ARGUMENT_MAX) return Math.sign(x) * Number.POSITIVE_INFINITY;
  let power = x;
  let sum = x;
  for (let n = 1; n < TERMS_MAX; n++) {
    power *= (x * x) / n;
    const term = power / (2 * n + 1);
    sum += term;
    if (Math.abs(term) < 1e-17 * Math.abs(sum)) break;
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
