import { spreadSeries } from '../../../src/research/thresholds/spread-series.js';
import { sweepThresholds } from '../../../src/research/thresholds/threshold-sweep.js';
import { checkTerms, walkThresholds } from '../../../src/research/thresholds/threshold-walk.js';
import type { Family } from '../family.js';
import { answerOf } from './exact.js';

interface ThresholdsInput {
  readonly series: string;
  readonly fee: string;
  readonly maxHoldRows: number;
  readonly entries: readonly string[];
  readonly exits: readonly string[];
  readonly detail: readonly [entry: string, exit: string];
}

/** How many trades the reference files list. */
const LISTED = 50;

/** Family `thresholds`: the kernel's sweep over a grid, and the plain walk of one pair. */
export const thresholds: Family = (_books, file, reference) => {
  const { series: name, fee, maxHoldRows, entries, exits, detail } = reference.input as unknown as ThresholdsInput;
  const spread = Float64Array.from(file.series[name] ?? [], (value) => value ?? Number.NaN);
  return answerOf(() => {
    const terms = { fee: Number(fee), maxHold: maxHoldRows };
    checkTerms(terms);
    const series = spreadSeries(spread);
    const grid = sweepThresholds(series, entries.map(Number), exits.map(Number), terms);
    const pairs = entries.flatMap((entry) => exits.map((exit) => [entry, exit]));
    return {
      grid: pairs.map((pair, index) => {
        const figures = grid.at(index);
        if (figures === null) return [...pair, null, null, null, null, null, null, null];
        const { trades, totalProfit, winRate, maxDrawdown, timeouts, ends, meanHold } = figures;
        return [...pair, trades, totalProfit, winRate, maxDrawdown, timeouts, ends, meanHold];
      }),
      best: grid.best(),
      trades: walkThresholds(series, Number(detail[0]), Number(detail[1]), terms)
        .slice(0, LISTED)
        .map(({ entryRow, exitRow, profit, reason }) => [entryRow, exitRow, profit, reason]),
    };
  });
};
