import type { MessagePort } from 'node:worker_threads';
import type { Timers } from '../../domain/clock.js';
import { type ArchivedFeed, ArchiveWriter, type RotationLimits } from './archive-writer.js';
import { FrameRingReader } from './frame-ring.js';

/** One feed's frames on their way to the disk. */
export interface ArchiveSource {
  /** First part of its files' names, "binance-spot". */
  readonly name: string;
  readonly ring: SharedArrayBuffer;
}

export interface ArchiveOptions extends RotationLimits {
  readonly folder: string;
  readonly sources: readonly ArchiveSource[];
}

/** What the archive worker is told. */
export type ArchiveCommand = 'report' | 'stop';

/** What it tells: how far it is, that it is done, or that it had to give up. */
export type ArchiveEvent =
  | { readonly type: 'report'; readonly feeds: readonly ArchivedFeed[] }
  | { readonly type: 'stopped'; readonly feeds: readonly ArchivedFeed[] }
  | { readonly type: 'failed'; readonly message: string };

/** How often the rings are emptied. They hold much more than a feed sends in this time. */
const DRAIN_INTERVAL_MS = 20;

/**
 * The archive worker's life: empties the rings into files until it is told to stop or loses the main thread, then writes what is
 * left and ends the files. When the disk refuses, it says so and ends; the rings then fill up and their writers drop frames.
 */
export async function runArchiveWorker(port: MessagePort, options: ArchiveOptions, timers: Timers): Promise<void> {
  const tell = (event: ArchiveEvent): void => port.postMessage(event);
  const { folder, sources } = options;
  const writers = sources.map(({ name, ring }) => new ArchiveWriter(name, new FrameRingReader(ring), folder, options));
  let stopping = false;
  port.on('message', (command: ArchiveCommand) => {
    if (command === 'stop') stopping = true;
    else tell({ type: 'report', feeds: writers.map((writer) => writer.report()) });
  });
  port.once('close', () => {
    stopping = true;
  });
  try {
    while (!stopping) {
      await Promise.all(writers.map((writer) => writer.drain()));
      await new Promise<void>((resolve) => timers.after(DRAIN_INTERVAL_MS, resolve));
    }
    tell({ type: 'stopped', feeds: await Promise.all(writers.map((writer) => writer.close())) });
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
  port.close();
}
