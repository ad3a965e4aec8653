import { Decimal } from 'decimal.js';
import type { Tolerance } from './reference.js';

const Exact = Decimal.clone({ precision: 200 });
const DECIMAL = /^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/;

/** Where and how an answer differs from what was expected. */
export interface Difference {
  readonly field: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/**
 * Compares an answer with the expected one by the rules of the reference files: decimal texts as numbers within the tolerance of
 * their nearest named field; names, booleans, null, counts (JSON numbers), and fields called text or crc exactly.
 */
export function differences(expected: unknown, got: unknown, tolerance: Tolerance, field = ''): Difference[] {
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) return [{ field, expected, got }];
    return expected.flatMap((element, index) => differences(element, got[index], tolerance, `${field}[${index}]`));
  }
  if (isRecord(expected)) {
    if (!isRecord(got)) return [{ field, expected, got }];
    return Object.keys({ ...expected, ...got }).flatMap((name) =>
      differences(expected[name], got[name], toleranceOf(name, tolerance), field === '' ? name : `${field}.${name}`),
    );
  }
  return isSame(expected, got, tolerance, field) ? [] : [{ field, expected, got }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Decimal.isDecimal(value);
}

function toleranceOf(name: string, tolerance: Tolerance): Tolerance {
  if (tolerance === 'exact') return tolerance;
  const own = tolerance.fields?.[name];
  if (own === undefined || own === 'exact') return own ?? tolerance;
  return tolerance.fields === undefined ? own : { ...own, fields: tolerance.fields };
}

function isSame(expected: unknown, got: unknown, tolerance: Tolerance, field: string): boolean {
  const named = field.split(/[.[]/).at(-1);
  if (typeof expected !== 'string' || !DECIMAL.test(expected) || named === 'text' || named === 'crc') return expected === got;
  if (!(typeof got === 'number' || Decimal.isDecimal(got) || (typeof got === 'string' && DECIMAL.test(got)))) return false;
  const want = new Exact(expected);
  const have = new Exact(got);
  if (tolerance === 'exact') return have.eq(want);
  return have
    .minus(want)
    .abs()
    .lte(Exact.max(tolerance.abs, want.abs().times(tolerance.rel)));
}
