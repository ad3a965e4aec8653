// P14: one leg filled, the other not. What is decided: every plan says until when its legs must be matched and where else, the rest
// is worked out from fills and not from the end of orders, and a leg that stands alone is evened out by intents that aim at positions.
import { describe, expect, it } from 'vitest';
import { Rig, type SeenIntent } from '../../src/sim/lab/rig.js';
import { threeTierDefinition } from '../../src/strategy/three-tier/three-tier-strategy.js';
import { pairRig, quote } from '../strategy/basis/market.js';

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
