/** What is wrong with a decimal text: it does not fit the scale or a double, or it is no decimal at all. */
export type DecimalFault = 'precision' | 'malformed';

const DECIMAL = /^([-+]?)(\d+\.?\d*|\.\d+)(?:[eE]([-+]?\d+))?$/;
const UNITS_MAX = 2n ** 53n;
/** 5^22 is the last power of five within 2^53. */
const SHIFT_MAX = 22n;

/** A decimal text as its significant digits (no zeros at either end) times a power of ten. */
interface Significand {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: bigint;
}

function significand(text: string): Significand | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, mantissa = '', exponentText = '0'] = match;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const exponent = BigInt(exponentText.replace(/^\+/, '')) - BigInt(fraction.length);
  const leading = (whole + fraction).replace(/^0+/, '');
  const digits = leading.replace(/0+$/, '');
  return { negative: sign === '-', digits, exponent: exponent + BigInt(leading.length - digits.length) };
}

/**
 * Reads a decimal text as whole units of 10^-scale, exactly: ("63012.50", 2) is 6301250, ("1e-8", 8) is 1.
 * A non-zero digit beyond the scale is 'precision', and so is a number of units whose digits without trailing zeros, times 5 for each
 * of those zeros, exceed 2^53: within it a double holds the units exactly, as digits x 5^n x 2^n. 2^63 units and more are 'precision'
 * as well. Anything else is 'malformed'.
 */
export function parseUnits(text: string, scale: number): number | DecimalFault {
  const parts = significand(text);
  if (parts === undefined) return 'malformed';
  if (parts.digits === '') return 0;
  const shift = parts.exponent + BigInt(scale);
  if (shift < 0n || shift > SHIFT_MAX || BigInt(parts.digits) * 5n ** shift > UNITS_MAX) return 'precision';
  const units = BigInt(parts.digits) * 10n ** shift;
  if (units >= 2n ** 63n) return 'precision';
  return Number(parts.negative ? -units : units);
}

/** Sign of a decimal text (-1, 0 or 1), or 'malformed'. Works for any magnitude. */
export function decimalSign(text: string): -1 | 0 | 1 | 'malformed' {
  const parts = significand(text);
  if (parts === undefined) return 'malformed';
  if (parts.digits === '') return 0;
  return parts.negative ? -1 : 1;
}

/** Decimals that a text really needs: "1.2300" needs 2, "1e-8" needs 8. Zero for texts that are no decimals. */
export function decimalsOf(text: string): number {
  const parts = significand(text);
  if (parts === undefined || parts.digits === '' || parts.exponent >= 0n) return 0;
  return Number(-parts.exponent);
}

/** Units as a decimal text with exactly `decimals` decimals; digits beyond them must be zero. */
export function unitsToFixed(units: number, scale: number, decimals: number): string {
  const padded = BigInt(Math.abs(units))
    .toString()
    .padStart(scale + 1, '0');
  const whole = padded.slice(0, padded.length - scale);
  const fraction = scale === 0 ? '' : padded.slice(-scale);
  const kept = fraction.slice(0, decimals).padEnd(decimals, '0');
  return `${units < 0 ? '-' : ''}${whole}${decimals === 0 ? '' : `.${kept}`}`;
}

/** Units as the shortest decimal text: no trailing zeros, no point without decimals. */
export function unitsToText(units: number, scale: number): string {
  const fixed = unitsToFixed(units, scale, scale);
  return scale === 0 ? fixed : fixed.replace(/\.?0+$/, '');
}
