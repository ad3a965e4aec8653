import { expect, test } from 'vitest';
import { FEED_RESYNCS } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { FrameBuffer } from '../../src/feeds/frame-buffer.js';
import { binanceSpot } from '../../src/venues/binance/feed.js';
import { ExecutorRig } from '../execution/executor-rig.js';
import { ModelVenue } from '../feeds/model-venue.js';
import { SessionRig } from '../feeds/session-rig.js';

// P22: memory that grows for as long as a snapshot does not come.
test('P22: frames that await a snapshot are bounded in number and in bytes', () => {
  const buffer = new FrameBuffer({ framesMax: 3, bytesMax: 10 });
  const bytes = new Uint8Array(20);
  expect([buffer.push(bytes, 0, 4), buffer.push(bytes, 0, 6), buffer.push(bytes, 0, 1)]).toEqual([true, true, false]);
  buffer.drop(1);
  expect([buffer.push(bytes, 0, 2), buffer.push(bytes, 0, 2), buffer.push(bytes, 0, 0)]).toEqual([true, true, false]);
  buffer.clear();
  expect(buffer.frames).toEqual([]);
});

test('P22: an overflow drops everything and starts over, and the book is right in the end', () => {
  const rig = new SessionRig(binanceSpot(), ['AAAUSDT'], { buffer: { framesMax: 10, bytesMax: 100_000 } });
  const venue = new ModelVenue('AAAUSDT', new SeededRandom(9));
  rig.pass(250);
  rig.open();
  const first = venue.binanceSnapshot();
  for (let i = 0; i < 11; i++) rig.frame(venue.binanceDelta());
  expect(rig.counter(FEED_RESYNCS)).toBe(1);
  rig.frame(venue.binanceDelta());
  rig.snapshot('AAAUSDT', first); // asked for before the overflow: its deltas are gone
  expect(rig.isSynced('AAAUSDT')).toBe(false);
  rig.pass(1_000);
  rig.snapshot('AAAUSDT', venue.binanceSnapshot());
  expect(rig.read('AAAUSDT')).toEqual({ sequence: venue.sequence, sides: venue.sides });
  expect(rig.isSynced('AAAUSDT')).toBe(true);
});

test('P22: a thousand trades, and those that left something, leave no more in mind than the newest', async () => {
  const rig = new ExecutorRig({ resultsKept: 16 });
  for (let trade = 1; trade <= 1_000; trade++) {
    rig.buyer.treatments = [trade % 10 === 0 ? { answer: 'lost', tellMs: null } : {}];
    rig.execute(rig.intent());
    await rig.pass(20);
  }
  await rig.pass(60_000);
  expect([rig.executor.activeCount, rig.executor.workingOrders(), rig.executor.unhedged()]).toEqual([0, [], []]);
  expect([rig.executor.resultOf('run:984'), rig.executor.resultOf('run:1000')?.success]).toEqual([null, true]);
  expect(rig.time.pending()).toBe(0);
});
