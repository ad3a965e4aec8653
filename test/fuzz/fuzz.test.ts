// Goal: `npm run fuzz` finds nothing in a short run, and would find something if it were there.
import { expect, test } from 'vitest';
import { SystemClock } from '../../src/domain/system-clock.js';
import { STREAMS } from '../frames/index.js';
import { Duel } from '../property/duel.js';
import { fuzz } from './fuzzer.js';
import { MemoryGuard } from './memory-guard.js';
import { reportLines, totals } from './report.js';

const clock = new SystemClock();

test('damaged frames of all streams never give a wrong book', () => {
  const result = fuzz({ sources: STREAMS, seed: 7, seconds: 8, clock });
  expect(result.findings).toEqual([]);
  const { passed, failed } = totals(result);
  expect(failed).toBe(0);
  expect(passed).toBeGreaterThan(500);
  expect(reportLines(result).at(-1)).toBe(`${passed} passed, 0 failed`);
});

test('a wrong book is told, with the stream, the seed and the frame', () => {
  const sources = { 'binance-spot': STREAMS['binance-spot'] ?? fail() };
  let rounds = 0;
  const result = fuzz({
    sources,
    seed: 3,
    seconds: 2,
    clock,
    review: (round) => (++rounds === 40 ? { ...round, agreement: 'wrong' } : round),
  });
  expect(totals(result).failed).toBe(1);
  expect(result.findings.map(({ stream, seed, problem }) => ({ stream, seed, problem }))).toEqual([
    { stream: 'binance-spot', seed: 3, problem: expect.stringMatching(/^wrong book of /) },
  ]);
});

test('a byte written outside the books of the feed is told', () => {
  const stream = (STREAMS['gate-spot'] ?? fail())({ seed: 1, frames: 3 });
  const duel = new Duel(stream);
  const guard = new MemoryGuard(duel.memory, duel.plan);
  for (const frame of stream.frames) duel.play(frame);
  expect(guard.violation()).toBeUndefined();
  for (const address of [(duel.plan.ladders[0] ?? 0) + 100, (duel.plan.books.at(-1) ?? 0) + 8, duel.plan.threads[1] ?? 0]) {
    duel.memory[address] = (duel.memory[address] ?? 0) ^ 1;
    expect(guard.violation()).toBe(address);
  }
});

function fail(): never {
  throw new RangeError('the stream is not there');
}
