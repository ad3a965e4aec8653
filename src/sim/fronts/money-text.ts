import { moneyText } from '../matching/money.js';
import type { Money } from '../matching/types.js';

/** Money as text with at least that many decimals, and more only where there are more: nothing is rounded. */
export function paddedMoney(amount: Money, decimals: number): string {
  const text = moneyText(amount);
  const point = text.indexOf('.');
  const missing = decimals - (point < 0 ? 0 : text.length - point - 1);
  if (missing <= 0) return text;
  return `${text}${point < 0 ? '.' : ''}${'0'.repeat(missing)}`;
}

/** Whole units of 10^-decimals of a plain decimal that is not negative; null when it is none, too large or finer than a unit. */
export function unitsOfText(text: string, decimals: number): number | null {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d*?)0*)?$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > decimals) return null;
  const units = Number(whole + fraction.padEnd(decimals, '0'));
  return Number.isSafeInteger(units) ? units : null;
}
