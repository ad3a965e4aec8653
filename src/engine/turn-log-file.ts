import { type FileHandle, open } from 'node:fs/promises';
import { InvalidInputError } from '../domain/errors.js';
import type { TurnLogSink } from './turn-log.js';

/** Writes a turn log to a file, one buffer after the other, behind the engine's back. */
export class TurnLogFile implements TurnLogSink {
  private writing: Promise<void> = Promise.resolve();
  private failure: Error | undefined;

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws InvalidInputError when the file cannot be created, or exists */
  static async create(path: string): Promise<TurnLogFile> {
    try {
      return new TurnLogFile(path, await open(path, 'wx'));
    } catch (cause) {
      throw new InvalidInputError(`${path} cannot be created for the turn log`, { path }, { cause });
    }
  }

  write(buffer: Uint8Array, length: number, giveBack: (buffer: Uint8Array) => void): void {
    this.writing = this.writing.then(async () => {
      try {
        if (this.failure === undefined) await this.handle.writeFile(buffer.subarray(0, length));
      } catch (error) {
        this.failure = error instanceof Error ? error : new Error(String(error));
      }
      giveBack(buffer);
    });
  }

  /** Ends the file once all is written; the writer's `flush` comes first. @throws what the disk had to say, if anything */
  async close(): Promise<void> {
    await this.writing;
    if (this.failure === undefined) await this.handle.sync();
    await this.handle.close();
    if (this.failure !== undefined) throw this.failure;
  }
}
