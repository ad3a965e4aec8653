import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { backoffMs } from '../../domain/backoff.js';
import type { Timers } from '../../domain/clock.js';
import { InvalidInputError, TiercelError, VenueConnectionError } from '../../domain/errors.js';
import type { Random } from '../../domain/random.js';
import type { HttpResponse, HttpTransport } from '../../transport/http-transport.js';
import { dateStartUs, datesBetween } from '../series.js';
import { sliceName } from './tardis-slices.js';

/** Types of CSV datasets that a catalogue can hold. */
export const TARDIS_DATA_TYPES = [
  'incremental_book_L2',
  'book_snapshot_5',
  'book_snapshot_25',
  'trades',
  'quotes',
  'derivative_ticker',
] as const;
export type TardisDataType = (typeof TARDIS_DATA_TYPES)[number];

/** Where Tardis is reached; a simulation replaces it. */
export interface TardisEndpoints {
  readonly api: string;
  readonly datasets: string;
}

export const TARDIS_ENDPOINTS: TardisEndpoints = { api: 'https://api.tardis.dev/v1', datasets: 'https://datasets.tardis.dev/v1' };

/** Sends a body that may be large to a file. */
export type Download = (
  url: string,
  headers: Readonly<Record<string, string>>,
  path: string,
) => Promise<Omit<HttpResponse, 'body'>>;

export interface TardisParts {
  readonly http: HttpTransport;
  readonly download: Download;
  readonly timers: Timers;
  readonly random: Random;
  /** Null: only the first day of each month is given out. It leaves in a header and is nowhere else. */
  readonly apiKey: string | null;
  readonly endpoints?: TardisEndpoints;
  /** Requests under way at once; 8 unless told. Tardis serves 20 of datasets and 60 of feeds. */
  readonly atOnce?: number;
}

/** A channel of a raw feed, and the symbols wanted of it; all when left out. */
export interface TardisFilter {
  readonly channel: string;
  readonly symbols?: readonly string[];
}

export interface DatasetRequest {
  /** Tardis' own id: "binance", "binance-futures", "coinbase", "kraken". */
  readonly exchange: string;
  readonly types: readonly TardisDataType[];
  /** As in paths: "BTCUSDT", "BTC-USD"; others are written so. */
  readonly symbols: readonly string[];
  /** UTC dates, the last one left out. */
  readonly fromDate: string;
  readonly toDate: string;
}

export interface RawRequest {
  readonly exchange: string;
  readonly filters: readonly TardisFilter[];
  readonly fromDate: string;
  readonly toDate: string;
  /** Minutes of one answer, 1 to 10; 1 unless told. */
  readonly sliceMinutes?: number;
}

/** What became of a download. */
export interface TardisOutcome {
  /** Complete files, in order, those that were there before among them. */
  readonly files: readonly string[];
  readonly alreadyThere: number;
  readonly failures: readonly { readonly what: string; readonly reason: string }[];
}

export interface TardisProgress {
  readonly onProgress?: (done: number, total: number) => void;
  readonly isStopped?: () => boolean;
}

const TRIES_MAX = 12;
const BACKOFF = { initialMs: 500, maxMs: 120_000 };
/** A 429 of Tardis wants a minute more. */
const RATE_LIMIT_MS = 60_000;
const FINAL_STATUSES = new Set([400, 401, 403, 404]);
const MINUTES_OF_DAY = 1440;
const LINE_FEED = 10;

const Complaint = z.object({ message: z.string() });

/** Historical data of Tardis.dev: raw feeds minute by minute, and CSV datasets day by day. Files that are there are not fetched again. */
export class TardisClient {
  constructor(private readonly parts: TardisParts) {}

  /** Downloads CSV datasets; a file a type, day and symbol. What is refused or fails for good is told, and leaves the others alone. */
  async downloadDatasets(
    folder: string,
    { exchange, types, symbols, fromDate, toDate }: DatasetRequest,
    progress: TardisProgress = {},
  ): Promise<TardisOutcome> {
    const base = (this.parts.endpoints ?? TARDIS_ENDPOINTS).datasets;
    const names = symbols.map((symbol) => symbol.toUpperCase().replaceAll(/[/:]/g, '-'));
    const jobs = datesOf(fromDate, toDate).flatMap((date) =>
      types.flatMap((type) =>
        names.map((symbol) => ({
          what: `${exchange} ${type} ${date} ${symbol}`,
          path: join(folder, `${exchange}_${type}_${date}_${symbol}.csv.gz`),
          run: (path: string) =>
            this.dataset(`${base}/${exchange}/${type}/${date.replaceAll('-', '/')}/${encodeURIComponent(symbol)}.csv.gz`, path),
        })),
      ),
    );
    return this.runAll(jobs, progress);
  }

  /**
   * Downloads raw feeds: files of lines as they were received, each for the minutes in its name, in a folder for the filters. `readSlices`
   * reads them.
   */
  async downloadFeeds(folder: string, request: RawRequest, progress: TardisProgress = {}): Promise<TardisOutcome> {
    const { exchange, filters, fromDate, toDate, sliceMinutes = 1 } = request;
    if (!Number.isInteger(sliceMinutes) || sliceMinutes < 1 || sliceMinutes > 10)
      throw new InvalidInputError('a slice of a raw feed is of 1 to 10 minutes', { sliceMinutes });
    const minutes = filters.length === 0 ? 1 : sliceMinutes;
    const text = JSON.stringify(filters);
    const target = join(folder, `${exchange}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`);
    const jobs = datesOf(fromDate, toDate).flatMap((date) =>
      Array.from({ length: Math.ceil(MINUTES_OF_DAY / minutes) }, (_, index) => {
        const minute = index * minutes;
        const count = Math.min(minutes, MINUTES_OF_DAY - minute);
        const name = sliceName(minute, count);
        return {
          what: `${exchange} ${date} ${name.slice(0, 4)}`,
          path: join(target, date, name),
          run: (path: string) =>
            this.slice(path, { exchange, filters: text, date, minute, count, isFiltered: filters.length > 0 }),
        };
      }),
    );
    return this.runAll(jobs, progress);
  }

  private async runAll(
    jobs: readonly { readonly what: string; readonly path: string; run(path: string): Promise<void> }[],
    { onProgress, isStopped = () => false }: TardisProgress,
  ): Promise<TardisOutcome> {
    const failures = new Map<string, string>();
    const complete = new Set<string>();
    let alreadyThere = 0;
    let done = 0;
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
        const { path, run } = job;
        if (isStopped()) failures.set(path, 'broken off');
        else if (await isThere(path)) {
          alreadyThere++;
          complete.add(path);
        } else {
          try {
            await whole(path, run);
            complete.add(path);
          } catch (error) {
            if (!(error instanceof TiercelError)) throw error;
            failures.set(path, error.message);
          }
        }
        onProgress?.(++done, jobs.length);
      }
    };
    await Promise.all(Array.from({ length: this.parts.atOnce ?? 8 }, worker));
    return {
      files: jobs.map(({ path }) => path).filter((path) => complete.has(path)),
      alreadyThere,
      failures: jobs.flatMap(({ what, path }) => {
        const reason = failures.get(path);
        return reason === undefined ? [] : [{ what, reason }];
      }),
    };
  }

  private async dataset(url: string, path: string): Promise<void> {
    await this.withTries(url, async () => {
      const answer = await this.parts.download(url, this.headers(), path);
      // The body of a refusal is short, and in the file.
      const body = answer.status === 200 ? new Uint8Array() : await head(path);
      return { ...answer, body };
    });
  }

  private async slice(
    path: string,
    wanted: {
      readonly exchange: string;
      readonly filters: string;
      readonly date: string;
      readonly minute: number;
      readonly count: number;
      readonly isFiltered: boolean;
    },
  ): Promise<void> {
    const { exchange, filters, date, minute, count, isFiltered } = wanted;
    const file = await open(path, 'w');
    try {
      for (let at = minute; at < minute + count; ) {
        const query = new URLSearchParams({ from: date, offset: String(at) });
        const left = minute + count - at;
        if (isFiltered) {
          query.set('filters', filters);
          if (left > 1) query.set('sliceSize', String(left));
        }
        const url = `${(this.parts.endpoints ?? TARDIS_ENDPOINTS).api}/data-feeds/${exchange}?${query}`;
        const answer = await this.withTries(url, () =>
          this.parts.http.request({ method: 'GET', url, headers: this.headers(), body: null }),
        );
        await file.write(gzipSync(linesOf(answer)));
        const given = Number(answer.headers['x-slice-size'] ?? 1);
        at += Number.isInteger(given) && given >= 1 ? given : 1;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }

  private headers(): Record<string, string> {
    const { apiKey } = this.parts;
    return { 'accept-encoding': 'gzip', ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }) };
  }

  /** @throws InvalidInputError for what is refused for good, or does not work after many tries */
  private async withTries(url: string, attempt: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const { pathname } = new URL(url);
    let reason = '';
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      let waitMs = backoffMs(tries, BACKOFF, this.parts.random);
      try {
        const answer = await attempt();
        if (answer.status === 200) return answer;
        reason = `${answer.status} ${complaintOf(answer.body)}`.trim();
        if (FINAL_STATUSES.has(answer.status)) break;
        if (answer.status === 429) waitMs += answer.retryAfterMs ?? RATE_LIMIT_MS;
      } catch (error) {
        if (!(error instanceof TiercelError) || error.remedy !== 'retry') throw error;
        reason = error.message;
      }
      await new Promise<void>((resolve) => this.parts.timers.after(waitMs, resolve));
    }
    throw new InvalidInputError(`Tardis does not give ${pathname}: ${reason}`, { path: pathname });
  }
}

function datesOf(fromDate: string, toDate: string): string[] {
  return datesBetween(dateStartUs(fromDate), dateStartUs(toDate));
}

/** The lines of an answer, the last one with its end. Streams may lack their last bytes. */
function linesOf({ headers, body }: HttpResponse): Buffer {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity')
    throw new VenueConnectionError(`Tardis sent ${encoding}, which was not asked for`);
  const lines =
    encoding === 'identity' || body.length === 0 ? Buffer.from(body) : gunzipSync(body, { finishFlush: constants.Z_SYNC_FLUSH });
  return lines.length === 0 || lines[lines.length - 1] === LINE_FEED ? lines : Buffer.concat([lines, Buffer.of(LINE_FEED)]);
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Has a file written aside, and renames it when it is whole. */
async function whole(path: string, write: (aside: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.part`;
  try {
    await write(aside);
    await rename(aside, path);
  } finally {
    await rm(aside, { force: true });
  }
}

async function head(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2000), 0, 2000, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What Tardis says went wrong, in its words. */
function complaintOf(body: Uint8Array): string {
  const text = Buffer.from(body).toString('utf8');
  try {
    return Complaint.parse(JSON.parse(text)).message;
  } catch {
    return text.slice(0, 200);
  }
}
