import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError } from '../domain/errors.js';
import { Catalogue } from '../history/catalogue.js';
import { type CataloguedBook, historyFrame } from '../research/live/history-frame.js';
import { readFrameFile } from '../research/optimizer/frame-file.js';
import type { MarketFrame } from '../research/thresholds/market-frame.js';
import { HOUR_US } from '../strategy/hedged/funding.js';

/** Which books of a catalogue, as "venue/symbol", and how much of their end. */
export interface FrameFlags {
  readonly spot?: string | undefined;
  readonly futures?: string | undefined;
  readonly hours: number;
}

/** Kinds of series that tell a touch. */
const TOUCH_KINDS = new Set(['quotes', 'book_snapshots']);

/**
 * The frame of a CSV or Parquet file, or of a pair of books in a catalogue's folder.
 * @throws InvalidInputError when there is nothing of the kind
 */
export async function readFrame(path: string, flags: FrameFlags): Promise<MarketFrame> {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() ? catalogueFrame(path, flags) : frameInFile(path);
}

/** The frame of a CSV or Parquet file. @throws InvalidInputError when it is none */
export async function frameInFile(path: string): Promise<MarketFrame> {
  const temporaryFolder = mkdtempSync(join(tmpdir(), 'tiercel-frame-'));
  try {
    return await readFrameFile(path, temporaryFolder);
  } finally {
    rmSync(temporaryFolder, { recursive: true, force: true });
  }
}

async function catalogueFrame(root: string, { spot, futures, hours }: FrameFlags): Promise<MarketFrame> {
  const pair = { spot: bookOf('--spot', spot), futures: bookOf('--futures', futures) };
  const catalogue = await Catalogue.open(root);
  try {
    const endUs = 1 + Math.min(await lastUs(catalogue, pair.spot), await lastUs(catalogue, pair.futures));
    return await historyFrame(catalogue, pair, endUs - hours * HOUR_US, endUs);
  } finally {
    catalogue.close();
  }
}

function bookOf(flag: string, text: string | undefined): CataloguedBook {
  const [, venue, symbol] = /^([^/]+)\/(.+)$/.exec(text ?? '') ?? [];
  if (venue === undefined || symbol === undefined) {
    throw new InvalidInputError(`${flag}: a catalogue needs the book as venue/symbol, as \`tiercel history query\` lists them`);
  }
  return { venue, symbol };
}

/** When a catalogue last knew the touch of a book. */
async function lastUs(catalogue: Catalogue, { venue, symbol }: CataloguedBook): Promise<number> {
  const series = (await catalogue.list()).filter(
    (name) => name.venue === venue && name.symbol === symbol && TOUCH_KINDS.has(name.kind),
  );
  const extents = await Promise.all(series.map((name) => catalogue.extent(name)));
  const last = Math.max(...extents.map((extent) => extent?.lastUs ?? Number.NEGATIVE_INFINITY));
  if (last === Number.NEGATIVE_INFINITY) throw new InvalidInputError(`the catalogue has no quotes of ${venue}/${symbol}`);
  return last;
}
