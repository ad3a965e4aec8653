import { InvalidInputError } from '../../domain/errors.js';
import type { Money } from './types.js';

/** One whole unit of an asset. */
export const ONE: Money = 10n ** 18n;
const DECIMALS = 18;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Reads a plain decimal exactly.
 * @throws InvalidInputError when it is none, or has a non-zero digit after the eighteenth
 */
export function toMoney(text: string): Money {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || /[1-9]/.test(fraction.slice(DECIMALS))) {
    throw new InvalidInputError(`${text} is no decimal of up to 18 places`, { text });
  }
  const units = BigInt(whole + fraction.slice(0, DECIMALS).padEnd(DECIMALS, '0'));
  return sign === '-' ? -units : units;
}

/** Money as plain decimal text, without zeros at the end. */
export function moneyText(amount: Money): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A price that is reckoned in floats (a fair price is nobody's money), with two decimals more than its book's prices. */
export function fairMoney(price: number, priceDecimals: number): Money {
  const decimals = priceDecimals + 2;
  return BigInt(Math.round(price * 10 ** decimals)) * 10n ** BigInt(DECIMALS - decimals);
}

/** Division that rounds up; both are positive or zero. */
export function divideUp(amount: bigint, by: bigint): bigint {
  return (amount + by - 1n) / by;
}

export function minOf(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

export function maxOf(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
