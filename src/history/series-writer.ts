import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { type HistoryDatabase, sqlList, sqlText } from './database.js';
import { KINDS, sqlNames } from './kinds.js';
import { DATA_FILE, partName, type SeriesFile, seriesFiles, seriesFolder } from './layout.js';
import { isYearly, type SeriesName } from './series.js';

/** Where rows come from. */
export interface SeriesSource {
  /** Hash of the content, in hexadecimal digits: the same content is the same source, whatever its file is called. */
  readonly hash: string;
}

/** What became of the rows of a source. */
export interface StoreOutcome {
  readonly name: SeriesName;
  /** Rows of the source. */
  readonly rows: number;
  /** Rows that the series has more than before. */
  readonly added: number;
  /** Rows that were there with other values, and have those of the source now. Always 0 in kinds of events. */
  readonly replaced: number;
  /** Rows of the source of one moment in kinds that have one row a moment; the last one counts. */
  readonly duplicates: number;
  /** Rows of the source that came after a later one; they were sorted. */
  readonly outOfOrder: number;
  /** Files of other sources that have rows of the same time, which now may be there twice. Only in kinds of events. */
  readonly overlaps: readonly string[];
  readonly dates: readonly string[];
}

const Day = z.object({
  date: z.string(),
  rows: z.coerce.number(),
  /** Different times, in kinds that have one row a moment. */
  moments: z.coerce.number(),
  first_us: z.coerce.number(),
  last_us: z.coerce.number(),
});
const Counts = z.object({ count: z.coerce.number() });
const Merged = z.object({ fresh: z.coerce.number(), replaced: z.coerce.number() });

/** Puts tables into the files of a catalogue: written aside, made sure of, then renamed. */
export class SeriesWriter {
  private written = 0;
  /** The work that the next one waits for: two of them may want the same file. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly root: string,
    private readonly temporaryFolder: string,
    private readonly database: HistoryDatabase,
  ) {}

  /** See Catalogue.store. */
  store(name: SeriesName, table: string, source: SeriesSource): Promise<StoreOutcome> {
    const work = this.last.then(() => this.storeNow(name, table, source));
    this.last = work.catch(() => undefined);
    return work;
  }

  private async storeNow(name: SeriesName, table: string, { hash }: SeriesSource): Promise<StoreOutcome> {
    const folder = seriesFolder(this.root, name);
    const existing = await seriesFiles(this.root, name);
    const { isKeyed } = KINDS[name.kind];
    const days = (
      await this.database.rows(
        `SELECT strftime(make_timestamp(ts_us), '${isYearly(name) ? '%Y-01-01' : '%Y-%m-%d'}') AS date, count(*) AS rows,
           ${isKeyed ? 'count(DISTINCT ts_us)' : 'count(*)'} AS moments, min(ts_us) AS first_us, max(ts_us) AS last_us
         FROM ${table} GROUP BY 1 ORDER BY 1`,
      )
    ).map((row) => Day.parse(row));
    const outOfOrder = await this.count(
      `SELECT count(*) AS count FROM (SELECT ts_us < lag(ts_us) OVER () AS back FROM ${table}) WHERE back`,
    );
    const rows = days.reduce((sum, day) => sum + day.rows, 0);
    let added = 0;
    let replaced = 0;
    const overlaps: string[] = [];
    for (const day of days) {
      const dayFolder = join(folder, `date=${day.date}`);
      const there = existing.filter(({ date }) => date === day.date);
      const ofDay = `SELECT * FROM ${table} WHERE ts_us BETWEEN ${day.first_us} AND ${day.last_us}`;
      if (isKeyed) {
        const outcome = await this.merge(name, ofDay, day.moments, join(dayFolder, DATA_FILE), there);
        added += outcome.fresh;
        replaced += outcome.replaced;
        continue;
      }
      const target = join(dayFolder, partName(day.first_us, day.last_us, hash));
      const before = there.filter(({ path }) => path.endsWith(`-${hash}.parquet`));
      const ordered = outOfOrder === 0 ? ofDay : `${ofDay} ORDER BY ts_us, line`;
      await this.write(`SELECT ${sqlNames(name.kind)} FROM (${ordered})`, target);
      for (const { path } of before) if (path !== target) await rm(path);
      if (before.length === 0) added += day.rows;
      overlaps.push(...there.filter((file) => !before.includes(file) && meets(file, day)).map(({ path }) => basename(path)));
    }
    const duplicates = isKeyed ? rows - days.reduce((sum, { moments }) => sum + moments, 0) : 0;
    return { name, rows, added, replaced, duplicates, outOfOrder, overlaps, dates: days.map(({ date }) => date) };
  }

  /** Writes the rows of a day together with those that are there; of one moment, the new one and the last one wins. */
  private async merge(
    name: SeriesName,
    rows: string,
    moments: number,
    target: string,
    there: readonly SeriesFile[],
  ): Promise<z.infer<typeof Merged>> {
    const names = sqlNames(name.kind);
    const fresh = `SELECT * FROM (${rows}) QUALIFY row_number() OVER (PARTITION BY ts_us ORDER BY line DESC) = 1`;
    if (there.length === 0) {
      await this.write(`SELECT ${names} FROM (${fresh}) ORDER BY ts_us`, target);
      return { fresh: moments, replaced: 0 };
    }
    const old = `read_parquet(${sqlList(there.map(({ path }) => path))}, hive_partitioning = false)`;
    const values = KINDS[name.kind].columns.map((column) => column.name).filter((column) => column !== 'ts_us');
    const differs = values.map((column) => `fresh.${column} IS DISTINCT FROM old.${column}`).join(' OR ');
    const counts = Merged.parse(
      await this.database.row(
        `SELECT count(*) FILTER (old.ts_us IS NULL) AS fresh,
           count(*) FILTER (old.ts_us IS NOT NULL AND (${differs})) AS replaced
         FROM (${fresh}) AS fresh LEFT JOIN ${old} AS old ON fresh.ts_us = old.ts_us`,
      ),
    );
    if (counts.fresh === 0 && counts.replaced === 0) return counts;
    await this.write(
      `SELECT ${names} FROM (
         SELECT ${names} FROM (${fresh})
         UNION ALL SELECT ${names} FROM ${old} AS old WHERE NOT EXISTS (SELECT 1 FROM (${rows}) AS fresh WHERE fresh.ts_us = old.ts_us)
       ) ORDER BY ts_us`,
      target,
    );
    return counts;
  }

  private async write(query: string, target: string): Promise<void> {
    await mkdir(dirname(target), { recursive: true });
    const aside = join(this.temporaryFolder, `${process.pid}-${this.written++}.parquet`);
    try {
      await this.database.run(`COPY (${query}) TO ${sqlText(aside)} (FORMAT parquet, COMPRESSION zstd)`);
      const file = await open(aside, 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(aside, target);
    } finally {
      await rm(aside, { force: true });
    }
  }

  private async count(query: string): Promise<number> {
    return Counts.parse(await this.database.row(query)).count;
  }
}

function meets({ span }: SeriesFile, { first_us: firstUs, last_us: lastUs }: z.infer<typeof Day>): boolean {
  return span !== null && span.firstUs <= lastUs && firstUs <= span.lastUs;
}
