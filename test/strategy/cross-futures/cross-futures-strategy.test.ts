import { describe, expect, it } from 'vitest';
import type { SeenIntent } from '../../../src/sim/lab/rig.js';
import { quote, rowRig, told } from './market.js';

const targets = (intent: SeenIntent | undefined) => intent?.legs.map(({ book, targetUnits }) => [book, targetUnits]);

describe('CrossFuturesStrategy', () => {
  it('buys contracts where they are cheap, sells as much base where they are dear, and closes at 0 when they meet', () => {
    const { rig, mexc, gateio } = rowRig({ maxPositionQuote: 1000 }, { assumeFills: true });
    quote(rig, mexc, '99.99', '100.00');
    quote(rig, gateio, '101.00', '101.01');
    const [open] = rig.turn();
    expect(open?.purpose).toBe('open');
    // 10 base assets: 100 contracts of 0.1 against 1000 of 0.01.
    expect(targets(open)).toEqual([
      [mexc.book, 100],
      [gateio.book, -1000],
    ]);
    expect(told(rig.decisions.at(-1))).toMatchObject({
      stage: 'entry',
      verdict: 'enter',
      figures: { legCount: 2, sizeBase: 10 },
    });
    rig.turn();
    quote(rig, gateio, '100.50', '100.51');
    expect(rig.turn()).toEqual([]);
    expect(told(rig.decisions.at(-1))).toMatchObject({ stage: 'exit', verdict: 'hold' });
    quote(rig, gateio, '99.98', '99.99');
    const [close] = rig.turn();
    expect(close?.purpose).toBe('close');
    expect(close?.legs.map(({ targetUnits, reduceOnly }) => [targetUnits, reduceOnly])).toEqual([
      [0, true],
      [0, true],
    ]);
    rig.turn();
    // Ten base assets: 1.00 got in and nothing lost on the way out, less 2 bp at one and 5 bp at the other venue, twice.
    const fees = 10 * (0.0002 * (100 + 99.99) + 0.0005 * (101 + 99.99));
    const facts = rig.events[0]?.facts as { reason: string; resultQuote: number };
    expect(facts.reason).toBe('converged');
    expect(facts.resultQuote).toBeCloseTo(10 * 1 - fees, 8);
    expect(rig.context.budget.committedQuote).toBe(0);
  });

  it('does not believe a distance before it has stood, and takes it when no message comes any more', () => {
    const { rig, mexc, gateio } = rowRig({ maxPositionQuote: 1000, confirmMs: 3 });
    quote(rig, mexc, '99.99', '100.00');
    const flicker = (bid: string): readonly SeenIntent[] => {
      quote(rig, gateio, bid, '101.01');
      return rig.turn(1_000);
    };
    for (const bid of ['101.00', '99.98', '101.00', '99.98', '101.00', '99.98']) expect(flicker(bid)).toEqual([]);
    expect(flicker('101.00')).toEqual([]);
    expect(told(rig.decisions.at(-1))).toMatchObject({ verdict: 'unconfirmed', figures: { stoodMs: 0, confirmMs: 3 } });
    expect(rig.turn(1_000)).toEqual([]);
    expect(rig.turn(2_000)).toHaveLength(1);
  });

  it('splits over venues when one is too thin', () => {
    const { rig, mexc, gateio, binance } = rowRig({ maxPositionQuote: 1000 });
    quote(rig, mexc, '99.99', '100.00', '40');
    quote(rig, binance, '99.99', '100.01', '100');
    quote(rig, gateio, '101.00', '101.01');
    const [open] = rig.turn();
    // 4 base assets at 100.00, then 5 more at 100.01: 9.99 of 1000 quote assets at 100 and a bit, in whole contracts of 1.
    expect(targets(open)).toEqual([
      [mexc.book, 40],
      [gateio.book, -1000],
      [binance.book, 6],
    ]);
  });

  it('keeps to two legs where no more are allowed', () => {
    const { rig, mexc, gateio, binance } = rowRig({ maxPositionQuote: 1000, maxLegs: 2 });
    quote(rig, mexc, '99.99', '100.00', '40');
    quote(rig, binance, '99.99', '100.01', '100');
    quote(rig, gateio, '101.00', '101.01');
    const [open] = rig.turn();
    expect(open?.legs).toHaveLength(2);
  });

  it('counts the funding to come: a distance that is paid for with funding is none', () => {
    const { rig, mexc, gateio } = rowRig({ horizonHours: 24, fundingPersistence: 1 });
    quote(rig, mexc, '99.99', '100.00');
    quote(rig, gateio, '100.50', '100.51');
    // The short side pays three times 20 bp until the horizon.
    rig.setMark(gateio, { fundingRate: -0.002 });
    expect(rig.turn()).toEqual([]);
    expect(told(rig.decisions.at(-1))).toMatchObject({ verdict: 'below-threshold' });
    expect(told(rig.decisions.at(-1)).figures['sellFundingBps']).toBeCloseTo(-60, 9);
    rig.setMark(gateio, { fundingRate: 0 });
    expect(rig.turn()).toHaveLength(1);
  });

  it('brings the greater side down to the smaller when a leg was filled in part', () => {
    const { rig, mexc, gateio } = rowRig({ maxPositionQuote: 1000 });
    quote(rig, mexc, '99.99', '100.00');
    quote(rig, gateio, '101.00', '101.01');
    const [open] = rig.turn();
    if (open !== undefined) rig.fill(open, [1, 0.35]);
    const [hedge] = rig.turn();
    expect(hedge?.purpose).toBe('reduce');
    expect(hedge?.legs).toMatchObject([{ book: mexc.book, positionUnits: 100, targetUnits: 35, reduceOnly: true }]);
    if (hedge !== undefined) rig.fill(hedge);
    rig.turn();
    expect(rig.context.positions.of(mexc.book) * 0.1 + rig.context.positions.of(gateio.book) * 0.01).toBeCloseTo(0, 12);
  });
});
