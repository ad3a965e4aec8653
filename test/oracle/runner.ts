import { differences } from './compare.js';
import { acf } from './families/acf.js';
import { adf } from './families/adf.js';
import { archLm } from './families/arch-lm.js';
import { coint } from './families/coint.js';
import { crossVenue } from './families/cross-venue.js';
import { cusum } from './families/cusum.js';
import { ewma } from './families/ewma.js';
import { fairValue } from './families/fair-value.js';
import { garch11 } from './families/garch11.js';
import { halfLife } from './families/half-life.js';
import { hurst } from './families/hurst.js';
import { impact } from './families/impact.js';
import { johansen } from './families/johansen.js';
import { kalmanHedge } from './families/kalman-hedge.js';
import { kpss } from './families/kpss.js';
import { krakenCrc } from './families/kraken-crc.js';
import { ledger } from './families/ledger.js';
import { ljungBox } from './families/ljung-box.js';
import { margin } from './families/margin.js';
import { markovSwitching } from './families/markov-switching.js';
import { moments } from './families/moments.js';
import { olsHedge } from './families/ols-hedge.js';
import { orderGrid } from './families/order-grid.js';
import { ouFit } from './families/ou-fit.js';
import { performance } from './families/performance.js';
import { quantiles } from './families/quantiles.js';
import { rolling } from './families/rolling.js';
import { rollingOls } from './families/rolling-ols.js';
import { thresholds } from './families/thresholds.js';
import { varianceRatio } from './families/variance-ratio.js';
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
  acf,
  arch_lm: archLm,
  ewma,
  half_life: halfLife,
  hurst,
  kpss,
  ljung_box: ljungBox,
  ou_fit: ouFit,
  quantiles,
  rolling,
  variance_ratio: varianceRatio,
  moments,
  coint,
  cusum,
  garch11,
  johansen,
  kalman_hedge: kalmanHedge,
  markov_switching: markovSwitching,
  ols_hedge: olsHedge,
  rolling_ols: rollingOls,
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
