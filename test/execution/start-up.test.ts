// Goal: the start brings what was known and what the venue says together: nothing missed, nothing twice, the same ids each time; and what
// cannot be explained is named and blocks.
import { describe, expect, it } from 'vitest';
import type { Balance, PositionInfo } from '../../src/domain/account.js';
import { Exact } from '../../src/domain/decimal.js';
import { VenueRequestError } from '../../src/domain/errors.js';
import type { Fill, OrderReport } from '../../src/domain/order.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { PositionReconciler } from '../../src/execution/reconciler.js';
import {
  DEFAULT_START_UP_SETTINGS,
  type StartEvent,
  type StartPort,
  type StartSnapshot,
  StartUp,
  type StartUpParts,
} from '../../src/execution/start-up.js';
import { fillOf, listed, PERPS, SPOT } from './reconciliation-rig.js';

const NOW_MS = 1_000_000_000;

interface World {
  isLive?: boolean;
  balances?: Record<string, string>;
  positions?: readonly (Pick<PositionInfo, 'side' | 'size'> & { readonly entryPrice: string })[];
  fills?: readonly Fill[];
  orders?: Record<string, OrderReport>;
  open?: OrderReport[];
  /** Orders that were asked for, one by one, and moments from which on fills were. */
  asked?: string[];
  fillsSince?: number[];
}

function portOf(world: World): StartPort {
  const { isLive = true, balances = {}, positions = [], fills = [], orders = {}, open = [] } = world;
  const { contract } = listed(PERPS.venue, PERPS.market);
  return {
    isLive,
    venueMs: () => NOW_MS,
    balances: async () =>
      Object.entries(balances).map(([asset, total]): Balance => ({ venue: 'binance', asset, total, available: null })),
    positions: async () =>
      positions.map((one) => {
        if (contract === null) throw new Error('no contract');
        const none = { markPrice: '100', unrealizedPnl: '0', marginUsed: '0', liquidationPrice: '0', leverage: 1, timestamp: 0 };
        return { contract, ...none, ...one };
      }),
    fills: async (_, sinceMs) => {
      world.fillsSince?.push(sinceMs);
      return fills;
    },
    openOrders: async () => [...open],
    order: async ({ clientOrderId }) => {
      world.asked?.push(clientOrderId ?? '');
      return orders[clientOrderId ?? ''] ?? null;
    },
    cancel: async ({ clientOrderId }) => {
      const at = open.findIndex((one) => one.clientOrderId === clientOrderId);
      if (at < 0) throw new VenueRequestError('order-closed', 'nothing to cancel');
      open.splice(at, 1);
      return null;
    },
  };
}

const KNOWN: StartSnapshot = {
  account: {
    ...SPOT,
    balances: [
      { asset: 'ABC', total: '10' },
      { asset: 'USDT', total: '1000' },
    ],
    positions: [],
  },
  sinceMs: NOW_MS - 60_000,
  fills: [],
  openOrders: [],
};

/** An order of before that the venue had not answered. */
const UNANSWERED = {
  symbol: 'ABCUSDT',
  venueOrderId: null,
  clientOrderId: 'a',
  side: 'buy',
  filledQty: '0',
  filledQuote: '0',
} as const;

function report(clientOrderId: string, more: Partial<OrderReport>): OrderReport {
  return {
    ...SPOT,
    symbol: 'ABCUSDT',
    venueOrderId: `v-${clientOrderId}`,
    clientOrderId,
    side: 'buy',
    state: 'open',
    price: '100',
    quantity: '1',
    filledQty: '0',
    filledQuote: '0',
    updatedMs: NOW_MS,
    reason: null,
    ...more,
  };
}

async function start(
  world: World,
  snapshot: StartSnapshot | null,
  more: Partial<StartUpParts> = {},
  account = SPOT,
  findFunding?: (sinceMs: number, found: { fundingDue: string }) => Promise<void>,
) {
  const time = new VirtualTime();
  const events: StartEvent[] = [];
  const found = { fundingDue: '0' };
  const reconciler = new PositionReconciler({
    clock: time,
    accounts: [account],
    instruments: [listed(account.venue, account.market)],
    prices: () => ({ bid: '100', ask: '101' }),
    settings: { toleranceDefault: '0', roundingPerClose: '0' },
    fundingDue: () => ({ amount: new Exact(found.fundingDue), size: new Exact(found.fundingDue).abs() }),
  });
  const accounts = [{ ...account, port: portOf(world), snapshot }];
  const startUp = new StartUp({
    ...{ reconciler, accounts, timers: time, onEvent: (event) => events.push(event) },
    ...(findFunding !== undefined && { findFunding: (_account, sinceMs) => findFunding(sinceMs, found) }),
    ...more,
  });
  const refusedBefore = startUp.refusal();
  let atMs = Number.NaN;
  const run = async () => {
    const beganUs = time.monotonicUs();
    const done = startUp.run().finally(() => {
      atMs = (time.monotonicUs() - beganUs) / 1_000;
    });
    await time.run(120_000_000);
    return done;
  };
  const state = await run();
  return { state, atMs, events, reconciler, startUp, refusedBefore, run, pending: time.pending() };
}

const kinds = (events: readonly StartEvent[]) => events.map(({ kind }) => kind);

describe('a start', () => {
  it('is ready when everything is as it was, and refuses until then', async () => {
    const { state, events, refusedBefore, startUp, pending } = await start({ balances: { ABC: '10', USDT: '1000' } }, KNOWN);
    expect(refusedBefore).toMatch(/reconciling/);
    expect([state, startUp.refusal(), events, pending]).toEqual([{ kind: 'ready' }, null, [], 0]);
  });

  it('looks for older fills only where those of the last seconds do not explain everything', async () => {
    const missed = fillOf(SPOT, 'buy', '2', '100', { timeMs: KNOWN.sinceMs - 120_000 });
    for (const [balances, sinceMs, kinds] of [
      [{ ABC: '10', USDT: '1000' }, [10_000], []],
      [{ ABC: '12', USDT: '800' }, [10_000, 300_000], ['missed-fill']],
    ] as const) {
      const world = { balances, fills: [missed], fillsSince: [] };
      const { state, events } = await start(world, KNOWN);
      expect(state).toEqual({ kind: 'ready' });
      expect(world.fillsSince).toEqual(sinceMs.map((ms) => KNOWN.sinceMs - ms));
      expect(events.map(({ kind }) => kind)).toEqual(kinds);
    }
  });

  it('looks as far back as a fee is not told, although the balances agree within what is dust', async () => {
    const unpaidMs = KNOWN.sinceMs - 60_000;
    const paid = fillOf(SPOT, 'buy', '1', '100', { timeMs: unpaidMs, fee: '0.1' });
    const world = { balances: { ABC: '10', USDT: '999.9' }, fills: [paid], fillsSince: [] };
    const { state, events } = await start(world, { ...KNOWN, unpaidMs, fills: [{ ...paid, isFeeKnown: false }] });
    expect(world.fillsSince.slice(0, 1)).toEqual([unpaidMs]);
    expect(events.slice(0, 1)).toEqual([{ kind: 'missed-fill', fill: paid, isSynthetic: false }]);
    expect(state.kind).toBe('ready');
  });

  it('finds fills that were missed after the clock of the machine had been ahead', async () => {
    const missed = fillOf(SPOT, 'buy', '2', '100', { timeMs: NOW_MS - 1_000 });
    const world = { balances: { ABC: '12', USDT: '800' }, fills: [missed] };
    const ahead = { ...KNOWN, sinceMs: NOW_MS + 8 * 3_600_000, filledMs: NOW_MS - 5_000 };
    const { state, events } = await start(world, ahead);
    expect(state).toEqual({ kind: 'ready' });
    expect(events).toEqual([{ kind: 'missed-fill', fill: missed, isSynthetic: false }]);
  });

  it('books fills that were missed and none that was known, and can be run again', async () => {
    const [known, missed] = [
      fillOf(SPOT, 'buy', '1', '100', { timeMs: NOW_MS }),
      fillOf(SPOT, 'buy', '2', '100', { timeMs: NOW_MS }),
    ];
    const world = { balances: { ABC: '12', USDT: '800' }, fills: [known, missed] };
    const made = await start(world, { ...KNOWN, fills: [known] });
    expect(made.state).toEqual({ kind: 'ready' });
    expect(made.events).toEqual([{ kind: 'missed-fill', fill: missed, isSynthetic: false }]);
    expect(await made.run()).toEqual({ kind: 'ready' });
  });

  it('books the fee that was told only while nobody ran, of a fill that was known without it, once', async () => {
    const paid = fillOf(SPOT, 'buy', '1', '100', { timeMs: NOW_MS - 100_000, fee: '0.1' });
    const world = { balances: { ABC: '10', USDT: '999.9' }, fills: [paid] };
    const first = await start(world, { ...KNOWN, fills: [{ ...paid, isFeeKnown: false }] });
    expect(first.state).toEqual({ kind: 'ready' });
    expect(first.events).toEqual([{ kind: 'missed-fill', fill: paid, isSynthetic: false }]);
    const balances = Object.entries(world.balances).map(([asset, total]) => ({ asset, total }));
    const next = await start(world, { ...KNOWN, account: { ...KNOWN.account, balances }, fills: [paid] });
    expect([next.state, next.events]).toEqual([{ kind: 'ready' }, []]);
  });

  it('cancels orders of before that are still open, and orphans', async () => {
    const ours = report('ours', {});
    const world: World = { balances: { ABC: '10', USDT: '1000' }, open: [ours, report('orphan', {})], orders: {} };
    world.orders = new Proxy(
      {},
      {
        get: (_, name) =>
          name === 'ours'
            ? { ...ours, state: world.open?.some((one) => one.clientOrderId === 'ours') ? 'open' : 'canceled' }
            : undefined,
      },
    ) as Record<string, OrderReport>;
    const order = { ...UNANSWERED, clientOrderId: 'ours' } as const;
    const { state, events } = await start(world, { ...KNOWN, openOrders: [order] });
    expect(state).toEqual({ kind: 'ready' });
    expect(events).toMatchObject([
      { kind: 'order-ended', order: { state: 'canceled' } },
      { kind: 'orphan', order: { clientOrderId: 'orphan' }, outcome: 'cancelled' },
    ]);
    expect(world.open).toEqual([]);
  });

  it('ends an order that never arrived once it can arrive no more, in less than three seconds and with one question', async () => {
    const world = { balances: { ABC: '10', USDT: '1000' }, asked: [] };
    const { state, events, atMs } = await start(world, { ...KNOWN, openOrders: [UNANSWERED] });
    expect(state).toEqual({ kind: 'ready' });
    expect(world.asked).toEqual(['a']);
    expect(events).toMatchObject([{ kind: 'order-ended', reference: { clientOrderId: 'a' }, order: null }]);
    expect(atMs).toBeGreaterThanOrEqual(1_000);
    expect(atMs).toBeLessThan(3_000);
  });

  it('takes a venue at its word only the second time when it forgets an order that it had answered', async () => {
    const world = { balances: { ABC: '10', USDT: '1000' }, asked: [] };
    const { state, atMs } = await start(world, { ...KNOWN, openOrders: [{ ...UNANSWERED, venueOrderId: 'v-a' }] });
    expect([state, world.asked, atMs]).toEqual([{ kind: 'ready' }, ['a', 'a'], 1_000]);
  });

  it('waits less for such an order the longer nobody can have sent it', async () => {
    const snapshot = { ...KNOWN, openOrders: [UNANSWERED] };
    const [short, none] = await Promise.all(
      [600, 60_000].map((ms) => start({ balances: { ABC: '10', USDT: '1000' } }, snapshot, { deadForMs: () => ms })),
    );
    expect(short).toMatchObject({ state: { kind: 'ready' }, atMs: 400 });
    expect(none).toMatchObject({ state: { kind: 'ready' }, atMs: 0 });
  });

  it('works a fill out from its order when the venue does not list it: the same each time, and the real one is not booked again', async () => {
    const order = { ...UNANSWERED, filledQty: '0.25', filledQuote: '25' } as const;
    const filled = report('a', { state: 'filled', filledQty: '1', filledQuote: '101.5' });
    // Three quarters at 102, and a fee of a thousandth.
    const world = { balances: { ABC: '10.74925', USDT: '923.5' }, orders: { a: filled } };
    const runs = [await start(world, { ...KNOWN, openOrders: [order] }), await start(world, { ...KNOWN, openOrders: [order] })];
    for (const { state, events } of runs) {
      expect(state).toEqual({ kind: 'ready' });
      expect(kinds(events)).toEqual(['order-ended', 'missed-fill', 'adjusted']);
      expect(events[1]).toMatchObject({ isSynthetic: true, fill: { tradeId: 'synthetic:a:1', quantity: '0.75', price: '102' } });
      expect(events[2]).toMatchObject({ movement: { asset: 'ABC', amount: '-0.00075' } });
    }
    const late = fillOf(SPOT, 'buy', '0.75', '102', { venueOrderId: 'v-a' });
    expect(runs[0]?.reconciler.trackExecutionPositions(late)).toEqual({ isNew: false, changes: [] });
    expect(runs[0]?.reconciler.trackExecutionPositions({ ...late, tradeId: 'another' }).isNew).toBe(true);
    const [, missed] = runs[0]?.events ?? [];
    if (missed?.kind !== 'missed-fill') throw new Error('no fill');
    const next = await start(world, {
      ...KNOWN,
      account: runs[1]?.reconciler.snapshot()[0] ?? KNOWN.account,
      fills: [missed.fill],
    });
    expect(next.state).toEqual({ kind: 'ready' });
    expect(next.reconciler.trackExecutionPositions(late).isNew).toBe(false);
  });

  it('without anything known begins with what the venue says, and the fills that are in it', async () => {
    const old = fillOf(SPOT, 'buy', '1', '100', { timeMs: NOW_MS });
    const made = await start({ balances: { ABC: '11' }, fills: [old] }, null);
    expect(made.state).toEqual({ kind: 'ready' });
    expect(made.reconciler.trackExecutionPositions(old).isNew).toBe(false);
    expect(made.reconciler.snapshot()).toMatchObject([{ balances: [{ asset: 'ABC', total: '11' }] }]);
  });

  it('takes funding that fell due meanwhile for what it is', async () => {
    const account = {
      ...PERPS,
      balances: [{ asset: 'USDT', total: '1000' }],
      positions: [{ symbol: 'ABC_USDT', signedSize: '-100', openCost: '-1000' }],
    };
    const world: World = { balances: { USDT: '1000.101' }, positions: [{ side: 'sell', size: '100', entryPrice: '100' }] };
    const snapshot = { ...KNOWN, account };
    expect((await start(world, snapshot, {}, PERPS)).state.kind).toBe('blocked');
    const asked: number[] = [];
    const made = await start(world, snapshot, {}, PERPS, async (sinceMs, found) => {
      asked.push(sinceMs);
      found.fundingDue = '0.1';
    });
    expect(made.state).toEqual({ kind: 'ready' });
    // From as far back as fills: what was kept last may be another account's.
    expect(asked).toEqual([Math.max(0, snapshot.sinceMs - DEFAULT_START_UP_SETTINGS.overlapMs)]);
  });
});

describe('a start is blocked', () => {
  it('by a balance that nothing explains', async () => {
    const { state, startUp } = await start({ balances: { ABC: '9.999', USDT: '1000' } }, KNOWN);
    expect(state).toMatchObject({ kind: 'blocked', reason: 'binance spot ABC: expected 10, the venue has 9.999' });
    expect(startUp.refusal()).toBe('binance spot ABC: expected 10, the venue has 9.999');
  });

  it('by a position that nobody here opened', async () => {
    const world: World = { balances: { USDT: '1000' }, positions: [{ side: 'sell', size: '3', entryPrice: '100' }] };
    expect((await start(world, null, {}, PERPS)).state).toMatchObject({
      kind: 'blocked',
      reason: expect.stringMatching(/ABC_USDT/),
    });
    const kept = { ...KNOWN, account: { ...PERPS, balances: [{ asset: 'USDT', total: '1000' }], positions: [] } };
    expect((await start(world, kept, {}, PERPS)).state).toMatchObject({
      kind: 'blocked',
      mismatches: [{ imbalanceAmount: '-3' }],
    });
    const adopting = await start(world, null, { settings: { adoptPositions: true } }, PERPS);
    expect(adopting.reconciler.snapshot()).toMatchObject([{ positions: [{ signedSize: '-3', openCost: '-30' }] }]);
  });

  it('by an account that is not followed, and by an order that nobody can tell of', async () => {
    expect((await start({ isLive: false }, KNOWN)).state).toMatchObject({
      kind: 'blocked',
      reason: expect.stringMatching(/not followed/),
    });
    const stuck = { orders: { a: report('a', {}) }, balances: { ABC: '10', USDT: '1000' } };
    const { state } = await start(stuck, { ...KNOWN, openOrders: [UNANSWERED] });
    expect(state).toMatchObject({ kind: 'blocked', reason: 'binance spot: order a cannot be cancelled' });
  });
});
