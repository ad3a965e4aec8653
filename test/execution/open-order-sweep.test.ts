// Goal: a sweep never touches an order that is ours or on its way, whatever moves while the venue's list is read; what only we know
// ends with the venue's word; and a venue that cannot be read ends nothing.
import { describe, expect, it } from 'vitest';
import { VenueRequestError } from '../../src/domain/errors.js';
import type { OrderReference, OrderReport } from '../../src/domain/order.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { type ExpectedOrder, OpenOrderSweep, type SweepEvent, type SweptPort } from '../../src/execution/open-order-sweep.js';
import { SPOT } from './reconciliation-rig.js';

const GRACE_MS = 3_000;
const LATER_MS = 60_000;

function report(clientOrderId: string, state: OrderReport['state'] = 'open'): OrderReport {
  return {
    ...SPOT,
    symbol: 'ABCUSDT',
    venueOrderId: `v-${clientOrderId}`,
    clientOrderId,
    side: 'buy',
    state,
    price: '1',
    quantity: '1',
    filledQty: '0',
    filledQuote: '0',
    updatedMs: 0,
    reason: null,
  };
}

function rig(port: Partial<SweptPort>) {
  const time = new VirtualTime();
  const known: ExpectedOrder[] = [];
  const events: SweepEvent[] = [];
  const cancelled: (string | null)[] = [];
  const whole: SweptPort = {
    openOrders: async () => [],
    order: async () => null,
    settle: async () => ({ kind: 'never-arrived' }),
    cancel: async ({ clientOrderId }: OrderReference) => {
      cancelled.push(clientOrderId);
      return null;
    },
    ...port,
  };
  const sweep = new OpenOrderSweep({
    accounts: [{ ...SPOT, port: whole }],
    orders: { expected: () => [...known] },
    clock: time,
    timers: time,
    intervalMs: 10_000,
    graceMs: GRACE_MS,
    onEvent: (event) => events.push(event),
  });
  const know = (clientOrderId: string | null, venueOrderId: string | null = null): void => {
    known.push({ symbol: 'ABCUSDT', clientOrderId, venueOrderId, wordUs: time.monotonicUs() });
  };
  return { time, known, events, cancelled, sweep, know };
}

describe('the sweep', () => {
  it('knows an order by either of its names', async () => {
    const made = rig({ openOrders: async () => [report('a'), { ...report('b'), clientOrderId: null }] });
    made.know('a');
    made.know(null, 'v-b');
    expect(await made.sweep.sweep()).toEqual([{ ...SPOT, isComplete: true, open: 2, events: [] }]);
    expect(made.cancelled).toEqual([]);
  });

  it('leaves alone what was sent, and what ended, while the list was read', async () => {
    const made = rig({
      openOrders: async () => {
        made.known.length = 0;
        made.know('sent');
        return [report('ended'), report('sent')];
      },
    });
    made.know('ended');
    await made.sweep.sweep();
    expect(made.events).toEqual([]);
  });

  it('cancels an orphan, and reports one that was gone or could not be cancelled', async () => {
    const fates: Record<string, () => Promise<null>> = {
      x: async () => null,
      y: async () => Promise.reject(new VenueRequestError('order-closed', 'it was filled')),
      z: async () => Promise.reject(new VenueRequestError('venue-down', 'down')),
    };
    const made = rig({
      openOrders: async () => Object.keys(fates).map((name) => report(name)),
      cancel: async ({ clientOrderId }) => fates[clientOrderId ?? '']?.() ?? null,
    });
    await made.sweep.sweep();
    const ends = made.events.map((event) => (event.kind === 'orphan' ? [event.order.clientOrderId, event.outcome] : []));
    expect(ends.sort()).toEqual([
      ['x', 'cancelled'],
      ['y', 'gone'],
      ['z', 'failed'],
    ]);
  });

  it('asks for what the venue does not list only when our last word is old', async () => {
    const made = rig({ order: async () => report('a', 'filled') });
    made.know('a');
    await made.sweep.sweep();
    expect(made.events).toEqual([]);
    await made.time.run(GRACE_MS * 1_000);
    await made.sweep.sweep();
    expect(made.events).toMatchObject([{ kind: 'settled', reference: { clientOrderId: 'a' }, order: { state: 'filled' } }]);
  });

  it('does not believe a stale word of ours when the venue knows the order no more', async () => {
    const made = rig({
      order: async () => Promise.reject(new VenueRequestError('unknown-order', 'no such order')),
      settle: async () => ({ kind: 'found', order: report('a') }),
    });
    made.know('a');
    await made.time.run(LATER_MS * 1_000);
    await made.sweep.sweep();
    expect(made.events).toMatchObject([{ kind: 'settled', order: { state: 'canceled' } }]);
  });

  it('ends nothing when the venue cannot be read', async () => {
    const made = rig({ openOrders: async () => Promise.reject(new VenueRequestError('venue-down', 'down')) });
    made.know('a');
    await made.time.run(LATER_MS * 1_000);
    expect(await made.sweep.sweep()).toMatchObject([{ isComplete: false, events: [{ kind: 'failed', reason: 'down' }] }]);
    const asked = rig({ order: async () => Promise.reject(new VenueRequestError('venue-down', 'down')) });
    asked.know('a');
    await asked.time.run(LATER_MS * 1_000);
    await asked.sweep.sweep();
    expect(asked.events).toMatchObject([{ kind: 'unsettled', reason: 'down' }]);
  });

  it('goes by the clock, one at a time, and leaves no timer', async () => {
    let lists = 0;
    const made = rig({
      openOrders: async () => {
        lists++;
        return [];
      },
    });
    made.sweep.start();
    made.sweep.start();
    await made.time.run(35_000_000);
    expect(lists).toBe(3);
    expect(made.sweep.sweep()).toBe(made.sweep.sweep());
    made.sweep.stop();
    expect(made.time.pending()).toBe(0);
  });
});
