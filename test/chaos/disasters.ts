import type { SeededRandom } from '../../src/domain/random.js';
import { toMoney } from '../../src/sim/matching/money.js';
import type { Supervisor } from './supervisor.js';
import { countOf } from './supervisor.js';
import type { World } from './world/world.js';

const SECOND_US = 1e6;
const CLOCK_JUMP_US_MAX = 2 * 3_600 * SECOND_US;

/** Has the rare events of a seed happen, most of them while something is going on. */
export function planDisasters(world: World, supervisor: Supervisor): void {
  const random = world.random.fork('disasters');
  const { disasters, calmUs } = world.plan;
  const often = (mean: number, action: () => void): void => {
    for (let left = countOf(mean, random); left > 0; left--) world.at(momentOf(world, random), action);
  };
  const upTo = (us: number): number => Math.min(random.next() * us, Math.max(0, calmUs - world.nowUs));
  often(disasters.streamCuts, () => {
    const streams = supervisor.life?.streams ?? [];
    const cut = streams[random.below(Math.max(1, streams.length))];
    world.history.note('cut', cut?.exchange.venue);
    cut?.stream.cut(random.next() * 3_000, upTo(20 * SECOND_US) / 1000);
  });
  often(disasters.outages, () => {
    const exchange = world.exchanges[random.below(world.exchanges.length)];
    if (exchange === undefined) return;
    exchange.downUntilUs = world.nowUs + upTo(40 * SECOND_US);
    world.history.note('outage', exchange.venue);
  });
  often(disasters.stalls, () => supervisor.life?.feed.stall(random.below(world.books.length), upTo(25 * SECOND_US)));
  often(disasters.gaps, () => supervisor.life?.feed.gap(random.below(world.books.length)));
  often(disasters.transfers, () => transfer(world, random));
  often(disasters.crashes, () => crashPrices(world, random));
  often(disasters.clockJumps, () => {
    supervisor.clock.offsetUs += (random.next() * 2 - 1) * random.next() ** 3 * CLOCK_JUMP_US_MAX;
    world.history.note('clock jumps', supervisor.clock.offsetUs);
  });
  often(disasters.diskFaults, () => {
    world.disk.fault = random.next() < 0.5 ? 'full' : 'unwritable';
    world.history.note('disk', world.disk.fault);
    world.after(upTo(60 * SECOND_US), () => {
      world.disk.fault = null;
      world.history.note('disk is mended');
    });
  });
  often(disasters.kills, () => supervisor.kill('killed'));
}

/** A moment in one of the windows of activity, mostly. */
function momentOf({ plan }: World, random: SeededRandom): number {
  const window = plan.windows[random.below(plan.windows.length)];
  if (window === undefined || random.next() < 0.1) return random.next() * plan.calmUs;
  return window.startUs + random.next() * (window.endUs - window.startUs);
}

/** Money that comes or goes without a trade: what nobody told the engine of. */
function transfer(world: World, random: SeededRandom): void {
  const exchange = world.exchanges[random.below(world.exchanges.length)];
  if (exchange === undefined) return;
  const balances = exchange.account.balances('spot').filter(({ total }) => total > 0n);
  const balance = balances[random.below(Math.max(1, balances.length))];
  if (balance === undefined) return;
  const amount = (0.1 + random.next() * 20) * (balance.asset === 'BBB' ? 0.05 : 1);
  const free = balance.total - balance.locked;
  const change = toMoney((random.next() < 0.6 ? amount : -amount).toFixed(6));
  if (free + change < 0n) return;
  exchange.move(balance.asset, change);
  world.history.note('transfer', [exchange.venue, balance.asset, change]);
}

/** The price of the contracts' asset leaps, so that positions come near their liquidation or beyond. */
function crashPrices(world: World, random: SeededRandom): void {
  const factor = 1 + (random.next() < 0.5 ? 1 : -1) * (0.15 + random.next() * 0.35);
  for (const { book, quiet } of world.books) if (book.instrument.base === 'AAA') quiet.move(factor);
  world.history.note('prices leap', factor);
}
