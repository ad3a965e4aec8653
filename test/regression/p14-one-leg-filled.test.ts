// P14: one leg filled, the other not. What is decided: every plan says until when its legs must be matched and where else, the rest
// is worked out from fills and not from the end of orders, and a leg that stands alone is evened out by intents that aim at positions.
// What is carried out: whatever each leg fills, and whenever the price is gone, everything is hedged before the deadline, or too small
// to be traded and carried; what cannot be hedged anywhere is told, kept, and hedged as soon as it can be.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rig, type SeenIntent } from '../../src/sim/lab/rig.js';
import { threeTierDefinition } from '../../src/strategy/three-tier/three-tier-strategy.js';
import { ExecutorRig } from '../execution/executor-rig.js';
import { pairRig, quote } from '../strategy/basis/market.js';
import { COINS, TradedSpread } from './traded-spread.js';

/** Nothing may stay unhedged for longer, whatever is configured. */
const UNHEDGED_US_MAX = 60_000_000;

const changes = (intent: SeenIntent | undefined) =>
  intent?.legs.map(({ book, positionUnits, targetUnits }) => [book, targetUnits - positionUnits]);

function opening() {
  const made = pairRig();
  const { rig, spot, perp } = made;
  quote(rig, spot, '99.99', '100.00');
  quote(rig, perp, '100.600', '100.610');
  const [open] = rig.turn();
  if (open === undefined) throw new Error('nothing was opened');
  return { ...made, open };
}

describe('P14: a leg that stands alone', () => {
  it('is evened out by what was filled, when the other leg came to nothing', () => {
    const { rig, spot, perp, open } = opening();
    expect(changes(open)).toEqual([
      [spot.book, 1000],
      [perp.book, -100],
    ]);
    rig.fill(open, [1, 0]);
    const intents = [...rig.turn(), ...rig.turn(2_000_000)];
    for (const intent of intents) rig.fill(intent);
    rig.turn();
    const [left, right] = [rig.context.positions.of(spot.book), rig.context.positions.of(perp.book)];
    // Ten contracts are one base asset of a hundred units.
    expect(left + right * 10).toBe(0);
  });

  it('is evened out to the contract when both legs were filled in part', () => {
    const { rig, spot, perp, open } = opening();
    rig.fill(open, [0.73, 0.31]);
    for (let round = 0; round < 4; round++) for (const intent of rig.turn(1_500_000)) rig.fill(intent);
    rig.turn();
    const unhedged = rig.context.positions.of(spot.book) + rig.context.positions.of(perp.book) * 10;
    expect(Math.abs(unhedged)).toBeLessThan(10);
  });

  it('has a deadline in every plan, and a third venue to go to where there is one', () => {
    const venues = (['mexc', 'gateio', 'kraken'] as const).map((venue) => ({ venue, takerFeeBps: 10 }));
    const rig = new Rig({ rows: [venues] });
    rig.run(rig.make(threeTierDefinition, { confirmMs: 0, confirmations: 0, minConfidence: 0 }));
    rig.setBook(rig.book('mexc'), [['0.9900', '500']], [['1.0000', '500']]);
    rig.setBook(rig.book('gateio'), [['1.0500', '500']], [['1.0600', '500']]);
    rig.setBook(rig.book('kraken'), [['1.0100', '500']], [['1.0200', '500']]);
    const [intent] = rig.turn();
    expect(intent?.legs).toHaveLength(2);
    expect(intent?.fallbackBook).toBe(rig.book('kraken').book);
    for (const { tsUs, hedgeByUs, expiresUs } of [intent, opening().open].filter((one) => one !== undefined)) {
      expect(hedgeByUs - tsUs).toBeGreaterThan(0);
      expect(hedgeByUs - tsUs).toBeLessThanOrEqual(UNHEDGED_US_MAX);
      expect(expiresUs).toBeLessThanOrEqual(hedgeByUs);
    }
  });
});

describe('P14: what is carried out', () => {
  it('is hedged by its fills before the deadline, whatever part each venue fills', async () => {
    const part = fc.integer({ min: 0, max: 100 });
    await fc.assert(
      fc.asyncProperty(part, part, fc.constantFrom('placed' as const, 'lost' as const), async (bought, sold, answer) => {
        const rig = new ExecutorRig();
        rig.buyer.treatments = [{ fills: [(bought / 100).toFixed(2)], answer }, {}];
        rig.seller.treatments = [{ fills: [(sold / 100).toFixed(2)] }, {}];
        rig.execute(rig.intent(100, { hedgeMs: 3_000 }));
        await rig.pass(3_000);
        const [left] = rig.executor.unhedged();
        expect(rig.net()).toBeCloseTo(Number(left?.base ?? 0), 9);
        // A whole unit is worth 100, and venues take nothing below 5.
        if (left !== undefined) expect([left.isDust, Math.abs(Number(left.base)) < 0.05]).toEqual([true, true]);
        expect(rig.of('unhedged')).toEqual([]);
        await rig.pass(60_000);
        expect(rig.time.pending()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('is hedged at another venue or taken back when the price is gone by the time the orders arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (standsMs) => {
        const market = await TradedSpread.start();
        await market.spread(standsMs);
        const { rig } = market;
        await market.rest(5_000);
        const { unhedged, openOrders, intents } = rig.desk.report();
        expect([unhedged, openOrders, intents.executed - intents.succeeded - intents.failed]).toEqual([[], [], 0]);
        expect(rig.total('ABC')).toBe(String(COINS));
        expect(rig.alerts()).toEqual([]);
        await rig.stop();
      }),
      { numRuns: 15 },
    );
  });

  it('is told in time when nothing can hedge it, stays on record, and is evened out once there is a market again', async () => {
    const market = await TradedSpread.start();
    const { rig } = market;
    market.show('1.0300');
    await rig.run(6);
    // Books go silent: nothing can be sent on them after five seconds, and paper fills nothing of what is old.
    market.show('0.9000', '0.01');
    for (const [venue, ask] of [
      ['mexc', '1.0000'],
      ['binance', '1.0400'],
    ] as const)
      rig.lab.setBook(rig.lab.book(venue), [['0.0001', '1']], [[ask, '1000']]);
    await rig.run(8_000);
    expect(rig.desk.report().unhedged).toMatchObject([{ asset: 'ABC', base: '10' }]);
    expect(rig.events.map(({ level, kind }) => `${level} ${kind}`)).toContain('alert unhedged');
    await market.rest(10_000);
    expect(rig.desk.report().unhedged).toEqual([]);
    expect(rig.total('ABC')).toBe(String(COINS));
    await rig.stop();
  });
});
