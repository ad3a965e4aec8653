import { describe, expect, it } from 'vitest';
import type { SeenIntent } from '../../../src/sim/lab/rig.js';
import { opened, PERP, pairRig, quote, SPOT, told } from './market.js';

const targets = (intent: SeenIntent | undefined) => intent?.legs.map(({ targetUnits }) => targetUnits);

describe('BasisStrategy', () => {
  it('says by how much a basis is not worth its four trades', () => {
    const { rig, spot, perp } = pairRig({ sellSpot: false });
    quote(rig, spot, '99.99', '100.00');
    quote(rig, perp, '100.200', '100.210');
    expect(rig.turn()).toEqual([]);
    const { verdict, figures } = told(rig.decisions.at(-1));
    expect(verdict).toBe('below-threshold');
    expect(figures['entryBasisBps']).toBeCloseTo(20, 9);
    expect(figures['exitBasisBps']).toBeCloseTo((100.21 / 99.99 - 1) * 10_000, 9);
    expect(figures['fairBps']).toBeCloseTo(0, 9);
    // Fees: 10 bp of 100.00 and of 99.99 on spot, 5 bp of 100.20 and of 100.00 (99.995 and half a spread of 0.01) on the contract.
    expect(figures['costsBps']).toBeCloseTo(10 + 9.999 + 5.01 + 5, 9);
    // 0.20 of basis, less the spot spread's half that is lost and the contract's on the way out: 99.99 - 100.00.
    expect(figures['expectedNetBps']).toBeCloseTo(20 - 1 - 30.009, 9);
  });

  it('opens when the basis pays, closes at the fair value, and is flat', () => {
    const { rig, spot, perp, open } = opened();
    expect(open).toMatchObject({ purpose: 'open', legs: [{ book: spot.book }, { book: perp.book }] });
    // 10.00 base assets are 1000 units of 0.01 and 100 contracts of 0.1.
    expect(targets(open)).toEqual([1000, -100]);
    expect(open.legs.map(({ limitPriceUnits }) => limitPriceUnits)).toEqual([10_000, 100_600]);
    const entry = told(rig.decisions.find(({ id }) => id === open.decision));
    expect(entry.verdict).toBe('enter');
    expect(entry.figures['expectedNetQuote']).toBeCloseTo(open.expectedNet, 9);
    quote(rig, perp, '100.300', '100.310');
    expect(rig.turn()).toEqual([]);
    expect(told(rig.decisions.at(-1))).toMatchObject({ stage: 'exit', verdict: 'hold' });
    quote(rig, perp, '99.980', '99.990');
    const [close] = rig.turn();
    expect(close?.purpose).toBe('close');
    expect(close?.legs.map(({ targetUnits, reduceOnly }) => [targetUnits, reduceOnly])).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(told(rig.decisions.at(-1))).toMatchObject({ stage: 'exit', verdict: 'converged' });
    if (close !== undefined) rig.fill(close);
    rig.turn();
    expect([rig.context.positions.of(spot.book), rig.context.positions.of(perp.book)]).toEqual([0, 0]);
    expect(rig.events).toMatchObject([{ kind: 'basis-closed', facts: { reason: 'converged' } }]);
    expect(rig.context.budget.committedQuote).toBe(0);
  });

  it('leaves a pair alone for a while when nothing of its opening was filled', () => {
    const { rig, spot, perp } = pairRig({ retryMs: 1000 });
    quote(rig, spot, '99.99', '100.00');
    quote(rig, perp, '100.600', '100.610');
    const [open] = rig.turn();
    for (const [leg, { book }] of (open?.legs ?? []).entries())
      rig.tell(0, { intent: open?.id ?? 0, leg, book, filledUnits: 0, filledQuoteUnits: 0, feeQuote: 0, isFinal: true });
    const again = (): number => {
      quote(rig, perp, '100.600', '100.610');
      quote(rig, spot, '99.99', '100.00');
      return rig.turn().length;
    };
    expect([again(), again()]).toEqual([0, 0]);
    rig.nowUs += 1_000_000;
    expect(again()).toBe(1);
  });

  it('predicts exactly what filling at the shown prices leaves, when it converges as expected', () => {
    const { rig, spot, perp } = pairRig({ closeSlackBps: 0 }, { assumeFills: true });
    quote(rig, spot, '99.99', '100.00');
    quote(rig, perp, '100.600', '100.610');
    const [open] = rig.turn();
    rig.turn();
    // The contract's middle at spot's, as the estimate expects it.
    quote(rig, perp, '99.990', '100.000');
    quote(rig, spot, '99.99', '100.00');
    rig.turn();
    quote(rig, perp, '99.979', '99.989');
    rig.turn();
    rig.turn();
    const [event = { facts: {} }] = rig.events;
    const { resultQuote } = event.facts as { resultQuote: number };
    // Closed 0.011 a base asset cheaper than expected, on 10 of them, with 5 bp less of that in fees.
    expect(resultQuote).toBeCloseTo((open?.expectedNet ?? 0) + 10 * 0.011 * 1.0005, 9);
  });

  it('sells spot that the account holds against a long contract when the basis is below fair', () => {
    const { rig, spot, perp } = pairRig();
    quote(rig, spot, '100.00', '100.01');
    quote(rig, perp, '99.300', '99.310');
    const [open] = rig.turn();
    expect(targets(open)).toEqual([-990, 99]);
  });

  it('does not sell spot that the account does not hold', () => {
    const { rig, spot, perp } = pairRig();
    rig.setBalance(spot.baseAccount, 0);
    quote(rig, spot, '100.00', '100.01');
    quote(rig, perp, '99.300', '99.310');
    expect(rig.turn()).toEqual([]);
    expect(told(rig.decisions.at(-1))).toMatchObject({ verdict: 'below-threshold', figures: { direction: 1 } });
  });

  it('tells of a distance that no basis has, and does not trade on it', () => {
    const { rig, spot, perp } = pairRig();
    quote(rig, spot, '99.99', '100.00');
    quote(rig, perp, '120.000', '120.010');
    expect(rig.turn()).toEqual([]);
    expect(told(rig.decisions.at(-1)).verdict).toBe('implausible');
    expect(rig.events).toMatchObject([{ kind: 'basis-implausible' }]);
  });

  it('opens one position a book, and takes the books that are free', () => {
    const { rig } = pairRig(
      {},
      {
        rows: [
          [SPOT, { ...SPOT, venue: 'mexc' }],
          [PERP, { ...PERP, venue: 'gateio' }],
        ],
      },
    );
    const books = rig.universe.books;
    for (const info of books) {
      if (info.instrument.market === 'spot') quote(rig, info, '99.99', '100.00');
      else quote(rig, info, '100.600', '100.610');
    }
    const intents = rig.turn();
    expect(intents).toHaveLength(2);
    expect(new Set(intents.flatMap(({ legs }) => legs.map(({ book }) => book))).size).toBe(4);
  });

  it('opens nothing that the budget does not cover', () => {
    const { rig, spot, perp } = pairRig({}, { budgetQuote: 100 });
    quote(rig, spot, '99.99', '100.00');
    quote(rig, perp, '100.600', '100.610');
    const [open] = rig.turn();
    // 0.7 base assets: 70.00 of spot and a third of 70.42 as margin.
    expect(targets(open)).toEqual([70, -7]);
    expect(rig.context.budget.committedQuote).toBeLessThanOrEqual(100);
  });

  it('notes the same verdict once in a while, and nothing that is far away', () => {
    const { rig, spot, perp } = pairRig({ noteMs: 1000, noteWithinBps: 50 });
    for (let look = 0; look < 30; look++) {
      quote(rig, spot, '99.99', '100.00');
      quote(rig, perp, '100.200', '100.210');
      rig.turn(100_000);
    }
    expect(rig.decisions).toHaveLength(3);
    quote(rig, perp, '99.700', '99.710');
    rig.setBalance(spot.baseAccount, 0);
    rig.turn(5_000_000);
    expect(rig.decisions).toHaveLength(3);
  });
});
