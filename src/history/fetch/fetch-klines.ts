import { KLINE_INTERVAL_MS, type Kline, type KlineInterval } from '../../domain/market-data.js';
import type { Catalogue } from '../catalogue.js';
import { KINDS, sqlColumns } from '../kinds.js';
import type { SeriesName } from '../series.js';
import { addCoverage, readCoverage, type TimeRange, without } from './coverage.js';
import { type KlineSource, klineWindows } from './kline-source.js';

export interface KlineFetch {
  /** "BTC/USDT", or the venue's own name. */
  readonly symbols: readonly string[];
  readonly interval: KlineInterval;
  /** Openings, milliseconds since the epoch. Klines that are not over yet are left out. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface FetchSurroundings {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Told after each answer how much of all series has been asked for, in milliseconds of history. */
  readonly onProgress?: (doneMs: number, totalMs: number, klines: number) => void;
  /** When it says so, what is under way is finished and stored, and nothing more is asked. */
  readonly isStopped?: () => boolean;
}

/** What became of one series. */
export interface FetchOutcome {
  readonly exchange: string;
  readonly symbol: string;
  /** Klines that came. */
  readonly klines: number;
  /** What was there from an earlier fetch, and not asked for again. */
  readonly alreadyMs: number;
  /** What the venue does not tell any more. */
  readonly unreachable: TimeRange | null;
  /** Why it is not whole: the error, or that it was broken off. Null when it is. */
  readonly failure: string | null;
}

/** Series of one venue that are fetched at once: enough to keep its limits busy over the way there and back. */
const AT_ONCE = 3;
/** Klines that are held before they are stored. */
const HELD_MAX = 20_000;

interface Job {
  readonly source: KlineSource;
  readonly name: SeriesName & { readonly kind: 'klines' };
  readonly ranges: readonly TimeRange[];
  readonly outcome: { klines: number; failure: string | null };
  readonly report: Omit<FetchOutcome, 'klines' | 'failure'>;
}

/**
 * Fetches klines into a catalogue, all venues at once. What was fetched before is not asked for again; what fails leaves the others alone,
 * and the next fetch goes on where it stopped. Symbols that a venue does not list are left out.
 */
export async function fetchKlines(
  catalogue: Catalogue,
  sources: readonly KlineSource[],
  request: KlineFetch,
  { nowMs, onProgress, isStopped = () => false }: FetchSurroundings,
): Promise<readonly FetchOutcome[]> {
  const jobs = await plan(catalogue, sources, request, nowMs);
  const totalMs = jobs.reduce((sum, { ranges }) => sum + lengthOf(ranges), 0);
  let doneMs = 0;
  let count = 0;
  let tables = 0;
  const run = async (job: Job): Promise<void> => {
    try {
      for (const range of job.ranges) {
        const store = new Storing(catalogue, job.name, range[0], `fetched_${tables++}`);
        let beforeMs = range[0];
        try {
          for await (const { klines, toMs } of klineWindows(job.source, job.name.symbol, request.interval, ...range)) {
            await store.take(klines, toMs);
            doneMs += toMs - beforeMs;
            beforeMs = toMs;
            count += klines.length;
            job.outcome.klines += klines.length;
            onProgress?.(doneMs, totalMs, count);
            if (!isStopped()) continue;
            if (toMs < range[1]) job.outcome.failure = 'broken off';
            break;
          }
        } finally {
          // What came is kept, whatever follows.
          await store.finish();
        }
        if (job.outcome.failure !== null) return;
      }
    } catch (error) {
      job.outcome.failure = error instanceof Error ? error.message : String(error);
    }
  };
  await Promise.all(
    sources.map(async (source) => {
      const waiting = jobs.filter((job) => job.source === source);
      const worker = async (): Promise<void> => {
        for (let job = waiting.shift(); job !== undefined && !isStopped(); job = waiting.shift()) await run(job);
        for (const job of waiting.splice(0)) job.outcome.failure = 'broken off';
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    }),
  );
  return jobs.map(({ report, outcome }) => ({ ...report, ...outcome }));
}

async function plan(catalogue: Catalogue, sources: readonly KlineSource[], request: KlineFetch, nowMs: number): Promise<Job[]> {
  const { symbols, interval, fromMs, toMs } = request;
  const stepMs = KLINE_INTERVAL_MS[interval];
  const first = Math.ceil(fromMs / stepMs) * stepMs;
  const end = Math.min(Math.ceil(toMs / stepMs), Math.floor(nowMs / stepMs)) * stepMs;
  const jobs: Job[] = [];
  for (const source of sources) {
    for (const symbol of new Set(symbols.map((each) => source.symbolOf(each)))) {
      if (symbol === undefined) continue;
      const name = { kind: 'klines', interval, venue: source.exchange, symbol } as const;
      const reachMs = (Math.floor(nowMs / stepMs) - source.klinesBack) * stepMs;
      const wanted: TimeRange = [Math.min(end, Math.max(first, reachMs)), end];
      const ranges = without(wanted, await readCoverage(catalogue.root, name));
      const unreachable: TimeRange | null = wanted[0] > first ? [first, wanted[0]] : null;
      const alreadyMs = Math.max(0, wanted[1] - wanted[0]) - lengthOf(ranges);
      const report = { exchange: source.exchange, symbol, alreadyMs, unreachable };
      jobs.push({ source, name, ranges, report, outcome: { klines: 0, failure: null } });
    }
  }
  return jobs;
}

/** Klines on their way into the catalogue: held until they are worth a write, then noted as there. */
class Storing {
  private held: Kline[] = [];
  private toMs: number;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly name: SeriesName,
    private fromMs: number,
    private readonly table: string,
  ) {
    this.toMs = fromMs;
  }

  async take(klines: readonly Kline[], toMs: number): Promise<void> {
    this.held.push(...klines);
    this.toMs = toMs;
    if (this.held.length >= HELD_MAX) await this.finish();
  }

  async finish(): Promise<void> {
    if (this.toMs === this.fromMs) return;
    const { database, root } = this.catalogue;
    if (this.held.length > 0) {
      await database.run(`CREATE OR REPLACE TEMP TABLE ${this.table} (${sqlColumns('klines')}, line BIGINT)`);
      try {
        await database.append(this.table, [...KINDS.klines.columns.map(({ type }) => type), 'time'], this.held.map(rowOf));
        await this.catalogue.store(this.name, this.table, { hash: 'fetched' });
      } finally {
        await database.run(`DROP TABLE ${this.table}`);
      }
    }
    await addCoverage(root, this.name, [this.fromMs, this.toMs]);
    this.held = [];
    this.fromMs = this.toMs;
  }
}

/** In the order of the columns of klines, then the line. */
function rowOf(
  { openMs, open, high, low, close, baseVolume, quoteVolume }: Kline,
  at: number,
): readonly (bigint | number | null)[] {
  const number = (text: string | null): number | null => (text === null ? null : Number(text));
  const prices = [Number(open), Number(high), Number(low), Number(close)];
  return [BigInt(openMs) * 1000n, ...prices, number(baseVolume), number(quoteVolume), null, BigInt(at)];
}

function lengthOf(ranges: readonly TimeRange[]): number {
  return ranges.reduce((sum, [fromMs, toMs]) => sum + toMs - fromMs, 0);
}
