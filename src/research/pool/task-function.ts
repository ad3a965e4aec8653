import { KernelError } from '../../domain/errors.js';
import type { TaskAddress, TaskFunction } from './task.js';

/** Loads what an address names; modules stay loaded. @throws KernelError when the module exports no such function */
export async function taskFunction<Input, Output>({ module, name }: TaskAddress): Promise<TaskFunction<Input, Output>> {
  const exported = ((await import(module)) as Record<string, unknown>)[name];
  if (typeof exported !== 'function') throw new KernelError(`${module} exports no function ${name}`, { module, name });
  return exported as TaskFunction<Input, Output>;
}
