import type { PooledTask, TaskContext } from './task.js';
import { taskFunction } from './task-function.js';

/** What a thread of the pool runs: finds the task's function and calls it. */
export async function runPooledTask({ module, name, input, progress }: PooledTask): Promise<unknown> {
  const task = await taskFunction<unknown, unknown>({ module, name });
  const context: TaskContext = { report: (told) => progress?.postMessage(told) };
  try {
    return await task(input, context);
  } finally {
    // The end of what it tells; closing the port would wait until the thread is idle.
    progress?.postMessage(null);
  }
}
