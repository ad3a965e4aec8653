import { parentPort, workerData } from 'node:worker_threads';
import { Kernel } from '../../src/kernel/kernel.js';
import type { SharedBooks } from '../../src/kernel/memory.js';

/** What the thread that keeps writing is given. */
export interface HammerData {
  readonly shared: SharedBooks;
  readonly snapshots: readonly { readonly book: number; readonly bytes: Uint8Array }[];
  readonly deltas: readonly Uint8Array[];
  /** Not 0: the thread ends. */
  readonly stop: Int32Array;
}

const { shared, snapshots, deltas, stop } = workerData as HammerData;
const kernel = new Kernel(shared, 0);
const feed = shared.plan.feeds[0] ?? 0;
parentPort?.postMessage('ready');
while (Atomics.load(stop, 0) === 0) {
  for (const { book, bytes } of snapshots) kernel.decodeSnapshot(book, bytes);
  for (const frame of deltas) kernel.decodeFrame(feed, frame, 0, frame.length);
}
