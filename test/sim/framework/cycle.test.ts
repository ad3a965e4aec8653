// scratch
import { expect, test } from 'vitest';
import { TradingFloor } from '../../../src/sim/framework/trading-floor.js';
import { runCycle } from '../../../src/sim/framework/cycle.js';
import { plant } from '../../../src/sim/framework/opportunity.js';
import { accountDifferences, walletOf } from '../../../src/sim/framework/cycle-money.js';

test('x', async () => {
  const t0 = performance.now();
  const floor = await TradingFloor.open({ seed: 1 });
  console.log('open', performance.now() - t0, floor.seats.map((s) => s.name));
  const before = floor.seats.map((s) => walletOf(s));
  let n = 0;
  for (const buyAt of floor.seats) for (const sellAt of floor.seats) {
    if (buyAt === sellAt) continue;
    try {
      const o = plant(floor.simulation.market, { base: 'SOL', buyAt, sellAt, netBps: 20 });
      const r = await floor.drive(runCycle(floor, o, `c${++n}`));
      console.log(buyAt.name, sellAt.name, r.buy.outcome, r.sell.outcome, r.buy.reason, r.sell.reason, r.matchedBase, r.unmatchedBase, r.expectedProfit, r.realizedProfit, JSON.stringify(r.buy.timing), r.buy.path, r.differences);
    } catch (e) { console.log(buyAt.name, sellAt.name, String(e)); }
    for (const s of floor.seats) for (const b of [s.book(s.instrumentOf('SOL')!.symbol)]) { b.displacement = 0; }
    await floor.drive(floor.pause(1500));
  }
  floor.seats.forEach((s, i) => console.log(s.name, accountDifferences(s, before[i]!), s.notices.map((x) => x.reason).slice(0, 5)));
  console.log(await floor.close(), performance.now() - t0);
}, 120000);
