import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { StatisticsError } from '../../src/research/statistics/errors.js';
import type { ReferenceCase, ReferenceFile } from './reference.js';

/** A case of a statistic, with its input series at hand. */
export interface StatisticsCase {
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  /** The series that a member of the input names: `input.series` by itself, `input.y` as {series: key}. */
  series(named: unknown): Float64Array;
}

/** How the cases of one statistic are put to the code; the answer may hold typed arrays, NaN for undefined, and infinities. */
export type StatisticsFamily = (reference: StatisticsCase) => unknown;

/** The elements of parallel arrays that tell of the indices `at` of the series, the first element of `first`. */
export function thinned(columns: object, at: readonly number[], first = 0): Record<string, unknown> {
  const pick = (column: Float64Array): number[] => at.map((index) => column[index - first] ?? Number.NaN);
  return { at, ...Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, pick(column)])) };
}

type SeriesTable = ReadonlyMap<string, Float64Array>;
const tables = new Map<string, SeriesTable>();

/** Runs a case. @returns what to compare: numbers as texts, so that they count as numbers within a tolerance, not as counts */
export function answerStatistic(
  family: StatisticsFamily,
  file: ReferenceFile,
  reference: ReferenceCase,
): { readonly expected: unknown; readonly got: unknown } {
  const table = seriesBeside(file.path);
  const series = (named: unknown): Float64Array => {
    const key = typeof named === 'string' ? named : (named as { readonly series?: string } | undefined)?.series;
    const values = table.get(key ?? '');
    if (values === undefined) throw new Error(`no series is called ${key}`);
    return values;
  };
  return {
    expected: withTexts(reference.expected),
    got: withTexts(orFault(() => family({ input: reference.input, expected: reference.expected, series }))),
  };
}

function orFault(compute: () => unknown): unknown {
  try {
    return compute();
  } catch (error) {
    if (error instanceof StatisticsError) return { error: error.name.replace(/Error$/, '') };
    throw error;
  }
}

function withTexts(value: unknown): unknown {
  if (typeof value === 'number') return Number.isNaN(value) ? null : String(value);
  if (value instanceof Float64Array || Array.isArray(value)) return Array.from(value, withTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withTexts(member)]));
}

function seriesBeside(path: string): SeriesTable {
  const folder = dirname(path);
  let table = tables.get(folder);
  if (table === undefined) {
    const { series } = JSON.parse(gunzipSync(readFileSync(join(folder, 'series.json.gz'))).toString('utf8')) as {
      series: Record<string, { values: (number | string)[] }>;
    };
    table = new Map(Object.entries(series).map(([key, { values }]) => [key, Float64Array.from(values, Number)]));
    tables.set(folder, table);
  }
  return table;
}
