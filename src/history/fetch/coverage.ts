// What was asked of a venue and answered, so that a fetch that was broken off goes on where it stopped, and minutes in which nothing was
// traded are not asked for again and again. Lies beside the series, as coverage.json.
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { seriesFolder } from '../layout.js';
import type { SeriesName } from '../series.js';

/** [from, to), milliseconds since the epoch. */
export type TimeRange = readonly [fromMs: number, toMs: number];

const Coverage = z.object({ ranges: z.array(z.tuple([z.number(), z.number()])) });

/** Ranges sorted, those that meet made one, empty ones left out. */
export function unionOf(ranges: readonly TimeRange[]): TimeRange[] {
  const union: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((left, right) => left[0] - right[0])) {
    const last = union[union.length - 1];
    if (to <= from) continue;
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else union.push([from, to]);
  }
  return union;
}

/** What of a range lies in none of the others. */
export function without([from, to]: TimeRange, others: readonly TimeRange[]): TimeRange[] {
  const left: TimeRange[] = [];
  let at = from;
  for (const [otherFrom, otherTo] of unionOf(others)) {
    if (otherTo <= at) continue;
    if (otherFrom >= to) break;
    if (otherFrom > at) left.push([at, otherFrom]);
    at = otherTo;
  }
  if (at < to) left.push([at, to]);
  return left;
}

const fileOf = (root: string, name: SeriesName): string => join(seriesFolder(root, name), 'coverage.json');

/** What is known to be there of a series. A file that cannot be read counts as none: fetching again changes nothing. */
export async function readCoverage(root: string, name: SeriesName): Promise<readonly TimeRange[]> {
  try {
    return Coverage.parse(JSON.parse(await readFile(fileOf(root, name), 'utf8'))).ranges;
  } catch {
    return [];
  }
}

/** Notes that a range is there. Written aside and renamed. */
export async function addCoverage(root: string, name: SeriesName, range: TimeRange): Promise<void> {
  const ranges = unionOf([...(await readCoverage(root, name)), range]);
  const target = fileOf(root, name);
  await mkdir(dirname(target), { recursive: true });
  const aside = `${target}.${process.pid}`;
  const file = await open(aside, 'w');
  try {
    await file.writeFile(JSON.stringify({ ranges }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, target);
}
