import { expect, test } from 'vitest';
import { DEFAULT_GATEWAY_SETTINGS } from '../../src/gateway/settings.js';
import { buy, HTTP_TIMEOUT_MS, NOTHING_LEFT, Rig, reference } from './rig.js';

test('starts, follows the account, stops, and leaves nothing behind', async () => {
  const rig = await (await Rig.create({ orderEntry: true })).start();
  expect(rig.events.map(({ kind }) => kind)).toEqual(['connected', 'balance', 'reconciled']);
  expect([rig.gateway.isLive, rig.gateway.hasOrderLine]).toEqual([true, true]);
  expect(rig.gateway.instrument('AAAUSDT').rules.tickSize).toBe('0.05');
  expect(rig.gateway.getMinOrderInfo('AAAUSDT')).toEqual({
    symbol: 'AAAUSDT',
    minQuoteAmount: '5',
    basePrecision: 3,
    quotePrecision: 0,
    pricePrecision: 2,
  });
  expect(rig.venue.tickets.size).toBe(1);
  expect(await rig.stop()).toEqual(NOTHING_LEFT);
  expect(rig.venue.tickets.size).toBe(0);
});

test('an order that breaks a rule never leaves, and the filter is named', async () => {
  const rig = await (await Rig.create()).start();
  const outcomes = await Promise.all([
    rig.gateway.place(buy('a', { price: '10.02' })),
    rig.gateway.place(buy('b', { quantity: '0.0015' })),
    rig.gateway.place(buy('c', { quantity: '0.1' })),
    rig.gateway.place(buy('d', { reduceOnly: true })),
    rig.gateway.place(buy('e', { symbol: 'ZZZUSDT' })),
  ]);
  expect(outcomes.map((outcome) => outcome.kind === 'refused' && outcome.error.context['filter'])).toEqual([
    'tick size',
    'lot size',
    'minimum value',
    undefined,
    undefined,
  ]);
  expect(rig.venue.arrivals.filter(({ path }) => path === '/order')).toEqual([]);
  await rig.stop();
});

test('the order text leaves in the tick of the call', async () => {
  const rig = await (await Rig.create({ orderEntry: true })).start();
  let arrived = false;
  rig.venue.fate = (what) => {
    arrived ||= what === 'ws place';
    return 'serve';
  };
  const before = rig.time.pending();
  const placed = rig.gateway.place(buy('a'));
  expect(rig.time.pending()).toBe(before + 2); // the frame on its way, and the sweep for overdue answers
  expect(arrived).toBe(false);
  const outcome = await rig.until(placed);
  expect(outcome).toMatchObject({ kind: 'placed', order: { state: 'open', clientOrderId: 'a' } });
  expect(arrived).toBe(true);
  expect(rig.gateway.latencyFigures().ws.count).toBe(1);
  expect(rig.gateway.latencyFigures().rest.count).toBe(0);
  expect(Math.abs(rig.gateway.latencyFigures().ws.p50 - 10_000)).toBeLessThan(10_000 / 16);
  await rig.stop();
});

test('orders go over REST while the standing connection is not there', async () => {
  const rig = await (await Rig.create({ orderEntry: true })).start();
  for (const peer of rig.venue.trades) peer.destroy();
  await rig.pass(20);
  expect(rig.gateway.hasOrderLine).toBe(false);
  expect(await rig.until(rig.gateway.place(buy('a')))).toMatchObject({ kind: 'placed' });
  expect(rig.gateway.latencyFigures()).toMatchObject({ ws: { count: 0 }, rest: { count: 1 } });
  await rig.pass(2_000);
  expect(rig.gateway.hasOrderLine).toBe(true);
  await rig.stop();
});

test('a refusal by the venue ends an order; the same id may be used again', async () => {
  const rig = await (await Rig.create()).start();
  rig.venue.fate = (what) =>
    what === 'POST /order' ? { status: '400 Bad Request', body: '{"error":"insufficient-balance"}' } : 'serve';
  expect(await rig.until(rig.gateway.place(buy('a')))).toMatchObject({
    kind: 'refused',
    error: { kind: 'insufficient-balance', remedy: 'abandon' },
  });
  rig.venue.fate = () => 'serve';
  expect(await rig.until(rig.gateway.place(buy('a')))).toMatchObject({ kind: 'placed' });
  await rig.stop();
});

test('the same client id is not sent twice: the earlier order is asked for', async () => {
  const rig = await (await Rig.create()).start();
  const [first, second] = await rig.until(Promise.all([rig.gateway.place(buy('a')), rig.gateway.place(buy('a'))]));
  expect(first).toMatchObject({ kind: 'placed' });
  expect(['placed', 'unknown']).toContain(second.kind);
  expect(await rig.until(rig.gateway.place(buy('a')))).toMatchObject({ kind: 'placed' });
  expect(rig.venue.ordersOf('a')).toHaveLength(1);
  await rig.stop();
});

test('a venue that cannot be reached refuses an order; one that goes silent leaves it unknown', async () => {
  const rig = await (await Rig.create()).start();
  rig.host.stop();
  expect(await rig.until(rig.gateway.place(buy('a')))).toMatchObject({
    kind: 'refused',
    error: { kind: 'venue-down', remedy: 'retry' },
  });
  await rig.stop();
  const silent = await (await Rig.create()).start();
  silent.venue.fate = (what) => (what === 'POST /order' ? 'lose-request' : 'serve');
  const outcome = await silent.until(silent.gateway.place(buy('b')));
  expect(outcome).toMatchObject({ kind: 'unknown', error: { kind: 'outcome-unknown', remedy: 'query' } });
  expect(await silent.until(silent.gateway.settle(reference('b')))).toEqual({ kind: 'never-arrived' });
  await silent.stop();
});

test('what never reached the venue does not count there', async () => {
  const day = { name: 'weight', scope: 'account', kind: 'window', limit: 1_000, windowMs: 86_400_000 } as const;
  const rig = await (await Rig.create({ budgets: [day] })).start();
  const used = (): number | undefined => rig.gateway.budgetFigures()[0]?.used;
  const before = used() ?? 0;
  await rig.until(rig.gateway.openOrders());
  expect(used()).toBe(before + 1);
  rig.host.stop();
  await expect(rig.until(rig.gateway.openOrders())).rejects.toMatchObject({ kind: 'venue-down' });
  expect(used()).toBe(before + 1);
  await rig.stop();
});

test('reads are repeated with growing waits, within bounds; orders never', async () => {
  const rig = await (await Rig.create()).start();
  const count = (path: string): number => rig.venue.arrivals.filter((arrival) => arrival.path === path).length;
  rig.venue.fate = () => ({ status: '502 Bad Gateway', body: '<html>' });
  const before = count('/open');
  await expect(rig.until(rig.gateway.openOrders())).rejects.toMatchObject({ kind: 'outcome-unknown' });
  expect(count('/open') - before).toBe(DEFAULT_GATEWAY_SETTINGS.triesMax);
  expect(await rig.until(rig.gateway.place(buy('a')))).toMatchObject({ kind: 'unknown' });
  expect(count('/order')).toBe(1);
  await rig.stop();
});

test('cancels: over the connection, over REST, and what is closed already', async () => {
  const rig = await (await Rig.create({ orderEntry: true })).start();
  for (const cid of ['a', 'b']) await rig.until(rig.gateway.place(buy(cid)));
  expect(await rig.until(rig.gateway.cancel(reference('a')))).toMatchObject({ state: 'canceled' });
  await expect(rig.until(rig.gateway.cancel(reference('a')))).rejects.toMatchObject({ kind: 'order-closed' });
  await expect(rig.until(rig.gateway.cancel(reference('x')))).rejects.toMatchObject({ kind: 'unknown-order' });
  rig.venue.fate = (what) => (what === 'ws cancel' ? 'lose-request' : 'serve');
  expect(await rig.until(rig.gateway.cancel(reference('b')))).toMatchObject({ state: 'canceled' });
  await rig.stop();
});

test('nothing is placed once the gateway is told to stop', async () => {
  const rig = await (await Rig.create({ orderEntry: true })).start();
  const stopped = rig.gateway.stop();
  expect(await rig.gateway.place(buy('a'))).toMatchObject({ kind: 'refused' });
  await rig.until(stopped);
  expect(rig.venue.orders).toEqual([]);
});

test('a venue that has shut us out does not keep us from stopping', async () => {
  const rig = await (await Rig.create()).start();
  rig.venue.fate = () => ({ status: '429 Too Many Requests', body: '{"error":"rate-limited","retryAfterMs":60000}' });
  await expect(rig.until(rig.gateway.balances())).rejects.toMatchObject({ kind: 'rate-limited' });
  const startedMs = rig.time.monotonicUs();
  await rig.until(rig.gateway.stop());
  expect(rig.time.monotonicUs() - startedMs).toBeLessThan(7e6);
  expect(await rig.stop()).toEqual(NOTHING_LEFT);
});

test('reads that wait for a slow budget do not keep us from stopping, nor from disarming', async () => {
  const slow = { name: 'weight', scope: 'account', kind: 'decay', limit: 20, perSecond: 0.5, readShare: 0.9 } as const;
  const rig = await (await Rig.create({ deadMansSwitch: true, budgets: [slow] }, { deadMansSwitchSeconds: 60 })).start();
  const reads = Promise.allSettled(Array.from({ length: 24 }, () => rig.gateway.balances()));
  await rig.pass(1_000);
  const startedMs = rig.time.monotonicUs() / 1000;
  await rig.until(rig.gateway.stop());
  expect(rig.time.monotonicUs() / 1000 - startedMs).toBeLessThan(200);
  const refused = (await reads).filter(({ status }) => status === 'rejected');
  expect(refused.length).toBeGreaterThan(0);
  expect(rig.notices.filter(({ kind }) => kind === 'dead-mans-switch')).toEqual([]);
  const disarmed = rig.venue.arrivals.filter(({ path }) => path === '/switch').at(-1)?.timeout;
  expect(JSON.parse(disarmed ?? '{}')).toEqual({ timeoutSeconds: 0 });
});

test('klines come in batches, each when it is wanted', async () => {
  const rig = await (await Rig.create()).start();
  const opens: number[][] = [];
  const read = async (): Promise<void> => {
    for await (const batch of rig.gateway.klines('AAAUSDT', '1m', 60_000, 480_000))
      opens.push(batch.klines.map(({ openMs }) => openMs / 60_000));
  };
  await rig.until(read());
  expect(opens).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  // A stretch in which nothing was traded is not the end.
  opens.length = 0;
  rig.venue.quietMinutes = [3, 7];
  await rig.until(read());
  expect(opens).toEqual([[1, 2], [], [7]]);
  await rig.stop();
});

test("the dead man's switch is armed again and again, and disarmed at the end", async () => {
  const rig = await (await Rig.create({ deadMansSwitch: true }, { deadMansSwitchSeconds: 60 })).start();
  await rig.pass(100_000);
  await rig.stop();
  const sent = rig.venue.arrivals
    .filter(({ path }) => path === '/switch')
    .map(({ timeout }) => JSON.parse(timeout).timeoutSeconds);
  expect(sent).toEqual([60, 60, 60, 60, 60, 60, 0]);
});

test('calls of one key leave one after the other where the venue wants it, and nonces only grow', async () => {
  const rig = await (await Rig.create({ serialNonces: true })).start();
  let under = 0;
  let most = 0;
  rig.venue.fate = () => {
    under++;
    most = Math.max(most, under);
    rig.time.after(20, () => under--);
    return { delayMs: 20 };
  };
  const before = rig.venue.arrivals.length;
  await rig.until(Promise.all(Array.from({ length: 10 }, () => rig.gateway.balances())));
  expect(most).toBe(1);
  const nonces = rig.venue.arrivals.slice(before).map(({ nonce }) => nonce);
  expect(nonces).toHaveLength(10);
  expect(nonces.every((nonce, at) => at === 0 || nonce > (nonces[at - 1] ?? 0))).toBe(true);
  await rig.stop();
});

test("a key is used again with one leap of the venue's time, also by who has not read its clock yet", async () => {
  const rig = await Rig.create({ serialNonces: true });
  rig.venue.skewMs = 3 * 3_600_000;
  const highest = (rig.venue.nowMs() + 30_000) * 1000;
  rig.venue.nonceSeen = highest;
  await rig.until(rig.gateway.balances());
  const { arrivals } = rig.venue;
  const asked = arrivals.filter(({ path }) => path === '/balances');
  expect(asked.map(({ nonce }) => nonce > highest)).toEqual([false, true]);
  // Whoever comes twenty seconds later needs no more than a leap of its own.
  expect(Math.max(...arrivals.map(({ nonce }) => nonce)) - highest).toBeLessThan(60e6);
  await rig.stop();
});

test.each([30, 12 * 3_600])(
  'a key whose numbers another process has used up to %i s ahead is used again at once',
  async (seconds) => {
    const rig = await (await Rig.create({ serialNonces: true })).start();
    const usedUp = rig.time.epochUs() + seconds * 1e6;
    rig.venue.nonceSeen = usedUp;
    expect(await rig.until(rig.gateway.balances())).not.toEqual([]);
    const refused = rig.venue.arrivals.filter(({ nonce }) => nonce > 0 && nonce <= rig.venue.nonceSeen).length;
    rig.venue.nonceSeen = 0;
    await rig.until(rig.gateway.balances());
    expect(rig.venue.arrivals.filter(({ nonce }) => nonce > 0 && nonce <= usedUp)).toHaveLength(refused);
    await rig.stop();
  },
);

test('an answer after its deadline is still told', async () => {
  const rig = await (await Rig.create({ orderEntry: true }, { answerTimeoutMs: HTTP_TIMEOUT_MS })).start();
  rig.venue.fate = (what) => (what === 'ws place' ? { delayMs: 1_500 } : 'serve');
  const outcome = await rig.until(rig.gateway.place(buy('a')));
  expect(outcome).toMatchObject({ kind: 'unknown' });
  expect(rig.venue.orders).toEqual([]);
  expect(await rig.until(rig.gateway.settle(reference('a')))).toMatchObject({ kind: 'found', order: { state: 'open' } });
  await rig.stop();
});
