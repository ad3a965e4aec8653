import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { InvalidInputError, TiercelError } from '../../domain/errors.js';
import type { MarketFrame } from '../thresholds/market-frame.js';
import type { PooledTask, TaskAddress, TaskProgress } from './task.js';
import { workerModule } from './worker-module.js';

/** A task was called off, by its caller or because the pool was closed. */
export class TaskCancelledError extends TiercelError {
  readonly code = 'TIERCEL_TASK_CANCELLED';
  readonly remedy = 'abandon';
}

/** More tasks wait than the pool is willing to hold. */
export class PoolFullError extends TiercelError {
  readonly code = 'TIERCEL_POOL_FULL';
  readonly remedy = 'retry';
}

export interface ResearchPoolOptions {
  readonly threads: number;
  /** Tasks that may wait for a thread. */
  readonly waitingMax?: number;
  /** Heap of a thread; a task that needs more fails, and nothing else does. The kernel's memory comes on top. */
  readonly heapMib?: number;
}

export interface RunOptions {
  /** Calls the task off: one that waits never starts, one that runs loses its thread, which the pool replaces. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TaskProgress) => void;
}

/** New objects of a thread: what a process is told for its own does not count for each of its threads. */
const YOUNG_HEAP_MIB = 48;

/** Threads for work that takes long. Whatever the laboratory computes beside the main thread runs here. */
export class ResearchPool {
  private readonly piscina: Piscina<PooledTask, unknown>;
  private readonly closing = new AbortController();

  /** @throws InvalidInputError for a number of threads that nothing can run on */
  constructor({ threads, waitingMax = 10_000, heapMib = 512 }: ResearchPoolOptions) {
    if (!Number.isSafeInteger(threads) || threads < 1)
      throw new InvalidInputError(`a pool of ${threads} threads: at least one is needed`, { threads });
    this.piscina = new Piscina({
      filename: workerModule(import.meta.url, './pool-worker.js'),
      name: 'runPooledTask',
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 5_000,
      maxQueue: waitingMax,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_HEAP_MIB, maxOldGenerationSizeMb: heapMib },
    });
  }

  /**
   * Runs a task on the next free thread.
   * @throws TaskCancelledError when it was called off; PoolFullError when too many wait; else what the task throws, as a plain Error
   */
  async run<Output>(task: TaskAddress, input: unknown, { signal, onProgress }: RunOptions = {}): Promise<Output> {
    const stop = signal === undefined ? this.closing.signal : AbortSignal.any([signal, this.closing.signal]);
    const cancelled = (cause?: unknown): TaskCancelledError =>
      new TaskCancelledError(`${task.name} was called off`, { task: task.name }, { cause });
    if (stop.aborted) throw cancelled(stop.reason);
    const { maxQueue } = this.piscina.options;
    if (this.piscina.queueSize >= maxQueue) throw new PoolFullError(`${maxQueue} tasks wait already`, { task: task.name });
    const channel = onProgress === undefined ? null : new MessageChannel();
    const told = channel === null || onProgress === undefined ? null : listen(channel.port1, onProgress);
    const { module, name } = task;
    try {
      const output = await this.piscina.run(
        { module, name, input, progress: channel?.port2 ?? null },
        { signal: stop, ...(channel !== null && { transferList: [channel.port2] }) },
      );
      await told;
      return output as Output;
    } catch (error) {
      throw stop.aborted ? cancelled(error) : error;
    } finally {
      channel?.port1.close();
    }
  }

  /** Calls off whatever waits or runs, and ends the threads. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.piscina.destroy();
  }
}

/** Passes on what a task tells. @returns settles when it has told everything, which may be on the way when its result is here */
function listen(port: MessagePort, onProgress: (progress: TaskProgress) => void): Promise<void> {
  return new Promise((resolve) => {
    port.on('message', (progress: TaskProgress | null) => (progress === null ? resolve() : onProgress(progress)));
  });
}

/** A frame whose columns lie in shared memory, so that tasks see them without a copy. Columns that are shared already stay. */
export function sharedFrame(frame: MarketFrame): MarketFrame {
  const columns = Object.entries(frame) as [string, Float64Array][];
  return Object.fromEntries(columns.map(([name, column]) => [name, sharedColumn(column)])) as unknown as MarketFrame;
}

function sharedColumn(column: Float64Array): Float64Array {
  if (column.buffer instanceof SharedArrayBuffer) return column;
  const shared = new Float64Array(new SharedArrayBuffer(column.byteLength));
  shared.set(column);
  return shared;
}
