// Goal: what is unhedged can be evened out however much and however long it is, and a person who clears a stop gives it time again.
import { describe, expect, it } from 'vitest';
import { UnhedgedTime } from '../../src/risk/unhedged.js';
import { Desk, WIDE } from './desk.js';

const SECOND_US = 1e6;

describe('what is unhedged beyond its limit', () => {
  it('may become less in any book, and not more', () => {
    const desk = new Desk({ ...WIDE, unhedged: { ...WIDE.unhedged, quoteMax: 20 } });
    const [held, other] = [desk.rig.book('binance'), desk.rig.book('kraken')];
    desk.state.setPosition(0, held.book, 30, 100 * 10 ** held.priceScale, desk.rig.nowUs);
    expect(desk.ask([other, -12, 100]).code).toBe('pass');
    expect(desk.ask([other, 6, 100]).code).toBe('unhedged-value');
  });
});

describe('the time that something is unhedged', () => {
  it('counts anew from when a person has taken note of it', () => {
    const unhedged = new UnhedgedTime(1, 5);
    unhedged.set(0, 20, SECOND_US);
    expect(unhedged.forUs(0, 31 * SECOND_US)).toBe(30 * SECOND_US);
    expect(unhedged.quoteSecondsOf(0, 31 * SECOND_US)).toBe(600);
    unhedged.acknowledge(31 * SECOND_US);
    expect(unhedged.forUs(0, 32 * SECOND_US)).toBe(SECOND_US);
    expect(unhedged.quoteSecondsOf(0, 32 * SECOND_US)).toBe(20);
    expect(unhedged.count).toBe(1);
  });
});
