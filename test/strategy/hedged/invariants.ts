import { expect } from 'vitest';
import type { BookInfo } from '../../../src/strategy/universe.js';
import type { Rig, SeenIntent } from '../rig.js';

/** What every intent of a hedged strategy keeps to: exits never increase a position, and margin is never more than the capital. */
export function checkIntents(rig: Rig, intents: readonly SeenIntent[]): void {
  for (const { purpose, legs } of intents) {
    for (const { positionUnits, targetUnits, reduceOnly } of legs) {
      if (purpose !== 'close' && purpose !== 'reduce') continue;
      expect(reduceOnly).toBe(true);
      expect(Math.abs(targetUnits)).toBeLessThanOrEqual(Math.abs(positionUnits));
      expect(targetUnits * positionUnits).toBeGreaterThanOrEqual(0);
      if (purpose === 'close') expect(targetUnits).toBe(0);
    }
  }
  for (const { account } of rig.universe.accounts) {
    const { capital } = rig;
    expect(capital.balance(account) - capital.available(account)).toBeLessThanOrEqual(capital.balance(account));
  }
}

/** Base assets by which what is held long in some books exceeds what is held short. */
export function netBase(rig: Rig, books: readonly BookInfo[]): number {
  return books.reduce((sum, { book, basePerUnit }) => sum + rig.context.positions.of(book) * basePerUnit, 0);
}

/** Margin at the lowest that the parameters allow, of all futures that are held, by venue, in the quote asset. */
export function marginHeld(rig: Rig, leverage: number): Map<string, number> {
  const held = new Map<string, number>();
  for (const { book, basePerUnit, priceUnit, instrument } of rig.universe.books) {
    if (instrument.market !== 'futures') continue;
    const value = Math.abs(rig.context.positions.of(book)) * basePerUnit * rig.views.bidPriceUnits(book) * priceUnit;
    held.set(instrument.venue, (held.get(instrument.venue) ?? 0) + value / leverage);
  }
  return held;
}
