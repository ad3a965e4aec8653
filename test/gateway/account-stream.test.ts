import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/domain/random.js';
import { buy, NOTHING_LEFT, Rig, reference } from './rig.js';

const HOUR_MS = 3_600_000;

test('what happened while the stream was down is fetched on every reconnect, and told once', async () => {
  const rig = await (await Rig.create()).start();
  for (const cid of ['a', 'b', 'c']) await rig.until(rig.gateway.place(buy(cid)));
  const [a, b, c] = rig.venue.orders;
  if (a === undefined || b === undefined || c === undefined) throw new Error('no orders');
  rig.venue.fill(a, '0.4');
  await rig.pass(100);
  rig.events.splice(0);
  rig.venue.dropStreams();
  rig.venue.fill(a, '0.6'); // nobody listens
  rig.venue.fill(b, '0.1');
  rig.venue.cancel(c);
  await rig.pass(5_000);
  expect(rig.events.map(({ kind }) => kind).slice(0, 2)).toEqual(['disconnected', 'connected']);
  expect(rig.of('fill').map(({ fill }) => [fill.clientOrderId, fill.quantity])).toEqual([
    ['a', '0.6'],
    ['b', '0.1'],
  ]);
  const last = new Map(rig.of('order').map(({ order }) => [order.clientOrderId, [order.state, order.filledQty]]));
  expect(Object.fromEntries(last)).toEqual({ a: ['filled', '1'], b: ['partially-filled', '0.1'], c: ['canceled', '0'] });
  expect(rig.of('reconciled')).toHaveLength(1);
  expect(await rig.stop()).toEqual(NOTHING_LEFT);
});

test('an order that the venue no longer knows has ended', async () => {
  const rig = await (await Rig.create()).start();
  await rig.until(rig.gateway.place(buy('a')));
  rig.venue.dropStreams();
  rig.venue.orders.length = 0; // some venues forget what was cancelled without a fill
  rig.events.splice(0);
  await rig.pass(5_000);
  expect(rig.of('order').map(({ order }) => [order.clientOrderId, order.state])).toEqual([['a', 'canceled']]);
  await rig.stop();
});

test('tickets are renewed on schedule; one that the venue forgot leads to another connection before the old one goes', async () => {
  const rig = await (await Rig.create()).start();
  const renewals = (): number => rig.venue.arrivals.filter(({ method, path }) => method === 'PUT' && path === '/ticket').length;
  await rig.pass(2 * HOUR_MS);
  expect(renewals()).toBe(4);
  rig.venue.tickets.clear();
  rig.events.splice(0);
  await rig.pass(HOUR_MS);
  expect(rig.events.map(({ kind }) => kind)).toEqual(['connected', 'balance', 'reconciled']);
  expect(rig.venue.tickets.size).toBe(1);
  await rig.stop();
});

test('a connection is replaced before the venue ends it, without a moment unseen', async () => {
  const rig = await (await Rig.create({ orderEntry: true })).start();
  rig.events.splice(0);
  await rig.pass(25 * HOUR_MS);
  expect(rig.events.map(({ kind }) => kind)).toEqual(['connected', 'balance', 'reconciled']);
  expect([rig.venue.streams.size, rig.venue.trades.size]).toEqual([1, 1]);
  expect(await rig.stop()).toEqual(NOTHING_LEFT);
});

test('a stream that says nothing any more is given up, and so is one that never gets ready', async () => {
  const rig = await (await Rig.create()).start();
  rig.events.splice(0);
  rig.venue.streams.clear(); // its heartbeats are answered, so it must live
  await rig.pass(10 * 60_000);
  expect(rig.of('disconnected')).toEqual([]);
  rig.venue.mute = true;
  await rig.pass(70_000);
  expect(rig.of('disconnected')).toEqual([{ kind: 'disconnected', reason: 'nothing was received' }]);
  await rig.pass(60_000);
  expect(rig.notices.some(({ reason }) => reason === 'not ready in time')).toBe(true);
  rig.venue.mute = false;
  await rig.pass(60_000);
  expect(rig.gateway.isLive).toBe(true);
  expect(await rig.stop()).toEqual(NOTHING_LEFT);
});

test('where the stream does not tell fills, they are fetched when an order says that it has more', async () => {
  const rig = await (await Rig.create({ tellsFills: false })).start();
  await rig.until(rig.gateway.place(buy('a')));
  const [order] = rig.venue.orders;
  if (order === undefined) throw new Error('no order');
  for (const qty of ['0.25', '0.25', '0.5']) {
    rig.venue.fill(order, qty, false);
    rig.venue.push({ kind: 'order', row: order });
  }
  await rig.pass(3_000);
  expect(rig.of('fill').map(({ fill }) => fill.quantity)).toEqual(['0.25', '0.25', '0.5']);
  await rig.stop();
});

test('words that come late do not bring an order back', async () => {
  const rig = await (await Rig.create()).start();
  await rig.until(rig.gateway.place(buy('a')));
  const [order] = rig.venue.orders;
  if (order === undefined) throw new Error('no order');
  const early = { ...order };
  rig.venue.fill(order, '1');
  await rig.pass(50);
  rig.events.splice(0);
  rig.venue.push({ kind: 'order', row: early });
  rig.venue.push({ kind: 'order', row: { ...early, state: 'partially-filled', filled: '0.5' } });
  await rig.pass(50);
  expect(rig.of('order')).toEqual([]);
  expect(await rig.until(rig.gateway.settle(reference('a')))).toMatchObject({ kind: 'found', order: { state: 'filled' } });
  await rig.stop();
});

describe('24 hours with losses of every kind', () => {
  const seeds = process.env['SEED'] === undefined ? [1, 2, 3, 4] : [Number(process.env['SEED'])];
  test.each(seeds)('seed %i: every fill and every end is told, each fill once', async (seed) => {
    const random = new SeededRandom(seed);
    const rig = await (await Rig.create({ orderEntry: seed % 2 === 0 }, {}, seed)).start();
    for (let minute = 0; minute < 24 * 60; minute += 5) {
      if (random.next() < 0.5) await rig.until(rig.gateway.place(buy(`s${minute}`)));
      if (random.next() < 0.03) rig.venue.dropStreams();
      const downMs = random.next() < 0.02 ? random.below(120_000) : 0;
      if (downMs > 0) {
        rig.venue.fate = () => ({ status: '503 Service Unavailable', body: '' });
        rig.venue.dropStreams();
      }
      for (const order of rig.venue.orders) {
        if (order.state !== 'open' && order.state !== 'partially-filled') continue;
        const draw = random.next();
        if (draw < 0.3) rig.venue.fill(order, '0.25');
        else if (draw < 0.4) rig.venue.cancel(order);
      }
      await rig.pass(downMs);
      rig.venue.fate = () => 'serve';
      await rig.pass(5 * 60_000 - downMs);
    }
    await rig.pass(120_000);
    expect(
      rig
        .of('fill')
        .map(({ fill }) => fill.tradeId)
        .sort(),
    ).toEqual(rig.venue.fills.map(({ id }) => id).sort());
    const last = new Map(rig.of('order').map(({ order }) => [order.venueOrderId, [order.state, order.filledQty]]));
    for (const order of rig.venue.orders) if (last.has(order.id)) expect(last.get(order.id)).toEqual([order.state, order.filled]);
    const ended = rig.venue.orders.filter(({ state }) => state === 'filled' || state === 'canceled');
    expect(ended.length).toBeGreaterThan(50);
    expect(ended.every(({ id }) => last.has(id))).toBe(true);
    expect(await rig.stop()).toEqual(NOTHING_LEFT);
  });
});
