// The entry of a feed worker thread.
import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { KernelError } from '../domain/errors.js';
import { SystemClock, systemTimers } from '../domain/system-clock.js';
import { FeedWorker } from './worker.js';
import type { FeedWorkerCommand, FeedWorkerData, FeedWorkerMessage } from './worker-data.js';

const port = parentPort;
if (port === null) throw new KernelError('feed-worker is the entry of a worker thread and cannot be run by itself');
const data = workerData as FeedWorkerData;
const tell = (message: FeedWorkerMessage): void => port.postMessage(message);

const worker = new FeedWorker(data, {
  clock: new SystemClock(data.epochOffsetUs),
  timers: systemTimers,
  randomBytes,
  listener: (event) => tell({ type: 'event', event }),
});

port.on('message', (command: FeedWorkerCommand) => {
  if (command.type !== 'stop') return;
  void worker.stop().finally(() => {
    tell({ type: 'stopped' });
    port.close(); // with the last handle gone, the thread ends
  });
});
worker.start();
