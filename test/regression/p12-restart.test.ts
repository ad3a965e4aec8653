// P12: after a restart the position was wrong, or was flattened. Goal: a start begins in `reconciling`, joins what was known with what
// the venues say, sends no order, and refuses to trade while anything is unexplained.
import { expect, test } from 'vitest';
import { Life, openFloor, seatOf, THERE } from '../execution/reconciliation-floor.js';
import { openingOf } from '../trading/paper/paper-rig.js';
import { TradedSpread } from './traded-spread.js';

test('P12: a position is the same after a restart, whatever was filled meanwhile, and nothing was sent for it', async () => {
  const floor = await openFloor(12);
  const first = new Life(floor, 'first');
  await first.start();
  const kept = first.kept();
  // Filled after the last thing that was kept: the process that dies now has lost it.
  await first.place(THERE);
  await first.pass(2_000);
  await first.stop();
  const { account } = seatOf(floor, THERE);
  const size = account.positions()[0]?.qtyUnits;
  const orders = account.orders().length;
  const second = new Life(floor, 'second', kept);
  expect(second.startUp.state).toEqual({ kind: 'reconciling' });
  expect(second.startUp.refusal()).not.toBeNull();
  await second.start();
  expect(second.startUp.state).toEqual({ kind: 'ready' });
  expect(second.of('missed-fill')).toHaveLength(1);
  const [position] = second.reconciler.snapshot().flatMap(({ positions }) => positions);
  expect(Number(position?.signedSize)).toBe(size);
  expect(account.orders()).toHaveLength(orders);
  expect(account.positions()[0]?.qtyUnits).toBe(size);
  await second.stop();
  // The same death again finds the same fill under the same id.
  const third = new Life(floor, 'third', kept);
  await third.start();
  expect(third.of('missed-fill').map(({ fill }) => fill.tradeId)).toEqual(
    second.of('missed-fill').map(({ fill }) => fill.tradeId),
  );
  await third.stop();
  expect(await floor.close()).toEqual({ timers: 0, sockets: 0, requests: 0 });
});

test('P12: a position that nobody here opened is not taken over and not closed: trading is refused', async () => {
  const floor = await openFloor(13);
  const first = new Life(floor, 'first');
  await first.start();
  await first.place(THERE);
  await first.pass(2_000);
  await first.stop();
  const { account } = seatOf(floor, THERE);
  const size = account.positions()[0]?.qtyUnits;
  const second = new Life(floor, 'second');
  await second.start();
  expect(second.startUp.state).toMatchObject({
    kind: 'blocked',
    reason: expect.stringMatching(/positions that nobody here opened: ETH_USDT/),
  });
  expect(second.startUp.refusal()).not.toBeNull();
  expect(account.positions()[0]?.qtyUnits).toBe(size);
  await second.stop();
  await floor.close();
});

test('P12: the desk sends nothing before ledger and venues agree, and what nobody explains is taken over by a person only', async () => {
  const first = await TradedSpread.start();
  await first.spread();
  await first.rig.stop();
  const { ledger, time } = first.rig;
  // Somebody else took five USDT from one account meanwhile.
  const market = TradedSpread.open({
    ledger,
    time,
    openingOf: (account) => {
      const kept = first.rig.venues.of(account)?.snapshot() ?? openingOf({});
      if (account.venue !== 'mexc') return kept;
      return { ...kept, balances: kept.balances.map((one) => (one.asset === 'USDT' ? { ...one, total: '484.995' } : one)) };
    },
  });
  const { rig } = market;
  const before = market.sent.length;
  const starting = rig.start(10);
  await market.spread(500);
  expect(market.sent).toHaveLength(before);
  await rig.run(10_000);
  await starting;
  expect(rig.desk.report()).toMatchObject({
    state: 'blocked',
    reason: 'mexc spot USDT: expected 489.995, the venue has 484.995',
  });
  await market.spread(500);
  expect(market.sent).toHaveLength(before);
  expect(() => rig.desk.clearStop(' ')).toThrow('who has a name');
  rig.desk.clearStop('anna');
  await market.rest(3_000);
  expect(rig.desk.report().state).toBe('trading');
  expect(rig.desk.ledger.memory.books.holding('mexc', 'spot', 'USDT').toFixed()).toBe('484.995');
  rig.turnEvery(1);
  await market.spread();
  expect(market.sent.length).toBeGreaterThan(before);
  await rig.stop();
});
