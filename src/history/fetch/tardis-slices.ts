import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { constants, createGunzip } from 'node:zlib';
import { InvalidInputError } from '../../domain/errors.js';

/** A line of a raw feed. */
export type TardisLine =
  /** `raw` is the exchange's message, untouched; `localUs` when it was received, cut to microseconds. */
  | { readonly kind: 'message'; readonly localUs: number; readonly raw: string }
  /** The recorder lost its connection: every book is to be emptied. */
  | { readonly kind: 'disconnect' };

/** Where a slice of a raw feed lies: <date>/<hour and minute>-<minutes>.ndjson.gz */
const SLICE = /(\d{4}-\d\d-\d\d)[/\\](\d\d)(\d\d)-(\d+)\.ndjson\.gz$/;

/** Name of the slice that begins at a minute of its day. */
export function sliceName(minute: number, minutes: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}${String(minute % 60).padStart(2, '0')}-${minutes}.ndjson.gz`;
}

/** Whether a file is a slice of a raw feed, by where it lies. */
export function isSlice(path: string): boolean {
  return SLICE.test(resolve(path));
}

/** Slices of raw feeds in a folder, in the order of time. */
export async function sliceFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .map((name) => join(folder, name))
    .filter(isSlice)
    .sort();
}

/** First minute of a slice, and the one behind its last, since the epoch. */
function minutesOf(path: string): readonly [from: number, to: number] | undefined {
  const [, date, hour, minute, count] = SLICE.exec(resolve(path)) ?? [];
  if (date === undefined) return undefined;
  const from = Date.parse(`${date}T${hour}:${minute}:00Z`) / 60_000;
  return [from, from + Number(count)];
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})\d*Z $/;
const STAMP_LENGTH = 29;
const LINE_FEED = 10;

/**
 * Reads slices of a raw feed one behind the other, as if they were one file. A stream without its last bytes, as Tardis may send, is read
 * as far as it goes; empty slices have no lines. Where a slice is missing, the connection counts as lost.
 * @throws InvalidInputError for a line that is no line of a raw feed, naming it
 */
export async function* readSlices(files: readonly string[]): AsyncGenerator<TardisLine> {
  let isConnected = false;
  let nextMinute: number | undefined;
  for (const path of files) {
    const [from, to] = minutesOf(path) ?? [];
    if (isConnected && nextMinute !== undefined && from !== nextMinute) {
      isConnected = false;
      yield { kind: 'disconnect' };
    }
    nextMinute = to;
    let number = 0;
    for await (const line of linesOf(path)) {
      number++;
      if (line.length === 0) {
        if (isConnected) yield { kind: 'disconnect' };
        isConnected = false;
        continue;
      }
      const [, seconds, micros] = STAMP.exec(line.toString('latin1', 0, STAMP_LENGTH)) ?? [];
      if (seconds === undefined || micros === undefined) {
        throw new InvalidInputError(`${basename(path)} line ${number} is no line of a raw feed`, { path, line: number });
      }
      isConnected = true;
      yield {
        kind: 'message',
        localUs: Date.parse(`${seconds}Z`) * 1000 + Number(micros),
        raw: line.toString('utf8', STAMP_LENGTH),
      };
    }
  }
}

async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const unzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  const file = createReadStream(path);
  file.on('error', (error) => unzip.destroy(error)).pipe(unzip);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of unzip) {
      const bytes: Buffer = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      let from = 0;
      for (let feed = bytes.indexOf(LINE_FEED); feed >= 0; feed = bytes.indexOf(LINE_FEED, from)) {
        yield bytes.subarray(from, feed);
        from = feed + 1;
      }
      rest = bytes.subarray(from);
    }
  } catch (cause) {
    throw new InvalidInputError(
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { path },
      { cause },
    );
  } finally {
    file.destroy();
  }
  if (rest.length > 0) yield rest;
}
