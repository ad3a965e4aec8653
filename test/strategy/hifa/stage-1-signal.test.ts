import { expect, test } from 'vitest';
import { SIGNAL_DOWN, SIGNAL_IMBALANCE, SIGNAL_MICRO_MOVE, SIGNAL_UP, SIGNAL_VOLUME } from '../../../src/kernel/signals.js';
import { Rig } from '../../../src/sim/lab/rig.js';
import { HifaConfigSchema } from '../../../src/strategy/hifa/config.js';
import { SIGNAL_GOES_ON, SIGNAL_MIXED, SIGNAL_WEAK, SignalStage } from '../../../src/strategy/hifa/stage-1-signal.js';
import { FakeSignals } from './fake-signals.js';

const { universe } = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]] });
const NOW = 10e6;

function stageOf(signal: object = {}): SignalStage {
  return new SignalStage(HifaConfigSchema.parse({ signal }).signal, universe);
}

test('a book that signals nothing needs no evaluation', () => {
  const stage = stageOf();
  expect(stage.look(new FakeSignals(), 0, NOW)).toBe(false);
});

test('onsets that came and went between two looks are counted', () => {
  const stage = stageOf();
  const source = new FakeSignals().begin(0, SIGNAL_MICRO_MOVE, SIGNAL_UP, 0.5, NOW, 3).end(0, SIGNAL_MICRO_MOVE, SIGNAL_UP);
  expect(stage.look(source, 0, NOW)).toBe(true);
  expect(stage.evaluate(source, 0, NOW)).toBe(SIGNAL_GOES_ON);
  expect(stage.reading).toMatchObject({ direction: 1, book: 0, onsets: 3, active: 0, newestAgeUs: 0, agreeing: 1 });
  expect(stage.reading.strength).toBeCloseTo(0.4 * 0.75, 12);
  // Told of once.
  expect(stage.look(source, 0, NOW + 1e6)).toBe(false);
  expect(stage.evaluate(source, 0, NOW + 1e6)).toBe(SIGNAL_WEAK);
});

test('signals of one book count as independent evidence, and fade with their age', () => {
  const stage = stageOf({ maxAgeMs: 1000 });
  const source = new FakeSignals()
    .begin(1, SIGNAL_IMBALANCE, SIGNAL_DOWN, 0.6, NOW)
    .begin(1, SIGNAL_VOLUME, SIGNAL_DOWN, 1, NOW - 250_000);
  stage.look(source, 1, NOW);
  expect(stage.evaluate(source, 0, NOW)).toBe(SIGNAL_GOES_ON);
  expect(stage.reading).toMatchObject({ direction: -1, book: 1, active: 2, newestAgeUs: 0 });
  expect(stage.reading.strength).toBeCloseTo(1 - (1 - 0.5 * 0.8) * (1 - 0.5 * 0.75), 12);
  expect(stage.evaluate(source, 0, NOW + 1e6)).toBe(SIGNAL_WEAK);
  expect(stage.reading.strength).toBe(0);
});

test('a signal that lasts is looked at again when its review is due, not before', () => {
  const stage = stageOf({ reviewMs: 100 });
  const source = new FakeSignals().begin(0, SIGNAL_IMBALANCE, SIGNAL_UP, 0.6, NOW);
  expect(stage.look(source, 0, NOW)).toBe(true);
  stage.evaluate(source, 0, NOW);
  expect([50_000, 99_999, 100_000].map((later) => stage.look(source, 0, NOW + later))).toEqual([false, false, true]);
});

test('venues that signal against each other are mixed', () => {
  const stage = stageOf();
  const source = new FakeSignals()
    .begin(0, SIGNAL_IMBALANCE, SIGNAL_UP, 0.8, NOW)
    .begin(1, SIGNAL_IMBALANCE, SIGNAL_DOWN, 0.7, NOW);
  stage.look(source, 0, NOW);
  expect(stage.evaluate(source, 0, NOW)).toBe(SIGNAL_MIXED);
  expect(stage.reading.strength).toBeCloseTo(0.5 * 0.9 - 0.5 * 0.85, 12);
});

test('a book that was built anew counts its onsets from nothing', () => {
  const stage = stageOf();
  const before = new FakeSignals().begin(0, SIGNAL_VOLUME, SIGNAL_UP, 0.5, NOW, 7);
  stage.look(before, 0, NOW);
  stage.evaluate(before, 0, NOW);
  const after = new FakeSignals().begin(0, SIGNAL_VOLUME, SIGNAL_UP, 0.5, NOW, 2);
  expect(stage.look(after, 0, NOW)).toBe(true);
  stage.evaluate(after, 0, NOW);
  expect(stage.reading.onsets).toBe(2);
});
