// Goal: the keeper does not even out what a strategy evens out by itself; and what the checks or a venue's rules do not let is neither
// tried in the same way for ever nor stands in the way of the rest.
// Method: a whole desk before fake accounts in virtual time, with limits that bind; and strategies that hedge, played by the test.
import { describe, expect, it } from 'vitest';
import { WIDE } from '../risk/desk.js';
import { DeskRig } from './desk-rig.js';

const LONG_MS = 15_000;

describe('what a strategy evens out by itself', () => {
  it('is not evened out by the keeper as well', async () => {
    const rig = await new DeskRig().start();
    await rig.trade([[rig.buyAt, 100]]);
    await rig.trade([[rig.sellAt, -100]]);
    await rig.run(LONG_MS);
    expect([rig.sent, rig.desk.state.strategies[0]?.net[0], rig.desk.report().unhedged]).toEqual([2, 0, []]);
  });

  it('is not owed any more, though the keeper was told of it', async () => {
    const rig = await new DeskRig().start();
    const binance = rig.account('binance');
    binance.treatment = { ...binance.treatment, share: 0 };
    await rig.trade([[rig.buyAt, 100]]);
    await rig.run(5_000);
    // Its fill comes when execution has long forgotten it.
    const fill = binance.trade(rig.buyAt.instrument.symbol, 'buy', '1', '100', binance.sent[0]?.clientOrderId);
    binance.tellFill(fill);
    await rig.run(2_500);
    expect(rig.desk.report().unhedged).toMatchObject([{ asset: 'ABC', base: '1' }]);
    await rig.trade([[rig.sellAt, -100]]);
    await rig.run(LONG_MS);
    expect([rig.sent, rig.desk.state.strategies[0]?.net[0], rig.desk.report().unhedged]).toEqual([2, 0, []]);
  });

  it('is left to it as long as an order of it works, and a while after', async () => {
    const rig = await new DeskRig().start();
    await rig.trade([[rig.buyAt, 100]]);
    const kraken = rig.account('kraken');
    kraken.treatment = { ...kraken.treatment, share: 0, rests: true };
    const intent = rig.intent([[rig.sellAt, -100]]);
    rig.desk.take(intent);
    const begunUs = rig.time.monotonicUs();
    const ended = (): boolean => rig.desk.executor.activeCount === 0;
    while (!ended()) await rig.run(100);
    const endedMs = (rig.time.monotonicUs() - begunUs) / 1000;
    const sent = rig.sent;
    await rig.run(2_500);
    expect([endedMs > 1_000, rig.sent]).toEqual([true, sent]);
    kraken.treatment = { ...kraken.treatment, share: 1, rests: false };
    await rig.run(LONG_MS);
    expect([rig.sent, rig.desk.state.strategies[0]?.net[0]]).toEqual([sent + 1, 0]);
  });

  it('is taken from it when it tries for ever and gets nothing', async () => {
    const rig = await new DeskRig().start();
    await rig.trade([[rig.buyAt, 100]]);
    const kraken = rig.account('kraken');
    kraken.treatment = { ...kraken.treatment, share: 0, rests: true };
    // On the way again at once, whenever it has come to nothing.
    for (let tries = 0; tries < 100; tries++) {
      if (rig.desk.executor.activeCount === 0) rig.desk.take(rig.intent([[rig.sellAt, -100]]));
      await rig.run(100);
    }
    kraken.treatment = { ...kraken.treatment, share: 1, rests: false };
    await rig.run(2_000);
    expect(rig.desk.report().refusals).toMatchObject([{ reason: 'left-to-keeper' }]);
    expect([rig.desk.state.strategies[0]?.net[0], rig.desk.report().unhedged]).toEqual([0, []]);
  });
});

/** What had been ordered before a trade is filled only after it, when kraken alone is left to sell at. */
async function filledLate(rig: DeskRig, quantity: string): Promise<void> {
  const binance = rig.account('binance');
  binance.treatment = { ...binance.treatment, share: 0 };
  await rig.trade([[rig.buyAt, Math.round(Number(quantity) * 100)]]);
  binance.treatment = { ...binance.treatment, share: 1 };
  await rig.trade();
  rig.prices.delete(rig.buyAt);
  await rig.run(6_000);
  binance.tellFill(binance.trade(rig.buyAt.instrument.symbol, 'buy', quantity, '100', binance.sent[0]?.clientOrderId));
}

function soldAtKraken(rig: DeskRig): string[] {
  return rig
    .account('kraken')
    .sent.slice(1)
    .map(({ side, quantity }) => `${side} ${quantity}`);
}

describe('what the checks do not let', () => {
  const { exposureQuoteMax } = WIDE;

  it('at one book is tried at the next one', async () => {
    const first = await new DeskRig().start();
    await first.trade();
    await first.trade([[first.buyAt, 40]]);
    first.die();
    // Most is paid at kraken, where no position may become larger any more.
    const rig = new DeskRig({ before: first, risk: { ...WIDE, exposureQuoteMax: { ...exposureQuoteMax, venue: 120 } } });
    rig.prices.set(rig.sellAt, 101);
    await rig.start();
    await rig.run(LONG_MS);
    expect([rig.position(0, rig.buyAt.book), rig.position(0, rig.sellAt.book)]).toEqual([100, -100]);
    expect(rig.account('kraken').sent).toHaveLength(1);
    expect(rig.desk.report().refusals).toEqual([{ reason: 'exposure-venue', count: 1 }]);
  });

  it('in one piece is tried in halves', async () => {
    const rig = await new DeskRig({ risk: { ...WIDE, exposureQuoteMax: { ...exposureQuoteMax, venue: 124 } } }).start();
    // There is room for 0.24.
    await filledLate(rig, '0.4');
    await rig.run(2 * LONG_MS);
    expect(soldAtKraken(rig)).toEqual(['sell 0.2']);
    expect(rig.desk.report().unhedged).toMatchObject([{ asset: 'ABC', base: '0.2' }]);
  });

  it('is traded as soon as they let it, also the little that is left of halves (simulate seed 1208)', async () => {
    const risk = { ...WIDE, priceBandBps: 2_000, exposureQuoteMax: { ...exposureQuoteMax, venue: 110 } };
    const rig = await new DeskRig({ risk }).start();
    await filledLate(rig, '0.16');
    await rig.run(LONG_MS);
    expect(soldAtKraken(rig)).toEqual(['sell 0.08']);
    rig.prices.set(rig.sellAt, 90);
    await rig.run(LONG_MS);
    expect(soldAtKraken(rig)).toEqual(['sell 0.08', 'sell 0.08']);
    expect(rig.desk.report().unhedged).toEqual([]);
  });
});

describe('positions that a restart found', () => {
  it('are evened out while they cannot be closed, and nothing is opened beside them', async () => {
    const first = await new DeskRig().start();
    await first.trade([
      [first.perpetual, -20],
      [first.buyAt, 200],
    ]);
    await first.trade([[first.buyAt, 100]]);
    first.die();
    const rig = new DeskRig({ before: first, risk: { ...WIDE, priceBandBps: 250 } });
    rig.prices.set(rig.perpetual, 110);
    await rig.run(500);
    await rig.start();
    await rig.run(LONG_MS);
    rig.desk.take(rig.intent([[rig.perpetual, -10]]));
    expect([rig.position(0, rig.perpetual.book), rig.desk.state.strategies[0]?.net[0]]).toEqual([-20, 0]);
    expect(rig.desk.report().refusals).toMatchObject([{ reason: 'price-band' }, { reason: 'left-to-keeper', count: 1 }]);
    rig.prices.set(rig.perpetual, 100);
    await rig.run(LONG_MS);
    expect([rig.position(0, rig.perpetual.book), rig.desk.state.strategies[0]?.net[0]]).toEqual([0, 0]);
  });

  it('are closed though one of them is too small for an order', async () => {
    const first = await new DeskRig().start();
    await first.trade([
      [first.perpetual, -20],
      [first.buyAt, 200],
    ]);
    // A hundredth that came when its order had ended.
    const kraken = first.account('kraken');
    kraken.treatment = { ...kraken.treatment, share: 0 };
    await first.trade([[first.sellAt, 100]]);
    kraken.treatment = { ...kraken.treatment, share: 1 };
    kraken.tellFill(kraken.trade(first.sellAt.instrument.symbol, 'buy', '0.01', '100', kraken.sent[0]?.clientOrderId));
    await first.run(100);
    first.die();
    const rig = await new DeskRig({ before: first }).start();
    await rig.run(LONG_MS);
    expect([rig.perpetual, rig.buyAt, rig.sellAt].map(({ book }) => rig.position(0, book))).toEqual([0, 0, 1]);
    expect(rig.desk.report().unhedged).toMatchObject([{ asset: 'ABC', base: '0.01', isDust: true }]);
    expect(rig.account('kraken').sent).toHaveLength(1);
  });

  it('are left when the contracts are too few for any order: what evens them out is not bought back again and again', async () => {
    const first = await new DeskRig().start();
    await first.trade([
      [first.perpetual, -1],
      [first.buyAt, 20],
    ]);
    await first.trade([[first.sellAt, -10]]);
    first.die();
    const sent = first.sent;
    const rig = new DeskRig({ before: first });
    // A contract is worth 4 now and the hundredths 4 and 8; no order may be worth less than 5.
    for (const book of rig.prices.keys()) rig.prices.set(book, 40);
    await rig.run(500);
    await rig.start();
    await rig.run(4 * LONG_MS);
    expect([rig.sent, rig.desk.report().unhedged]).toEqual([sent, []]);
    expect([rig.perpetual, rig.buyAt, rig.sellAt].map(({ book }) => rig.position(0, book))).toEqual([-1, 20, -10]);
  });
});
