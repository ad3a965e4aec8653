import { describe, expect, it } from 'vitest';
import { opened, quote, told } from './market.js';

const HOUR_US = 3_600_000_000;

describe('ends of a basis position', () => {
  it('holds while the basis is above its target', () => {
    const { rig, perp } = opened({ targetBasisBps: 10 });
    quote(rig, perp, '100.300', '100.310');
    expect(rig.turn()).toEqual([]);
    expect(told(rig.decisions.at(-1))).toMatchObject({ stage: 'exit', verdict: 'hold', figures: { targetBasisBps: 10 } });
  });

  it('closes at a target of its own', () => {
    const { rig, perp } = opened({ targetBasisBps: 10 });
    quote(rig, perp, '100.060', '100.070');
    expect(rig.turn()).toMatchObject([{ purpose: 'close' }]);
    expect(told(rig.decisions.at(-1)).verdict).toBe('converged');
  });

  it('holds below spot while the funding to come is worth more than the basis', () => {
    const { rig, perp } = opened({}, 0.003);
    quote(rig, perp, '99.900', '99.910');
    expect(rig.turn()).toEqual([]);
    // 30 bp at the next payment and half of that at the one after it; a third would come after the horizon.
    expect(told(rig.decisions.at(-1)).figures['fairBps']).toBeCloseTo(-45, 9);
    quote(rig, perp, '99.520', '99.530');
    expect(rig.turn()).toMatchObject([{ purpose: 'close' }]);
  });

  it('closes after the longest time that it may be held, without a message', () => {
    const { rig, spot, perp } = opened({ maxHoldHours: 2, horizonHours: 24 });
    quote(rig, perp, '100.600', '100.610');
    rig.turn(2 * HOUR_US - 10_000_000);
    expect(rig.intents.filter(({ purpose }) => purpose === 'close')).toEqual([]);
    rig.turn(6_000_000);
    quote(rig, spot, '99.99', '100.00');
    quote(rig, perp, '100.600', '100.610');
    rig.turn(3_900_000);
    rig.turn(1_100_000);
    expect(told(rig.decisions.findLast(({ stage }) => stage === 1)).verdict).toBe('maximum-hold');
    expect(rig.intents.at(-1)?.purpose).toBe('close');
  });

  it('closes before a move of the contract endangers its margin', () => {
    const { rig, spot, perp } = opened({ maxAdverseMove: 0.05 });
    quote(rig, spot, '104.90', '104.91');
    quote(rig, perp, '105.500', '105.510');
    expect(rig.turn()).toEqual([]);
    quote(rig, spot, '105.10', '105.11');
    quote(rig, perp, '105.700', '105.710');
    expect(rig.turn()).toMatchObject([{ purpose: 'close' }]);
    expect(told(rig.decisions.at(-1)).verdict).toBe('adverse-move');
  });

  it('does nothing on books that are too old to trade on', () => {
    const { rig, spot } = opened();
    rig.turn(20_000_000);
    quote(rig, spot, '101.00', '101.01');
    expect(rig.turn()).toEqual([]);
  });
});
