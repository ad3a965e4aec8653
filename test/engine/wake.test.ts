// Goal: a change is never slept through, and a stop ends the loop, in both modes.
// Method: a plain shared array stands for the memory; the "worker" is this thread between awaits, and one real thread.
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { CONTROL_WAKE } from '../../assembly/memory/layout.js';
import { runTurns, stopTurns, type WakeMode } from '../../src/engine/wake.js';

const CONTROL = 256;
const WAKE = (CONTROL + CONTROL_WAKE) >> 2;

describe.each<WakeMode>(['event', 'busy-poll'])('%s', (mode) => {
  it('makes a turn after every burst of wakes, and ends when told to', async () => {
    const int32 = new Int32Array(new SharedArrayBuffer(4096));
    const sent = 200;
    let seen = -1;
    const turns = runTurns(int32, CONTROL, mode, () => {
      seen = Atomics.load(int32, WAKE);
      if (seen === sent) stopTurns(int32, CONTROL);
    });
    const worker = new Worker(
      `const { workerData } = require('node:worker_threads');
       const words = new Int32Array(workerData.buffer);
       for (let i = 0; i < ${sent}; i++) {
         Atomics.add(words, ${WAKE}, 1);
         Atomics.notify(words, ${WAKE});
         Atomics.wait(words, 1000, 0, i % 7 === 0 ? 1 : 0);
       }`,
      { eval: true, workerData: { buffer: int32.buffer } },
    );
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    await turns;
    expect(seen).toBe(sent);
    await ended;
  });

  it('gives the event loop its turn while changes never stop', async () => {
    const int32 = new Int32Array(new SharedArrayBuffer(4096));
    let timerRan = false;
    let made = 0;
    setTimeout(() => {
      timerRan = true;
    }, 1);
    await runTurns(int32, CONTROL, mode, () => {
      Atomics.add(int32, WAKE, 1); // as if books changed during every turn
      if (timerRan || ++made > 5_000_000) stopTurns(int32, CONTROL);
    });
    expect(timerRan).toBe(true);
  });
});
