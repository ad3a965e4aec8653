// Goal: a signal and a file stop trading like a person does, and a stop is not cleared while the file is there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StopTriggers, stopText } from '../../src/cli/stop-triggers.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import type { StopResult } from '../../src/risk/types.js';

const RESULT: StopResult = {
  reason: 'x',
  epochUs: 1,
  isNew: true,
  isPersisted: true,
  openOrders: 3,
  cancelledOrders: 3,
  exposureQuote: 0,
};
const POLL_US = 250_000;

let folder: string;
let stopFile: string;
let time: VirtualTime;
let told: string[];
let outcomes: unknown[];
let triggers: StopTriggers;
let failing: boolean;

function start(): StopTriggers {
  return new StopTriggers({
    desk: {
      emergencyStop: async (reason, by) => {
        told.push(`stop ${by}: ${reason}`);
        if (failing) throw new Error('no venue answers');
        return RESULT;
      },
      clearStop: (by) => told.push(`clear ${by}`),
    },
    stopFile,
    timers: time,
    onStop: (result) => outcomes.push(result),
    onFailure: (error) => outcomes.push(String(error)),
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-stop-'));
  stopFile = join(folder, 'STOP');
  time = new VirtualTime();
  told = [];
  outcomes = [];
  failing = false;
  triggers = start();
});
afterEach(() => {
  triggers.close();
  rmSync(folder, { recursive: true });
});

it('a file stops within 250 ms, once, and again when it comes back', async () => {
  await time.run(10 * POLL_US);
  expect(told).toEqual([]);
  writeFileSync(stopFile, '');
  await time.run(POLL_US);
  const stop = `stop a file: the file ${stopFile} is there`;
  expect([told, outcomes]).toEqual([[stop], [RESULT]]);
  await time.run(10 * POLL_US);
  expect(told).toEqual([stop]);
  rmSync(stopFile);
  await time.run(POLL_US);
  writeFileSync(stopFile, '');
  await time.run(POLL_US);
  expect(told).toEqual([stop, stop]);
});

it('a file that is there at the start stops at once', () => {
  triggers.close();
  writeFileSync(stopFile, '');
  triggers = start();
  expect(told).toEqual([`stop a file: the file ${stopFile} is there`]);
});

it('SIGUSR2 stops, until nobody watches any more', async () => {
  const came = new Promise((resolve) => process.once('SIGUSR2', resolve));
  process.kill(process.pid, 'SIGUSR2');
  await came;
  expect(told).toEqual(['stop a signal: the signal SIGUSR2 came']);
  const others = process.listenerCount('SIGUSR2');
  triggers.close();
  expect([process.listenerCount('SIGUSR2'), time.pending()]).toEqual([others - 1, 0]);
});

it('a stop that fails is told', async () => {
  failing = true;
  writeFileSync(stopFile, '');
  await time.run(POLL_US);
  expect(outcomes).toEqual(['Error: no venue answers']);
});

it('a person stops, and clears once the file is gone', async () => {
  expect(await triggers.control({ kind: 'stop', reason: 'looks odd', by: 'anna' })).toEqual({
    ok: true,
    message: 'Trading is stopped; 3 open orders cancelled.',
  });
  writeFileSync(stopFile, '');
  expect(await triggers.control({ kind: 'clear', by: 'anna' })).toEqual({
    ok: false,
    message: `Remove the file ${stopFile} first: it stops trading.`,
  });
  rmSync(stopFile);
  expect(await triggers.control({ kind: 'clear', by: 'anna' })).toEqual({
    ok: true,
    message: 'Cleared by anna: nothing stops trading any more.',
  });
  expect(told).toEqual(['stop anna: looks odd', 'clear anna']);
});

it('the sentence of a stop says what is not well', () => {
  expect(stopText({ ...RESULT, isNew: false, isPersisted: false, cancelledOrders: null })).toBe(
    'Trading was stopped already; 3 orders may still be open. The stop could not be written down: it will not outlive the process.',
  );
});
