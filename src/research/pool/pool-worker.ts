import { KernelError } from '../../domain/errors.js';
import type { PooledTask, TaskContext, TaskFunction } from './task.js';

/** What a thread of the pool runs: finds the task's function and calls it. Modules stay loaded from task to task. */
export async function runPooledTask({ module, name, input, progress }: PooledTask): Promise<unknown> {
  const exported = ((await import(module)) as Record<string, unknown>)[name];
  if (typeof exported !== 'function') throw new KernelError(`${module} exports no function ${name}`, { module, name });
  const context: TaskContext = { report: (told) => progress?.postMessage(told) };
  try {
    return await (exported as TaskFunction<unknown, unknown>)(input, context);
  } finally {
    // The end of what it tells; closing the port would wait until the thread is idle.
    progress?.postMessage(null);
  }
}
