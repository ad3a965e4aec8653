import { Decimal as DecimalJs } from 'decimal.js';

/**
 * Exact decimals for orders, balances and profit. 40 significant digits: the library's own 20 are too few for an average cost of
 * many fills. Never used where frames are decoded.
 */
export const Decimal = DecimalJs.clone({ precision: 40, toExpNeg: -40, toExpPos: 40 });
export type Decimal = DecimalJs;

/**
 * Decimals that never round: for sums, products, remainders and comparisons of any length. A quotient that may not end belongs to
 * `quotient`, at 40 digits.
 */
export const Exact = Decimal.clone({ precision: 10_000 });

const DECIMAL = /^-?\d+(\.\d+)?$/;
/** Three digits of exponent: nobody trades more, and a longer one would only write texts of that many zeros. */
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?0*\d{1,3})?$/i;

/** Whether a text is a plain decimal: digits, at most one point, no exponent. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** A text that may carry an exponent, a leading point or zeros at its ends as an exact number; null when it is no finite number. */
export function exactNumber(text: string): Decimal | null {
  return NUMBER.test(text) ? new Exact(text) : null;
}

/** A decimal as plain text: no exponent, no zeros at the end. */
export function plainText(value: DecimalJs.Value): string {
  return new Decimal(value).toFixed();
}

/** One division of exact numbers as plain text: exact where it ends within 40 digits, else rounded to them. */
export function quotient(dividend: DecimalJs.Value, divisor: DecimalJs.Value): string {
  return plainText(new Decimal(dividend).div(divisor));
}

/** The multiple of a positive step that is next to a value in the direction of a rounding mode of decimal.js, exactly. */
export function toMultiple(value: DecimalJs.Value, step: DecimalJs.Value, rounding: DecimalJs.Rounding): Decimal {
  return new Exact(value).toNearest(new Exact(step), rounding);
}

const POWERS = new Map<number, Decimal>();

/** Ten to the power of a whole number, exactly; worked out once for each. */
export function tenTo(exponent: number): Decimal {
  const known = POWERS.get(exponent);
  if (known !== undefined) return known;
  const power = new Exact(10).pow(exponent);
  POWERS.set(exponent, power);
  return power;
}

/** Whether a value is a whole number of steps; a step of 0 allows everything. */
export function isOnGrid(value: DecimalJs.Value, step: DecimalJs.Value): boolean {
  const grid = new Exact(step);
  return grid.isZero() || new Exact(value).mod(grid).isZero();
}

/** The greatest multiple of `step` that is not above a value; a step of 0 leaves it as it is. */
export function floorToGrid(value: DecimalJs.Value, step: DecimalJs.Value): string {
  return roundToGrid(value, step, Decimal.ROUND_FLOOR);
}

/** The least multiple of `step` that is not below a value; a step of 0 leaves it as it is. */
export function ceilToGrid(value: DecimalJs.Value, step: DecimalJs.Value): string {
  return roundToGrid(value, step, Decimal.ROUND_CEIL);
}

/** As `ceilToGrid`, of a quotient of positive numbers: without its endless digits. */
export function ceilQuotientToGrid(dividend: DecimalJs.Value, divisor: DecimalJs.Value, step: DecimalJs.Value): string {
  const steps = wholeSteps(dividend, divisor, step);
  if (steps === null) return quotient(dividend, divisor);
  return plainText((steps.rest.gt(0) ? steps.whole.plus(1) : steps.whole).mul(step));
}

/** As `floorToGrid`, of a quotient of positive numbers: without its endless digits. */
export function floorQuotientToGrid(dividend: DecimalJs.Value, divisor: DecimalJs.Value, step: DecimalJs.Value): string {
  const steps = wholeSteps(dividend, divisor, step);
  return steps === null ? quotient(dividend, divisor) : plainText(steps.whole.mul(step));
}

/** How many whole steps go into a quotient, and what of the dividend is left; null where the step is 0. */
function wholeSteps(
  dividend: DecimalJs.Value,
  divisor: DecimalJs.Value,
  step: DecimalJs.Value,
): { readonly whole: Decimal; readonly rest: Decimal } | null {
  if (new Exact(step).isZero()) return null;
  const perStep = new Exact(divisor).mul(step);
  const exact = new Exact(dividend);
  const whole = exact.divToInt(perStep);
  return { whole, rest: exact.minus(whole.mul(perStep)) };
}

function roundToGrid(value: DecimalJs.Value, step: DecimalJs.Value, rounding: DecimalJs.Rounding): string {
  return plainText(new Exact(step).isZero() ? value : toMultiple(value, step, rounding));
}
