import type { BacktestRun } from '../analysis/backtest-run.js';
import { equityChart, extremePlaces } from '../analysis/performance-report.js';
import { GAP_MAX_US } from '../optimizer/spread-samples.js';
import type { DeltaTrade } from '../thresholds/delta-trade.js';
import { frameSpreads, type MarketFrame } from '../thresholds/market-frame.js';
import type { ThresholdGrid } from '../thresholds/threshold-sweep.js';
import type { EquitySection, ParetoSection, SpreadSection, SweepSection } from './report-data.js';

const SPREAD_POINTS_MAX = 6_000;
const TRADES_MAX = 4_000;

/** Equity of runs in one quote asset. */
export function equitySection(runs: readonly BacktestRun[], quote: string): EquitySection {
  return { quote, curves: runs.map((run) => ({ name: run.strategyName, chart: equityChart(run) })) };
}

/** What `spreadSection` shows over the spread. */
export interface SpreadShown {
  readonly name: string;
  readonly thresholds?: SpreadSection['thresholds'];
  readonly trades?: readonly DeltaTrade[];
}

/**
 * The spread of a frame, thinned so that its extremes stay, with thresholds and trades; of more than 4,000 trades the first are shown.
 * @throws CalculationError as `frameSpreads`
 */
export function spreadSection(frame: MarketFrame, { name, thresholds = [], trades = [] }: SpreadShown): SpreadSection {
  const { entry, exit } = frameSpreads(frame);
  const kept = withGaps(frame, extremePlaces(entry, SPREAD_POINTS_MAX));
  const pick = (column: Float64Array): (number | null)[] =>
    kept.map(({ row, isGap }) => (isGap ? null : shown(column[row] as number)));
  return {
    name,
    ...(trades.length > TRADES_MAX && { note: `The first ${TRADES_MAX} of ${trades.length} trades are shown.` }),
    tsMs: kept.map(({ row, isGap }) => (frame.tsUs[row] as number) / 1000 - (isGap ? 1 : 0)),
    entryPct: pick(entry),
    exitPct: pick(exit),
    thresholds,
    trades: trades.slice(0, TRADES_MAX).map((trade) => ({
      ...{ entryMs: trade.entryTsUs / 1000, exitMs: trade.exitTsUs / 1000 },
      ...{ entryPct: trade.entrySpreadPct, exitPct: trade.exitSpreadPct, profitPct: trade.netProfitPct },
    })),
  };
}

/** Rows with a mark before each first one behind a gap, so that no line is drawn over what is missing. */
function withGaps({ tsUs }: MarketFrame, rows: readonly number[]): { readonly row: number; readonly isGap: boolean }[] {
  return rows.flatMap((row, at) => {
    let isGap = false;
    for (let next = (rows[at - 1] ?? row) + 1; next <= row; next++) {
      isGap ||= (tsUs[next] as number) - (tsUs[next - 1] as number) > GAP_MAX_US;
    }
    return isGap
      ? [
          { row, isGap },
          { row, isGap: false },
        ]
      : [{ row, isGap }];
  });
}

/** Every pair of a sweep. */
export function sweepSection(grid: ThresholdGrid, unit = '% of a position', note?: string): SweepSection {
  const places = Array.from({ length: grid.length }, (_, place) => place);
  return {
    ...(note !== undefined && { note }),
    entries: [...grid.entries],
    exits: [...grid.exits],
    profit: places.map((place) => shown(grid.totalProfit(place))),
    trades: places.map((place) => shown(grid.trades(place))),
    best: grid.best(),
    unit,
  };
}

/** Pairs of a sweep that traded, by largest drawdown and profit; on the front are those that no other beats in both. */
export function sweepFront(grid: ThresholdGrid): ParetoSection {
  const { exits, entries } = grid;
  const points: { x: number; y: number; label: string }[] = [];
  for (let place = 0; place < grid.length; place++) {
    if (!(grid.trades(place) > 0)) continue;
    const [entry, exit] = [entries[Math.floor(place / exits.length)] as number, exits[place % exits.length] as number];
    const label = `enter ${entry.toPrecision(4)} %, leave ${exit.toPrecision(4)} %, ${grid.trades(place)} trades`;
    points.push({ x: grid.maxDrawdown(place), y: grid.totalProfit(place), label });
  }
  return {
    ...{ note: 'Each point is a pair of thresholds.', xLabel: 'largest drawdown, %', yLabel: 'total profit, %' },
    points: markFront(points),
  };
}

/** Marks the points that no other beats: less x and more y is better. Of equal points all are on the front. */
export function markFront<P extends { readonly x: number; readonly y: number }>(
  points: readonly P[],
): (P & { readonly isFront: boolean })[] {
  const byX = points.map((_, at) => at).sort((a, b) => compare(points[a] as P, points[b] as P));
  const isFront = new Array<boolean>(points.length).fill(false);
  let best: P | undefined;
  for (const at of byX) {
    const point = points[at] as P;
    isFront[at] = best === undefined || point.y > best.y || (point.y === best.y && point.x === best.x);
    if (isFront[at]) best = point;
  }
  return points.map((point, at) => ({ ...point, isFront: isFront[at] as boolean }));
}

function compare(a: { readonly x: number; readonly y: number }, b: { readonly x: number; readonly y: number }): number {
  return a.x - b.x || b.y - a.y;
}

function shown(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
