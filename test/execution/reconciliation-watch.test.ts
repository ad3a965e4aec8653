// Goal: nothing is called a drift before the venue was asked again, unless it cannot be asked; and what is not seen has not ended.
import { expect, it } from 'vitest';
import { VenueRequestError } from '../../src/domain/errors.js';
import {
  type ReconciliationEvent,
  ReconciliationWatch,
  type WatchedPort,
  type WatchSettings,
} from '../../src/execution/reconciliation-watch.js';
import { fillOf, reconcilerRig, SPOT } from './reconciliation-rig.js';

function rig(
  held: { ABC: string; USDT: string },
  more: Partial<WatchedPort> = {},
  { refreshMsMax = 1e9, fillOverlapMs = 120_000 }: Partial<WatchSettings> = {},
) {
  const made = reconcilerRig();
  const events: ReconciliationEvent[] = [];
  const asked = { balances: 0 };
  const port: WatchedPort = {
    balances: async () => {
      asked.balances++;
      return Object.entries(held).map(([asset, total]) => ({ venue: 'binance' as const, asset, total, available: null }));
    },
    positions: async () => [],
    fills: async () => [],
    venueMs: () => 1e9 + made.time.monotonicUs() / 1000,
    ...more,
  };
  const { reconciler, time } = made;
  const watch = new ReconciliationWatch({
    reconciler,
    accounts: [{ ...SPOT, port }],
    clock: time,
    timers: time,
    onEvent: (event) => events.push(event),
    settings: { checkMs: 100, refreshDelayMs: 200, refreshMsMin: 500, refreshMsMax, fillOverlapMs },
  });
  return { ...made, watch, events, asked, held };
}

it('asks for balances after a trade, once for many fills', async () => {
  const made = rig({ ABC: '12', USDT: '800' });
  made.watch.start();
  await made.pass(1_000);
  const before = made.asked.balances;
  for (let fill = 0; fill < 2; fill++)
    made.watch.onAccount('binance', 'spot', { kind: 'fill', fill: fillOf(SPOT, 'buy', '1', '100') });
  await made.pass(300);
  expect(made.asked.balances).toBe(before + 1);
  await made.pass(10_000);
  expect(made.watch.last?.imbalances).toEqual([]);
  expect(made.events).toEqual([]);
  made.watch.stop();
  expect(made.time.pending()).toBe(0);
});

it('does not call a lost word a drift: the venue is asked first', async () => {
  const made = rig({ ABC: '10', USDT: '1000' });
  made.watch.start();
  await made.pass(1_000);
  made.balance(SPOT, 'ABC', '9');
  await made.pass(10_000);
  expect(made.events).toEqual([]);
});

it('books a fill that only the list has, and says so', async () => {
  const missed = fillOf(SPOT, 'sell', '1', '100', { timeMs: 1e9 });
  const made = rig({ ABC: '9', USDT: '1100' }, { fills: async () => [missed] });
  made.watch.start();
  await made.pass(10_000);
  expect(made.events).toEqual([{ kind: 'missed-fill', fill: missed }]);
  expect(made.watch.last?.imbalances).toEqual([]);
});

it('tells a drift once, again when it changes, and its end; not while nothing is seen', async () => {
  const made = rig({ ABC: '9', USDT: '1000' });
  made.watch.start();
  await made.pass(10_000);
  expect(made.events).toMatchObject([{ kind: 'drift', imbalance: { asset: 'ABC', imbalanceAmount: '-1' } }]);
  made.held.ABC = '8';
  made.balance(SPOT, 'ABC', '8');
  await made.pass(5_000);
  expect(made.events).toMatchObject([{}, { kind: 'drift', imbalance: { imbalanceAmount: '-2' } }]);
  made.watch.onAccount('binance', 'spot', { kind: 'disconnected', reason: 'test' });
  await made.pass(5_000);
  expect(made.events).toHaveLength(2);
  expect(made.watch.open).toHaveLength(1);
  made.watch.onAccount('binance', 'spot', { kind: 'reconciled' });
  made.held.ABC = '10';
  made.balance(SPOT, 'ABC', '10');
  await made.pass(1_000);
  expect(made.events.slice(2)).toMatchObject([{ kind: 'drift-ended' }]);
  expect(made.watch.open).toEqual([]);
});

it('tells what lasts although the venue cannot be asked', async () => {
  const down = { balances: async () => Promise.reject(new VenueRequestError('venue-down', 'down')) };
  const made = rig({ ABC: '10', USDT: '1000' }, down);
  made.watch.start();
  made.balance(SPOT, 'ABC', '9');
  await made.pass(9_000);
  expect(made.events.some(({ kind }) => kind === 'drift')).toBe(false);
  expect(made.events).toContainEqual({ kind: 'refresh-failed', account: SPOT, reason: 'down' });
  await made.pass(2_000);
  expect(made.events.filter(({ kind }) => kind === 'drift')).toHaveLength(1);
});

it('calls nothing a drift that a late fee may explain: having asked for balances alone is not having asked', async () => {
  const told = fillOf(SPOT, 'buy', '1', '100', { timeMs: 1e9, fee: null, feeAsset: null });
  const paid = { ...told, fee: '0.1', feeAsset: 'USDT' };
  let isListed = false;
  const fills = async () => (isListed ? [paid] : Promise.reject(new VenueRequestError('venue-down', 'down')));
  const made = rig({ ABC: '11', USDT: '899.9' }, { fills });
  made.watch.start();
  await made.pass(1_000);
  made.balance(SPOT, 'ABC', '11');
  made.balance(SPOT, 'USDT', '899.9');
  made.watch.onAccount('binance', 'spot', { kind: 'fill', fill: told });
  await made.pass(5_000);
  expect(made.asked.balances).toBeGreaterThan(0);
  isListed = true;
  await made.pass(20_000);
  expect(made.events.filter(({ kind }) => kind !== 'refresh-failed')).toEqual([{ kind: 'missed-fill', fill: paid }]);
  expect(made.watch.last?.imbalances).toEqual([]);
});

it('asks for fills by the clock too, back to when they were told last, however long that is ago', async () => {
  const missed = fillOf(SPOT, 'sell', '1', '100', { timeMs: 1e9 + 10_000 });
  let isDown = true;
  const fills = async () => (isDown ? Promise.reject(new VenueRequestError('venue-down', 'down')) : [missed]);
  // What the venue lists and what was told agree: nothing but the clock has a reason to ask.
  const made = rig({ ABC: '10', USDT: '1000' }, { fills }, { refreshMsMax: 5_000, fillOverlapMs: 1_000 });
  made.watch.start();
  await made.pass(100_000);
  isDown = false;
  await made.pass(5_500);
  expect(made.events.filter(({ kind }) => kind === 'missed-fill')).toEqual([{ kind: 'missed-fill', fill: missed }]);
});

it('asks soon for the fee of a fill that was told without, until a list has it, but not for ever', async () => {
  const told = fillOf(SPOT, 'sell', '1', '100', { timeMs: 1e9, fee: null, feeAsset: null });
  const full = { ...told, fee: '0.1', feeAsset: 'USDT' };
  const lists = [[], [full]];
  let asked = 0;
  let isTraded = false;
  const fills = async () => (isTraded ? (lists[Math.min(asked++, lists.length - 1)] ?? []) : []);
  const made = rig({ ABC: '10', USDT: '1000' }, { fills });
  made.watch.start();
  await made.pass(1_000);
  isTraded = true;
  Object.assign(made.held, { ABC: '9', USDT: '1099.9' });
  made.watch.onAccount('binance', 'spot', { kind: 'fill', fill: told });
  await made.pass(3_000);
  expect(made.events).toEqual([{ kind: 'missed-fill', fill: full }]);
  expect(asked).toBe(2);
  await made.pass(60_000);
  expect(asked).toBe(2);
  // A venue that never tells it is not asked faster than others in the end.
  const never = rig({ ABC: '9', USDT: '1100' }, { fills: async () => (asked++ < 0 ? [] : [told]) });
  never.watch.start();
  never.watch.onAccount('binance', 'spot', { kind: 'fill', fill: told });
  asked = 0;
  await never.pass(60_000);
  expect(asked).toBeGreaterThan(50);
  await never.pass(300_000);
  const before = asked;
  await never.pass(60_000);
  expect(asked).toBe(before);
});

it('calls nothing a drift while a fee is not told that the venue does not know yet either', async () => {
  const told = fillOf(SPOT, 'buy', '1', '100', { timeMs: 1e9, fee: null, feeAsset: null });
  const paid = { ...told, fee: '0.1', feeAsset: 'USDT' };
  let isKnown = false;
  const made = rig({ ABC: '11', USDT: '899.9' }, { fills: async () => [isKnown ? paid : told] });
  made.watch.start();
  await made.pass(1_000);
  made.balance(SPOT, 'ABC', '11');
  made.balance(SPOT, 'USDT', '899.9');
  made.watch.onAccount('binance', 'spot', { kind: 'fill', fill: told });
  await made.pass(7_000);
  isKnown = true;
  await made.pass(10_000);
  expect(made.events.filter(({ kind }) => kind === 'drift')).toEqual([]);
  expect(made.watch.last?.imbalances).toEqual([]);
});
