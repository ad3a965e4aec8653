import { createHash } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { InvalidInputError } from '../../domain/errors.js';
import type { FileSample } from './format.js';

/** How a file is packed, by its first bytes. */
export type Packing = 'none' | 'gzip' | 'zip';

const SAMPLE_BYTES = 64 * 1024;
const CHUNK_BYTES = 256 * 1024;

/**
 * How a file is packed.
 * @throws InvalidInputError when it cannot be read
 */
export async function packingOf(path: string): Promise<Packing> {
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
      if (bytesRead >= 2 && buffer[0] === 0x1f && buffer[1] === 0x8b) return 'gzip';
      return bytesRead === 4 && buffer.readUInt32LE(0) === 0x04034b50 ? 'zip' : 'none';
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/**
 * The bytes of a file, unzipped if it is gzip.
 * @throws InvalidInputError when it cannot be read, or is cut short
 */
async function* plainBytes(path: string, isGzip: boolean, onRead?: (bytesOfFile: number) => void): AsyncGenerator<Buffer> {
  let file: ReadStream | undefined;
  try {
    file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    const unzip = isGzip ? createGunzip({ chunkSize: CHUNK_BYTES }) : undefined;
    if (unzip !== undefined) file.on('error', (error) => unzip.destroy(error)).pipe(unzip);
    for await (const chunk of unzip ?? file) {
      onRead?.(file.bytesRead);
      yield chunk as Buffer;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    file?.destroy();
  }
}

/**
 * Reads the beginning of a file.
 * @param name what the file is called, which may say more than where it lies
 * @throws InvalidInputError when it cannot be read or is no text
 */
export async function sampleOf(path: string, name: string, isGzip: boolean): Promise<FileSample> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of plainBytes(path, isGzip)) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= SAMPLE_BYTES) break;
  }
  const head = Buffer.concat(parts).subarray(0, SAMPLE_BYTES);
  if (head.includes(0))
    throw new InvalidInputError(`${name} is no text; expected CSV, JSON or NDJSON, plain, gzip or zip`, { path });
  const lines = head.toString('utf8').split(/\r?\n/);
  return { path: name.replaceAll('\\', '/'), lines: lines.length === 1 && lines[0] === '' ? [] : lines };
}

/** The hash of a file's content as it is unzipped, so that a file is the same source plain and zipped. */
export async function contentHash(path: string, isGzip: boolean, onRead?: (bytesOfFile: number) => void): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of plainBytes(path, isGzip, onRead)) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

function unreadable(path: string, cause: unknown): InvalidInputError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InvalidInputError(`${path} cannot be read: ${reason}`, { path }, { cause });
}
