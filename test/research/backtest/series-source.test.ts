// Goal: series of the catalogue become the messages that they were, wherever chunks end.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeriesChunk } from '../../../src/history/series-stream.js';
import { ROW_ASK, ROW_BID } from '../../../src/kernel/row-door.js';
import { rowMarket } from '../../../src/research/backtest/backtest-market.js';
import {
  ColumnSource,
  EVENT_DELTA,
  EVENT_MARK,
  EVENT_SNAPSHOT,
  EVENT_TRADE,
  EventBuilder,
  type EventReader,
  ROW_NONE,
  readerOf,
} from '../../../src/research/backtest/event-columns.js';
import { MergedSource } from '../../../src/research/backtest/market-source.js';
import {
  fundingReader,
  levelReader,
  quoteReader,
  type SeriesChunks,
  tradeReader,
} from '../../../src/research/backtest/series-source.js';
import { tradable } from '../../../src/sim/lab/instrument.js';

type Row = Readonly<Record<string, number>>;

async function* chunksOf(rows: readonly Row[], size: number): AsyncGenerator<SeriesChunk> {
  for (let from = 0; from < rows.length; from += size) {
    const part = rows.slice(from, from + size);
    const column = (name: string) => Float64Array.from(part, (row) => row[name] ?? Number.NaN);
    yield { count: part.length, column };
  }
}

/** Everything that a reader tells, as plain objects. */
async function told(reader: EventReader) {
  const events: { kind: number; book: number; atUs: number; exchangeUs: number; rows: (readonly number[])[] }[] = [];
  for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
    for (let event = 0; event < batch.count; event++) {
      const rows: (readonly number[])[] = [];
      for (let row = event === 0 ? 0 : (batch.rowsEnd[event - 1] ?? 0); row < (batch.rowsEnd[event] ?? 0); row++)
        rows.push([batch.side[row] ?? -1, batch.priceUnits[row] ?? Number.NaN, batch.qtyUnits[row] ?? Number.NaN]);
      const [kind, book] = [batch.kind[event] ?? -1, batch.book[event] ?? -1];
      events.push({ kind, book, atUs: batch.atUs[event] ?? -1, exchangeUs: batch.exchangeUs[event] ?? -1, rows });
    }
  }
  return events;
}

describe('changes of a book', () => {
  const row = fc.record({
    stepUs: fc.integer({ min: 0, max: 2 }),
    isSnapshot: fc.integer({ min: 0, max: 1 }),
    side: fc.constantFrom(1, -1),
    price: fc.integer({ min: 1, max: 9 }),
    amount: fc.integer({ min: 0, max: 9 }),
  });

  it('are the same messages wherever a chunk ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 10 }), async (steps, size) => {
        let tsUs = 0;
        const rows = steps.map(({ stepUs, ...rest }) => {
          tsUs += stepUs;
          return { ...rest, tsUs, exchangeUs: tsUs + 7 };
        });
        const naive: { kind: number; atUs: number; rows: number }[] = [];
        rows.forEach(({ tsUs: atUs, isSnapshot }, at) => {
          const before = rows[at - 1];
          const last = naive.at(-1);
          if (last !== undefined && before?.tsUs === atUs && before.isSnapshot === isSnapshot) last.rows++;
          else naive.push({ kind: isSnapshot === 1 && before?.isSnapshot !== 1 ? EVENT_SNAPSHOT : EVENT_DELTA, atUs, rows: 1 });
        });
        const found = await told(levelReader(chunksOf(rows, size), 3));
        expect(found.map(({ kind, atUs, rows: own }) => ({ kind, atUs, rows: own.length }))).toEqual(naive);
        expect(found.flatMap(({ rows: own }) => own)).toEqual(
          rows.map(({ side, price, amount }) => [side > 0 ? ROW_BID : ROW_ASK, price, amount]),
        );
        expect(found.every(({ book, exchangeUs, atUs }) => book === 3 && exchangeUs === atUs + 7)).toBe(true);
      }),
    );
  });
});

describe('other series', () => {
  const one = (rows: readonly Row[]): SeriesChunks => chunksOf(rows, 2);

  it('are trades, quotes and marks', async () => {
    const trades = [1, -1, 0].map((side, at) => ({ tsUs: at, exchangeUs: Number.NaN, side, price: 10 + at, amount: 1 }));
    expect(await told(tradeReader(one(trades), 0))).toMatchObject([
      { kind: EVENT_TRADE, rows: [[ROW_ASK, 10, 1]], exchangeUs: 0 },
      { kind: EVENT_TRADE, rows: [[ROW_BID, 11, 1]] },
      { kind: EVENT_TRADE, rows: [[ROW_NONE, 12, 1]] },
    ]);
    const quotes = [{ tsUs: 5, exchangeUs: 4, bidPrice: 9, bidAmount: 2, askPrice: Number.NaN, askAmount: Number.NaN }];
    expect(await told(quoteReader(one(quotes), 1))).toEqual([
      { kind: EVENT_SNAPSHOT, book: 1, atUs: 5, exchangeUs: 4, rows: [[ROW_BID, 9, 2]] },
    ]);
    const marks = [{ tsUs: 7, fundingUs: 9, fundingRate: 0.0001, markPrice: 10.5, indexPrice: 10.4 }];
    expect(await told(fundingReader(one(marks), 2))).toMatchObject([
      {
        kind: EVENT_MARK,
        atUs: 7,
        rows: [
          [ROW_BID, 10.5, 10.4],
          [ROW_BID, 0.0001, 9],
        ],
      },
    ]);
    // As it is fetched: told when it was paid. An account pays only what it was told before.
    const paid = [{ tsUs: 8e9, fundingUs: 8e9, fundingRate: 0.0001 }];
    expect(await told(fundingReader(one(paid), 2))).toMatchObject([{ kind: EVENT_MARK, atUs: 8e9 - 1e6 }]);
  });
});

describe('histories that are merged', () => {
  it('are played in the order of their times, whatever their batches', async () => {
    const stream = fc.array(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 6 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(stream, { minLength: 1, maxLength: 3 }), async (streams) => {
        const { kernel } = rowMarket([tradable({ venue: 'mexc' }), tradable({ venue: 'gateio' })]);
        let time = 0;
        const sources = streams.map((batches) => {
          time = 0;
          const built = batches.map((gaps) => {
            const builder = new EventBuilder();
            for (const gap of gaps) {
              time += gap;
              builder.end(EVENT_SNAPSHOT, 0, time);
            }
            return builder;
          });
          return new ColumnSource(kernel, readerOf(built));
        });
        const merged = new MergedSource(sources);
        const times: number[] = [];
        for (;;) {
          if (merged.nextUs === Number.POSITIVE_INFINITY && !(await merged.load())) break;
          times.push(merged.nextUs);
          merged.play();
        }
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times).toHaveLength(streams.flat(2).length);
      }),
    );
  });
});
