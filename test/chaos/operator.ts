import { TiercelError } from '../../src/domain/errors.js';
import type { Supervisor } from './supervisor.js';
import { countOf } from './supervisor.js';
import type { World } from './world/world.js';

const SECOND_US = 1e6;
/** How often the person looks, while things go wrong and when they do not any more. */
const LOOK_US = 150 * SECOND_US;
const CALM_LOOK_US = 20 * SECOND_US;

/** What a person has stopped, as an outsider remembers it. */
export interface StandingOrders {
  /** Since when nothing may be sent; null while no stop of a person holds. */
  stoppedUs: number | null;
}

/** The person at the engine: stops it for no reason, looks now and then, and ends stops after a look. */
export function sitDown(world: World, supervisor: Supervisor, onCleared: () => void): StandingOrders {
  const random = world.random.fork('operator');
  const standing: StandingOrders = { stoppedUs: null };
  const { windows, calmUs } = world.plan;
  for (let left = countOf(world.plan.disasters.stops, random); left > 0; left--) {
    const window = windows[random.below(windows.length)];
    if (window === undefined) continue;
    world.at(window.startUs + random.next() * (window.endUs - window.startUs), () => {
      const { life } = supervisor;
      if (life?.isAlive !== true) return;
      world.stats.stops++;
      world.history.note('the person stops');
      standing.stoppedUs = world.nowUs;
      life.timers.run(() => void life.desk.emergencyStop('looks strange', 'ann'));
    });
  }
  const look = (): void => {
    visit(world, supervisor, standing, onCleared);
    if (world.isCalm) world.after(CALM_LOOK_US, look);
    else world.after(Math.min(LOOK_US * (0.5 + random.next()), calmUs - world.nowUs), look);
  };
  world.after(LOOK_US, look);
  return standing;
}

/** Ends what can be ended: a stop, differences at the start, a process whose ledger is broken. */
function visit(world: World, supervisor: Supervisor, standing: StandingOrders, onCleared: () => void): void {
  const { life } = supervisor;
  if (life?.isAlive !== true) return;
  const { state, ledger } = life.desk.report();
  if (!ledger.isHealthy) {
    if (world.disk.fault === null) supervisor.kill('its ledger was broken, and the disk is mended');
    return;
  }
  if (state !== 'halted' && state !== 'blocked') return;
  world.history.note('the person clears', state);
  life.timers.run(() => {
    try {
      life.desk.clearStop('ann');
      standing.stoppedUs = null;
      onCleared();
    } catch (error) {
      if (!(error instanceof TiercelError)) throw error;
      world.history.note('it cannot be cleared', error.message);
    }
  });
}
