import { planDisasters } from './disasters.js';
import { Judge } from './invariants/judge.js';
import type { Violation } from './invariants/report.js';
import { type Sabotage, TURN_MS } from './life/engine-life.js';
import { sitDown } from './operator.js';
import { drawPlan } from './plan.js';
import type { Stats } from './stats.js';
import { Supervisor } from './supervisor.js';
import { playScript } from './world/script.js';
import { World } from './world/world.js';

/** How a seed ended. */
export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly simulatedUs: number;
  readonly stats: Stats;
  readonly hash: string;
  readonly longestUnhedgedUs: number;
  /** The newest lines of what happened; put into words only when asked for. */
  readonly trace: (most: number) => string[];
}

/** Plays one seed from its beginning to its end. */
export async function simulate(seed: number, sabotage: Sabotage = {}): Promise<SeedResult> {
  const undo = sabotage.install?.();
  try {
    return await play(seed, sabotage);
  } finally {
    undo?.();
  }
}

async function play(seed: number, sabotage: Sabotage): Promise<SeedResult> {
  const world = new World(drawPlan(seed));
  const judge = new Judge(world);
  const onRejection = (error: unknown): void => supervisor.life?.crash(error);
  process.on('unhandledRejection', onRejection);
  const supervisor = new Supervisor(world, judge, sabotage);
  judge.standing = sitDown(world, supervisor, () => judge.cleared());
  planDisasters(world, supervisor);
  playScript(world);
  await world.time.run(world.plan.endUs);
  // Judged between turns, when what the last one said has been heard.
  while (supervisor.life?.isTurnDue === true) await world.time.run(world.nowUs + TURN_MS * 1000);
  judge.close(supervisor.life);
  supervisor.stop();
  process.off('unhandledRejection', onRejection);
  const { history, stats } = world;
  for (const payload of world.disk.payloads) history.seal(payload);
  for (const { account, venue } of world.exchanges) {
    stats.fills += account.fills().length;
    for (const { tradeId, order, priceUnits, qtyUnits, timeUs } of account.fills())
      history.seal(`${venue} ${order.id} ${order.clientOrderId} ${tradeId} ${priceUnits} ${qtyUnits} ${timeUs}\n`);
    for (const wallet of ['spot', 'futures'] as const)
      for (const { asset, total, locked } of account.balances(wallet))
        history.seal(`${venue} ${wallet} ${asset} ${total} ${locked}\n`);
  }
  return {
    seed,
    violations: judge.violations,
    simulatedUs: world.nowUs,
    stats,
    hash: history.digest(),
    longestUnhedgedUs: judge.exposure.longestUs,
    trace: (most) => history.lines(most),
  };
}
