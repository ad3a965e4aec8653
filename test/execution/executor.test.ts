import { describe, expect, it } from 'vitest';
import { ExecutorRig } from './executor-rig.js';

describe('sending', () => {
  it('sends both legs within the call, on record before they leave', async () => {
    const rig = new ExecutorRig();
    expect(rig.execute(rig.intent())).toBe(true);
    expect(rig.buyer.sent[0]?.request).toMatchObject({
      side: 'buy',
      quantity: '1',
      price: '100',
      timeInForce: 'ioc',
      type: 'limit',
    });
    expect(rig.seller.sent[0]?.request).toMatchObject({ side: 'sell', quantity: '1', price: '101' });
    expect(rig.intents).toHaveLength(1);
    expect(rig.orders.map(({ state, sentBefore }) => [state, sentBefore])).toEqual([
      ['sending', 0],
      ['sending', 0],
    ]);
    await rig.pass(100);
    expect(rig.of('finished')[0]?.result).toMatchObject({
      success: true,
      unhedgedBase: '0',
      realizedProfit: '0.998',
      failureReason: null,
    });
    expect(rig.lastOf(0)).toMatchObject({ filledUnits: 100, isFinal: true, feeQuote: 0.001 });
    expect(rig.lastOf(1)).toMatchObject({ filledUnits: -100, isFinal: true });
    expect(rig.executor.calculateExecutionLatency('run:1')).toBe(0);
    expect(rig.fills).toHaveLength(2);
    expect(rig.time.pending()).toBe(0);
  });

  it('does nothing with an intent that it has seen', () => {
    const rig = new ExecutorRig();
    const intent = rig.intent();
    rig.execute(intent);
    expect(rig.execute(intent)).toBe(false);
    expect(rig.sentCount).toBe(2);
  });

  it.each([
    ['expired', (rig: ExecutorRig) => rig.pass(200)],
    ['halted', (rig: ExecutorRig) => rig.halt('stop')],
    ['unrecorded', (rig: ExecutorRig) => rig.breakJournal()],
  ])('sends nothing of an intent that is %s, and says that nothing will come', async (_, prepare) => {
    const rig = new ExecutorRig();
    const intent = rig.intent();
    await prepare(rig);
    expect(rig.execute(intent)).toBe(false);
    expect(rig.sentCount).toBe(0);
    expect(rig.told).toMatchObject([
      { leg: 0, filledUnits: 0, isFinal: true },
      { leg: 1, filledUnits: 0, isFinal: true },
    ]);
    expect(rig.of('refused')).toHaveLength(1);
  });
});

describe('hedging', () => {
  it('completes the missing leg', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ fills: ['0.4'] }, {}];
    rig.execute(rig.intent());
    await rig.pass(500);
    expect(rig.seller.sent.map(({ request }) => [request.quantity, request.price])).toEqual([
      ['1', '101'],
      ['0.6', '100.899'],
    ]);
    expect(rig.net()).toBe(0);
    expect(rig.lastOf(1)).toMatchObject({ filledUnits: -100, isFinal: true });
    expect(rig.of('finished')[0]?.result.success).toBe(true);
  });

  it('goes to the fallback venue when the missing one refuses, and tells that under a leg of its own', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ answer: 'refused' }];
    rig.execute(rig.intent(100, { fallback: true }));
    await rig.pass(1_000);
    expect(rig.seller.sent).toHaveLength(3);
    expect(rig.other.net()).toBe('-1');
    expect(rig.lastOf(2)).toMatchObject({ book: rig.otherwise.book, filledUnits: -100, isFinal: true });
    expect(rig.executor.unhedged()).toEqual([]);
  });

  it('takes the filled leg back when nobody else takes it', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ answer: 'refused' }];
    rig.execute(rig.intent());
    await rig.pass(1_000);
    expect(rig.net()).toBe(0);
    expect(rig.lastOf(0)).toMatchObject({ filledUnits: 0, isFinal: true });
    expect(rig.of('finished')[0]?.result).toMatchObject({ success: false, unhedgedBase: '0' });
  });

  it('carries what no venue would take', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ fills: ['0.99'] }];
    rig.execute(rig.intent());
    await rig.pass(1_000);
    expect(rig.sentCount).toBe(2);
    expect(rig.of('dust')[0]?.amount).toMatchObject({ base: '0.01', isDust: true, asset: 'ABC' });
    expect(rig.executor.unhedged()).toMatchObject([{ base: '0.01' }]);
    rig.executor.release(1);
    expect(rig.executor.unhedged()).toEqual([]);
  });

  it('raises an alert in time when nothing can be done, and keeps it on record', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ fills: [] }];
    rig.buyer.treatments = [{}, { fills: [] }];
    rig.execute(rig.intent(100, { hedgeMs: 2_000 }));
    await rig.pass(2_100);
    expect(rig.of('unhedged')).toHaveLength(1);
    expect(rig.executor.unhedged()).toMatchObject([{ base: '1', isDust: false, intent: 1 }]);
    expect(rig.sentCount).toBeLessThanOrEqual(10);
    const ids = [...rig.ports.values()].flatMap(({ sent }) => sent.map(({ request }) => request.clientOrderId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('sends no hedge through a gate that was shut after the legs had left', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ fills: [] }];
    rig.execute(rig.intent());
    rig.halted = 'stop';
    await rig.pass(1_000);
    expect(rig.sentCount).toBe(2);
    expect(rig.of('unhedged')[0]).toMatchObject({ reason: 'stop' });
  });

  it('only takes back what was opened where only that is allowed', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ fills: [] }];
    rig.execute(rig.intent(100, { fallback: true }));
    rig.halted = 'no opening';
    rig.allowsReducing = true;
    await rig.pass(1_000);
    expect([rig.seller.sent.length, rig.other.sent.length, rig.buyer.sent.length]).toEqual([1, 0, 2]);
    expect(rig.net()).toBe(0);
  });

  it('never hedges a plan of one leg', async () => {
    const rig = new ExecutorRig();
    rig.buyer.treatments = [{ fills: ['0.5'] }];
    rig.execute(rig.intent(100, { legs: 1 }));
    await rig.pass(1_000);
    expect(rig.sentCount).toBe(1);
    expect(rig.lastOf(0)).toMatchObject({ filledUnits: 50, isFinal: true });
  });
});

describe('answers that are lost', () => {
  it('asks what became of an order and sends it no second time', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ answer: 'lost', tellMs: null }];
    rig.execute(rig.intent());
    await rig.pass(1_500);
    expect(rig.sentCount).toBe(2);
    expect(rig.orders.map(({ state }) => state)).toContain('unknown');
    expect(rig.of('finished')[0]?.result.success).toBe(true);
    expect(rig.fills).toHaveLength(2);
  });

  it('takes it for refused only when the venue never had it, and hedges then', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ answer: 'lost-and-gone' }, {}];
    rig.execute(rig.intent());
    await rig.pass(1_000);
    expect(rig.seller.sent).toHaveLength(2);
    expect(rig.net()).toBe(0);
  });

  it('hedges from fills before the deadline while an order is unknown, and undoes that when the order had filled', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ answer: 'lost', tellMs: null }, {}];
    rig.seller.settleMs = 6_000;
    rig.execute(rig.intent(100, { hedgeMs: 3_000 }));
    await rig.pass(2_500);
    expect(rig.seller.sent).toHaveLength(2);
    await rig.pass(10_000);
    expect(rig.net()).toBe(0);
    expect(rig.executor.unhedged()).toEqual([]);
    expect(rig.lastOf(0)?.isFinal).toBe(true);
  });

  it('asks for fills that were not told, and after a reconnect at once', async () => {
    const rig = new ExecutorRig({ chaseMs: 60_000, chaseMaxMs: 60_000 });
    rig.buyer.treatments = [{ tellMs: null }];
    rig.execute(rig.intent());
    await rig.pass(100);
    expect(rig.of('finished')).toHaveLength(0);
    rig.executor.onAccount('binance', 'spot', { kind: 'reconciled' });
    await rig.pass(10);
    expect(rig.of('finished')[0]?.result.success).toBe(true);
  });

  it('counts what is told twice, and out of order, once', async () => {
    const rig = new ExecutorRig();
    rig.buyer.treatments = [{ fills: ['0.3', '0.7'], isMessy: true, answerMs: 50, tellMs: 5 }];
    rig.execute(rig.intent());
    await rig.pass(200);
    expect(rig.fills).toHaveLength(3);
    expect(rig.lastOf(0)).toMatchObject({ filledUnits: 100, isFinal: true });
    expect(rig.sentCount).toBe(2);
  });

  it('cancels an order that rests although it must not', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ rests: true, fills: ['0.5'] }, {}];
    rig.execute(rig.intent());
    await rig.pass(3_000);
    expect(rig.seller.canceled).toEqual(['cid-run:1:1:0']);
    expect(rig.net()).toBe(0);
  });
});

describe('stopping', () => {
  it('cancels what works, sends nothing, and waits for the end of every order', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ rests: true, fills: ['0.5'] }];
    rig.execute(rig.intent());
    await rig.pass(20);
    const stopped = rig.executor.stop(2_000);
    expect(rig.execute(rig.intent())).toBe(false);
    await rig.pass(500);
    expect(await stopped).toBe(true);
    expect(rig.sentCount).toBe(2);
    expect(rig.of('unhedged')).toMatchObject([{ reason: 'execution is stopped' }]);
    expect(rig.time.pending()).toBe(0);
  });

  it('waits no longer than it may', async () => {
    const rig = new ExecutorRig();
    rig.seller.treatments = [{ answer: 'lost-and-gone' }];
    rig.seller.settleMs = 60_000;
    rig.execute(rig.intent());
    await rig.pass(20);
    const stopped = rig.executor.stop(1_000);
    await rig.pass(1_100);
    expect(await stopped).toBe(false);
  });
});
