import { expect } from 'vitest';
import type { Rig, SeenIntent } from '../../../src/sim/lab/rig.js';
import type { BookInfo } from '../../../src/strategy/universe.js';

/** Ways out keep to this: they are reduce-only, never increase a position and never turn it; closing aims at 0. */
export function checkExits(intents: readonly SeenIntent[]): void {
  for (const { purpose, legs } of intents) {
    if (purpose !== 'close' && purpose !== 'reduce') continue;
    for (const { positionUnits, targetUnits, reduceOnly } of legs) {
      expect(reduceOnly).toBe(true);
      expect(Math.abs(targetUnits)).toBeLessThanOrEqual(Math.abs(positionUnits));
      expect(targetUnits * positionUnits).toBeGreaterThanOrEqual(0);
      if (purpose === 'close') expect(targetUnits).toBe(0);
    }
  }
}

/** Ways in keep to this: base amounts cancel out, and no account gives more than it has. @returns how many there were */
export function checkEntries(rig: Rig, intents: readonly SeenIntent[], balance: number, leverage: number): number {
  const entries = intents.filter(({ purpose }) => purpose === 'open');
  for (const { legs } of entries) {
    let base = 0;
    for (const { book, positionUnits, targetUnits, limitPriceUnits } of legs) {
      const info = rig.universe.books[book];
      if (info === undefined) throw new Error(`no book ${book}`);
      base += targetUnits * info.basePerUnit;
      const change = (targetUnits - positionUnits) * info.basePerUnit;
      const value = Math.abs(change) * limitPriceUnits * info.priceUnit;
      if (info.instrument.market === 'futures') expect(value / leverage).toBeLessThanOrEqual(balance);
      else expect(change > 0 ? value * (1 + info.takerFee) : -change).toBeLessThanOrEqual(balance + 1e-9);
    }
    expect(base).toBeCloseTo(0, 9);
  }
  return entries.length;
}

/** Base assets by which what is held long in some books exceeds what is held short. */
export function netBase(rig: Rig, books: readonly BookInfo[]): number {
  return books.reduce((sum, { book, basePerUnit }) => sum + rig.context.positions.of(book) * basePerUnit, 0);
}
