// One seed from first to last: the scene, the engine on it, what was traded to see whether predictions hold, and the verdict.
import { Exact } from '../../src/domain/decimal.js';
import { SeededRandom } from '../../src/domain/random.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { DEFAULT_SIGNAL_RULES } from '../../src/kernel/signal-plan.js';
import { LocalMarket, listFeeds } from '../../src/sim/framework/local-market.js';
import { Scene } from '../../src/sim/plants/scene.js';
import type { ProfitPlant } from '../../src/sim/plants/truth.js';
import { Detector, type DetectorSettings } from './detector.js';
import { judge, type Verdict } from './judge.js';
import { type Found, isSameRow } from './observed.js';
import { settle } from './settle.js';

const STEP_US = 20_000;
const SYNC_US_MAX = 30_000_000;
const SETTLING_US = 300_000;
const BP = 10_000;

/**
 * Runs one seed.
 * @throws RangeError when the books of the venues are not followed after half a minute
 */
export async function runSeed(seed: number, settings: DetectorSettings): Promise<Verdict> {
  const time = new VirtualTime();
  const errorsBp: number[] = [];
  const faults: string[] = [];
  let detector: Detector | undefined;
  const scene = await Scene.open(time, seed, (plant) => {
    const found = plant.still ? detector?.found.findLast((one) => isOf(plant, one)) : undefined;
    if (found !== undefined) tradeAll(scene, plant, found, errorsBp, faults);
  });
  const { host } = scene.venues;
  const feeds = await driven(time, listFeeds(host, scene.venues.protocols()));
  const market = new LocalMarket({
    feeds,
    host,
    clock: time,
    timers: time,
    random: new SeededRandom(seed).fork('feeds'),
    signals: DEFAULT_SIGNAL_RULES,
    onDelivered: () => detector?.turn(),
  });
  scene.stir();
  for (let us = 0; !market.isSynced; us += STEP_US) {
    if (us > SYNC_US_MAX)
      throw new RangeError(`seed ${seed}: ${market.synced} of ${market.universe.books.length} books are followed`);
    await time.run(STEP_US);
  }
  detector = new Detector(market, time, settings);
  await time.run(SETTLING_US);
  await time.run(scene.plant() + SETTLING_US);
  const { found, intents, onsets } = detector;
  const verdict = judge(scene.truth, { found, intents, onsets }, scene.oneWayMs * 1_000, errorsBp);
  market.stop();
  scene.stop();
  return { ...verdict, faults: [...verdict.faults, ...faults].map((fault) => `seed ${seed}: ${fault}`) };
}

function isOf({ row, pair, startUs }: ProfitPlant, found: Found): boolean {
  return isSameRow(row, found.row) && pair.buy === found.pair.buy && pair.sell === found.pair.sell && found.atUs >= startUs;
}

/** Trades every size that was said to be feasible, and notes by how much what came of it differs from what was said. */
function tradeAll({ venues, stage }: Scene, plant: ProfitPlant, { sizes }: Found, errorsBp: number[], faults: string[]): void {
  const row = stage.rows.find(({ name }) => isSameRow(name, plant.row));
  if (row === undefined) return;
  for (const { isFeasible, base, net, multiple } of sizes) {
    if (!isFeasible) continue;
    const settled = settle(venues, row, plant.pair, base);
    if (typeof settled === 'string') {
      errorsBp.push(Number.POSITIVE_INFINITY);
      faults.push(`size ${multiple} of ${plant.row.base} at ${plant.startUs}: ${settled}`);
      continue;
    }
    const errorBp = new Exact(net).minus(settled.net).abs().div(settled.cost).mul(BP).toNumber();
    errorsBp.push(errorBp);
    if (errorBp > 1) {
      faults.push(
        `size ${multiple} of ${plant.row.base} at ${plant.startUs}: ${settled.net} came of ${net}, off by ${errorBp} bp`,
      );
    }
  }
}

/** Lets time pass until a promise settles. */
async function driven<T>(time: VirtualTime, work: Promise<T>): Promise<T> {
  let isDone = false;
  const end = (): void => {
    isDone = true;
  };
  work.then(end, end);
  while (!isDone) await time.run(STEP_US);
  return work;
}
