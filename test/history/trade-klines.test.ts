// Goal: klines made of trades are those that the trades say, however the answers cut them, and a kline is given out only when it is whole.
// Method: against the slow and obvious: group all trades by their interval, then look at each group.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, plainText } from '../../src/domain/decimal.js';
import { VenueProtocolError } from '../../src/domain/errors.js';
import type { KlineBatch, PastTrade } from '../../src/domain/market-data.js';
import { type AskTrades, klinesOfTrades } from '../../src/history/fetch/trade-klines.js';

const MINUTE = 60_000;
const START = Date.parse('2026-01-01T00:00:00Z');

/** A venue that tells so many trades at once. */
function venue(trades: readonly PastTrade[], page: number): AskTrades {
  return (afterNs) => {
    const nsOf = ({ timeMs }: PastTrade): bigint => BigInt(Math.round(timeMs * 1000)) * 1000n;
    const told = trades.filter((trade) => nsOf(trade) > afterNs).slice(0, page);
    const last = told.at(-1);
    return Promise.resolve({ trades: told, lastNs: last === undefined ? afterNs : nsOf(last) });
  };
}

async function read(ask: AskTrades, fromMs: number, toMs: number): Promise<KlineBatch[]> {
  const batches: KlineBatch[] = [];
  for await (const batch of klinesOfTrades(ask, '1m', fromMs, toMs)) batches.push(batch);
  return batches;
}

const steps = fc.array(
  fc.record({
    afterS: fc.integer({ min: 1, max: 90 }),
    price: fc.integer({ min: 1, max: 30 }),
    size: fc.integer({ min: 1, max: 9 }),
  }),
  { maxLength: 40 },
);

describe('klines of trades', () => {
  it('are what the trades say, for any cut', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 7 }), fc.nat(20), async (walk, page, minutes) => {
        let timeMs = START - 3 * MINUTE;
        const trades = walk.map(({ afterS, price, size }): PastTrade => {
          timeMs += afterS * 1000;
          return { timeMs, price: `${price}.1`, quantity: `0.${size}` };
        });
        const toMs = START + minutes * MINUTE;
        const batches = await read(venue(trades, page), START, toMs);
        const wanted = Array.from({ length: minutes }, (_, minute) => START + minute * MINUTE).flatMap((openMs) => {
          const own = trades.filter((trade) => trade.timeMs >= openMs && trade.timeMs < openMs + MINUTE);
          const [first] = own;
          if (first === undefined) return [];
          const prices = own.map(({ price }) => Number(price));
          const sum = (values: Decimal[]): string => plainText(values.reduce((left, right) => left.add(right), new Decimal(0)));
          return [
            {
              openMs,
              open: first.price,
              high: String(Math.max(...prices)),
              low: String(Math.min(...prices)),
              close: own.at(-1)?.price,
              baseVolume: sum(own.map(({ quantity }) => new Decimal(quantity))),
              quoteVolume: sum(own.map(({ price, quantity }) => new Decimal(price).mul(quantity))),
            },
          ];
        });
        expect(batches.flatMap(({ klines }) => klines)).toEqual(wanted);
        expect(batches.at(-1)?.toMs).toBe(toMs);
        // Who goes on at any batch's end gets the rest and nothing twice.
        let at = 0;
        for (const { klines, toMs: endMs } of batches) {
          at += klines.length;
          if (endMs >= toMs) break;
          const rest = await read(venue(trades, page), endMs, toMs);
          expect(rest.flatMap((batch) => batch.klines)).toEqual(wanted.slice(at));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are whole at the ends of a range that lies between their openings', async () => {
    const trades = [0, 30, 70, 100, 130].map(
      (s): PastTrade => ({ timeMs: START + s * 1000, price: String(s + 1), quantity: '1' }),
    );
    const [batch] = await read(venue(trades, 10), START + 0.5, START + 90_000);
    expect(batch?.klines).toMatchObject([{ openMs: START + MINUTE, open: '71', close: '101', baseVolume: '2' }]);
    expect(batch?.toMs).toBe(START + 90_000);
  });

  it('end when an answer does not lead on', async () => {
    const stuck: AskTrades = (afterNs) =>
      Promise.resolve({ trades: [{ timeMs: START, price: '1', quantity: '1' }], lastNs: afterNs });
    await expect(read(stuck, START, START + MINUTE)).rejects.toThrow(VenueProtocolError);
    const wild: AskTrades = () =>
      Promise.resolve({ trades: [1, 0].map((s) => ({ timeMs: START + s * 1000, price: '1', quantity: '1' })), lastNs: 0n });
    await expect(read(wild, START, START + MINUTE)).rejects.toThrow(VenueProtocolError);
  });
});
