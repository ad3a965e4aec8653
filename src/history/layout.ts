// Where series lie in the catalogue's folder:
//   kind=klines/bar=1m/venue=kraken/symbol=BTC%2FUSD/date=2023-03-01/data.parquet
// The date is the day in UTC; of bars of an hour and longer, the first day of the year. The names of the parts are those that DuckDB, Spark and pandas read as columns. Keyed kinds have one file a day, "data". Others have
// one a source and day, <first>-<last>-<source>: the times of its first and last row and the hash of what it was made from, so that
// files sort by time, what overlaps is seen without opening anything, and importing a source again writes the same file again.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { KINDS, SERIES_KINDS } from './kinds.js';
import { BAR_INTERVALS, type BarInterval, checkSeries, type SeriesName } from './series.js';

/** What stands for the length of bars where there are none. */
const NO_BAR = 'none';
export const DATA_FILE = 'data.parquet';

/** One Parquet file of a series. */
export interface SeriesFile {
  readonly date: string;
  readonly path: string;
  /** Times of its first and last row; null in keyed kinds, whose files never overlap. */
  readonly span: { readonly firstUs: number; readonly lastUs: number } | null;
}

/** Folder of a series below the root. */
export function seriesFolder(root: string, name: SeriesName): string {
  checkSeries(name);
  const { kind, interval, venue, symbol } = name;
  return join(root, `kind=${kind}`, `bar=${interval ?? NO_BAR}`, `venue=${venue}`, `symbol=${encodeURIComponent(symbol)}`);
}

/** Name of the file that rows from `firstUs` to `lastUs` of a source go to. */
export function partName(firstUs: number, lastUs: number, source: string): string {
  return `${digits(firstUs)}-${digits(lastUs)}-${source}.parquet`;
}

const digits = (us: number): string => String(us).padStart(17, '0');
const PART = /^(\d{17})-(\d{17})-[0-9a-f]+\.parquet$/;

/** Files of a series in the order of time; none when there is no such series. */
export async function seriesFiles(root: string, name: SeriesName): Promise<SeriesFile[]> {
  const folder = seriesFolder(root, name);
  const files: SeriesFile[] = [];
  for (const date of await values(folder, 'date')) {
    const names = (await readdir(join(folder, `date=${date}`))).filter((file) => file.endsWith('.parquet')).sort();
    for (const file of names) {
      const [, first, last] = PART.exec(file) ?? [];
      const span = first === undefined || last === undefined ? null : { firstUs: Number(first), lastUs: Number(last) };
      files.push({ date, path: join(folder, `date=${date}`, file), span });
    }
  }
  return files;
}

/** Every series of the catalogue, sorted by kind, interval, venue and symbol. */
export async function listSeries(root: string): Promise<SeriesName[]> {
  const found: SeriesName[] = [];
  for (const kind of SERIES_KINDS) {
    for (const interval of KINDS[kind].hasInterval ? BAR_INTERVALS : [null]) {
      const folder = join(root, `kind=${kind}`, `bar=${interval ?? NO_BAR}`);
      for (const venue of await values(folder, 'venue')) {
        for (const symbol of await values(join(folder, `venue=${venue}`), 'symbol')) {
          found.push({ kind, interval: interval as BarInterval | null, venue, symbol: decodeURIComponent(symbol) });
        }
      }
    }
  }
  return found;
}

const Missing = z.object({ code: z.literal('ENOENT') });

/** Values of the folders `key=value` in a folder, sorted; none when there is no such folder. */
async function values(folder: string, key: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && entry.name.startsWith(`${key}=`))
      .map((entry) => entry.name.slice(key.length + 1))
      .sort();
  } catch (error) {
    if (Missing.safeParse(error).success) return [];
    throw error;
  }
}
