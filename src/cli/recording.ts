import { mkdirSync } from 'node:fs';
import { InvalidInputError } from '../domain/errors.js';
import { startArchive } from '../feeds/capture/archive.js';
import { allocateRing } from '../feeds/capture/frame-ring.js';
import type { Logger } from '../ops/log.js';
import type { PlannedFeed } from './feed-plan.js';

/** Rings and the thread that empties them into capture files. */
export interface Recording {
  /** Ring of a feed, by its place among the planned ones. */
  ring(feed: number): SharedArrayBuffer | null;
  /** Writes what is left. To be called once the feeds are stopped. */
  stop(): Promise<void>;
}

const RING_BYTES = 32 * 2 ** 20;
const FILE_BYTES_MAX = 64 * 2 ** 20;
const FILE_AGE_MS_MAX = 3_600_000;

/**
 * Starts to record every frame of these feeds into `folder`.
 * @throws InvalidInputError when the folder cannot be made
 */
export function startRecording(folder: string, feeds: readonly PlannedFeed[], log: Logger): Recording {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new InvalidInputError(`the folder ${folder} cannot be made, so nothing can be recorded there`, { folder }, { cause });
  }
  const rings = feeds.map(() => allocateRing(RING_BYTES));
  const archive = startArchive({
    folder,
    fileBytesMax: FILE_BYTES_MAX,
    fileAgeMsMax: FILE_AGE_MS_MAX,
    sources: feeds.map(({ protocol }, index) => ({
      name: `${protocol.venue}-${protocol.market}`,
      ring: rings[index] as SharedArrayBuffer,
    })),
  });
  archive.ended.catch((error: unknown) => log.error({ err: error }, 'Recording ended'));
  return {
    ring: (feed) => rings[feed] ?? null,
    async stop() {
      const written = await archive.stop().catch(() => []);
      for (const { name, frames, dropped, files } of written) log.info({ name, frames, dropped, files }, 'Recorded');
    },
  };
}
