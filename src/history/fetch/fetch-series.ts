import { createHash } from 'node:crypto';
import type { Catalogue } from '../catalogue.js';
import type { SqlCell } from '../database.js';
import { KINDS, sqlColumns } from '../kinds.js';
import type { SeriesName } from '../series.js';
import { addCoverage, readCoverage, type TimeRange, without } from './coverage.js';

export interface FetchSurroundings {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Told after each answer how much of all series has been asked for, in milliseconds of history. */
  readonly onProgress?: (doneMs: number, totalMs: number, rows: number) => void;
  /** When it says so, what is under way is finished and stored, and nothing more is asked. */
  readonly isStopped?: () => boolean;
}

/** What a venue answered for a stretch of a series. */
export interface SeriesBatch {
  /** In the order of the columns of the kind. */
  readonly rows: readonly (readonly SqlCell[])[];
  /** All before was asked for and answered, milliseconds since the epoch. */
  readonly toMs: number;
}

/** A series that is to be fetched. */
export interface SeriesFetch {
  /** As the catalogue calls it. */
  readonly exchange: string;
  readonly name: SeriesName;
  readonly wanted: TimeRange;
  /** What of the range that was asked for the venue does not tell any more. */
  readonly unreachable: TimeRange | null;
  /** What is asked for begins at a multiple of it, so that what lies in one file is written together. */
  readonly unitMs: number;
  /** Rows of [fromMs, toMs), up to its end. */
  batches(fromMs: number, toMs: number): AsyncIterable<SeriesBatch>;
}

/** What became of one series. */
export interface FetchOutcome {
  readonly exchange: string;
  readonly symbol: string;
  /** Rows that came. */
  readonly rows: number;
  /** What was there from an earlier fetch, and not asked for again. */
  readonly alreadyMs: number;
  /** What the venue does not tell any more. */
  readonly unreachable: TimeRange | null;
  /** Why it is not whole: the error, or that it was broken off. Null when it is. */
  readonly failure: string | null;
}

/** Series of one venue that are fetched at once: enough to keep its limits busy over the way there and back. */
const AT_ONCE = 3;
/** Rows that are held before they are stored. */
const HELD_MAX = 20_000;
/** What is fetched is one source, whenever it came. */
const FETCHED = createHash('sha256').update('fetched').digest('hex').slice(0, 16);

interface Job {
  readonly fetch: SeriesFetch;
  readonly ranges: readonly TimeRange[];
  readonly alreadyMs: number;
  rows: number;
  failure: string | null;
}

/**
 * Fetches series into a catalogue, all venues at once. What was fetched before is not asked for again; what fails leaves the others alone,
 * and the next fetch goes on where it stopped.
 * @throws InvalidInputError when another process writes the catalogue
 */
export async function fetchSeries(
  catalogue: Catalogue,
  fetches: readonly SeriesFetch[],
  { onProgress, isStopped = () => false }: FetchSurroundings,
): Promise<readonly FetchOutcome[]> {
  await catalogue.lockForWriting();
  const jobs = await Promise.all(fetches.map((fetch) => jobOf(catalogue, fetch)));
  const totalMs = jobs.reduce((sum, { ranges }) => sum + lengthOf(ranges), 0);
  let doneMs = 0;
  let count = 0;
  let tables = 0;
  const run = async (job: Job): Promise<void> => {
    try {
      for (const range of job.ranges) {
        const store = new Storing(catalogue, job.fetch.name, range[0], `fetched_${tables++}`);
        let beforeMs = range[0];
        try {
          for await (const { rows, toMs } of job.fetch.batches(...range)) {
            await store.take(rows, toMs);
            doneMs += toMs - beforeMs;
            beforeMs = toMs;
            count += rows.length;
            job.rows += rows.length;
            onProgress?.(doneMs, totalMs, count);
            if (!isStopped()) continue;
            if (toMs < range[1]) job.failure = 'broken off';
            break;
          }
        } finally {
          // What came is kept, whatever follows.
          await store.finish();
        }
        if (job.failure !== null) return;
      }
    } catch (error) {
      job.failure = error instanceof Error ? error.message : String(error);
    }
  };
  await Promise.all(
    [...new Set(fetches.map(({ exchange }) => exchange))].map(async (exchange) => {
      const waiting = jobs.filter((job) => job.fetch.exchange === exchange);
      const worker = async (): Promise<void> => {
        for (let job = waiting.shift(); job !== undefined && !isStopped(); job = waiting.shift()) await run(job);
        for (const job of waiting.splice(0)) job.failure = 'broken off';
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    }),
  );
  return jobs.map(({ fetch: { exchange, name, unreachable }, rows, alreadyMs, failure }) => {
    return { exchange, symbol: name.symbol, rows, alreadyMs, unreachable, failure };
  });
}

async function jobOf(catalogue: Catalogue, fetch: SeriesFetch): Promise<Job> {
  const { wanted, name, unitMs } = fetch;
  const left = without(wanted, await readCoverage(catalogue.root, name));
  const alreadyMs = Math.max(0, wanted[1] - wanted[0]) - lengthOf(left);
  const ranges = left.map(([fromMs, toMs]): TimeRange => [Math.floor(fromMs / unitMs) * unitMs, toMs]);
  return { fetch, ranges, alreadyMs, rows: 0, failure: null };
}

/** Rows on their way into the catalogue: held until they are worth a write, then noted as there. */
class Storing {
  private held: (readonly SqlCell[])[] = [];
  private toMs: number;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly name: SeriesName,
    private fromMs: number,
    private readonly table: string,
  ) {
    this.toMs = fromMs;
  }

  async take(rows: readonly (readonly SqlCell[])[], toMs: number): Promise<void> {
    this.held.push(...rows);
    this.toMs = toMs;
    if (this.held.length >= HELD_MAX) await this.finish();
  }

  async finish(): Promise<void> {
    if (this.toMs === this.fromMs) return;
    const { database, root } = this.catalogue;
    const { kind } = this.name;
    if (this.held.length > 0) {
      await database.run(`CREATE OR REPLACE TEMP TABLE ${this.table} (${sqlColumns(kind)}, line BIGINT)`);
      try {
        const rows = this.held.map((row, at) => [...row, BigInt(at)]);
        await database.append(this.table, [...KINDS[kind].columns.map(({ type }) => type), 'time'], rows);
        await this.catalogue.store(this.name, this.table, { hash: FETCHED });
      } finally {
        await database.run(`DROP TABLE ${this.table}`);
      }
    }
    await addCoverage(root, this.name, [this.fromMs, this.toMs]);
    this.held = [];
    this.fromMs = this.toMs;
  }
}

function lengthOf(ranges: readonly TimeRange[]): number {
  return ranges.reduce((sum, [fromMs, toMs]) => sum + toMs - fromMs, 0);
}
