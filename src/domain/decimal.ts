import { Decimal as DecimalJs } from 'decimal.js';

/**
 * Exact decimals for orders, balances and profit. 40 significant digits: the library's own 20 are too few for an average cost of
 * many fills. Never used where frames are decoded.
 */
export const Decimal = DecimalJs.clone({ precision: 40, toExpNeg: -40, toExpPos: 40 });
export type Decimal = DecimalJs;

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** Whether a text is a plain decimal: digits, at most one point, no exponent. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** A decimal as plain text: no exponent, no zeros at the end. */
export function plainText(value: DecimalJs.Value): string {
  return new Decimal(value).toFixed();
}

/** Whether a value is a whole number of steps; a step of 0 allows everything. */
export function isOnGrid(value: DecimalJs.Value, step: DecimalJs.Value): boolean {
  const grid = new Decimal(step);
  return grid.isZero() || new Decimal(value).mod(grid).isZero();
}

/** The greatest multiple of `step` that is not above a value that is not negative. */
export function floorToGrid(value: DecimalJs.Value, step: DecimalJs.Value): string {
  const grid = new Decimal(step);
  return plainText(grid.isZero() ? new Decimal(value) : new Decimal(value).div(grid).floor().mul(grid));
}

/** The least multiple of `step` that is not below a value. */
export function ceilToGrid(value: DecimalJs.Value, step: DecimalJs.Value): string {
  const grid = new Decimal(step);
  return plainText(grid.isZero() ? new Decimal(value) : new Decimal(value).div(grid).ceil().mul(grid));
}
