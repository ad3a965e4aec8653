import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../domain/clock.js';
import { InvalidInputError } from '../../../domain/errors.js';
import { TurnLogWriter } from '../../../engine/turn-log.js';
import { type ArchivedFeed, ArchiveWriter } from '../../../feeds/capture/archive-writer.js';
import { allocateRing, FrameRingReader } from '../../../feeds/capture/frame-ring.js';
import { RecorderTap } from '../../../feeds/capture/recorder-tap.js';
import type { FeedProtocol } from '../../../venues/contract.js';

const RING_BYTES = 16 * 2 ** 20;
const LIMITS = { fileBytesMax: 256 * 2 ** 20, fileAgeMsMax: Number.POSITIVE_INFINITY };

/** Name of a feed, as in the names of its files. */
export function feedName({ venue, market }: Pick<FeedProtocol, 'venue' | 'market'>): string {
  return `${venue}-${market}`;
}

/** Records feeds and turns into a folder, in the formats of a live run, from the one thread of a simulation. */
export class RunRecorder {
  private readonly writers = new Map<string, { readonly ring: SharedArrayBuffer; readonly writer: ArchiveWriter }>();
  private file: number | undefined;
  private dropped = 0;

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {}

  get turnLogPath(): string {
    return join(this.folder, 'run.turns');
  }

  /** Records a feed. @param receivedUs the time that the kernel was told last */
  tap(protocol: FeedProtocol, receivedUs?: () => number): RecorderTap {
    const name = feedName(protocol);
    const known = this.writers.get(name);
    const ring = known?.ring ?? allocateRing(RING_BYTES);
    if (known === undefined)
      this.writers.set(name, { ring, writer: new ArchiveWriter(name, new FrameRingReader(ring), this.folder, LIMITS) });
    return new RecorderTap(ring, this.clock, () => this.dropped++, receivedUs);
  }

  /** Begins the log of the turns. @param header what a replay needs to know @param books of the memory plan */
  turnLog(header: object, books: number): TurnLogWriter {
    const file = openSync(this.turnLogPath, 'wx');
    this.file = file;
    return new TurnLogWriter(header, books, {
      write: (buffer, length, giveBack) => {
        writeSync(file, buffer, 0, length);
        giveBack(buffer);
      },
    });
  }

  /** Writes what the feeds have told so far. */
  async drain(): Promise<void> {
    for (const { writer } of this.writers.values()) await writer.drain();
  }

  /** Ends all files. @throws InvalidInputError when something found no room: the recording is not whole */
  async close(): Promise<readonly ArchivedFeed[]> {
    const archived: ArchivedFeed[] = [];
    for (const { writer } of this.writers.values()) archived.push(await writer.close());
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
    if (this.dropped > 0) throw new InvalidInputError(`${this.dropped} frames found no room in the recording`);
    return archived;
  }
}
