import { expect, test } from 'vitest';
import type { RateBudgetRule } from '../../src/venues/trading.js';
import { buy, Rig, reference } from '../gateway/rig.js';

const BUDGETS: readonly RateBudgetRule[] = [{ name: 'weight', kind: 'window', limit: 20, windowMs: 10_000, scope: 'address' }];

// P8: bursts of requests ran into 429 and bans.
test('P8: however much is asked, the venue never sees more than its limit', async () => {
  const rig = await (await Rig.create({ budgets: BUDGETS })).start();
  await rig.until(Promise.all(Array.from({ length: 60 }, () => rig.gateway.balances())));
  const arrivals = rig.venue.arrivals.map(({ ms }) => ms);
  expect(arrivals.length).toBeGreaterThan(60);
  for (const first of arrivals)
    expect(arrivals.filter((ms) => ms >= first && ms <= first + 10_000).length).toBeLessThanOrEqual(20);
  await rig.stop();
});

test('P8: a cancel gets through while reads and orders wait for room', async () => {
  const rig = await (await Rig.create({ budgets: BUDGETS })).start();
  await rig.pass(10_000);
  await rig.until(rig.gateway.place(buy('a')));
  const reads = Array.from({ length: 40 }, () => rig.gateway.balances());
  await rig.pass(100);
  const startedMs = rig.time.monotonicUs() / 1000;
  expect(await rig.until(rig.gateway.cancel(reference('a')))).toMatchObject({ state: 'canceled' });
  expect(rig.time.monotonicUs() / 1000 - startedMs).toBeLessThan(100);
  await rig.until(Promise.all(reads));
  await rig.stop();
});

test('P8: after a 429 nothing is sent until the time is over that it names', async () => {
  const rig = await (await Rig.create({ budgets: BUDGETS })).start();
  rig.venue.fate = () => ({ status: '429 Too Many Requests', body: '' });
  await expect(rig.until(rig.gateway.place(buy('a')))).resolves.toMatchObject({
    kind: 'refused',
    error: { kind: 'rate-limited' },
  });
  rig.venue.fate = () => 'serve';
  const before = rig.venue.arrivals.length;
  expect(await rig.gateway.place(buy('b'))).toMatchObject({
    kind: 'refused',
    error: { kind: 'rate-limited', retryAfterMs: expect.any(Number) },
  });
  expect(rig.venue.arrivals.length).toBe(before);
  await rig.pass(1_500);
  expect(await rig.until(rig.gateway.place(buy('c')))).toMatchObject({ kind: 'placed' });
  await rig.stop();
});

test('P8: what others spend at the same address is seen in the headers, and room is left for it', async () => {
  const rig = await (await Rig.create({ budgets: BUDGETS })).start();
  await rig.pass(10_500);
  rig.venue.used = 19;
  await rig.until(rig.gateway.balances());
  expect(rig.gateway.budgetFigures()).toEqual([{ name: 'weight', used: 19, limit: 20 }]);
  expect(await rig.gateway.place(buy('a'))).toMatchObject({ kind: 'refused', error: { kind: 'rate-limited' } });
  await rig.stop();
});
