import { Worker } from 'node:worker_threads';
import type { ArchiveCommand, ArchiveEvent, ArchiveOptions } from './archive-worker.js';
import type { ArchivedFeed } from './archive-writer.js';

/** A running archive worker, seen from the main thread. */
export interface Archive {
  /** Settles when the archive has ended: with what it wrote, or with the reason why it gave up. */
  readonly ended: Promise<readonly ArchivedFeed[]>;
  /** What has been written so far. */
  report(): Promise<readonly ArchivedFeed[]>;
  /** Writes what is left in the rings and ends the files. Stop the feeds first, so that nothing more comes. */
  stop(): Promise<readonly ArchivedFeed[]>;
}

/** The thread's entry, seen from build/src as well as from src, where the tests run. */
function threadUrl(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../../build/src/feeds/capture/archive-thread.js' : './archive-thread.js', here);
}

/** Starts the thread that writes the frames of all rings to disk. */
export function startArchive(options: ArchiveOptions): Archive {
  const worker = new Worker(threadUrl(), { workerData: options });
  const tell = (command: ArchiveCommand): void => worker.postMessage(command);
  const ended = new Promise<readonly ArchivedFeed[]>((resolve, reject) => {
    worker.on('message', (event: ArchiveEvent) => {
      if (event.type === 'stopped') resolve(event.feeds);
      else if (event.type === 'failed') reject(new Error(`recording has ended: ${event.message}`));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('recording has ended: the archive thread is gone')));
  });
  ended.catch(() => undefined);
  return {
    ended,
    report: () =>
      new Promise((resolve, reject) => {
        const onMessage = (event: ArchiveEvent): void => {
          if (event.type !== 'report') return;
          worker.off('message', onMessage);
          resolve(event.feeds);
        };
        worker.on('message', onMessage);
        void ended.then(resolve, reject);
        tell('report');
      }),
    stop: () => {
      tell('stop');
      return ended;
    },
  };
}
