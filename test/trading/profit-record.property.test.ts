// Goal: a process that starts again goes on with the same losses of the day and the same fall from the peak as one that never stopped.
// Method: random histories of profits, adjustments, paid-in capital, clearances and days, against sums of them,
// and against the figures of a risk check that lived through all of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Booking } from '../../src/ledger/books.js';
import type { JournalEntry, LedgerEntry } from '../../src/ledger/entries.js';
import { DayProfit } from '../../src/risk/day-profit.js';
import { LedgerMemory } from '../../src/trading/ledger-memory.js';
import { CLEARED, ProfitRecord } from '../../src/trading/profit-record.js';
import { at, DAY_US, fill, funding, START_US, transfer } from '../ledger/samples.js';

const RATES = { USDT: 1, EUR: 2 };

type Step =
  | { readonly kind: 'profit' | 'adjustment' | 'capital'; readonly amount: number; readonly asset: 'USDT' | 'EUR' | 'XYZ' }
  | { readonly kind: 'cleared' | 'day' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('profit', 'adjustment'),
    amount: fc.integer({ min: -50, max: 50 }),
    asset: fc.constantFrom('USDT', 'EUR', 'XYZ'),
  }),
  fc.record({ kind: fc.constant('capital'), amount: fc.integer({ min: 1, max: 500 }), asset: fc.constantFrom('USDT', 'EUR') }),
  fc.record({ kind: fc.constantFrom('cleared', 'day') }),
);

function entryOf(one: Step, tsUs: number): LedgerEntry {
  const stamp = { ...at(0), tsUs };
  if (one.kind === 'profit') return { ...funding({ quote: one.asset, amount: String(one.amount) }), ...stamp };
  if (one.kind === 'capital') return { ...transfer({ asset: one.asset, amount: String(one.amount) }), ...stamp };
  if (one.kind === 'adjustment') {
    const compared = { subject: 'balance', expected: '0', actual: '0', action: 'adopted' } as const;
    const { asset, amount } = one;
    return { kind: 'reconciliation', ...stamp, venue: 'binance', market: 'spot', asset, ...compared, adjustment: String(amount) };
  }
  if (one.kind === 'cleared') return { kind: 'risk', ...stamp, event: CLEARED, text: 'ann' };
  return { kind: 'start', ...stamp, mode: 'paper', version: '1' };
}

const worth = (one: Step): number => ('amount' in one ? one.amount * (one.asset === 'XYZ' ? 0 : RATES[one.asset]) : 0);

describe('the profit record', () => {
  it('is what a process that never stopped would go on with, at every moment', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const memory = new LedgerMemory(RATES);
        let tsUs = START_US;
        let sequence = 0;
        let capital = 10_000;
        let booked = 0;
        const see = (one: Step): Booking | null => memory.see({ ...entryOf(one, tsUs), sequence: ++sequence } as JournalEntry);
        see({ kind: 'capital', amount: capital, asset: 'USDT' });
        const lived = new DayProfit(tsUs);
        lived.setEquity(capital);
        for (const one of steps) {
          if (one.kind === 'day') tsUs += DAY_US;
          lived.advance(tsUs);
          see(one);
          if (one.kind === 'profit') lived.addRealised(worth(one));
          if (one.kind === 'capital') {
            capital += worth(one);
            lived.moveCapital(worth(one));
          } else booked += worth(one);
          lived.setEquity(capital + booked);
          if (one.kind === 'cleared') lived.acknowledge();
          expect([memory.profit.capital, memory.profit.booked]).toEqual([capital, booked]);

          const again = new DayProfit(tsUs);
          again.restore(memory.profit.record());
          again.setEquity(capital + booked);
          expect(again.record()).toEqual(lived.record());
          expect([again.profitQuote, again.drawdownFraction]).toEqual([lived.profitQuote, lived.drawdownFraction]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not begin a day twice when the clock was set back', () => {
    const record = new ProfitRecord(RATES);
    const lose = (tsUs: number): void => {
      const entry = { ...funding(), tsUs, sequence: 1 } as JournalEntry;
      record.see(entry, new LedgerMemory(RATES).see({ ...entry, amount: '-7' } as JournalEntry));
    };
    for (const tsUs of [START_US + DAY_US, START_US, START_US + DAY_US]) lose(tsUs);
    expect(record.record()).toMatchObject({ day: (START_US + DAY_US) / DAY_US, realisedQuote: -21 });
  });

  it('counts fees and results of fills at the rate of the quote asset', () => {
    const memory = new LedgerMemory(RATES);
    const trades = [
      fill({ quote: 'EUR', fee: '1', feeAsset: 'EUR' }),
      fill({ quote: 'EUR', side: 'sell', price: '103', tradeId: 't2', fee: '0.5', feeAsset: 'EUR' }),
    ];
    for (const [place, trade] of trades.entries()) memory.see({ ...trade, sequence: place + 1 } as JournalEntry);
    expect(memory.profit.record()).toMatchObject({ realisedQuote: 3 });
    expect(memory.profit.booked).toBe(3);
  });
});
