import type { Dialogue, RestCall } from '../../src/venues/trading.js';

/** Drives a dialogue with recorded answers; an Error among them is thrown into it. @returns the calls made and the result */
export function converse<T>(dialogue: Dialogue<T>, answers: readonly unknown[]): { calls: RestCall[]; result: T } {
  const calls: RestCall[] = [];
  let step = dialogue.next();
  for (const answer of answers) {
    if (step.done === true) throw new Error('the dialogue ended before its last answer');
    calls.push(step.value);
    step = answer instanceof Error ? dialogue.throw(answer) : dialogue.next(answer);
  }
  if (step.done !== true) throw new Error(`the dialogue wants more: ${step.value.path}`);
  return { calls, result: step.value };
}
