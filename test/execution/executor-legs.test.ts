// Goal: legs are matched in base units, whatever each venue counts in, and however many legs there are.
import { describe, expect, it } from 'vitest';
import { ExecutorRig } from './executor-rig.js';

/** Buys 1 on spot and sells ten contracts of a tenth. */
const cashAndCarry = (rig: ExecutorRig) =>
  rig.intentOf([
    { info: rig.buyAt, change: 100 },
    { info: rig.perpetual, change: -10 },
  ]);
const perpetuals = (rig: ExecutorRig) => rig.port('gateio', 'futures');
const sentTo = ({ sent }: ExecutorRig['buyer']) =>
  sent.map(({ request: { side, quantity, reduceOnly } }) => [side, quantity, reduceOnly]);

describe('spot against contracts', () => {
  it('are one position when both are filled, told in the units of their books and at their values', async () => {
    const rig = new ExecutorRig();
    rig.execute(cashAndCarry(rig));
    await rig.pass(100);
    expect(sentTo(perpetuals(rig))).toEqual([['sell', '10', false]]);
    expect(rig.lastOf(0)).toMatchObject({ filledUnits: 100, filledQuoteUnits: 100 * 100 * 10 ** rig.buyAt.priceScale });
    expect(rig.lastOf(1)).toMatchObject({ filledUnits: -10, filledQuoteUnits: 10 * 101 * 10 ** rig.perpetual.priceScale });
    expect(rig.of('finished')[0]?.result).toMatchObject({ success: true, unhedgedBase: '0' });
  });

  it('sell the contracts that are missing', async () => {
    const rig = new ExecutorRig();
    perpetuals(rig).treatments = [{ fills: ['7'] }, {}];
    rig.execute(cashAndCarry(rig));
    await rig.pass(500);
    expect(sentTo(perpetuals(rig))).toEqual([
      ['sell', '10', false],
      ['sell', '3', false],
    ]);
    expect([rig.net(), rig.lastOf(1)?.filledUnits]).toEqual([0, -10]);
  });

  it('buy the coins that are missing', async () => {
    const rig = new ExecutorRig();
    rig.buyer.treatments = [{ fills: ['0.57'] }, {}];
    rig.execute(cashAndCarry(rig));
    await rig.pass(500);
    expect(sentTo(rig.buyer).at(-1)).toEqual(['buy', '0.43', false]);
    expect(rig.net()).toBe(0);
  });

  it('take contracts back with orders that only reduce', async () => {
    const rig = new ExecutorRig();
    rig.buyer.treatments = [{ answer: 'refused' }];
    rig.execute(cashAndCarry(rig));
    await rig.pass(1_000);
    expect(sentTo(perpetuals(rig)).at(-1)).toEqual(['buy', '10', true]);
    expect([rig.net(), rig.lastOf(1)?.filledUnits, rig.executor.unhedged()]).toEqual([0, 0, []]);
  });

  it('complete a leg that closes with an order that only reduces, and take a coin back without one', async () => {
    const rig = new ExecutorRig();
    perpetuals(rig).treatments = [{ fills: ['4'] }, {}];
    rig.execute(
      rig.intentOf([
        { info: rig.buyAt, change: -100, position: 100 },
        { info: rig.perpetual, change: 10, position: -10, reduceOnly: true },
      ]),
    );
    await rig.pass(500);
    expect(sentTo(perpetuals(rig))).toEqual([
      ['buy', '10', true],
      ['buy', '6', true],
    ]);
    expect(rig.net()).toBe(0);
  });

  it('carry what is less than a contract and less than the least order', async () => {
    const rig = new ExecutorRig();
    rig.buyer.treatments = [{ fills: ['0.97'] }];
    rig.execute(cashAndCarry(rig));
    await rig.pass(1_000);
    expect(rig.sentCount).toBe(2);
    expect(rig.of('dust')[0]?.amount).toMatchObject({ base: '-0.03', isDust: true });
  });

  it('hedge whole contracts as far as they go where the coin is not to be had, and carry the rest', async () => {
    const rig = new ExecutorRig();
    rig.buyer.treatments = [{ fills: ['0.57'] }, { answer: 'refused' }];
    rig.execute(cashAndCarry(rig));
    await rig.pass(2_000);
    expect(sentTo(perpetuals(rig)).at(-1)).toEqual(['buy', '4', true]);
    expect(rig.of('dust')[0]?.amount.base).toBe('-0.03');
  });
});

describe('three legs', () => {
  /** Buys 2 in one place and sells 1 in each of two others, one of them in contracts. */
  const split = (rig: ExecutorRig) =>
    rig.intentOf([
      { info: rig.buyAt, change: 200 },
      { info: rig.sellAt, change: -100 },
      { info: rig.perpetual, change: -10 },
    ]);

  it('leave in one call', async () => {
    const rig = new ExecutorRig();
    rig.execute(split(rig));
    expect(rig.sentCount).toBe(3);
    await rig.pass(100);
    expect(rig.of('finished')[0]?.result).toMatchObject({ success: true, unhedgedBase: '0' });
    expect([0, 1, 2].map((leg) => rig.lastOf(leg)?.filledUnits)).toEqual([200, -100, -10]);
  });

  it('are each completed as far as they lack', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ fills: ['0.4'] }, {}];
    perpetuals(rig).treatments = [{ fills: ['3'] }, {}];
    rig.execute(split(rig));
    await rig.pass(1_000);
    expect(rig.of('hedging').map(({ venue, attempt }) => [venue, attempt])).toEqual([
      ['kraken', 1],
      ['gateio', 1],
    ]);
    expect(sentTo(rig.seller).at(-1)).toEqual(['sell', '0.6', false]);
    expect(sentTo(perpetuals(rig)).at(-1)).toEqual(['sell', '7', false]);
    expect([0, 1, 2].map((leg) => rig.lastOf(leg)?.filledUnits)).toEqual([200, -100, -10]);
    expect(rig.of('finished')[0]?.result.success).toBe(true);
  });

  it('are hedged in base units when one of them is refused for good', async () => {
    const rig = new ExecutorRig();
    perpetuals(rig).treatments = [{ answer: 'refused' }];
    rig.execute(split(rig));
    await rig.pass(2_000);
    expect(rig.net()).toBe(0);
    expect([0, 1, 2].map((leg) => rig.lastOf(leg)?.filledUnits)).toEqual([100, -100, 0]);
    expect(rig.of('finished').at(-1)?.result).toMatchObject({ success: false, unhedgedBase: '0' });
  });
});

describe('contracts that strategies share', () => {
  const closing = (rig: ExecutorRig) => rig.intentOf([{ info: rig.perpetual, change: 10, position: -10, reduceOnly: true }]);

  it('are closed with orders that only reduce as far as the venue sees a position to reduce', async () => {
    const [alone, netted] = [new ExecutorRig({}, undefined, -10), new ExecutorRig({}, undefined, -4)];
    for (const rig of [alone, netted]) rig.execute(closing(rig));
    await Promise.all([alone.pass(100), netted.pass(100)]);
    expect(sentTo(perpetuals(alone))).toEqual([['buy', '10', true]]);
    // Another strategy is long 6 of them: at the venue there are 4 to reduce, and it would refuse more.
    expect(sentTo(perpetuals(netted))).toEqual([['buy', '10', false]]);
  });
});
