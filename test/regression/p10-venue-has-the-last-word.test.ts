import { expect, test } from 'vitest';
import { buy, Rig, reference } from '../gateway/rig.js';

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
