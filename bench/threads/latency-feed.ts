import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { BOOK_EXCHANGE_US, STATUS_APPLIED, STATUS_CROSSED } from '../../assembly/memory/layout.js';
import { SystemClock, systemTimers } from '../../src/domain/system-clock.js';
import { Kernel } from '../../src/kernel/kernel.js';
import type { SharedBooks } from '../../src/kernel/memory.js';
import { connectWebSocket } from '../../src/transport/web-socket.js';
import { STAMP_OFFSET_US } from './paced-frame.js';

/** What the thread that receives is given. */
export interface LatencyFeedData {
  readonly shared: SharedBooks;
  readonly url: string;
  /** Histograms: from the intended moment of sending to the receipt, and from there to the published book. */
  readonly receipt: number;
  readonly publication: number;
}

// As a feed worker does it: into the kernel's memory, decoded in place, one wake-up for each chunk.
const { shared, url, receipt, publication } = workerData as LatencyFeedData;
const kernel = new Kernel(shared, 1);
const feed = shared.plan.feeds[0] ?? 0;
const clock = new SystemClock();
let receivedUs = 0;
let isFlushDue = false;
const flush = (): void => {
  isFlushDue = false;
  kernel.exports.wake(shared.plan.control);
};
connectWebSocket(
  { url, connectTimeoutMs: 5000, messageBytesMax: 1 << 16, sendQueueBytesMax: 1 << 16, receiveBuffer: kernel.receiveArea },
  {
    onOpen: () => parentPort?.postMessage('open'),
    onChunk: () => {
      receivedUs = clock.monotonicUs();
      kernel.receivedAt(receivedUs);
    },
    onMessage: (bytes, start, end) => {
      const status = kernel.decodeFrame(feed, bytes, start, end);
      if (status !== STATUS_APPLIED && status !== STATUS_CROSSED) throw new Error(`a frame was answered with status ${status}`);
      const intendedUs = kernel.float64At(kernel.resultBook(0) + BOOK_EXCHANGE_US) - STAMP_OFFSET_US;
      kernel.exports.recordLatency(receipt, receivedUs - intendedUs);
      kernel.exports.recordLatency(publication, clock.monotonicUs() - receivedUs);
      if (isFlushDue) return;
      isFlushDue = true;
      process.nextTick(flush);
    },
    onClose: () => {},
  },
  { timers: systemTimers, randomBytes },
);
