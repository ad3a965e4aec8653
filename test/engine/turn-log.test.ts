// Goal: what is written of a turn is what is read of it; an end that is missing is tolerated, and garbage is refused with one clear
// sentence. The writer never waits for whoever stores its bytes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIntent } from '../../src/engine/intent-record.js';
import { TurnLogWriter } from '../../src/engine/turn-log.js';
import { type LoggedRecord, TurnLog } from '../../src/engine/turn-log-reader.js';
import { Intent } from '../../src/strategy/intent.js';
import type { MarketView } from '../../src/strategy/market-view.js';

/** Keeps what it is given, and gives buffers back only when told. */
class Shelf {
  readonly chunks: Uint8Array[] = [];
  readonly held: (() => void)[] = [];

  write(buffer: Uint8Array, length: number, giveBack: (buffer: Uint8Array) => void): void {
    this.chunks.push(buffer.slice(0, length));
    this.held.push(() => giveBack(buffer));
  }
  get bytes(): Uint8Array {
    return Buffer.concat(this.chunks);
  }
}

interface Seen {
  readonly turn: number;
  readonly isFull: boolean;
  readonly nowUs: number;
  readonly epochUs: number;
  readonly books: readonly (readonly [book: number, version: number, sequence: number])[];
}

const view = ({ books, ...rest }: Seen): MarketView =>
  ({
    ...rest,
    bookCount: books.length,
    book: (index: number) => books[index]?.[0] ?? -1,
    views: {
      version: (book: number) => books.find(([place]) => place === book)?.[1] ?? 0,
      sequence: (book: number) => books.find(([place]) => place === book)?.[2] ?? 0,
    },
  }) as unknown as MarketView;

const seen = fc.array(
  fc.record({
    isFull: fc.boolean(),
    nowUs: fc.integer({ min: 0, max: 2 ** 50 }),
    epochUs: fc.integer({ min: 0, max: 2 ** 52 }),
    books: fc.uniqueArray(
      fc.tuple(fc.nat(63), fc.constantFrom(-1, 2, 4096, -2_147_483_648, 2_147_483_646), fc.maxSafeInteger()),
      {
        selector: ([book]) => book,
        maxLength: 64,
      },
    ),
  }),
  { maxLength: 30 },
);

const written = (turns: readonly Omit<Seen, 'turn'>[], shelf = new Shelf()): Uint8Array => {
  const writer = new TurnLogWriter({ books: ['a', 'b'] }, 64, shelf);
  turns.forEach((turn, index) => {
    writer.turn(view({ turn: index + 1, ...turn }));
  });
  writer.flush();
  return shelf.bytes;
};

const plain = (records: Iterable<LoggedRecord>): unknown[] =>
  [...records].map((record) =>
    record.type !== 'turn'
      ? record
      : {
          turn: record.turn,
          isFull: record.isFull,
          nowUs: record.nowUs,
          epochUs: record.epochUs,
          books: record.books.map((book, index) => [book, record.versions[index], record.sequences[index]]),
        },
  );

describe('the turn log', () => {
  it('reads what was written, and says what stands at its head', () => {
    fc.assert(
      fc.property(seen, (turns) => {
        const log = TurnLog.parse(written(turns));
        expect(log.header).toEqual({ books: ['a', 'b'] });
        expect(log.isTruncated).toBe(false);
        expect(plain(log.records())).toEqual(turns.map((turn, index) => ({ turn: index + 1, ...turn })));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps updates and balances in their place', () => {
    const shelf = new Shelf();
    const writer = new TurnLogWriter({}, 2, shelf);
    const update = { intent: 7, leg: 1, book: 3, filledUnits: -25, filledQuoteUnits: 1_000_000, feeQuote: 0.125, isFinal: true };
    writer.balance(4, 123_456_789);
    writer.turn(view({ turn: 1, isFull: true, nowUs: 1, epochUs: 2, books: [] }));
    writer.update(0, update);
    writer.turn(view({ turn: 2, isFull: false, nowUs: 3, epochUs: 4, books: [[1, 8, 99]] }));
    writer.flush();
    expect([...TurnLog.parse(shelf.bytes).records()].map(({ type }) => type)).toEqual(['balance', 'turn', 'update', 'turn']);
    const [balance, , told] = TurnLog.parse(shelf.bytes).records();
    expect(balance).toEqual({ type: 'balance', account: 4, units: 123_456_789 });
    expect(told).toEqual({ type: 'update', strategy: 0, update });
  });

  it('keeps parameters, whether they name a position multiplier or not', () => {
    const shelf = new Shelf();
    const writer = new TurnLogWriter({}, 2, shelf);
    const update = {
      entryThresholdPct: 0.61,
      exitThresholdPct: 0.1 + 0.2,
      confidenceScore: 0.8,
      analysisPeriodHours: 24,
      meanReversionSpeed: 0.5,
      spreadVolatility: Number.NaN,
      optimizationTimestamp: 1_767_225_600_123.5,
      dataPointsAnalyzed: 86_400,
      optimizationDurationMs: 41.25,
    };
    writer.parameters(2, update);
    writer.turn(view({ turn: 1, isFull: true, nowUs: 1, epochUs: 2, books: [] }));
    writer.parameters(0, { ...update, positionMultiplier: 1.5 });
    writer.turn(view({ turn: 2, isFull: false, nowUs: 3, epochUs: 4, books: [] }));
    writer.flush();
    const [first, , second] = TurnLog.parse(shelf.bytes).records();
    expect(first).toEqual({ type: 'parameters', strategy: 2, update });
    expect(second).toEqual({ type: 'parameters', strategy: 0, update: { ...update, positionMultiplier: 1.5 } });
    expect(TurnLog.parse(shelf.bytes).isTruncated).toBe(false);
  });

  it('keeps intents byte for byte', () => {
    const shelf = new Shelf();
    const writer = new TurnLogWriter({}, 2, shelf);
    const intent = new Intent();
    Object.assign(intent, { id: 3, strategy: 1, purpose: 'reduce', row: 5, turn: 1, tsUs: 1.5, expiresUs: 2.5, hedgeByUs: 3.5 });
    Object.assign(intent, { expectedNet: 0.1, expectedNetFraction: -0.2, fallbackBook: 7, decision: 9 });
    Object.assign(intent.addLeg(), {
      book: 1,
      positionUnits: -5,
      targetUnits: 10,
      limitPriceUnits: 123,
      version: 4,
      sequence: 2 ** 53 - 1,
    });
    Object.assign(intent.addLeg(), {
      book: 2,
      targetUnits: -10,
      limitPriceUnits: 125,
      reduceOnly: true,
      version: -2,
      sequence: 6,
    });
    writer.intent(intent);
    writer.flush();
    const [record] = TurnLog.parse(shelf.bytes).records();
    const { legs, legCount, ...rest } = intent;
    expect(record?.type === 'intent' && readIntent(record.bytes)).toEqual({
      ...rest,
      legs: legs.slice(0, legCount).map((leg) => ({ ...leg })),
    });
  });

  it('is read up to where its end is missing', () => {
    fc.assert(
      fc.property(seen, fc.nat(10_000), (turns, cut) => {
        const bytes = written(turns);
        const headerEnd = written([]).length;
        const length = headerEnd + Math.min(cut, bytes.length - headerEnd);
        const log = TurnLog.parse(bytes.subarray(0, length));
        const read = plain(log.records());
        expect(read).toEqual(plain(TurnLog.parse(bytes).records()).slice(0, read.length));
        if (length < bytes.length) expect(read.length).toBeLessThan(turns.length);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['nothing', () => new Uint8Array(), /is no turn log: it does not begin with TIERCELT/],
    ['another file', () => Buffer.from('{"t":1,"dir":"in","kind":"ws"}'), /does not begin with TIERCELT/],
    ['another format', () => changed(8, 9), /its format is 9, and 1 is expected/],
    ['a header cut short', () => written([]).subarray(0, 20), /its header is cut short/],
    ['a header that is no JSON', () => changed(17, 0), /its header is not JSON/],
    ['a record of no type', () => changed(written([]).length, 77), /is damaged: a record of type 77 and \d+ bytes at byte \d+/],
    ['a length that does not fit', () => changed(written([]).length + 4, 33), /is damaged: a record of type 1 and 33 bytes/],
    ['a turn that is missing', () => changed(written([]).length + 32 + 8, 9), /is damaged: turn 9 behind turn 1/],
  ])('refuses %s in one sentence', (_name, bytes, sentence) => {
    expect(() => TurnLog.parse(bytes(), 'x.turns')).toThrow(sentence);
  });

  it('ends where nobody takes its bytes any more, and says how much it left out', () => {
    const shelf = new Shelf();
    const writer = new TurnLogWriter({}, 64, shelf);
    const books = Array.from({ length: 64 }, (_, book) => [book, 2, 3] as const);
    let turn = 0;
    while (writer.lost === 0) writer.turn(view({ turn: ++turn, isFull: false, nowUs: turn, epochUs: turn, books }));
    for (const giveBack of shelf.held) giveBack();
    writer.turn(view({ turn: ++turn, isFull: false, nowUs: turn, epochUs: turn, books }));
    writer.flush();
    expect(writer.lost).toBe(2);
    expect([...TurnLog.parse(shelf.bytes).turns()]).toHaveLength(turn - 2);
  });
});

/** A log of two turns without books, with one byte changed. */
function changed(at: number, value: number): Uint8Array {
  const bytes = Buffer.from(written([1, 2].map((us) => ({ isFull: false, nowUs: us, epochUs: us, books: [] }))));
  bytes[at] = value;
  return bytes;
}
