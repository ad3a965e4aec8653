import { expect, test } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import { buy, Rig } from '../gateway/rig.js';
import { COINS, MONEY, TradedSpread } from './traded-spread.js';

// P19: clocks drifted apart, and the venue rejected requests for their timestamps.
test.each([-90_000, -3_000, 3_000, 90_000])(
  'P19: a clock that is %i ms off changes nothing, and the offset is a figure with its error',
  async (skewMs) => {
    const rig = await Rig.create();
    rig.venue.skewMs = skewMs;
    await rig.start();
    expect(rig.gateway.isLive).toBe(true);
    const { offsetMs, errorMs } = rig.gateway.clockFigures();
    expect(Math.abs(offsetMs - skewMs)).toBeLessThanOrEqual(errorMs);
    expect(errorMs).toBeLessThan(10);
    expect(await rig.until(rig.gateway.place(buy('a')))).toMatchObject({ kind: 'placed' });
    await rig.stop();
  },
);

test.each([true, false])(
  'P19: a clock that is set while we run costs one request, which is repeated, and no order is doubled (WebSocket: %s)',
  async (orderEntry) => {
    const rig = await (await Rig.create({ orderEntry })).start();
    for (const skewMs of [60_000, -60_000, 5_000]) {
      rig.venue.skewMs = skewMs;
      const cid = `a${skewMs}`;
      expect(await rig.until(rig.gateway.place(buy(cid)))).toMatchObject({ kind: 'placed' });
      expect(rig.venue.ordersOf(cid)).toHaveLength(1);
      expect(Math.abs(rig.gateway.clockFigures().offsetMs - skewMs)).toBeLessThan(10);
    }
    await rig.stop();
  },
);

test('P19: the offset is measured again and again, so that drift does not add up', async () => {
  const rig = await (await Rig.create()).start();
  for (let minute = 0; minute < 240; minute++) {
    rig.venue.skewMs += 3; // 50 parts in a million
    await rig.pass(60_000);
  }
  expect(Math.abs(rig.gateway.clockFigures().offsetMs - 720)).toBeLessThanOrEqual(rig.gateway.clockFigures().errorMs + 15);
  expect(rig.gateway.clockFigures().errorMs).toBeLessThan(50);
  await rig.stop();
});

test.each([-3_600_000, -90_000, 90_000, 3_600_000])(
  'P19: a clock of the machine that jumps by %i ms while trades are under way loses and doubles nothing',
  async (jumpMs) => {
    const market = await TradedSpread.start();
    const { rig } = market;
    market.show('1.0300');
    await rig.run(15);
    rig.time.originEpochUs += jumpMs * 1_000;
    market.show();
    await market.rest(20_000);
    const { executed } = rig.desk.report().intents;
    await market.spread();
    await market.rest(20_000);
    const report = rig.desk.report();
    expect(report).toMatchObject({ state: 'trading', unhedged: [], openOrders: [], reconciliation: { drifts: [] } });
    expect(report.intents.executed).toBeGreaterThan(executed);
    expect([rig.total('ABC'), rig.total('USDT')]).toEqual([String(COINS), new Exact(MONEY).plus(rig.profit()).toFixed()]);
    await rig.stop();
  },
);
