import { CONTROL_STOP, CONTROL_WAKE } from '../../assembly/memory/layout.js';

/** How the engine learns that books changed. */
export type WakeMode = 'event' | 'busy-poll';

/** Turns in a row without giving the event loop a chance, while changes keep coming. */
const IMMEDIATE_TURNS_MAX = 16;

/** Longest wait without a look round, so that a stop is noticed even when no book moves. */
const WAIT_MS_MAX = 50;

/**
 * Runs `turn` whenever the wake word has moved, until the control block says stop. Event mode waits on the word
 * (Atomics.waitAsync, no core is kept busy); busy-poll looks at it on every pass of the event loop, for a dedicated core.
 * @param control address of the control block
 */
export async function runTurns(int32: Int32Array, control: number, mode: WakeMode, turn: () => void): Promise<void> {
  const wake = (control + CONTROL_WAKE) >> 2;
  const stop = (control + CONTROL_STOP) >> 2;
  let immediate = 0;
  while (Atomics.load(int32, stop) === 0) {
    // Taken before the turn: what changes during it is a reason for the next one.
    const seen = Atomics.load(int32, wake);
    turn();
    if (mode === 'busy-poll') {
      do await nextLoopPass();
      while (Atomics.load(int32, wake) === seen && Atomics.load(int32, stop) === 0);
      continue;
    }
    const wait = Atomics.waitAsync(int32, wake, seen, WAIT_MS_MAX);
    if (wait.async) {
      immediate = 0;
      await wait.value;
    } else if (++immediate >= IMMEDIATE_TURNS_MAX) {
      immediate = 0;
      await nextLoopPass();
    }
  }
}

/** Has `runTurns` make a turn soon, although no book changed. */
export function wakeTurns(int32: Int32Array, control: number): void {
  const wake = (control + CONTROL_WAKE) >> 2;
  Atomics.add(int32, wake, 1);
  Atomics.notify(int32, wake);
}

/** Asks `runTurns` to end after the turn under way. */
export function stopTurns(int32: Int32Array, control: number): void {
  Atomics.store(int32, (control + CONTROL_STOP) >> 2, 1);
  wakeTurns(int32, control);
}

function nextLoopPass(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
