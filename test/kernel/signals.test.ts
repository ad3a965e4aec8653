// What the property test compares with a model, here by name: when a signal begins and ends, and what is no signal.
import { describe, expect, it } from 'vitest';
import { STATE_CROSSED } from '../../assembly/memory/layout.js';
import { DEFAULT_SIGNAL_RULES, type SignalRules } from '../../src/kernel/signal-plan.js';
import {
  SIGNAL_DOWN,
  SIGNAL_IMBALANCE,
  SIGNAL_MICRO_MOVE,
  SIGNAL_UP,
  SIGNAL_VOLUME,
  SIGNAL_WALL,
  Signals,
} from '../../src/kernel/signals.js';
import { type Level, Rig } from '../../src/sim/lab/rig.js';

const bids = (best: number, qty: number): Level[] => [0, 1, 2, 3].map((level) => [(best - level / 100).toFixed(2), String(qty)]);
const asks = (best: number, qty: number): Level[] => [0, 1, 2, 3].map((level) => [(best + level / 100).toFixed(2), String(qty)]);

function marketWith(rules: Partial<SignalRules> = {}) {
  const rig = new Rig({
    rows: [
      [
        { venue: 'mexc', priceDecimals: 2, qtyDecimals: 0 },
        { venue: 'gateio', priceDecimals: 2, qtyDecimals: 0 },
      ],
    ],
    memory: { signals: { ...DEFAULT_SIGNAL_RULES, ...rules } },
  });
  const signals = new Signals(rig.kernel, rig.views);
  const info = rig.book('mexc');
  rig.setBook(info, bids(99.99, 10), asks(100.01, 10));
  rig.turn();
  /** Onsets of a kind, up and down. */
  const counts = (kind: number) => [signals.onsets(info.book, kind, SIGNAL_UP), signals.onsets(info.book, kind, SIGNAL_DOWN)];
  return { rig, signals, info, counts };
}

describe('signals', () => {
  it('begin once above their threshold and end below a lower one', () => {
    const { rig, signals, info, counts } = marketWith();
    const size = (qty: number): void => {
      rig.update(info, bids(99.99, qty), []);
      rig.turn();
    };
    size(60);
    expect([counts(SIGNAL_IMBALANCE), signals.isActive(info.book, SIGNAL_IMBALANCE, SIGNAL_UP)]).toEqual([[1, 0], true]);
    // 0.6: below where it begins, above where it ends.
    size(40);
    expect(signals.isActive(info.book, SIGNAL_IMBALANCE, SIGNAL_UP)).toBe(true);
    size(60);
    expect(counts(SIGNAL_IMBALANCE)).toEqual([1, 0]);
    size(20);
    expect(signals.isActive(info.book, SIGNAL_IMBALANCE, SIGNAL_UP)).toBe(false);
    size(60);
    expect(counts(SIGNAL_IMBALANCE)).toEqual([2, 0]);
  });

  it('are counted although nobody looked', () => {
    const { rig, info, counts } = marketWith();
    for (let round = 0; round < 5; round++) {
      rig.update(info, [['99.98', '500']], []);
      rig.update(info, [['99.98', '10']], []);
    }
    rig.turn();
    expect(counts(SIGNAL_WALL)).toEqual([5, 0]);
  });

  it('count only when they have stood for their time', () => {
    const { rig, info, counts } = marketWith({ wall: { on: 7, off: 4, holdUs: 10_000 } });
    const wall = (qty: string, afterUs: number): number[] => {
      rig.nowUs += afterUs;
      rig.update(info, [], [['100.02', qty]]);
      rig.turn(0);
      return counts(SIGNAL_WALL);
    };
    expect([wall('500', 1000), wall('10', 5000), wall('500', 1000), wall('501', 9000)]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(wall('502', 1000)).toEqual([0, 1]);
  });

  it('of one wall are no imbalance', () => {
    const { rig, info, counts } = marketWith();
    rig.update(info, [['99.98', '5000']], []);
    rig.turn();
    expect([counts(SIGNAL_WALL), counts(SIGNAL_IMBALANCE)]).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });

  it('are not made by a book that comes back elsewhere', () => {
    const { rig, info, counts } = marketWith();
    rig.nowUs += 2_000_000;
    rig.update(info, [['99.98', '11']], []);
    rig.kernel.exports.resetBook(rig.kernel.plan.books[info.book] ?? 0);
    rig.nowUs += 100_000;
    rig.setBook(info, bids(100.99, 10), asks(101.01, 10));
    rig.turn();
    expect(counts(SIGNAL_MICRO_MOVE)).toEqual([0, 0]);
  });

  it('are not made by a crossed book', () => {
    const { rig, info, counts, signals } = marketWith();
    rig.nowUs += 2_000_000;
    rig.update(info, [['99.98', '11']], []);
    rig.update(info, [['103.00', '5000']], []);
    rig.turn();
    expect(rig.views.state(info.book)).toBe(STATE_CROSSED);
    expect([counts(SIGNAL_WALL), counts(SIGNAL_MICRO_MOVE), counts(SIGNAL_IMBALANCE)]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    rig.update(info, [['103.00', '0']], []);
    rig.turn();
    expect(signals.midUnits(info.book, 0)).toBe(10_000);
  });

  it('of volume need trades enough, most of them one way', () => {
    const { rig, info, counts } = marketWith();
    for (let trade = 0; trade < 5; trade++) rig.trade(info, 'sell', '99.99', '3');
    rig.turn();
    expect(counts(SIGNAL_VOLUME)).toEqual([0, 0]);
    rig.trade(info, 'sell', '99.99', '3');
    rig.turn();
    expect(counts(SIGNAL_VOLUME)).toEqual([0, 1]);
    for (let trade = 0; trade < 6; trade++) rig.trade(info, 'buy', '100.01', '3');
    rig.nowUs += 2_000_000;
    for (let trade = 0; trade < 6; trade++) rig.trade(info, 'buy', '100.01', '3');
    rig.turn();
    expect(counts(SIGNAL_VOLUME)).toEqual([1, 1]);
  });
});
