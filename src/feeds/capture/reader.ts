import { createReadStream, type ReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { InvalidInputError } from '../../domain/errors.js';
import { type CaptureRecord, parseRecord } from './format.js';

/** A captured message and the number of its line, from 1. */
export interface NumberedRecord {
  readonly line: number;
  readonly record: CaptureRecord;
}

export interface ReadOptions {
  /** Longest line that is accepted; a longer one is no capture. */
  readonly lineBytesMax?: number;
  /** Told how many bytes of the file (compressed, if it is) have been read so far. */
  readonly onProgress?: (bytesRead: number) => void;
  /** Whether the lines about what the feed did to its books are wanted as well; see format.ts. */
  readonly books?: boolean;
}

const LINE_BYTES_MAX = 256 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 10;

/** The name of a capture: its file name without the endings of the format. */
export function captureName(path: string): string {
  return basename(path)
    .replace(/\.gz$/, '')
    .replace(/\.ndjson$/, '');
}

/**
 * Reads a capture file line by line, gzip or plain, whatever it is called. Memory is bounded by the longest line.
 * @throws InvalidInputError for a file that cannot be read, is cut short, or a line that is no captured message
 */
export async function* readCapture(
  path: string,
  { lineBytesMax = LINE_BYTES_MAX, onProgress, books = false }: ReadOptions = {},
): AsyncGenerator<NumberedRecord> {
  const name = basename(path);
  let line = 0;
  let parts: Buffer[] = [];
  let partBytes = 0;
  const take = (end: Buffer): NumberedRecord | undefined => {
    line++;
    parts.push(end);
    const text = (parts.length === 1 ? end : Buffer.concat(parts)).toString('utf8');
    parts = [];
    partBytes = 0;
    if (text.trim() === '') return undefined;
    const record = parseRecord(text, `${name} line ${line}`);
    return record.kind === 'book' && !books ? undefined : { line, record };
  };
  for await (const chunk of openCapture(path, onProgress)) {
    let from = 0;
    for (let feed = chunk.indexOf(LINE_FEED); feed !== -1; feed = chunk.indexOf(LINE_FEED, from)) {
      const record = take(chunk.subarray(from, feed));
      from = feed + 1;
      if (record !== undefined) yield record;
    }
    partBytes += chunk.length - from;
    if (partBytes > lineBytesMax) {
      throw new InvalidInputError(`${name} line ${line + 1} is longer than ${lineBytesMax} bytes; expected one message a line`, {
        path,
      });
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) {
    const last = take(Buffer.alloc(0));
    if (last !== undefined) yield last;
  }
}

/** The bytes of a file, unzipped when its first bytes say that it is gzip. */
async function* openCapture(path: string, onProgress: ((bytesRead: number) => void) | undefined): AsyncGenerator<Buffer> {
  let file: ReadStream | undefined;
  try {
    const zipped = await beginsAsGzip(path);
    file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    const unzip = zipped ? createGunzip({ chunkSize: CHUNK_BYTES }) : undefined;
    if (unzip !== undefined) file.on('error', (error) => unzip.destroy(error)).pipe(unzip);
    for await (const chunk of unzip ?? file) {
      onProgress?.(file.bytesRead);
      yield chunk as Buffer;
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError(`${path} cannot be read: ${reason}`, { path }, { cause });
  } finally {
    file?.destroy();
  }
}

async function beginsAsGzip(path: string): Promise<boolean> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle?.close();
  }
}
