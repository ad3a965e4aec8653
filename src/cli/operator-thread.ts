import { once } from 'node:events';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { systemTimers } from '../domain/system-clock.js';
import { Kernel } from '../kernel/kernel.js';
import type { SharedBooks } from '../kernel/memory.js';
import { runOperatorWorker } from '../ops/operator-worker.js';
import { type DirectoryEntry, SharedBookReader } from '../ops/shared-book-reader.js';
import type { SharedSpreads } from '../ops/spread-api.js';

/** What the operator thread starts from; its first message, for which it waits once it is loaded. */
export interface OperatorThreadData {
  readonly port: MessagePort;
  readonly host: string;
  readonly listenPort: number;
  readonly shared: SharedBooks;
  readonly module: WebAssembly.Module;
  /** Index of its scratch among the plan's threads. */
  readonly thread: number;
  readonly directory: readonly DirectoryEntry[];
  readonly spreads: SharedSpreads;
  readonly epochOffsetUs: number;
}

if (parentPort !== null) {
  const [data] = (await once(parentPort, 'message')) as [OperatorThreadData];
  await runOperatorWorker(
    data.port,
    { host: data.host, port: data.listenPort, timers: systemTimers, spreads: data.spreads },
    () => {
      const kernel = new Kernel(data.shared, data.thread, data.module);
      return new SharedBookReader(kernel, data.directory, data.epochOffsetUs);
    },
  );
}
