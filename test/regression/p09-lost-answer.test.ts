import { expect, test } from 'vitest';
import { ExecutorRig } from '../execution/executor-rig.js';
import { buy, Rig, reference } from '../gateway/rig.js';

// P9: a request timed out, the order had gone through, and the retry doubled it.
test.each([true, false])(
  'P9: an order whose answer is lost is unknown, is found by its client id, and is there once (WebSocket: %s)',
  async (orderEntry) => {
    const rig = await (await Rig.create({ orderEntry })).start();
    rig.venue.fate = (what) => (/place|POST .order/.test(what) ? 'lose-answer' : 'serve');
    rig.venue.mutePushes = true;
    const outcome = await rig.until(rig.gateway.place(buy('a')));
    expect(outcome).toMatchObject({ kind: 'unknown', error: { kind: 'outcome-unknown', remedy: 'query' } });
    expect(await rig.until(rig.gateway.settle(reference('a')))).toMatchObject({
      kind: 'found',
      order: { state: 'open', clientOrderId: 'a' },
    });
    expect(rig.venue.ordersOf('a')).toHaveLength(1);
    await rig.stop();
  },
);

test('P9: the same intent again, after a restart as well, does not send a second order', async () => {
  const rig = await (await Rig.create()).start();
  rig.venue.orders.push({ id: 'o-before', cid: 'a', symbol: 'AAAUSDT', qty: '1', state: 'open', filled: '0' }); // of an earlier life
  const outcome = await rig.until(rig.gateway.place(buy('a')));
  expect(outcome).toMatchObject({ kind: 'placed', order: { venueOrderId: 'o-before' } });
  expect(rig.venue.ordersOf('a')).toHaveLength(1);
  await rig.stop();
});

test.each([
  ['had arrived', 'lost' as const, 1],
  ['had never arrived', 'lost-and-gone' as const, 2],
])('P9: a leg whose answer is lost is asked for; an order that %s is traded once', async (_name, answer, orders) => {
  const rig = new ExecutorRig();
  rig.buyer.treatments = [{ answer, tellMs: null }, {}];
  rig.buyer.settleMs = 1_000;
  rig.execute(rig.intent());
  await rig.pass(900);
  // Not before the venue has said that it never had it.
  expect(rig.buyer.sent).toHaveLength(1);
  await rig.pass(10_000);
  expect(new Set(rig.buyer.sent.map(({ request }) => request.clientOrderId)).size).toBe(orders);
  expect(rig.buyer.sent).toHaveLength(orders);
  expect([rig.buyer.net(), rig.net(), rig.executor.unhedged()]).toEqual(['1', 0, []]);
});
