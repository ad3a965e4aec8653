// Goal: risk scores are in [0, 1] and move the right way: never worse with more depth, less spread, a fresher book, more trust, a
// smaller size, more budget.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HifaConfigSchema } from '../../../src/strategy/hifa/config.js';
import { RiskStage, type VenueRisk } from '../../../src/strategy/hifa/stage-3-risk.js';
import { VenueHealth } from '../../../src/strategy/hifa/venue-health.js';
import { Scene, type Sides } from './scene.js';

interface Case {
  readonly sides: Sides;
  readonly wantedQuote: number;
  readonly direction: 1 | -1;
  readonly volatility: number;
  readonly ageUs: number;
  readonly trust: number;
  readonly committedQuote: number;
}

const price = (units: number): string => (units / 1e4).toFixed(4);
const sides = fc
  .record({
    bid: fc.integer({ min: 9900, max: 9999 }),
    spread: fc.integer({ min: 1, max: 120 }),
    steps: fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 900 })), { minLength: 1, maxLength: 5 }),
  })
  .map(({ bid, spread, steps }): Sides => {
    let distance = -1;
    const levels = steps.map(([step, qty], index) => {
      distance += index === 0 ? 1 : step;
      return { distance, qty: String(qty) };
    });
    return [
      levels.map((level) => [price(bid - level.distance), level.qty] as const),
      levels.map((level) => [price(bid + spread + level.distance), level.qty] as const),
    ];
  });
const anyCase: fc.Arbitrary<Case> = fc.record({
  sides,
  wantedQuote: fc.double({ min: 0, max: 5000, noNaN: true }),
  direction: fc.constantFrom(1 as const, -1 as const),
  volatility: fc.double({ min: 0, max: 0.01, noNaN: true }),
  ageUs: fc.integer({ min: 0, max: 6_000_000 }),
  trust: fc.double({ min: 0, max: 1, noNaN: true }),
  committedQuote: fc.integer({ min: 0, max: 1_000_000 }),
});

// One market for all cases; each replaces the book.
const { rig } = new Scene();
const health = new VenueHealth(rig.universe.books.length);

function scored({ sides: [bids, asks], wantedQuote, direction, volatility, ageUs, trust, committedQuote }: Case): VenueRisk {
  rig.setBook(rig.book('mexc'), bids, asks);
  rig.turn(ageUs);
  rig.context.budget.free(1_000_000);
  rig.context.budget.commit(committedQuote);
  const stage = new RiskStage(HifaConfigSchema.parse({ risk: { venueTrust: { mexc: trust } } }).risk, rig.universe, health);
  stage.evaluate(0, direction, wantedQuote, 0, volatility, rig.market, rig.context);
  const [venue] = stage.reading.venues;
  if (venue === undefined) throw new Error('no venue');
  return venue;
}

const worseOrSame = (change: (one: Case) => Case, name: 'liquidity' | 'counterparty' | 'slippage' | 'risk') =>
  fc.assert(
    fc.property(anyCase, (one) => {
      expect(scored(change(one))[name]).toBeGreaterThanOrEqual(scored(one)[name] - 1e-12);
    }),
    { numRuns: 60 },
  );

describe('risk scores', () => {
  it('are in [0, 1]', () => {
    fc.assert(
      fc.property(anyCase, (one) => {
        const venue = scored(one);
        for (const score of [venue.liquidity, venue.counterparty, venue.slippage, venue.risk]) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are never better with less depth', () => {
    const thinner = ({ sides: [bids, asks], ...rest }: Case): Case => {
      const thin = ([at, qty]: readonly [string, string]) => [at, String(Number(qty) / 2)] as const;
      return { ...rest, sides: [bids.map(thin), asks.map(thin)] };
    };
    const shorter = ({ sides: [bids, asks], ...rest }: Case): Case => ({ ...rest, sides: [bids.slice(0, 1), asks.slice(0, 1)] });
    for (const change of [thinner, shorter]) {
      worseOrSame(change, 'liquidity');
      worseOrSame(change, 'slippage');
    }
  });

  it('are never better with more to trade, an older book, less trust, more volatility or less budget', () => {
    worseOrSame((one) => ({ ...one, wantedQuote: one.wantedQuote * 2 }), 'liquidity');
    worseOrSame((one) => ({ ...one, wantedQuote: one.wantedQuote * 2 }), 'slippage');
    worseOrSame((one) => ({ ...one, ageUs: one.ageUs + 500_000 }), 'counterparty');
    worseOrSame((one) => ({ ...one, trust: one.trust / 2 }), 'counterparty');
    worseOrSame((one) => ({ ...one, volatility: one.volatility * 2 }), 'slippage');
    worseOrSame((one) => ({ ...one, committedQuote: Math.min(1_000_000, one.committedQuote * 2) }), 'risk');
  });

  it('say what the formulas say', () => {
    const venue = scored({
      sides: [
        [['0.9990', '100']],
        [
          ['1.0000', '60'],
          ['1.0010', '100'],
        ],
      ],
      wantedQuote: 100,
      direction: 1,
      volatility: 0.002,
      ageUs: 1_000_000,
      trust: 0.8,
      committedQuote: 250_000,
    });
    // 160 within 15 bps of the touch, a spread of 10.01 bps of 30; a fifth of the longest age; 40 of 100 a tenth of a percent worse.
    const spread = 0.001 / 0.999 / 0.003;
    expect(venue.liquidity).toBeCloseTo(1 - (1 - spread) * (1 - 100 / 260), 9);
    expect(venue.counterparty).toBeCloseTo(1 - 0.8 * 0.8, 9);
    const unseen = (0.002 * Math.sqrt(0.05)) / Math.sqrt(2 * Math.PI);
    expect(venue.slippage).toBeCloseTo((0.0004 + unseen) / 0.0015, 9);
    const parts = [0.25, venue.liquidity, venue.counterparty, venue.slippage];
    expect(venue.risk).toBeCloseTo(1 - parts.reduce((left, score) => left * (1 - score / 2), 1), 9);
  });
});
