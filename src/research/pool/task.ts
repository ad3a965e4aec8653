import type { MessagePort } from 'node:worker_threads';

/** How far a task is. */
export interface TaskProgress {
  /** In [0, 1]. */
  readonly share: number;
  readonly label: string;
}

/** What a task is given beside its input. */
export interface TaskContext {
  /** Tells how far it is. */
  report(progress: TaskProgress): void;
}

/** Work for a thread: a function of that name which a compiled module exports. Input and output are cloned, or shared. */
export interface TaskAddress {
  /** As `workerModule` gives it. */
  readonly module: string;
  readonly name: string;
}

/** What a module exports as a task. */
export type TaskFunction<Input, Output> = (input: Input, context: TaskContext) => Output | Promise<Output>;

/** What the pool sends to its threads. */
export interface PooledTask extends TaskAddress {
  readonly input: unknown;
  readonly progress: MessagePort | null;
}
