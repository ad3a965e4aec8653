import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';

/** Text gathered before it goes to the compressor. */
const BATCH_CHARACTERS = 64 * 1024;

/**
 * One capture file being written: compressed on the way, called ".part" until it is whole, and on the disk before it gets its name.
 * What a crash leaves behind is a ".part" file; a file without it is complete.
 */
export class ArchiveFile {
  private batch: string[] = [];
  private batchCharacters = 0;
  private readonly gzip: Gzip = createGzip({ level: 6 });
  private readonly done: Promise<void>;
  private failure: Error | undefined;
  lines = 0;

  private constructor(
    readonly path: string,
    /** Time of the first message. */
    readonly sinceMs: number,
    private readonly sink: NodeJS.WritableStream & { readonly bytesWritten: number },
  ) {
    this.gzip.pipe(sink);
    this.gzip.on('error', (error) => this.fail(error));
    sink.on('error', (error: Error) => this.fail(error));
    this.done = finished(sink);
    this.done.catch(() => undefined);
  }

  /** Begins the file `<name>.<UTC stamp>.ndjson.gz` in `folder`. @throws when it cannot be created */
  static async create(folder: string, name: string, sinceMs: number): Promise<ArchiveFile> {
    await mkdir(folder, { recursive: true });
    let stampMs = Math.floor(sinceMs);
    while (existsSync(pathOf(folder, name, stampMs)) || existsSync(`${pathOf(folder, name, stampMs)}.part`)) stampMs++;
    const path = pathOf(folder, name, stampMs);
    const sink = createWriteStream(`${path}.part`, { flags: 'wx' });
    await once(sink, 'open');
    return new ArchiveFile(path, sinceMs, sink);
  }

  /** Compressed bytes on their way to the disk so far; lags behind by what the compressor holds. */
  get bytes(): number {
    return this.sink.bytesWritten;
  }

  /** Adds a line. Cheap; `flush` is what waits. */
  add(line: string): void {
    this.batch.push(line);
    this.batchCharacters += line.length;
    this.lines++;
  }

  get isBatchFull(): boolean {
    return this.batchCharacters >= BATCH_CHARACTERS;
  }

  /** Hands what was added to the compressor and waits while that is busy. @throws when the disk refuses */
  async flush(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (this.batch.length === 0) return;
    const text = this.batch.join('');
    this.batch = [];
    this.batchCharacters = 0;
    if (!this.gzip.write(text)) await Promise.race([once(this.gzip, 'drain'), this.done]);
  }

  /** Ends the file: everything is on the disk, and it has its name. @returns its path */
  async close(): Promise<string> {
    await this.flush();
    this.gzip.end();
    await this.done;
    await syncPath(`${this.path}.part`);
    await rename(`${this.path}.part`, this.path);
    await syncPath(dirname(this.path));
    return this.path;
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.gzip.destroy();
    if ('destroy' in this.sink && typeof this.sink.destroy === 'function') this.sink.destroy(error);
  }
}

function pathOf(folder: string, name: string, stampMs: number): string {
  return join(folder, `${name}.${new Date(stampMs).toISOString().replace(/[-:]/g, '')}.ndjson.gz`);
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
