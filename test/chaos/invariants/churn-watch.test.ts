import { expect, it } from 'vitest';
import { OWN_INTENTS } from '../../../src/execution/executor.js';
import type { EntryOf, JournalEntry } from '../../../src/ledger/entries.js';
import { ChurnWatch } from './churn-watch.js';

const SECOND_US = 1e6;

function accusedBy(fills: readonly { readonly clientOrderId: string; readonly atUs: number }[], legCount = 1): string[] {
  const accused: string[] = [];
  const watch = new ChurnWatch((invariant) => accused.push(invariant));
  for (const { clientOrderId, atUs } of fills) {
    const leg = {
      venue: 'mexc',
      market: 'spot',
      symbol: 'ABCUSDT',
      side: 'sell',
      quantity: '1',
      limitPrice: '1',
      reduceOnly: false,
    } as const;
    const intent: JournalEntry = {
      ...{
        kind: 'intent',
        sequence: 1,
        tsUs: atUs,
        monotonicUs: atUs,
        turn: 1,
        intent: clientOrderId.split(':').slice(0, 2).join('/'),
      },
      ...{ strategy: 'delta', purpose: 'reduce', expectedNet: '0', expectedAsset: 'USDT', legs: Array(legCount).fill(leg) },
    };
    watch.take(intent);
    const entry: EntryOf<'fill'> = {
      ...{ kind: 'fill', sequence: 1, tsUs: atUs, monotonicUs: atUs, turn: 1, venue: 'mexc', market: 'spot', symbol: 'ABCUSDT' },
      ...{
        base: 'ABC',
        quote: 'USDT',
        contractSize: '1',
        strategy: 'delta',
        clientOrderId,
        tradeId: `${atUs}`,
        venueOrderId: '1',
      },
      ...{ side: 'sell', price: '1', quantity: '1', liquidity: 'taker', fee: null, feeAsset: null, feeConversion: null },
      venueTimeMs: 1,
    };
    watch.take(entry);
  }
  return accused;
}

const evenings = (count: number, everyUs: number) =>
  Array.from({ length: count }, (_, at) => ({ clientOrderId: `r1:${OWN_INTENTS + at + 1}:0:0`, atUs: SECOND_US + at * everyUs }));

it('an amount that is evened out again every second is accused once; now and then, or in the parts of one order, it is not', () => {
  expect(accusedBy(evenings(40, SECOND_US))).toEqual(['evened-for-ever']);
  expect(accusedBy(evenings(40, 10 * SECOND_US))).toEqual([]);
  expect(accusedBy(evenings(40, SECOND_US).map(({ atUs }) => ({ clientOrderId: `r1:${OWN_INTENTS + 1}:0:0`, atUs })))).toEqual(
    [],
  );
  expect(accusedBy(evenings(40, SECOND_US), 2)).toEqual([]);
  // What a strategy trades by itself is its own affair.
  expect(accusedBy(evenings(40, SECOND_US).map(({ atUs }, at) => ({ clientOrderId: `r1:${at}:0:0`, atUs })))).toEqual([]);
});
