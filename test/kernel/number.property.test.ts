import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DECODER_BINANCE_SPOT, STATUS_APPLIED, STATUS_MALFORMED, STATUS_PRECISION } from '../../assembly/memory/layout.js';
import { parseUnits, unitsToFixed, unitsToText } from '../twin/decimal.js';
import { TestFeed } from './test-feed.js';

const SYMBOL = 'BTCUSDT';
const SCALES = Array.from({ length: 16 }, (_, scale) => scale);
const feeds = SCALES.map(
  (scale) => new TestFeed(DECODER_BINANCE_SPOT, [{ symbol: SYMBOL, priceScale: scale, qtyScale: scale, capacity: 20 }]),
);

/** Sends one level between two plain ones, in the frame's usual form or with white space, and tells the status and the bids. */
function send(
  scale: number,
  price: string,
  qty: string,
  spaced: boolean,
): { status: number; bids: readonly (readonly [number, number])[] } {
  const feed = feeds[scale];
  if (feed === undefined) throw new RangeError(`no feed for scale ${scale}`);
  feed.snapshot(SYMBOL, '{"lastUpdateId":9,"bids":[],"asks":[]}');
  const level = spaced ? `[ "${price}" ,\t"${qty}"]` : `["${price}","${qty}"]`;
  const status = feed.frame(
    `{"e":"depthUpdate","E":1,"s":"${SYMBOL}","U":10,"u":10,"b":[["0${price === '1' ? '3' : '1'}","2"],${level},["4","0"]],"a":[]}`,
  );
  return { status, bids: feed.copy(SYMBOL).bids };
}

const units = fc.oneof(fc.nat(1_000_000), fc.maxSafeInteger().map(Math.abs), fc.constant(2 ** 53));
const digits = (max: number) => fc.string({ unit: fc.constantFrom(...'0000123456789'), maxLength: max });
const spelled = fc
  .record({ value: units, scale: fc.nat(15), before: fc.nat(3), behind: fc.nat(6) })
  .map(({ value, scale, before, behind }) => '0'.repeat(before) + unitsToFixed(value, scale, scale + behind));
const shortest = fc.record({ value: units, scale: fc.nat(15) }).map(({ value, scale }) => unitsToText(value, scale));
const loose = fc.tuple(fc.constantFrom('', '-'), digits(20), fc.constantFrom('', '.'), digits(24)).map((parts) => parts.join(''));
const exponents = fc.tuple(loose, fc.constantFrom('e', 'E', 'e-', 'e+'), fc.nat(30)).map((parts) => parts.join(''));
const noise = fc.string({ unit: fc.constantFrom(...'0123456789.eE+- x'), maxLength: 12 });
const text = fc.oneof(spelled, shortest, loose, exponents, noise);

/** The forms that no venue writes, and that the kernel may refuse although they can be read. */
const isOdd = (decimal: string): boolean => /^[-+]?\.|^\+/.test(decimal);

describe('decimals in frames', () => {
  test('a quantity is the exact number of units, or an error', () => {
    fc.assert(
      fc.property(text, fc.nat(15), fc.boolean(), (qty, scale, spaced) => {
        const expected = parseUnits(qty, scale);
        const { status, bids } = send(scale, '2', qty, spaced);
        if (status !== STATUS_APPLIED) {
          expect([STATUS_PRECISION, STATUS_MALFORMED]).toContain(status);
          expect(typeof expected === 'string' || expected < 0 || isOdd(qty)).toBe(true);
          expect(bids).toEqual([]);
          return;
        }
        const found = bids.find(([price]) => price === 2 * 10 ** scale)?.[1] ?? 0;
        expect([qty, found]).toEqual([qty, expected]);
      }),
      { numRuns: 6000 },
    );
  });

  test('a price is the exact number of units above zero, or an error', () => {
    fc.assert(
      fc.property(text, fc.nat(15), fc.boolean(), (price, scale, spaced) => {
        const expected = parseUnits(price, scale);
        const { status, bids } = send(scale, price, '7', spaced);
        if (status !== STATUS_APPLIED) {
          expect([STATUS_PRECISION, STATUS_MALFORMED]).toContain(status);
          expect(typeof expected === 'string' || expected <= 0 || isOdd(price)).toBe(true);
          expect(bids).toEqual([]);
          return;
        }
        if (expected === 4 * 10 ** scale) return; // the frame deletes it again
        expect([price, bids.find(([, qty]) => qty === 7 * 10 ** scale)?.[0]]).toEqual([price, expected]);
      }),
      { numRuns: 6000 },
    );
  });
});
