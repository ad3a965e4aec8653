import { expect, test } from 'vitest';
import { ExecutorRig } from '../execution/executor-rig.js';
import { buy, Rig } from '../gateway/rig.js';

// P7: after a network drop the user stream was never there again, and fills made while it was down were lost.
test('P7: after any number of drops the stream is back, and the fills made meanwhile are told', async () => {
  const rig = await (await Rig.create()).start();
  for (let drop = 0; drop < 20; drop++) {
    await rig.until(rig.gateway.place(buy(`a${drop}`)));
    const order = rig.venue.orders[drop];
    if (order === undefined) throw new Error('no order');
    rig.venue.dropStreams();
    rig.venue.fill(order, '1');
    await rig.pass(45_000);
    expect(rig.gateway.isLive).toBe(true);
  }
  expect(rig.of('fill').map(({ fill }) => fill.clientOrderId)).toEqual(Array.from({ length: 20 }, (_, i) => `a${i}`));
  expect(rig.of('order').filter(({ order }) => order.state === 'filled')).toHaveLength(20);
  await rig.stop();
});

test('P7: a venue that is away for an hour is found again, and what happened in that hour as well', async () => {
  const rig = await (await Rig.create()).start();
  await rig.until(rig.gateway.place(buy('a')));
  const [order] = rig.venue.orders;
  if (order === undefined) throw new Error('no order');
  rig.venue.fate = () => ({ status: '503 Service Unavailable', body: 'maintenance' });
  rig.venue.dropStreams();
  for (let i = 0; i < 4; i++) {
    rig.venue.fill(order, '0.25');
    await rig.pass(15 * 60_000);
  }
  expect(rig.of('fill')).toEqual([]);
  rig.venue.fate = () => 'serve';
  await rig.pass(60_000);
  expect(rig.of('fill').map(({ fill }) => fill.quantity)).toEqual(['0.25', '0.25', '0.25', '0.25']);
  await rig.stop();
});

test('P7: fills that no stream ever told are asked for, reach ledger and strategy, and are hedged', async () => {
  const rig = new ExecutorRig();
  rig.buyer.treatments = [{ fills: ['0.6', '0.4'], tellMs: null }];
  rig.seller.treatments = [{ fills: ['0.3'], tellMs: null }, { tellMs: null }];
  rig.execute(rig.intent());
  await rig.pass(20_000);
  expect(rig.fills.map(({ fill }) => [fill.side, fill.quantity]).sort()).toEqual([
    ['buy', '0.4'],
    ['buy', '0.6'],
    ['sell', '0.3'],
    ['sell', '0.7'],
  ]);
  expect([rig.lastOf(0)?.filledUnits, rig.lastOf(1)?.filledUnits, rig.net()]).toEqual([100, -100, 0]);
  expect(rig.of('unhedged')).toEqual([]);
});
