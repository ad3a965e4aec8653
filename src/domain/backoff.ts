import type { Random } from './random.js';

/** How waits grow from one failure to the next. */
export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * The wait before try number `tries` (0 is the first): it doubles from try to try up to the limit, and half of it is left to chance,
 * so that a thousand books or connections that failed together do not come back together.
 */
export function backoffMs(tries: number, { initialMs, maxMs }: BackoffOptions, random: Random): number {
  const fullMs = Math.min(maxMs, initialMs * 2 ** Math.min(tries, 30));
  return fullMs * (0.5 + random.next() / 2);
}
