// P11: orders were lost or stuck in the client. Goal: after any gap in what is seen, the gateway's orders are the venue's: ended ones
// are told, unknown ones (orphans) are told as well. The gateway looks whenever the stream is back; the sweep looks by the clock, also
// where a stream that stands has lost words, and cancels what nobody wants.
import { expect, test } from 'vitest';
import { type ExpectedOrder, OpenOrderSweep, type SweepEvent } from '../../src/execution/open-order-sweep.js';
import { buy, Rig } from '../gateway/rig.js';

test('P11: an order that ended while nobody looked does not stay open in the client', async () => {
  const rig = await (await Rig.create()).start();
  for (const cid of ['a', 'b', 'c']) await rig.until(rig.gateway.place(buy(cid)));
  rig.venue.mutePushes = true; // as when the stream lost these words
  const [first, second] = rig.venue.orders;
  if (first === undefined || second === undefined) throw new Error('no orders');
  rig.venue.fill(first, '1');
  second.state = 'canceled';
  rig.venue.mutePushes = false;
  rig.venue.dropStreams();
  await rig.pass(45_000);
  const last = new Map(rig.of('order').map(({ order }) => [order.clientOrderId, order.state]));
  expect(Object.fromEntries(last)).toEqual({ a: 'filled', b: 'canceled', c: 'open' });
  await rig.stop();
});

test('P11: an order at the venue that the client does not know is told', async () => {
  const rig = await (await Rig.create()).start();
  rig.venue.orders.push({ id: 'o-orphan', cid: 'orphan', symbol: 'AAAUSDT', qty: '1', state: 'open', filled: '0' });
  rig.venue.dropStreams();
  await rig.pass(45_000);
  expect(rig.of('order').map(({ order }) => [order.venueOrderId, order.state])).toContainEqual(['o-orphan', 'open']);
  await rig.stop();
});

test('P11: words lost on a stream that stands are found by the clock: ended orders end, and orphans are cancelled and reported', async () => {
  const rig = await (await Rig.create()).start();
  const account = { venue: 'binance', market: 'spot' } as const;
  const events: SweepEvent[] = [];
  const known: ExpectedOrder[] = [];
  const sweep = new OpenOrderSweep({
    accounts: [{ ...account, port: rig.gateway }],
    orders: { expected: () => [...known] },
    clock: rig.time,
    timers: rig.time,
    intervalMs: 10_000,
    graceMs: 3_000,
    onEvent: (event) => events.push(event),
  });
  for (const cid of ['a', 'b', 'c']) {
    await rig.until(rig.gateway.place(buy(cid)));
    known.push({ symbol: 'AAAUSDT', clientOrderId: cid, venueOrderId: null, wordUs: rig.time.monotonicUs() });
  }
  rig.venue.mutePushes = true;
  const [first, second] = rig.venue.orders;
  if (first === undefined || second === undefined) throw new Error('no orders');
  rig.venue.fill(first, '1');
  second.state = 'canceled';
  rig.venue.orders.push({ id: 'o-orphan', cid: 'orphan', symbol: 'AAAUSDT', qty: '1', state: 'open', filled: '0' });
  sweep.start();
  await rig.pass(11_000);
  sweep.stop();
  const ends = events.map((event) =>
    event.kind === 'settled'
      ? [event.reference.clientOrderId, event.order?.state]
      : [event.kind, event.kind === 'orphan' && event.outcome],
  );
  expect(ends.sort()).toEqual([
    ['a', 'filled'],
    ['b', 'canceled'],
    ['orphan', 'cancelled'],
  ]);
  expect(rig.venue.orders.map(({ state }) => state)).toEqual(['filled', 'canceled', 'open', 'canceled']);
  await rig.stop();
});
