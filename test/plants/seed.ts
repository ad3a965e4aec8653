// One seed from first to last: the scene, the engine on it, what was traded to see whether predictions hold, and the verdict.
import { Decimal } from '../../src/domain/decimal.js';
import { SeededRandom } from '../../src/domain/random.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { DEFAULT_SIGNAL_RULES } from '../../src/kernel/signal-plan.js';
import { LocalMarket, listFeeds } from '../../src/sim/framework/local-market.js';
import { Scene } from '../../src/sim/plants/scene.js';
import type { ProfitPlant, RowName } from '../../src/sim/plants/truth.js';
import { Detector, type DetectorSettings } from './detector.js';
import { judge, type Verdict } from './judge.js';
import { isSameRow } from './observed.js';
import { settle } from './settle.js';

const STEP_US = 20_000;
const SYNC_US_MAX = 30_000_000;
/** Before the first plant every book has a past, and after the last one all is told. */
const WARM_UP_US = 1_000_000;
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
    if (plant.still && detector !== undefined) tradeAll(scene, plant, predictions(plant, detector), errorsBp, faults);
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
  await time.run(WARM_UP_US);
  await time.run(scene.plant() + SETTLING_US);
  const { found, intents, onsets } = detector;
  const verdict = judge(scene.truth, { found, intents, onsets }, scene.oneWayMs * 1_000, errorsBp);
  market.stop();
  scene.stop();
  return { ...verdict, faults: [...verdict.faults, ...faults].map((fault) => `seed ${seed}: ${fault}`) };
}

/** Something that was predicted of an amount. */
interface Prediction {
  readonly base: string;
  readonly net: number;
}

/** What the engine last said of a plant: every size that it found, and every intent that it made of them. */
function predictions({ row, pair, startUs }: ProfitPlant, { found, intents }: Detector): Prediction[] {
  const isHere = (one: { readonly row: RowName }): boolean => isSameRow(row, one.row);
  const last = found.findLast(
    (one) => isHere(one) && pair.buy === one.pair.buy && pair.sell === one.pair.sell && one.atUs >= startUs,
  );
  const made = intents.filter(
    ({ atUs, legs }) =>
      atUs >= startUs && legs.every((leg) => isHere(leg) && leg.venue === (leg.side === 'buy' ? pair.buy : pair.sell)),
  );
  return [
    ...(last?.sizes ?? []),
    ...made.flatMap(({ legs, expectedNet }) => legs.map(({ base }) => ({ base, net: expectedNet }))),
  ];
}

/** Trades everything that was predicted, and notes by how much what came of it differs from what was said. */
function tradeAll(
  { venues, stage }: Scene,
  plant: ProfitPlant,
  predicted: readonly Prediction[],
  errorsBp: number[],
  faults: string[],
): void {
  const row = stage.rows.find(({ name }) => isSameRow(name, plant.row));
  if (row === undefined) return;
  for (const { base, net } of predicted) {
    const settled = settle(venues, row, plant.pair, base);
    const what = `${base} ${plant.row.base} at ${plant.startUs}`;
    if (typeof settled === 'string') {
      errorsBp.push(Number.POSITIVE_INFINITY);
      faults.push(`${what}: ${settled}`);
      continue;
    }
    const errorBp = new Decimal(net).minus(settled.net).abs().div(settled.cost).mul(BP).toNumber();
    errorsBp.push(errorBp);
    if (errorBp > 1) faults.push(`${what}: ${settled.net} came of ${net}, off by ${errorBp} bp`);
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
