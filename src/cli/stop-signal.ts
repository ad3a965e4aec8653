import type { Timers } from '../domain/clock.js';

/** Package runners and `timeout` pass a signal on that its process group has got already: that is the same one. */
const SAME_SIGNAL_MS = 500;

/**
 * Waits for Ctrl-C or a termination signal; a second one ends the process at once. A child of another Tiercel process leaves
 * Ctrl-C, which a terminal sends to both, to its parent, and stops with it.
 */
export function untilAskedToStop(): Promise<void> {
  const isChild = process.send !== undefined;
  return new Promise((resolve) => {
    let askedMs = Number.POSITIVE_INFINITY;
    const stop = (): void => {
      if (performance.now() - askedMs > SAME_SIGNAL_MS) process.kill(process.pid, 'SIGKILL');
      askedMs = Math.min(askedMs, performance.now());
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', isChild ? () => undefined : stop);
    if (isChild) process.once('disconnect', () => (Number.isFinite(askedMs) ? undefined : stop()));
  });
}

/** As `untilAskedToStop`, and at the latest after `durationMs`, if that is given. */
export function untilStopped(durationMs: number | undefined, timers: Timers): Promise<void> {
  const asked = untilAskedToStop();
  if (durationMs === undefined) return asked;
  return new Promise((resolve) => {
    const timer = timers.after(durationMs, resolve);
    void asked.then(() => {
      timer.cancel();
      resolve();
    });
  });
}
