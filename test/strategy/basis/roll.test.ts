import { describe, expect, it } from 'vitest';
import type { InstrumentSpec } from '../../../src/sim/lab/instrument.js';
import { Rig } from '../../../src/sim/lab/rig.js';
import { basisDefinition } from '../../../src/strategy/basis/basis-strategy.js';
import { PERP, PLAIN, quote, SPOT, told } from './market.js';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_767_225_601_000;

/** Dated contracts that end in so many hours; the rig's row holds one instrument a venue, so each has its own row. */
function datedRig(hours: readonly number[], config: object = {}) {
  const dated = (left: number): InstrumentSpec => ({
    ...PERP,
    contract: { contractType: 'quarterly', settlementDate: NOW_MS + left * HOUR_MS, fundingInterval: 0 },
  });
  const rig = new Rig({ rows: [[SPOT], ...hours.map((left) => [dated(left)])] });
  rig.run(rig.make(basisDefinition, { ...PLAIN, horizonHours: 8760, maxHoldHours: 8760, ...config }));
  const [spot, ...futures] = rig.universe.books;
  if (spot === undefined) throw new Error('no spot book');
  return { rig, spot, futures };
}

/** A position in a contract that ends in 25 hours, two hours later; the later contract is quoted at `bid`. */
function nearItsEnd(bid: string, ask: string, parts: number | readonly number[] = 1) {
  const made = datedRig([25, 800]);
  const { rig, spot, futures } = made;
  const [near, next] = futures;
  if (near === undefined || next === undefined) throw new Error('no contracts');
  quote(rig, spot, '99.99', '100.00');
  quote(rig, near, '100.600', '100.610');
  const [open] = rig.turn();
  if (open === undefined) throw new Error('nothing was opened');
  rig.fill(open);
  rig.turn();
  rig.nowUs += 2 * HOUR_MS * 1000;
  quote(rig, spot, '99.99', '100.00');
  quote(rig, near, '100.200', '100.210');
  quote(rig, next, bid, ask);
  const [intent] = rig.turn();
  if (intent !== undefined) rig.fill(intent, parts);
  return { ...made, near, next, intent };
}

describe('dated contracts', () => {
  it('are opened at a basis above what interest makes fair until their end', () => {
    const { rig, spot, futures } = datedRig([8760 / 4], { interestRate: 0.04, sellSpot: false, horizonHours: 24 });
    const [future] = futures;
    if (future === undefined) throw new Error('no contract');
    quote(rig, spot, '99.99', '100.00');
    quote(rig, future, '101.000', '101.010');
    expect(rig.turn()).toEqual([]);
    expect(told(rig.decisions.at(-1)).figures['fairBps']).toBeCloseTo(100, 3);
    expect(told(rig.decisions.at(-1)).figures['hoursToExpiry']).toBeCloseTo(2190, 3);
    quote(rig, future, '101.600', '101.610');
    expect(rig.turn()).toMatchObject([{ purpose: 'open' }]);
  });

  it('are not opened in the window before their end', () => {
    const { rig, spot, futures } = datedRig([23]);
    const [future] = futures;
    if (future === undefined) throw new Error('no contract');
    quote(rig, spot, '99.99', '100.00');
    quote(rig, future, '101.000', '101.010');
    expect(rig.turn()).toEqual([]);
    expect(told(rig.decisions.at(-1)).verdict).toBe('expiring');
  });

  it('are rolled into a later one that pays for it: near to 0, later opened, spot as it is', () => {
    const { rig, near, next, intent } = nearItsEnd('100.900', '100.910');
    expect(intent?.purpose).toBe('rebalance');
    expect(intent?.legs).toMatchObject([
      { book: near.book, positionUnits: -100, targetUnits: 0, reduceOnly: true },
      { book: next.book, positionUnits: 0, targetUnits: -100, reduceOnly: false },
    ]);
    const roll = told(rig.decisions.find(({ id }) => id === intent?.decision));
    expect(roll).toMatchObject({ stage: 'roll', verdict: 'roll' });
    // 0.90 of basis and half a spread of spot on entry and exit lost, less two contract fees of 5 bp: no fee of spot.
    expect(roll.figures['expectedNetQuote']).toBeCloseTo(10 * (100.9 - 100 - 0.0005 * (100.9 + 100)), 9);
    rig.turn();
    quote(rig, next, '100.000', '100.010');
    quote(rig, next, '99.900', '99.910');
    const [close] = rig.turn();
    expect(close?.purpose).toBe('close');
    expect(close?.legs.map(({ positionUnits, targetUnits }) => [positionUnits, targetUnits])).toEqual([
      [1000, 0],
      [-100, 0],
    ]);
  });

  it('are closed where the later one does not pay', () => {
    const { rig, intent } = nearItsEnd('100.050', '100.060');
    expect(intent?.purpose).toBe('close');
    expect(intent?.legs.map(({ targetUnits }) => targetUnits)).toEqual([0, 0]);
    const verdicts = rig.decisions.filter(({ stage }) => stage !== 0).map((decision) => told(decision).verdict);
    expect(verdicts.slice(-2)).toEqual(['rollover-window', 'not-paid-for']);
  });

  it('are closed where there is no later one', () => {
    const { rig, intent } = nearItsEnd('0', '0');
    expect(intent?.purpose).toBe('close');
    expect(told(rig.decisions.at(-1))).toMatchObject({ stage: 'roll', verdict: 'no-later-contract' });
  });

  it('stay balanced when a roll is filled in part: what is too much of spot is sold', () => {
    const { rig, spot, near, next } = nearItsEnd('100.900', '100.910', [1, 0.4]);
    const [hedge] = rig.turn();
    expect(hedge?.purpose).toBe('reduce');
    expect(hedge?.legs).toMatchObject([{ book: spot.book, positionUnits: 1000, targetUnits: 400, reduceOnly: true }]);
    if (hedge !== undefined) rig.fill(hedge);
    rig.turn();
    expect([spot, near, next].map(({ book }) => rig.context.positions.of(book))).toEqual([400, 0, -40]);
  });

  it('are rolled again when the near one was not closed', () => {
    const { rig, near, next } = nearItsEnd('100.900', '100.910', [0, 0]);
    rig.turn();
    quote(rig, near, '100.200', '100.211');
    const [again] = rig.turn();
    expect(again?.purpose).toBe('rebalance');
    expect(again?.legs.map(({ book, targetUnits }) => [book, targetUnits])).toEqual([
      [near.book, 0],
      [next.book, -100],
    ]);
  });
});
