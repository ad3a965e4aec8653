import type { SeededRandom } from '../../src/domain/random.js';
import type { JournalDeath } from './life/disk.js';
import { EngineLife, type LifeWatcher, type Sabotage } from './life/engine-life.js';
import { MachineClock } from './life/life-time.js';
import type { World } from './world/world.js';

const SECOND_US = 1e6;
/** How long it takes until somebody or something starts a dead process again: often at once, now and then only after minutes. */
const RESTART_US_MIN = 0.3 * SECOND_US;
const RESTART_US_MAX = 8 * SECOND_US;
const ABSENT_US_MAX = 900 * SECOND_US;
const CHANCE_OF_ABSENCE = 0.15;
/** Chance that a process dies at one of its first entries once more. */
const AGAIN = 0.35;
const ENTRIES_MAX = 120;
const EARLY_ENTRIES_MAX = 6;

/** Keeps a process of the engine running: starts another one after every death, over the same disk and the same exchanges. */
export class Supervisor {
  readonly clock: MachineClock;
  life: EngineLife | undefined;
  private runs = 0;
  private readonly random: SeededRandom;
  /** Deaths at entries that are still to come. */
  private deathsLeft: number;
  private isOver = false;

  constructor(
    private readonly world: World,
    private readonly watcher: LifeWatcher,
    private readonly sabotage: Sabotage,
  ) {
    this.random = world.random.fork('supervisor');
    this.clock = new MachineClock(world.time);
    this.deathsLeft = countOf(world.plan.disasters.journalKills, this.random);
    world.onBook = (book) => {
      if (this.life?.isAlive === true) this.life.feed.changed(book);
    };
    this.start();
  }

  /** Kills the process, if one runs. */
  kill(why: string): void {
    if (this.life?.isAlive !== true) return;
    this.world.stats.kills++;
    this.life.die(why);
  }

  /** The end of the seed: nothing is started again. */
  stop(): void {
    this.isOver = true;
    this.life?.die('the end');
  }

  private start(): void {
    if (this.isOver) return;
    const { world, watcher, sabotage, clock } = this;
    const run = ++this.runs;
    const death = this.drawDeath(run);
    const life: EngineLife = new EngineLife({
      ...{ world, clock, run, death, watcher, sabotage },
      onDeath: () => {
        if (this.isOver) return;
        const isAbsent = !world.isCalm && this.random.next() < CHANCE_OF_ABSENCE;
        const most = isAbsent ? ABSENT_US_MAX : RESTART_US_MAX;
        const us = RESTART_US_MIN + this.random.next() * (most - RESTART_US_MIN);
        // Whoever was away is back when it gets calm.
        world.after(Math.min(us, Math.max(RESTART_US_MAX, world.plan.calmUs - world.nowUs)), () => this.start());
      },
    });
    this.life = life;
  }

  private drawDeath(run: number): JournalDeath | null {
    const { random } = this;
    const isAgain = run > 1 && random.next() < AGAIN;
    if (this.deathsLeft === 0 || this.world.isCalm) return null;
    this.deathsLeft--;
    return { at: 1 + random.below(isAgain ? EARLY_ENTRIES_MAX : ENTRIES_MAX), isKept: random.next() < 0.5 };
  }
}

/** How often something happens that happens `mean` times on average. */
export function countOf(mean: number, random: SeededRandom): number {
  return Math.floor(mean) + (random.next() < mean % 1 ? 1 : 0);
}
