// Goal: signals stand in the books as they are said to, decoys nearly so, and nothing else does. Method: the venue's own books are
// looked at while plants live and in between, and its trades are counted.
import { describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import type { SimulatedBook } from '../../../src/sim/market/book.js';
import { Scene } from '../../../src/sim/plants/scene.js';
import type { SignalPlant } from '../../../src/sim/plants/truth.js';

const SEEDS = [21, 22, 23, 24, 25, 26];
const STEP_US = 20_000;

interface Look {
  /** Null where nothing is planted in the book. */
  readonly plant: SignalPlant | null;
  /** All that is bid against all that is asked, and the largest level against the mean of its side. */
  readonly ratio: number;
  readonly wall: number;
}

const quantities = (book: SimulatedBook, side: 'bids' | 'asks'): number[] => book[side].levels().map(({ qtyUnits }) => qtyUnits);
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

function lookAt(book: SimulatedBook, plant: SignalPlant | null): Look {
  const [bids, asks] = [quantities(book, 'bids'), quantities(book, 'asks')];
  const [more, less] = plant?.up === false ? [asks, bids] : [bids, asks];
  const wall = Math.max(...[bids, asks].map((side) => Math.max(...side) / (sum(side) / side.length)));
  return { plant, ratio: sum(more) / sum(less), wall };
}

async function watch(seed: number): Promise<{ readonly looks: Look[]; readonly signals: readonly SignalPlant[] }> {
  const time = new VirtualTime();
  const scene = await Scene.open(time, seed);
  scene.stir();
  const endUs = time.monotonicUs() + scene.plant();
  const looks: Look[] = [];
  while (time.monotonicUs() < endUs) {
    await time.run(STEP_US);
    for (const { asset, name, books } of scene.stage.rows) {
      if (asset.role !== 'signal') continue;
      for (const { venue, quiet } of books) {
        const plant = scene.truth.signals.find(
          (one) => one.row.base === name.base && one.venue === venue && one.endUs > time.monotonicUs(),
        );
        looks.push(lookAt(quiet.book, plant ?? null));
      }
    }
  }
  scene.stop();
  return { looks, signals: scene.truth.signals };
}

describe('planted signals', async () => {
  const watched = await Promise.all(SEEDS.map(watch));
  const looks = watched.flatMap((one) => one.looks);
  const at = (kind: SignalPlant['kind'], counts: boolean): Look[] =>
    looks.filter(({ plant }) => plant?.kind === kind && plant.counts === counts);

  it('are of every kind, up and down, real and nearly so', () => {
    const signals = watched.flatMap((one) => one.signals);
    for (const kind of ['imbalance', 'wall', 'micro-move', 'volume'] as const) {
      const own = signals.filter((plant) => plant.kind === kind);
      for (const up of [true, false])
        expect(own.filter((plant) => plant.counts && plant.up === up).length, kind).toBeGreaterThan(0);
      expect(own.filter((plant) => !plant.counts).length, kind).toBeGreaterThan(0);
    }
  });

  it('weigh on their side of the book while they last, and decoys do so less', () => {
    expect(Math.min(...at('imbalance', true).map(({ ratio }) => ratio))).toBeGreaterThan(4.5);
    expect(Math.max(...at('imbalance', false).map(({ ratio }) => ratio))).toBeLessThan(4.5);
  });

  it('stand out as walls while they last, and decoys do so less', () => {
    expect(Math.min(...at('wall', true).map(({ wall }) => wall))).toBeGreaterThan(4);
    expect(Math.max(...at('wall', false).map(({ wall }) => wall))).toBeLessThan(4);
  });

  it('are the only ones: the books in between are even', () => {
    const quiet = looks.filter(({ plant }) => plant === null);
    expect(quiet.length).toBeGreaterThan(1_000);
    expect(Math.max(...quiet.map(({ wall }) => wall))).toBeLessThan(2);
    for (const { ratio } of quiet) expect(Math.abs(Math.log(ratio))).toBeLessThan(Math.log(1.6));
  });
});
