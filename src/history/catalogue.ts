import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import { type WriterLock, writerLock } from '../transport/writer-lock.js';
import { HistoryDatabase, sqlList } from './database.js';
import { KINDS, type SeriesKind } from './kinds.js';
import { listSeries, seriesFiles } from './layout.js';
import type { SeriesName } from './series.js';
import { type SeriesChunk, type StreamOptions, streamSeries } from './series-stream.js';
import { type SeriesSource, SeriesWriter, type StoreOutcome } from './series-writer.js';

export interface CatalogueOptions {
  /** Megabytes that reading and writing may take together; what needs more is put on disk meanwhile. 512 unless told. */
  readonly memoryLimitMb?: number;
  /** Threads that one statement may use; 2 unless told. */
  readonly threads?: number;
}

/** What there is of a series. */
export interface SeriesExtent {
  readonly name: SeriesName;
  readonly rows: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly dates: readonly string[];
}

/** Name of the folder for what is under way; nothing in it outlives its work. */
const TEMPORARY = '.tmp';
const LOCK_FILE = '.writer';
/** What a writer has under way; a dead one may have left it. */
const UNDER_WAY = /^\d+-(import-)?\d+\.(parquet|unzipped|lines)$/;

const Extent = z.object({ rows: z.coerce.number(), first_us: z.coerce.number(), last_us: z.coerce.number() });

/**
 * The history of markets, as Parquet files in folders by kind, length of bars, venue, symbol and UTC date, read and written through DuckDB.
 * A file appears whole or not at all. Several processes may read while one writes; one writes at a time.
 */
export class Catalogue {
  private readonly writer: SeriesWriter;
  private lock: WriterLock | null = null;

  private constructor(
    /** The folder. */
    readonly root: string,
    /** For statements of importers; the catalogue's owner closes it. */
    readonly database: HistoryDatabase,
  ) {
    this.writer = new SeriesWriter(root, join(root, TEMPORARY), database);
  }

  /** Opens the catalogue in a folder, which is made when it is not there. */
  static async open(root: string, { memoryLimitMb = 512, threads = 2 }: CatalogueOptions = {}): Promise<Catalogue> {
    const temporaryFolder = join(root, TEMPORARY);
    await mkdir(temporaryFolder, { recursive: true });
    return new Catalogue(root, await HistoryDatabase.open({ memoryLimitMb, threads, temporaryFolder }));
  }

  /**
   * Takes the right to write, until the catalogue is closed. Whoever writes takes it by itself; to be told before any work is done, it may be
   * taken first. What a writer that died had under way is removed.
   * @throws InvalidInputError when another process has it
   */
  async lockForWriting(): Promise<void> {
    if (this.lock !== null) return;
    this.lock = writerLock(join(this.root, LOCK_FILE));
    if (this.lock === null)
      throw new InvalidInputError(`the catalogue ${this.root} is being written by another process`, { root: this.root });
    const folder = join(this.root, TEMPORARY);
    for (const name of await readdir(folder)) if (UNDER_WAY.test(name)) await rm(join(folder, name), { force: true });
  }

  /** Every series, sorted by kind, length of bars, venue and symbol. */
  list(): Promise<SeriesName[]> {
    return listSeries(this.root);
  }

  /** What there is of a series; undefined when there is nothing. */
  async extent(name: SeriesName): Promise<SeriesExtent | undefined> {
    const files = await seriesFiles(this.root, name);
    if (files.length === 0) return undefined;
    const paths = sqlList(files.map(({ path }) => path));
    const row = await this.database.row(
      `SELECT count(*) AS rows, min(ts_us) AS first_us, max(ts_us) AS last_us FROM read_parquet(${paths}, hive_partitioning = false)`,
    );
    const { rows, first_us: firstUs, last_us: lastUs } = Extent.parse(row);
    return { name, rows, firstUs, lastUs, dates: [...new Set(files.map(({ date }) => date))] };
  }

  /**
   * Rows with fromUs <= tsUs < toUs in the order of time, rows of one moment in the order of their source, as chunks of columns. What
   * columns there are is said at `streamColumns`.
   * @throws InvalidInputError for a column that the kind does not have
   */
  stream(name: SeriesName, options: StreamOptions = {}): AsyncGenerator<SeriesChunk> {
    return streamSeries(this.root, this.database, name, options);
  }

  /**
   * Takes the rows of a table, which has the columns of the kind and `line`, the number of each row in its source. In kinds with one row a
   * moment, rows replace what was there; of others, the same source replaces itself. Written in one piece a day.
   * @throws InvalidInputError for a name that a series cannot have, or when another process writes
   */
  async store(name: SeriesName, table: string, source: SeriesSource): Promise<StoreOutcome> {
    await this.lockForWriting();
    return this.writer.store(name, table, source);
  }

  /**
   * Makes a view of each kind that has series, under the kind's name, with the columns of the kind and `bar`, `venue`, `symbol` and `date`
   * in front. They see what was there when they were made.
   */
  async makeViews(): Promise<readonly SeriesKind[]> {
    const kinds = [...new Set((await this.list()).map(({ kind }) => kind))];
    for (const kind of kinds) {
      const glob = join(this.root, `kind=${kind}`, '*', '*', '*', '*', '*.parquet');
      const columns = KINDS[kind].columns.map(({ name }) => name).join(', ');
      await this.database.run(
        `CREATE OR REPLACE VIEW ${kind} AS SELECT bar, venue, url_decode(symbol) AS symbol, date, ${columns}, make_timestamp(ts_us) AS time
         FROM read_parquet(${sqlList([glob])}, hive_partitioning = true,
           hive_types = {'bar': VARCHAR, 'venue': VARCHAR, 'symbol': VARCHAR, 'date': DATE})`,
      );
    }
    return kinds;
  }

  /** Dates of which a series has at least a row. */
  async dates(name: SeriesName): Promise<readonly string[]> {
    return [...new Set((await seriesFiles(this.root, name)).map(({ date }) => date))];
  }

  close(): void {
    this.lock?.release();
    this.lock = null;
    this.database.close();
  }
}
