// Goal: whatever is asked, the venue never counts more than its limit in any stretch. Method: requests of random cost and purpose with
// random latencies; the venue's side is the plainest model there is, every arrival in a list, looked at from every arrival on.
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../src/domain/random.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { PURPOSES, RateBudgets } from '../../src/gateway/rate-budgets.js';
import { RequestQueue } from '../../src/gateway/request-queue.js';
import { DEFAULT_GATEWAY_SETTINGS } from '../../src/gateway/settings.js';
import type { RateBudgetRule } from '../../src/venues/trading.js';

const WINDOW: RateBudgetRule = { name: 'w', kind: 'window', limit: 20, windowMs: 1_000, scope: 'address' };
const DECAY: RateBudgetRule = { name: 'd', kind: 'decay', limit: 15, perSecond: 2, scope: 'account' };
const purpose = fc.constantFrom(...PURPOSES);
const asked = fc.record({
  purpose,
  cost: fc.integer({ min: 1, max: 6 }),
  gapMs: fc.integer({ min: 0, max: 400 }),
  seed: fc.nat(1000),
});

interface Arrival {
  readonly ms: number;
  readonly cost: number;
}

/** Lets requests through a queue; each arrives somewhere between its leaving and its answer. */
async function run(
  rule: RateBudgetRule,
  requests: readonly { purpose: (typeof PURPOSES)[number]; cost: number; gapMs: number; seed: number }[],
): Promise<{ arrivals: Arrival[]; refused: number }> {
  const time = new VirtualTime();
  const budgets = new RateBudgets([rule], time);
  const queue = new RequestQueue(budgets, time, DEFAULT_GATEWAY_SETTINGS);
  const arrivals: Arrival[] = [];
  let refused = 0;
  for (const { purpose, cost, gapMs, seed } of requests) {
    const costs = [{ budget: rule.name, amount: cost }];
    const random = new SeededRandom(seed);
    queue.admit(costs, purpose).then(
      () => {
        const thereMs = random.below(900);
        time.after(thereMs, () => arrivals.push({ ms: time.monotonicUs() / 1000, cost }));
        time.after(thereMs + random.below(900), () => queue.settle(costs));
      },
      () => refused++,
    );
    await time.run(gapMs * 1000);
  }
  await time.run(120e6);
  expect(queue.length).toBe(0);
  queue.stop();
  return { arrivals: arrivals.sort((left, right) => left.ms - right.ms), refused };
}

test('a window is never overfull, from whatever moment it is looked at', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 120 }), async (requests) => {
      const { arrivals, refused } = await run(WINDOW, requests);
      expect(arrivals.length + refused).toBe(requests.length);
      for (const { ms } of arrivals) {
        const seen = arrivals
          .filter((other) => other.ms >= ms && other.ms <= ms + 1_000)
          .reduce((sum, { cost }) => sum + cost, 0);
        expect(seen).toBeLessThanOrEqual(20);
      }
    }),
    { numRuns: 60 },
  );
});

test('a decaying counter never passes its limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 80 }), async (requests) => {
      const { arrivals } = await run(DECAY, requests);
      let level = 0;
      let lastMs = 0;
      for (const { ms, cost } of arrivals) {
        level = Math.max(0, level - ((ms - lastMs) * 2) / 1000) + cost;
        lastMs = ms;
        expect(level).toBeLessThanOrEqual(15 + 1e-9);
      }
    }),
    { numRuns: 60 },
  );
});

describe('shares', () => {
  const one = [{ budget: 'w', amount: 1 }];
  const fillUp = (budgets: RateBudgets, purpose: (typeof PURPOSES)[number]): number => {
    let count = 0;
    while (budgets.take(one, purpose)) count++;
    return count;
  };

  test('reads stop first, then orders; cancels have a reserve', () => {
    const budgets = new RateBudgets([WINDOW], new VirtualTime());
    expect(fillUp(budgets, 'read')).toBe(14);
    expect(fillUp(budgets, 'session')).toBe(2);
    expect(fillUp(budgets, 'order')).toBe(2);
    expect(fillUp(budgets, 'cancel')).toBe(2);
  });

  test('a cancel goes before an order, an order before a read, whoever came first', async () => {
    const time = new VirtualTime();
    const budgets = new RateBudgets([WINDOW], time);
    const queue = new RequestQueue(budgets, time, {
      ...DEFAULT_GATEWAY_SETTINGS,
      waitMsMax: { cancel: 5_000, order: 5_000, session: 5_000, read: 5_000 },
    });
    const all = [{ budget: 'w', amount: 20 }];
    expect(queue.tryAdmit(all, 'cancel')).toBe(true);
    const order: string[] = [];
    for (const purpose of ['read', 'order', 'cancel', 'read'] as const)
      void queue.admit(one, purpose).then(() => order.push(purpose));
    queue.settle(all);
    await time.run(1.2e6);
    expect(order).toEqual(['cancel', 'order', 'read', 'read']);
    queue.stop();
  });

  test('an order that would wait longer than its limit is refused at once, with the wait', async () => {
    const time = new VirtualTime();
    const budgets = new RateBudgets([WINDOW], time);
    const queue = new RequestQueue(budgets, time, DEFAULT_GATEWAY_SETTINGS);
    const all = [{ budget: 'w', amount: 20 }];
    expect(queue.tryAdmit(all, 'cancel')).toBe(true);
    queue.settle(all);
    await expect(queue.admit(one, 'order')).rejects.toMatchObject({
      kind: 'rate-limited',
      retryAfterMs: expect.closeTo(1_031, -2),
    });
    expect(time.pending()).toBe(0);
  });
});

describe('what the venue says', () => {
  const one = [{ budget: 'w', amount: 1 }];

  test('its count corrects ours upwards: others may use the same address', () => {
    const budgets = new RateBudgets([WINDOW], new VirtualTime());
    budgets.read([{ budget: 'w', used: 17 }]);
    expect(budgets.usage('w')).toEqual({ used: 17, limit: 20 });
    budgets.read([
      { budget: 'w', used: 3 },
      { budget: 'other', used: 9 },
    ]);
    expect(budgets.usage('w').used).toBe(17);
    expect([budgets.take(one, 'read'), budgets.take(one, 'order')]).toEqual([false, true]);
    budgets.read([{ budget: 'w', used: 3, limit: 40 }]);
    expect(budgets.take(one, 'read')).toBe(true);
  });

  test('a refusal pauses as long as it says, and twice as long each time when it says nothing', async () => {
    const time = new VirtualTime();
    const budgets = new RateBudgets([WINDOW], time);
    expect(budgets.pause(null, 7_000)).toBe(7_000);
    expect(budgets.waitMs(one, 'cancel')).toBe(7_000);
    await time.run(7e6);
    expect(budgets.waitMs(one, 'cancel')).toBe(0);
    expect([budgets.pause(null, undefined), budgets.pause(null, undefined)]).toEqual([2_000, 4_000]);
    budgets.passed();
    expect(budgets.pause(one, undefined)).toBe(1_000);
  });
});

test('threads that share the memory share the budget', async () => {
  const memory = new SharedArrayBuffer(RateBudgets.bytes([WINDOW]));
  const source = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.url).then(({ RateBudgets }) => {
      const clock = { monotonicUs: () => 5e6, epochUs: () => 5e6 };
      const budgets = new RateBudgets(workerData.rules, clock, workerData.memory);
      const { gate } = workerData;
      Atomics.add(gate, 0, 1);
      while (Atomics.load(gate, 0) < 2);
      let taken = 0;
      for (let i = 0; i < 75000; i++) if (budgets.take([{ budget: 'w', amount: 1 }], 'cancel')) taken++;
      parentPort.postMessage(taken);
    });`;
  const rules: RateBudgetRule[] = [{ ...WINDOW, limit: 100_000 }];
  const url = new URL('../../build/src/gateway/rate-budgets.js', import.meta.url).href;
  const gate = new Int32Array(new SharedArrayBuffer(4)); // both begin together
  const workers = [0, 1].map(() => new Worker(source, { eval: true, workerData: { url, rules, memory, gate } }));
  const taken = await Promise.all(
    workers.map((worker) => new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject))),
  );
  expect(taken.reduce((sum, count) => sum + count, 0)).toBe(100_000);
  expect(Math.min(...taken)).toBeGreaterThanOrEqual(25_000);
});

test('of a budget that neither orders nor cancels count in, reads leave only what is kept back for sessions', () => {
  const rule: RateBudgetRule = { name: 'w', kind: 'window', limit: 2, windowMs: 1_000, scope: 'account' };
  const readsOf = (budgets: RateBudgets): boolean[] => [1, 2, 3].map(() => budgets.take([{ budget: 'w', amount: 1 }], 'read'));
  expect(readsOf(new RateBudgets([rule], new VirtualTime()))).toEqual([true, false, false]);
  expect(readsOf(new RateBudgets([{ ...rule, readShare: 1 }], new VirtualTime()))).toEqual([true, true, false]);
  const kept = new RateBudgets([{ ...rule, readShare: 0.5 }], new VirtualTime());
  expect(readsOf(kept)).toEqual([true, false, false]);
  expect(kept.take([{ budget: 'w', amount: 1 }], 'session')).toBe(true);
});
