import type { BenchResult } from './measure.js';

/** Prints figures and their baselines as a table. */
export function printTable(results: readonly BenchResult[]): void {
  for (const { id, value, unit, baseline, baselineValue, ratio } of results) {
    const own = `${number(value)} ${unit}`;
    console.log(
      `${id.padEnd(40)} ${own.padStart(18)} ${`${number(ratio)}x`.padStart(9)}   ${number(baselineValue)} ${unit}: ${baseline}`,
    );
  }
}

/** Three significant digits. */
function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value === 0 ? '0' : value.toPrecision(3).replace(/e.*$/, (power) => power);
}
