import type { Catalogue } from '../../history/catalogue.js';
import { SpreadRingReader, type SpreadRows, TOUCH_COLUMNS } from '../../market/spread-ring.js';
import { HOUR_US } from '../../strategy/hedged/funding.js';
import { type MarketFrame, rowAt, sliceFrame } from '../thresholds/market-frame.js';
import { type CataloguedPair, historyFrame } from './history-frame.js';

/** Where the spread of a pair is to be read; plain data and shared memory, so that it can be handed to another thread. */
export interface SpreadSource {
  /** As SpreadRingReader reads it. */
  readonly ring: SharedArrayBuffer;
  /** What an engine that is young has not seen itself; null where no catalogue is kept. */
  readonly history: CatalogueSource | null;
}

/** A pair in a catalogue. */
export interface CatalogueSource extends CataloguedPair {
  /** Folder of the catalogue. */
  readonly folder: string;
}

type FrameRows = SpreadRows<(typeof TOUCH_COLUMNS)[number]>;

/**
 * The last hours of a spread, a row a second: what the engine has seen, and before that what the catalogue has. A second of which nothing
 * is known has no row, or NaN for the book that is missing.
 * @param nowUs where they end, in microseconds since the epoch
 * @param open opens the catalogue; it is closed again
 */
export async function recentMarketData(
  { ring, history }: SpreadSource,
  hours: number,
  nowUs: number,
  open: (folder: string) => Promise<Catalogue>,
): Promise<MarketFrame> {
  const fromUs = nowUs - hours * HOUR_US;
  const seen: FrameRows = new SpreadRingReader(ring).read(Math.ceil(hours * 3600), TOUCH_COLUMNS);
  const recent = sliceFrame(seen, rowAt(seen, fromUs), seen.tsUs.length);
  const firstUs = recent.tsUs[0] ?? nowUs;
  if (history === null || firstUs <= fromUs + HOUR_US / 3600) return recent;
  const catalogue = await open(history.folder);
  try {
    const before = await historyFrame(catalogue, history, fromUs, firstUs);
    return joined(before, recent as FrameRows);
  } finally {
    catalogue.close();
  }
}

function joined(before: FrameRows, after: FrameRows): FrameRows {
  const join = (first: Float64Array, second: Float64Array): Float64Array => {
    const all = new Float64Array(first.length + second.length);
    all.set(first);
    all.set(second, first.length);
    return all;
  };
  return Object.fromEntries(TOUCH_COLUMNS.map((name) => [name, join(before[name], after[name])])) as unknown as FrameRows;
}
