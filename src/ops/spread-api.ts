import { SpreadRingReader } from '../market/spread-ring.js';
import { entrySpreadPct, exitSpreadPct } from '../strategy/delta/pair.js';

/** Rings of the pairs that strategies follow, in the order of their reports; shared memory, so that it can be handed to another thread. */
export type SharedSpreads = readonly { readonly strategy: string; readonly rings: readonly SharedArrayBuffer[] }[];

/**
 * A spread over time, in columns. Every point is a span of `stepS` seconds that ends there: the widest entry spread and the narrowest
 * exit spread of its rows, since these are what thresholds are held against, and the thresholds at its end. All in per cent; null
 * where nothing was seen.
 */
export interface SpreadPoints {
  readonly stepS: number;
  /** Seconds since the epoch. */
  readonly epochS: readonly number[];
  readonly entryPct: readonly (number | null)[];
  readonly exitPct: readonly (number | null)[];
  readonly entryThresholdPct: readonly (number | null)[];
  readonly exitThresholdPct: readonly (number | null)[];
}

const COLUMNS = [
  'tsUs',
  'spotBidPrice',
  'spotAskPrice',
  'futBidPrice',
  'futAskPrice',
  'entryThresholdPct',
  'exitThresholdPct',
] as const;

/**
 * Reads the last hours of a spread, thinned out to `pointsMax` points at most.
 * @returns null when there is no such strategy or pair
 */
export function readSpread(
  spreads: SharedSpreads,
  strategy: string,
  pair: number,
  hours: number,
  pointsMax: number,
): SpreadPoints | null {
  const ring = spreads.find((shared) => shared.strategy === strategy)?.rings[pair];
  if (ring === undefined) return null;
  const seconds = Math.ceil(hours * 3600);
  const rows = new SpreadRingReader(ring).read(seconds, COLUMNS);
  const stepS = Math.ceil(seconds / pointsMax);
  // Steps of the epoch's: what is asked again a moment later is thinned out in the same way.
  const stepOf = (row: number): number => Math.floor((rows.tsUs[row] as number) / 1e6 / stepS);
  const count = rows.tsUs.length;
  const last = count === 0 ? -1 : stepOf(count - 1);
  const first = count === 0 ? 0 : Math.max(stepOf(0), last - pointsMax + 1);
  const column = (): (number | null)[] => new Array<number | null>(last - first + 1).fill(null);
  const epochS = Array.from({ length: last - first + 1 }, (_, step) => (first + step + 1) * stepS);
  const points = { entryPct: column(), exitPct: column(), entryThresholdPct: column(), exitThresholdPct: column() };
  for (let row = 0; row < count; row++) {
    const at = stepOf(row) - first;
    if (at < 0) continue;
    const spotAsk = rows.spotAskPrice[row] as number;
    const entry = entrySpreadPct(spotAsk, rows.futBidPrice[row] as number);
    const exit = exitSpreadPct(rows.spotBidPrice[row] as number, spotAsk, rows.futAskPrice[row] as number);
    const { entryPct, exitPct } = points;
    if (Number.isFinite(entry)) entryPct[at] = Math.max(entryPct[at] ?? entry, entry);
    if (Number.isFinite(exit)) exitPct[at] = Math.min(exitPct[at] ?? exit, exit);
    points.entryThresholdPct[at] = rows.entryThresholdPct[row] as number;
    points.exitThresholdPct[at] = rows.exitThresholdPct[row] as number;
  }
  return { stepS, epochS, ...points };
}
