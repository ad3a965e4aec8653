import { expect, test, vi } from 'vitest';
import { ExecutorRig } from '../execution/executor-rig.js';
import { buy, Rig, reference } from '../gateway/rig.js';
import { TradedSpread } from './traded-spread.js';

// P10: a request in flight timed out and was reported as rejected, while the venue held the order.
test.each([
  ['a gateway error', { status: '504 Gateway Timeout', body: '<html>' }],
  ['a venue error that says nothing', { status: '400 Bad Request', body: '{"error":"outcome-unknown"}' }],
  ['an answer that is no JSON', { status: '200 OK', body: '<html>' }],
  ['silence', 'lose-request'],
] as const)('P10: %s does not end an order', async (_name, fate) => {
  const rig = await (await Rig.create()).start();
  rig.venue.fate = (what) => (what === 'POST /order' ? fate : 'serve');
  expect(await rig.until(rig.gateway.place(buy('a')))).toMatchObject({ kind: 'unknown' });
  await rig.stop();
});

test('P10: "unknown order" is no last word while the request may still arrive', async () => {
  const rig = await (await Rig.create()).start();
  rig.venue.fate = (what) => (what === 'POST /order' ? { delayMs: 1_700 } : 'serve'); // beyond our patience, within the venue's
  const outcome = await rig.until(rig.gateway.place(buy('a')));
  expect(outcome).toMatchObject({ kind: 'unknown' });
  expect(rig.venue.orders).toEqual([]);
  rig.venue.mutePushes = true;
  const settled = rig.gateway.settle(reference('a'));
  await rig.pass(300);
  expect(rig.venue.arrivals.filter(({ method, path }) => method === 'GET' && path === '/order').length).toBeGreaterThan(0);
  expect(await rig.until(settled)).toMatchObject({ kind: 'found', order: { state: 'open' } });
  await rig.stop();
});

test('P10: stopped before the venue gave its word, an order stays unknown', async () => {
  const rig = await (await Rig.create()).start();
  rig.venue.fate = (what) =>
    what === 'POST /order' ? 'lose-request' : /GET .order/.test(what) ? { status: '503 x', body: '' } : 'serve';
  await rig.until(rig.gateway.place(buy('a')));
  const settled = rig.gateway.settle(reference('a'));
  await rig.pass(20_000);
  await rig.stop();
  expect(await settled).toMatchObject({ kind: 'unknown' });
});

test('P10: a trade is not over while one of its orders is unknown, however long the venue is silent', async () => {
  const rig = new ExecutorRig();
  rig.buyer.treatments = [{ answer: 'lost', tellMs: null }, {}];
  rig.buyer.settleMs = 120_000;
  rig.execute(rig.intent());
  await rig.pass(100_000);
  expect(rig.executor.workingOrders().map(({ machine }) => machine.state)).toContain('unknown');
  expect(rig.lastOf(0)?.isFinal ?? false).toBe(false);
  await rig.pass(60_000);
  expect(rig.lastOf(0)).toMatchObject({ filledUnits: 100, isFinal: true });
  // Hedged from its fills in time, that is by another order, which is undone once the first turns out to be filled.
  expect(rig.buyer.sent.map(({ request }) => request.side)).toEqual(['buy', 'buy', 'sell']);
  expect([rig.net(), rig.executor.workingOrders()]).toEqual([0, []]);
});

test('P10: the ledger comes to what the venue holds: what nobody explains is booked, told, and stops all opening', async () => {
  const market = await TradedSpread.start();
  const { rig } = market;
  await market.spread();
  const [account] = rig.venues.accounts.filter(({ venue }) => venue === 'gateio');
  if (account === undefined) throw new Error('no account');
  const { port } = account;
  const held = await Promise.all([port.balances(), rig.run(50)]);
  const balances = held[0].map((one) =>
    one.asset === 'USDT' ? { ...one, total: (Number(one.total) - 6).toFixed(4), available: null } : one,
  );
  vi.spyOn(port, 'balances').mockResolvedValue(balances);
  for (const balance of balances) rig.desk.onAccount('gateio', 'spot', { kind: 'balance', balance });
  await market.rest(60_000);
  const [usdt] = balances.filter(({ asset }) => asset === 'USDT');
  expect(rig.desk.ledger.memory.books.holding('gateio', 'spot', 'USDT').toFixed(4)).toBe(usdt?.total);
  expect(rig.events.filter(({ kind }) => kind === 'drift')).toMatchObject([{ level: 'alert', facts: { asset: 'USDT' } }]);
  expect(rig.desk.report()).toMatchObject({ state: 'halted', halt: { level: 'opening', reasons: [{ trigger: 'drift' }] } });
  const { executed } = rig.desk.report().intents;
  await market.spread(100);
  expect(rig.desk.report().intents.executed).toBe(executed);
  rig.desk.clearStop('anna');
  await market.rest(10_000);
  await market.spread(100);
  expect(rig.desk.report().intents.executed).toBeGreaterThan(executed);
  await rig.stop();
});
