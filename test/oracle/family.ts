import { Decimal } from 'decimal.js';
import type { OracleBooks } from './oracle-books.js';
import type { ReferenceCase, ReferenceFile } from './reference.js';

/** What became of a case: an answer to compare, or the name under which it counts as skipped. */
export type Answer = { readonly got: unknown } | { readonly skipped: string };

/** How the cases of one family are put to the kernel. */
export type Family = (books: OracleBooks, file: ReferenceFile, reference: ReferenceCase) => Answer;

const Wide = Decimal.clone({ precision: 60 });

/** Units of 10^-scale as a decimal; null for what the kernel says does not exist. */
export function fromUnits(units: number, scale: number): Decimal | null {
  return Number.isNaN(units) ? null : new Wide(units).times(new Wide(10).pow(-scale));
}

/** A plain number, or null for what the kernel says does not exist. */
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
