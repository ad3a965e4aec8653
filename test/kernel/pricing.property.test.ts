import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Amount, BASE, BUY, parseAmount, QUOTE, SELL } from '../../src/kernel/pricing.js';
import { exactVwap } from '../../src/kernel/pricing-exact.js';
import { fromUnits, orNull } from '../oracle/family.js';
import { OracleBooks } from '../oracle/oracle-books.js';
import { depthWithin, imbalance, microprice, pressure, slippage, takenSide, walk } from '../twin/pricing.js';

// Goal: the kernel agrees with decimals on every book within 2^53 units, counts and flags exactly, amounts closely.
// Method: books of few and of huge numbers; amounts aimed at the ends of levels, on them and a hair to either side.

const books = new OracleBooks();
const { pricing } = books;

interface Book {
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
  readonly bids: readonly (readonly [string, string])[];
  readonly asks: readonly (readonly [string, string])[];
}

const text = (units: bigint, decimals: number): string =>
  new Decimal(units.toString()).times(new Decimal(10).pow(-decimals)).toFixed();

const scale = fc.constantFrom(0, 1, 2, 8, 12);
const gap = fc.oneof(fc.bigInt({ min: 1n, max: 4n }), fc.bigInt({ min: 1n, max: 10n ** 13n }));
const qty = fc.oneof(fc.bigInt({ min: 1n, max: 9n }), fc.bigInt({ min: 1n, max: 2n ** 49n }));
const side = fc.array(fc.record({ gap, qty }), { maxLength: 12 });

/** A book whose sides do not touch; every number is below 2^53 units, and a side's worth below the 2^106 that amounts are exact to. */
const book = fc
  .record({ priceDecimals: scale, qtyDecimals: scale, middle: fc.bigInt({ min: 1n, max: 2n ** 52n }), below: side, above: side })
  .map(({ priceDecimals, qtyDecimals, middle, below, above }): Book => {
    const levels = (steps: typeof below, sign: bigint): (readonly [string, string])[] => {
      let price = middle;
      const out: (readonly [string, string])[] = [];
      for (const step of steps) {
        price += sign * step.gap;
        if (price < 1n) break;
        out.push([text(price, priceDecimals), text(step.qty, qtyDecimals)]);
      }
      return out;
    };
    return { priceDecimals, qtyDecimals, bids: levels(below, -1n), asks: levels(above, 1n) };
  });

/** Amounts at the end of some level, off by a nudge in units of the amount, or free. */
const aim = fc.record({
  buy: fc.boolean(),
  quote: fc.boolean(),
  level: fc.nat(12),
  nudge: fc.constantFrom('0', '1', '-1', '0.25', '-0.25', '0.000000001', '1000000', '1e30'),
});

function amountOf(
  levels: readonly (readonly [string, string])[],
  shape: typeof aim extends fc.Arbitrary<infer T> ? T : never,
  unit: Decimal,
): string {
  const Wide = Decimal.clone({ precision: 80, toExpNeg: -200, toExpPos: 200 });
  const end = levels
    .slice(0, shape.level)
    .reduce((sum, [price, held]) => sum.plus(shape.quote ? new Wide(price).times(held) : held), new Wide(0));
  return end.plus(new Wide(shape.nudge).times(unit.toString())).toFixed();
}

/** Whether float64 holds the amount: only quarters count, since a decimal of the shortest digits may look the same and not be. */
function isExact({ high, low }: Amount, amount: string, decimals: number): boolean {
  const Wide = Decimal.clone({ precision: 80 });
  const held = new Wide(high).times(2 ** 53).plus(low);
  return held.times(4).isInteger() && held.eq(new Wide(amount).times(new Wide(10).pow(decimals)));
}

function near(got: Decimal | number | null, want: Decimal | null, rel: number, abs = 0): void {
  if (got === null || want === null) {
    expect(got).toBe(want);
    return;
  }
  const limit = Decimal.max(abs, want.abs().times(rel));
  expect(want.minus(got).abs().lte(limit), `got ${got}, want ${want}`).toBe(true);
}

test('a walk and its impact are those of decimals, counts and flags exactly', () => {
  fc.assert(
    fc.property(book, aim, (b, shape) => {
      const name = shape.buy ? 'buy' : 'sell';
      const mode = shape.quote ? 'quote' : 'base';
      const decimals = b.qtyDecimals + (shape.quote ? b.priceDecimals : 0);
      const amount = amountOf(takenSide(b, name), shape, new Decimal(10).pow(-decimals));
      const want = walk(takenSide(b, name), mode, amount);
      const parsed = parseAmount(amount, decimals);
      if (want === 'INVALID_AMOUNT' || parsed === 'INVALID_AMOUNT') {
        expect(parsed).toBe(want);
        return;
      }
      expect(books.price(b)).toBe(true);
      expect(pricing.vwapExact(shape.buy ? BUY : SELL, shape.quote ? QUOTE : BASE, parsed)).toBe(want.full);
      expect(pricing.levelsUsed).toBe(want.levelsUsed);
      near(fromUnits(pricing.worstPriceUnits, b.priceDecimals), want.worstPrice, 0);
      if (!isExact(parsed, amount, decimals)) return; // the last bit of an amount may weigh much where prices differ by magnitudes
      near(fromUnits(pricing.filledBaseUnits, b.qtyDecimals), want.filledBase, 1e-12);
      near(fromUnits(pricing.filledQuoteUnits, b.priceDecimals + b.qtyDecimals), want.filledQuote, 1e-12);
      near(fromUnits(pricing.averagePriceUnits, b.priceDecimals), want.avgPrice, 1e-12);

      const cost = slippage(b, name, mode, amount);
      if (cost === 'INVALID_AMOUNT') throw new Error('the twin changed its mind');
      expect(pricing.impactExact(shape.buy ? BUY : SELL, shape.quote ? QUOTE : BASE, parsed)).toBe(cost.full);
      near(orNull(pricing.bestBps), cost.bestBps, 1e-10, 1e-9);
      near(orNull(pricing.midBps), cost.midBps, 1e-10, 1e-9);
      near(orNull(pricing.worstBps), cost.worstBps, 1e-10, 1e-9);

      const exact = exactVwap(takenSide(b, name), mode, amount);
      if (exact === 'INVALID_AMOUNT') throw new Error('the exact walk refused what the kernel took');
      expect([exact.levelsUsed, exact.full]).toEqual([want.levelsUsed, want.full]);
      near(exact.filledBase, want.filledBase, 1e-30);
      near(exact.filledQuote, want.filledQuote, 1e-30);
      near(exact.averagePrice, want.avgPrice, 1e-30);
    }),
    { numRuns: 1500 },
  );
});

// Method: half of the limits are aimed at a level, so that it lies on the limit or next to it.
test('depth counts exactly the levels within the limit, itself included', () => {
  const limit = fc.record({
    mid: fc.boolean(),
    pct: fc.oneof(
      fc.constantFrom('0', '0.1', '1', '1.5', '50', '100', '250'),
      fc.integer({ min: 0, max: 2e8 }).map((n) => text(BigInt(n), 6)),
    ),
  });
  fc.assert(
    fc.property(fc.oneof(book, roundBook), limit, (b, { mid, pct }) => {
      expect(books.price(b)).toBe(true);
      if (mid) pricing.depthFromMid(Number(pct));
      else pricing.depthFromBest(Number(pct));
      const want = depthWithin(b, mid ? 'mid' : 'best', pct);
      const quoteScale = b.priceDecimals + b.qtyDecimals;
      expect([orNull(pricing.bidDepthLevels), orNull(pricing.askDepthLevels)]).toEqual([
        want.bid?.levels ?? null,
        want.ask?.levels ?? null,
      ]);
      near(fromUnits(pricing.bidDepthBaseUnits, b.qtyDecimals), want.bid?.base ?? null, 1e-12);
      near(fromUnits(pricing.bidDepthQuoteUnits, quoteScale), want.bid?.quote ?? null, 1e-12);
      near(fromUnits(pricing.askDepthBaseUnits, b.qtyDecimals), want.ask?.base ?? null, 1e-12);
      near(fromUnits(pricing.askDepthQuoteUnits, quoteScale), want.ask?.quote ?? null, 1e-12);
    }),
    { numRuns: 1500 },
  );
});

/** Prices in steps of a thousandth of mid, where round percentages fall on levels. */
const roundBook = fc.record({ unit: fc.integer({ min: 1, max: 1_000_000 }), steps: fc.integer({ min: 1, max: 12 }) }).map(
  ({ unit, steps }): Book => ({
    priceDecimals: 2,
    qtyDecimals: 0,
    bids: Array.from({ length: steps }, (_, i) => [text(BigInt(unit * (1000 - 5 * (i + 1))), 2), '3']),
    asks: Array.from({ length: steps }, (_, i) => [text(BigInt(unit * (1000 + 5 * (i + 1))), 2), '3']),
  }),
);

test('imbalance, microprice and pressure are those of decimals', () => {
  fc.assert(
    fc.property(book, fc.integer({ min: 1, max: 15 }), (b, levels) => {
      expect(books.price(b)).toBe(true);
      near(orNull(pricing.imbalance(levels)), imbalance(b, levels), 1e-12, 1e-14);
      near(fromUnits(pricing.microprice(levels), b.priceDecimals), microprice(b, levels), 1e-12);
      near(orNull(pricing.pressure(levels)), pressure(b, levels), 1e-12, 1e-13);
    }),
    { numRuns: 1000 },
  );
});

test('a plain number of units is walked as its exact amount is', () => {
  const units = fc.oneof(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 1e-3, max: 1e40, noNaN: true }));
  fc.assert(
    fc.property(book, fc.boolean(), fc.boolean(), units, (b, buy, quote, amount) => {
      expect(books.price(b)).toBe(true);
      const exact = parseAmount(new Decimal(amount).toFixed(), 0);
      if (exact === 'INVALID_AMOUNT') throw new Error('a positive number is an amount');
      const answers = (): number[] => [
        pricing.filledBaseUnits,
        pricing.filledQuoteUnits,
        pricing.worstPriceUnits,
        pricing.levelsUsed,
      ];
      const full = pricing.vwap(buy ? BUY : SELL, quote ? QUOTE : BASE, amount);
      const plain = answers();
      expect(pricing.vwapExact(buy ? BUY : SELL, quote ? QUOTE : BASE, exact)).toBe(full);
      expect(answers()).toEqual(plain);
    }),
  );
});
