import { ArchiveFile } from './archive-file.js';
import { encodeRecord } from './format.js';
import { type FrameRingReader, KIND_BINARY, KIND_BOOK, KIND_HTTP, KIND_OUT, type RingFrame } from './frame-ring.js';

/** When a file is ended and the next one begun. */
export interface RotationLimits {
  /** Compressed bytes. */
  readonly fileBytesMax: number;
  readonly fileAgeMsMax: number;
}

/** What was written of one feed. */
export interface ArchivedFeed {
  readonly name: string;
  readonly frames: number;
  readonly dropped: number;
  /** Complete files, in order. */
  readonly files: readonly string[];
}

/** Writes the frames of one ring into files, one after the other. */
export class ArchiveWriter {
  private file: ArchiveFile | undefined;
  private readonly files: string[] = [];
  private frames = 0;

  constructor(
    private readonly name: string,
    private readonly ring: FrameRingReader,
    private readonly folder: string,
    private readonly limits: RotationLimits,
  ) {}

  /** Writes what is in the ring now. @throws when the disk refuses */
  async drain(): Promise<void> {
    for (let frame = this.ring.next(); frame !== undefined; frame = this.ring.next()) {
      const file = await this.fileFor(frame.epochMs);
      file.add(this.lineOf(frame));
      this.frames++;
      if (file.isBatchFull) await file.flush();
    }
    await this.file?.flush();
  }

  /** Writes what is left and ends the file. */
  async close(): Promise<ArchivedFeed> {
    await this.drain();
    await this.endFile();
    return this.report();
  }

  report(): ArchivedFeed {
    return { name: this.name, frames: this.frames, dropped: this.ring.dropped, files: [...this.files] };
  }

  private async fileFor(epochMs: number): Promise<ArchiveFile> {
    const { file, limits } = this;
    if (file !== undefined && file.bytes < limits.fileBytesMax && epochMs - file.sinceMs < limits.fileAgeMsMax) return file;
    await this.endFile();
    this.file = await ArchiveFile.create(this.folder, this.name, epochMs);
    return this.file;
  }

  private async endFile(): Promise<void> {
    const ended = this.file;
    this.file = undefined;
    if (ended !== undefined) this.files.push(await ended.close());
  }

  private lineOf({ kind, epochMs, receivedUs, number, conn, url, payload }: RingFrame): string {
    return encodeRecord({
      epochMs,
      dir: (kind & KIND_OUT) === 0 ? 'in' : 'out',
      kind: (kind & KIND_BOOK) !== 0 ? 'book' : (kind & KIND_HTTP) === 0 ? 'ws' : 'http',
      conn: textOf(conn),
      url: url.length === 0 ? null : textOf(url),
      binary: (kind & KIND_BINARY) !== 0,
      payload,
      number,
      ...(receivedUs > 0 && { receivedUs }),
    });
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
