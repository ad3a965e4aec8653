import { mkdirSync } from 'node:fs';
import type { Clock } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import { startArchive } from '../feeds/capture/archive.js';
import { allocateRing } from '../feeds/capture/frame-ring.js';
import { RecorderTap } from '../feeds/capture/recorder-tap.js';
import type { Logger } from '../ops/log.js';
import type { FeedProtocol } from '../venues/contract.js';
import type { PlannedFeed } from './feed-plan.js';

/** Rings and the thread that empties them into capture files. */
export interface Recording {
  /** Ring of a feed; null when it is not recorded. */
  ring(protocol: FeedProtocol): SharedArrayBuffer | null;
  /** Records a metadata answer. Only before the feed's worker starts, who is the one writer of the ring from then on. */
  answer(protocol: FeedProtocol, url: string, body: Uint8Array): void;
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
export function startRecording(folder: string, feeds: readonly PlannedFeed[], clock: Clock, log: Logger): Recording {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new InvalidInputError(`the folder ${folder} cannot be made, so nothing can be recorded there`, { folder }, { cause });
  }
  const rings = new Map(feeds.map(({ protocol }) => [protocol, allocateRing(RING_BYTES)]));
  const archive = startArchive({
    folder,
    fileBytesMax: FILE_BYTES_MAX,
    fileAgeMsMax: FILE_AGE_MS_MAX,
    sources: [...rings].map(([{ venue, market }, ring]) => ({ name: `${venue}-${market}`, ring })),
  });
  archive.ended.catch((error: unknown) => log.error({ err: error }, 'Recording ended'));
  return {
    ring: (protocol) => rings.get(protocol) ?? null,
    answer(protocol, url, body) {
      const ring = rings.get(protocol);
      const drop = (): void =>
        log.warn({ venue: protocol.venue, market: protocol.market, url }, 'Answer too large to be recorded');
      if (ring !== undefined) new RecorderTap(ring, clock, drop).answer(url, body);
    },
    async stop() {
      const written = await archive.stop().catch(() => []);
      for (const { name, frames, dropped, files } of written) log.info({ name, frames, dropped, files }, 'Recorded');
    },
  };
}
