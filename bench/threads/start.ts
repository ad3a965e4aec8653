import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A thread of a bench; it has said that it is ready. */
export interface BenchThread {
  readonly worker: Worker;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts a thread from a compiled file of this folder and waits for its first message. @returns that message as well */
export async function startThread(file: string, data: unknown): Promise<BenchThread & { readonly first: unknown }> {
  const worker = new Worker(new URL(file, import.meta.url), { workerData: data });
  const [first] = (await Promise.race([once(worker, 'message'), failure(worker)])) as [unknown];
  return {
    worker,
    first,
    stop: async () => {
      await worker.terminate();
    },
  };
}

async function failure(worker: Worker): Promise<never> {
  const [error] = (await once(worker, 'error')) as [unknown];
  throw error;
}
