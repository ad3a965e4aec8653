import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DECODER_BINANCE_SPOT,
  DECODER_COINBASE_EXCHANGE,
  DECODER_GATEIO_SPOT,
  DECODER_KRAKEN,
  DECODER_MEXC_CONTRACT,
  STATUS_APPLIED,
  STATUS_MALFORMED,
  STATUS_OVERSIZED,
  STATUS_PRECISION,
  STATUS_UNKNOWN,
  STATUS_UNKNOWN_SYMBOL,
} from '../../assembly/memory/layout.js';
import { TestFeed } from './test-feed.js';

const SYMBOL = 'BTCUSDT';
const book = { symbol: SYMBOL, priceScale: 2, qtyScale: 5 };

/** Keys that no frame has, of letters only; what lies deeper may have any key. */
const key = fc.string({ unit: fc.constantFrom(...'wxyz'), minLength: 1, maxLength: 20 }).map((name) => `w${name}`);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const unrelated = fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true });
const space = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 });
const indent = fc.constantFrom('', ' ', '\t', '\n  ');

/** Runs `JSON.parse`. */
function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(bytes).toString());
    return true;
  } catch {
    return false;
  }
}

for (const [name, decoder] of [
  ['Binance', DECODER_BINANCE_SPOT],
  ['Coinbase', DECODER_COINBASE_EXCHANGE],
  ['Kraken', DECODER_KRAKEN],
  ['MEXC', DECODER_MEXC_CONTRACT],
  ['Gate.io', DECODER_GATEIO_SPOT],
] as const) {
  test(`${name}: every valid document that is no frame of the venue is handed back`, () => {
    const feed = new TestFeed(decoder, [book]);
    fc.assert(
      fc.property(unrelated, indent, space, space, (document, gap, before, behind) => {
        const text = before + JSON.stringify(document, null, gap) + behind;
        expect([text, feed.frame(text)]).toEqual([text, STATUS_UNKNOWN]);
      }),
      { numRuns: 600 },
    );
  });
}

const EDITS = Buffer.from('"\\{}[],:0.1e-+ tfn\u0000\u001f\n');
const edits = fc.array(fc.tuple(fc.constantFrom('set', 'cut', 'add', 'end'), fc.nat(100_000), fc.nat(EDITS.length - 1)), {
  minLength: 1,
  maxLength: 3,
});

function edited(frame: Buffer, changes: readonly (readonly [string, number, number])[]): Buffer {
  let bytes = frame;
  for (const [kind, where, what] of changes) {
    const at = where % (bytes.length + 1);
    const edit = EDITS.subarray(what, what + 1);
    if (kind === 'end') bytes = bytes.subarray(0, at);
    else
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        kind === 'cut' ? Buffer.alloc(0) : edit,
        bytes.subarray(kind === 'add' ? at : at + 1),
      ]);
  }
  return bytes;
}

const level = fc.tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.nat(9_999_999)).map(([price, qty]) => {
  return [(price / 100).toFixed(8), (qty / 100_000).toFixed(8)];
});
const frame = fc.record({
  bids: fc.array(level, { maxLength: 6 }),
  asks: fc.array(level, { maxLength: 6 }),
  isWrapped: fc.boolean(),
  gap: indent,
});

test('a damaged frame changes no book unless it still is JSON', () => {
  const feed = new TestFeed(DECODER_BINANCE_SPOT, [book]);
  // an empty frame counts as one of the wrong size
  const refused = [STATUS_MALFORMED, STATUS_OVERSIZED, STATUS_PRECISION, STATUS_UNKNOWN, STATUS_UNKNOWN_SYMBOL];
  fc.assert(
    fc.property(frame, edits, ({ bids, asks, isWrapped, gap }, changes) => {
      const event = { e: 'depthUpdate', E: 1_723_075_200_000, s: SYMBOL, U: 10, u: 12, b: bids, a: asks };
      const text = Buffer.from(JSON.stringify(isWrapped ? { stream: 'btcusdt@depth@100ms', data: event } : event, null, gap));
      const reset = (): void => void feed.snapshot(SYMBOL, '{"lastUpdateId":9,"bids":[["1","1"]],"asks":[["100000","1"]]}');
      reset();
      if (![...bids, ...asks].some(([price]) => Number(price) <= 1 || Number(price) >= 100_000)) {
        expect(feed.frame(text)).not.toBe(STATUS_MALFORMED);
        reset();
      }
      const bytes = edited(text, changes);
      const before = feed.copy(SYMBOL);
      const status = feed.frame(bytes);
      if (isJson(bytes)) return;
      expect([bytes.toString(), refused.includes(status)]).toEqual([bytes.toString(), true]);
      expect([feed.copy(SYMBOL).bids, feed.copy(SYMBOL).asks]).toEqual([before.bids, before.asks]);
    }),
    { numRuns: 4000 },
  );
});

test('the same frame in any form, with any white space and order of keys, makes the same book', () => {
  const feed = new TestFeed(DECODER_BINANCE_SPOT, [book]);
  fc.assert(
    fc.property(frame, fc.infiniteStream(fc.nat(1000)), ({ bids, asks, isWrapped, gap }, dice) => {
      const members = Object.entries({ e: 'depthUpdate', E: 1_723_075_200_000, s: SYMBOL, U: 10, u: 12, b: bids, a: asks });
      const write = (entries: readonly (readonly [string, unknown])[], spaces: string): number => {
        const event = Object.fromEntries(entries);
        feed.snapshot(SYMBOL, '{"lastUpdateId":9,"bids":[],"asks":[]}');
        return feed.frame(JSON.stringify(isWrapped ? { stream: 'btcusdt@depth', data: event } : event, null, spaces));
      };
      const plain = write(members, '');
      const expected = feed.copy(SYMBOL);
      if (plain === STATUS_APPLIED) expect(expected.bids.length).toBeLessThanOrEqual(bids.length);
      const shuffled = members.map((member) => [dice.next().value, member] as const).sort((a, b) => a[0] - b[0]);
      expect(
        write(
          shuffled.map(([, member]) => member),
          gap,
        ),
      ).toBe(plain);
      expect(feed.copy(SYMBOL)).toEqual(expected);
    }),
    { numRuns: 800 },
  );
});
