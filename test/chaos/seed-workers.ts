import { Worker } from 'node:worker_threads';
import type { SeedResult } from './simulate.js';

/** A seed's end, as it comes from the thread that played it. */
export interface PlayedSeed extends Omit<SeedResult, 'trace'> {
  /** What broke and what led to it, when anything did. */
  readonly failure: string | null;
}

/** What a thread is given: which seeds are its own. */
export interface WorkerSeeds {
  readonly first: number;
  readonly count: number;
  readonly step: number;
  /** Every so many seeds one is played twice, to see that it ends the same; 0 for none. */
  readonly again: number;
}

/** Hardly anything of a seed lives long: most of it is dead before so much has been allocated. */
const YOUNG_MB = 64;

/** Plays seeds on several threads, each seed on one. @param onPlayed told of every seed, in no particular order */
export async function playSeeds(
  first: number,
  count: number,
  threads: number,
  again: number,
  onPlayed: (played: PlayedSeed) => void,
): Promise<void> {
  const step = Math.min(threads, count);
  await Promise.all(
    Array.from({ length: step }, (_, place) => {
      const seeds: WorkerSeeds = { first: first + place, count: Math.ceil((count - place) / step), step, again };
      return new Promise<void>((resolve, reject) => {
        const worker = new Worker(new URL('./seed-worker.js', import.meta.url), {
          workerData: seeds,
          resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
        });
        worker.on('message', onPlayed);
        worker.on('error', reject);
        worker.on('exit', () => resolve());
      });
    }),
  );
}
