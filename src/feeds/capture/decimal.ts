// Decimals as texts and whole numbers, for reports: exact, without floats.

const DECIMAL = /^-?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** A decimal without sign, exponent and trailing zeros: "1.50", 1.5 and "15e-1" are "1.5". Undefined for what is no decimal. */
export function plainDecimal(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = DECIMAL.exec(String(value));
  if (match === null) return undefined;
  const [, whole = '', fraction = '', exponent] = match;
  if (exponent === undefined) return join(whole, fraction);
  const shift = Number(exponent);
  if (Math.abs(shift) > 1000) return undefined;
  const digits = '0'.repeat(Math.max(0, -shift)) + whole + fraction + '0'.repeat(Math.max(0, shift));
  const point = Math.max(0, -shift) + whole.length + shift;
  return join(digits.slice(0, point), digits.slice(point));
}

function join(whole: string, fraction: string): string {
  const front = whole.replace(/^0+(?=\d)/, '');
  const back = fraction.replace(/0+$/, '');
  return back === '' ? front : `${front}.${back}`;
}

/** Digits behind the point of a plain decimal. */
export function decimalsOf(plain: string): number {
  const point = plain.indexOf('.');
  return point === -1 ? 0 : plain.length - point - 1;
}

/** Whole units of 10^-scale as a plain decimal: (150, 2) is "1.5". */
export function unitsText(units: number | bigint, scale: number): string {
  const digits = units.toString().padStart(scale + 1, '0');
  return scale === 0 ? digits : join(digits.slice(0, -scale), digits.slice(-scale));
}

/** A decimal of the report as whole units of 10^-scale. */
export function toUnits(plain: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = plain.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
}
