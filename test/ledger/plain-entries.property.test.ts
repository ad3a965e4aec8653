import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEntry, encodeEntry, type LedgerEntry } from '../../src/ledger/entries.js';
import { LedgerError } from '../../src/ledger/errors.js';
import { isPlainEntry } from '../../src/ledger/plain-entries.js';
import { intent, order } from './samples.js';

/** Values that one field or another must not have, among such as it may. */
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, '', 'x', '0', '-1', '1.5', '1e3', '.5', 'buy', 'sell', 'binance', 'futures', 'open'),
  fc.constantFrom<unknown>(0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, true, 'pending', 'sending', [], {}, 7n),
  fc.constantFrom<unknown>('y'.repeat(500), 'y'.repeat(501), '1'.repeat(400), '1'.repeat(401)),
);

/** An entry with some fields changed, left out or added, in itself or in one of its legs. */
const entry = fc
  .record({
    isOrder: fc.boolean(),
    changes: fc.array(fc.tuple(fc.nat(), value), { maxLength: 2 }),
    left: fc.option(fc.nat(), { freq: 8 }),
    added: fc.option(value, { freq: 8 }),
    inLeg: fc.boolean(),
  })
  .map(({ isOrder, changes, left, added, inLeg }): LedgerEntry => {
    const made = structuredClone(isOrder ? order() : intent()) as unknown as Record<string, unknown>;
    const legs = made['legs'];
    const target = inLeg && Array.isArray(legs) ? (legs[0] as Record<string, unknown>) : made;
    const names = Object.keys(target).filter((name) => name !== 'kind');
    for (const [place, changed] of changes) target[names[place % names.length] ?? ''] = changed;
    if (left !== null) delete target[names[left % names.length] ?? ''];
    if (added !== null) target['more'] = added;
    return made as unknown as LedgerEntry;
  });

describe('the quick word on an entry', () => {
  it('is never yes where the schema says no: what was written can be read again', () => {
    fc.assert(
      fc.property(entry, (one) => {
        if (!isPlainEntry(one)) return;
        const { sequence, ...read } = decodeEntry(1, encodeEntry(one));
        expect([sequence, read]).toEqual([1, one]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is yes for what an order writes on its way, and what it doubts the schema still refuses', () => {
    expect([isPlainEntry(order()), isPlainEntry(intent())]).toEqual([true, true]);
    expect(() => encodeEntry({ ...order(), quantity: '1e3' })).toThrow(LedgerError);
    expect(() => encodeEntry({ ...order(), tsUs: Number.NaN })).toThrow(LedgerError);
  });
});
