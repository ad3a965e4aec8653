// Entry of the archive worker thread.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { systemTimers } from '../../domain/system-clock.js';
import { type ArchiveOptions, runArchiveWorker } from './archive-worker.js';

if (parentPort !== null) await runArchiveWorker(parentPort as unknown as MessagePort, workerData as ArchiveOptions, systemTimers);
