import { expect, test } from 'vitest';
import { HISTORY_BUCKET_US, SIGNAL_UP } from '../../../src/kernel/signals.js';
import { HifaConfigSchema } from '../../../src/strategy/hifa/config.js';
import { SignalReading } from '../../../src/strategy/hifa/stage-1-signal.js';
import { CONTEXT_GOES_ON, ContextStage } from '../../../src/strategy/hifa/stage-2-context.js';
import { Scene, VENUES } from './scene.js';

/** A price that jumps about without a direction, by more and less. */
const JUMPS = Array.from({ length: 64 }, (_, at) => Math.round(10_000 + 30 * Math.sin(at * at)));

function scene(): Scene {
  const made = new Scene().signal(SIGNAL_UP);
  made.rig.turn();
  return made;
}
function stageOf(context: object = {}): ContextStage {
  return new ContextStage(HifaConfigSchema.parse({ context }).context, scene().rig.universe);
}
const up = Object.assign(new SignalReading(), { row: 0, direction: 1, book: 0, strength: 0.5 });
const down = Object.assign(new SignalReading(), { row: 0, direction: -1, book: 0, strength: 0.5 });

test('a market that moves with the signal speaks for it, and as much against the opposite one', () => {
  const { rig, signals } = scene();
  const stage = stageOf();
  expect(stage.evaluate(signals, up, rig.market)).toBe(CONTEXT_GOES_ON);
  const { score, flow, volume, confirmations, others } = stage.reading;
  expect([flow, confirmations, others]).toEqual([expect.closeTo(0.5, 1), VENUES.length - 1, VENUES.length - 1]);
  expect(volume).toBeCloseTo(1 / 3, 9);
  stage.evaluate(signals, down, rig.market);
  expect(stage.reading.score).toBeCloseTo(1 - score, 9);
  expect(stage.reading.confirmations).toBe(0);
});

test('a market in which nothing happens says nothing', () => {
  const { rig, signals } = scene();
  for (const { book } of rig.universe.books) signals.wave(book, rig.nowUs, 10_000, 0);
  const stage = stageOf();
  stage.evaluate(signals, up, rig.market);
  expect(stage.reading).toMatchObject({
    trend: 0,
    flow: 0,
    confirmation: 0,
    volatility: 0,
    windowsAgreeing: 0,
    leadCorrelation: 0,
  });
});

test('the venue that moves first leads, by as many buckets, and the others are behind by what they have not made up', () => {
  const { rig, signals } = scene();
  const newest = Math.floor(rig.nowUs / HISTORY_BUCKET_US);
  // Place 1 is two buckets ahead of the others, and has just risen by a percent.
  const ahead = [...JUMPS.slice(0, -1), (JUMPS.at(-5) ?? 0) * 1.01];
  const late = ahead.map((_, at) => ahead[Math.max(0, at - 2)] ?? 0);
  signals.history(0, { mids: late, newest }).history(1, { mids: ahead, newest }).history(2, { mids: late, newest });
  const stage = stageOf({ maxVolatilityBps: 1000 });
  stage.evaluate(signals, up, rig.market);
  const { leader, leadBuckets, leadCorrelation, behind } = stage.reading;
  expect([leader, leadBuckets]).toEqual([rig.universe.rows[0]?.books[1]?.book, 2]);
  expect(leadCorrelation).toBeGreaterThan(0.4);
  expect(behind[1]).toBe(0);
  const moved = (mids: readonly number[]): number => (mids.at(-1) ?? 0) / (mids.at(-5) ?? 1) - 1;
  expect(behind[0]).toBeCloseTo((moved(ahead) - moved(late)) * leadCorrelation, 9);
  expect(behind[2]).toBeCloseTo(behind[0] ?? 0, 12);
  // Seen from the venue that is ahead it is the same.
  stage.evaluate(signals, Object.assign(new SignalReading(), up, { book: 1 }), rig.market);
  expect([stage.reading.leader, stage.reading.leadBuckets]).toEqual([1, 2]);
});

test('venues that cannot be traded confirm nothing', () => {
  const { rig, signals } = scene();
  const stage = stageOf();
  rig.turn(6_000_000);
  rig.setBook(rig.book('mexc'), [['0.9999', '1']], [['1.0001', '1']]);
  rig.turn();
  stage.evaluate(signals, up, rig.market);
  expect(stage.reading.others).toBe(0);
  expect(stage.reading.confirmation).toBe(0);
});
