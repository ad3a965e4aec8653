// Regimes of a spread, where there is data: a regime does not go on over days that are missing.
import { SpreadAnalyzer } from '../../src/research/optimizer/spread-analyzer.js';
import type { SpreadRegime } from '../../src/research/optimizer/spread-regimes.js';
import { type MarketFrame, sliceFrame } from '../../src/research/thresholds/market-frame.js';

const GAP_US = 3_600_000_000;
/** Rows that a stretch needs to be looked at. */
const ROWS_MIN = 120;

/** Stretches of a frame without a gap of more than an hour. */
export function stretches(frame: MarketFrame): MarketFrame[] {
  const { tsUs } = frame;
  const found: MarketFrame[] = [];
  let from = 0;
  for (let row = 1; row <= tsUs.length; row++) {
    if (row < tsUs.length && (tsUs[row] as number) - (tsUs[row - 1] as number) <= GAP_US) continue;
    if (row - from >= ROWS_MIN) found.push(sliceFrame(frame, from, row));
    from = row;
  }
  return found;
}

/** Levels that the spread kept to, in order of time. */
export function regimesOf(frame: MarketFrame): SpreadRegime[] {
  return stretches(frame).flatMap((part) => new SpreadAnalyzer(part).detectSpreadRegimes());
}
