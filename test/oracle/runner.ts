import { differences } from './compare.js';
import { adf } from './families/adf.js';
import { crossVenue } from './families/cross-venue.js';
import { fairValue } from './families/fair-value.js';
import { impact } from './families/impact.js';
import { krakenCrc } from './families/kraken-crc.js';
import { ledger } from './families/ledger.js';
import { margin } from './families/margin.js';
import { moments } from './families/moments.js';
import { orderGrid } from './families/order-grid.js';
import { performance } from './families/performance.js';
import { thresholds } from './families/thresholds.js';
import { vwap } from './families/vwap.js';
import type { Family } from './family.js';
import { OracleBooks } from './oracle-books.js';
import { type ReferenceCase, type ReferenceFile, readReferences } from './reference.js';
import { answerStatistic, type StatisticsFamily } from './statistics.js';

/** The families that are built. */
const FAMILIES: Readonly<Record<string, Family>> = {
  vwap,
  impact,
  cross_venue: crossVenue,
  kraken_crc: krakenCrc,
  order_grid: orderGrid,
  fair_value: fairValue,
  margin,
  ledger,
  performance,
  thresholds,
};

/** The statistics that are built. */
const STATISTICS: Readonly<Record<string, StatisticsFamily>> = {
  adf,
  moments,
};

/** Outcome of a run over reference files. */
export interface OracleResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What to print, one line each; the last is 'N passed, N failed, N skipped'. */
  readonly lines: readonly string[];
}

/**
 * Runs every reference case below a folder through the kernel.
 * @throws InvalidInputError when the folder holds no readable reference files
 */
export function runOracle(folder: string): OracleResult {
  const books = new OracleBooks();
  const lines: string[] = [];
  const skips = new Map<string, number>();
  let passed = 0;
  let failed = 0;
  for (const file of readReferences(folder)) {
    const failures: string[] = [];
    let good = 0;
    for (const reference of file.cases) {
      const outcome = runCase(books, file, reference);
      if ('skipped' in outcome) skips.set(outcome.skipped, (skips.get(outcome.skipped) ?? 0) + 1);
      else if (outcome.failures.length === 0) good++;
      else failures.push(`  ${file.family}: ${reference.name}: ${outcome.failures.join('; ')}`);
    }
    passed += good;
    failed += failures.length;
    if (good + failures.length > 0) lines.push(`${file.family}: ${good} passed, ${failures.length} failed`, ...failures);
  }
  let skipped = 0;
  for (const [name, count] of skips) {
    lines.push(`skipped, not built yet: ${name} (${count})`);
    skipped += count;
  }
  lines.push(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return { passed, failed, skipped, lines };
}

type Outcome = { readonly skipped: string } | { readonly failures: readonly string[] };

function runCase(books: OracleBooks, file: ReferenceFile, reference: ReferenceCase): Outcome {
  const name = file.family;
  const family = Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
  const statistic = Object.hasOwn(STATISTICS, name) ? STATISTICS[name] : undefined;
  try {
    if (statistic !== undefined) {
      const { expected, got } = answerStatistic(statistic, file, reference);
      return judge(expected, got, reference);
    }
    if (family === undefined) return { skipped: name };
    const answer = family(books, file, reference);
    return 'skipped' in answer ? answer : judge(reference.expected, answer.got, reference);
  } catch (error) {
    return { failures: [error instanceof Error ? error.message : String(error)] };
  }
}

function judge(expected: unknown, got: unknown, { tolerance }: ReferenceCase): Outcome {
  return {
    failures: differences(expected, got, tolerance).map(
      (difference) => `${difference.field} expected ${show(difference.expected)}, got ${show(difference.got)}`,
    ),
  };
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
