const DECIMAL = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i;

/** Exact fractions of whole numbers: the slow and obvious model of decimal arithmetic. */
export class Rational {
  private constructor(
    readonly dividend: bigint,
    /** Above 0. */
    readonly divisor: bigint,
  ) {}

  static of(value: string | number | bigint): Rational {
    const match = DECIMAL.exec(String(value));
    if (match === null) throw new RangeError(`${value} is no decimal`);
    const [, sign, whole = '', fraction = '', exponent = '0'] = match;
    const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n);
    const power = Number(exponent) - fraction.length;
    return power < 0 ? new Rational(digits, 10n ** BigInt(-power)) : new Rational(digits * 10n ** BigInt(power), 1n);
  }

  plus(other: Rational): Rational {
    return new Rational(this.dividend * other.divisor + other.dividend * this.divisor, this.divisor * other.divisor);
  }

  minus(other: Rational): Rational {
    return this.plus(new Rational(-other.dividend, other.divisor));
  }

  times(other: Rational): Rational {
    return new Rational(this.dividend * other.dividend, this.divisor * other.divisor);
  }

  over(other: Rational): Rational {
    const sign = other.dividend < 0n ? -1n : 1n;
    if (other.dividend === 0n) throw new RangeError('division by 0');
    return new Rational(this.dividend * other.divisor * sign, this.divisor * other.dividend * sign);
  }

  /** -1, 0 or 1. */
  compare(other: Rational): number {
    const difference = this.minus(other).dividend;
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  floor(): bigint {
    const whole = this.dividend / this.divisor;
    return this.dividend < 0n && whole * this.divisor !== this.dividend ? whole - 1n : whole;
  }

  /** The same number without common factors: for long chains of sums and products. */
  reduced(): Rational {
    let [a, b] = [this.dividend < 0n ? -this.dividend : this.dividend, this.divisor];
    while (b !== 0n) [a, b] = [b, a % b];
    return new Rational(this.dividend / a, this.divisor / a);
  }

  abs(): Rational {
    return this.dividend < 0n ? new Rational(-this.dividend, this.divisor) : this;
  }

  /** Whether another number differs by at most 10^-digits of this one. */
  isNear(other: Rational, digits = 39): boolean {
    return (
      this.minus(other)
        .abs()
        .times(new Rational(10n ** BigInt(digits), 1n))
        .compare(this.abs()) <= 0
    );
  }
}
