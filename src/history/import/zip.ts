import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { InvalidInputError } from '../../domain/errors.js';

// The parts of the format that matter here (APPNOTE.TXT 6.3.10): an end record, a directory, and in front of each content its own header.
const END_RECORD = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly bytes: number;
  readonly at: number;
}

/**
 * Unzips the only file of an archive.
 * @param target where it is written
 * @returns its name
 * @throws InvalidInputError for an archive that cannot be read, or of another number of files than one
 */
export async function unzipOnlyFile(path: string, target: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const entries = (await entriesOf(file, path)).filter(({ name }) => !name.endsWith('/'));
    const [entry] = entries;
    if (entry === undefined || entries.length > 1) throw wrong(path, `it holds ${entries.length} files; expected one`);
    const header = await bytesAt(file, entry.at, 30, path);
    const start = entry.at + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (entry.bytes === 0) {
      await pipeline([Buffer.alloc(0)], createWriteStream(target));
      return entry.name;
    }
    const packed = createReadStream(path, { start, end: start + entry.bytes - 1 });
    if (entry.method === STORED) await pipeline(packed, createWriteStream(target));
    else if (entry.method === DEFLATED) await pipeline(packed, createInflateRaw(), createWriteStream(target));
    else throw wrong(path, `${entry.name} is packed in a way that is not known (${entry.method})`);
    return entry.name;
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause;
    throw wrong(path, cause instanceof Error ? cause.message : String(cause), cause);
  } finally {
    await file.close();
  }
}

async function entriesOf(file: FileHandle, path: string): Promise<ZipEntry[]> {
  const { size } = await file.stat();
  const tailBytes = Math.min(size, END_BYTES + COMMENT_BYTES_MAX);
  const tail = await bytesAt(file, size - tailBytes, tailBytes, path);
  let end = tail.length - END_BYTES;
  while (end >= 0 && tail.readUInt32LE(end) !== END_RECORD) end--;
  if (end < 0) throw wrong(path, 'it is cut short');
  const directory = await bytesAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12), path);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + 46 <= directory.length; ) {
    if (directory.readUInt32LE(at) !== DIRECTORY_ENTRY) throw wrong(path, 'its directory is damaged');
    if ((directory.readUInt16LE(at + 8) & ENCRYPTED) !== 0) throw wrong(path, 'it is encrypted');
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameBytes),
      method: directory.readUInt16LE(at + 10),
      bytes: directory.readUInt32LE(at + 20),
      at: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function bytesAt(file: FileHandle, at: number, bytes: number, path: string): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, at);
  if (bytesRead < bytes) throw wrong(path, 'it is cut short');
  return buffer;
}

function wrong(path: string, reason: string, cause?: unknown): InvalidInputError {
  return new InvalidInputError(`${path} cannot be unzipped: ${reason}`, { path }, { cause });
}
