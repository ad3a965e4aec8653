import { parentPort, workerData } from 'node:worker_threads';
import { Kernel } from '../../src/kernel/kernel.js';
import type { SharedBooks } from '../../src/kernel/memory.js';
import { PING_ASKED, PING_BARE, PING_PAUSE } from './ping-words.js';

/** What the thread that pings is given. The words are those of ping-words.ts. */
export interface PingerData {
  readonly shared: SharedBooks;
  readonly words: Int32Array;
  /** When the ping under way was sent, by the clock that all threads share. */
  readonly sentNs: BigInt64Array;
}

/** What the reader has had time to fall asleep in. */
const PAUSE_MS = 0.2;

const { shared, words, sentNs } = workerData as PingerData;
const kernel = new Kernel(shared, 0);
parentPort?.postMessage('ready');
while (true) {
  Atomics.wait(words, PING_ASKED, 0);
  const kind = Atomics.load(words, PING_ASKED);
  if (kind === 3) break;
  Atomics.store(words, PING_ASKED, 0);
  Atomics.wait(words, PING_PAUSE, 0, PAUSE_MS);
  Atomics.store(sentNs, 0, process.hrtime.bigint());
  if (kind === 1) {
    kernel.exports.wake(shared.plan.control);
  } else {
    Atomics.add(words, PING_BARE, 1);
    Atomics.notify(words, PING_BARE);
  }
}
