// Goal: what is said to be planted is what stands in the venues' books. Method: scenes of several seeds without anybody who watches;
// books are looked at while plants live.
import { describe, expect, it } from 'vitest';
import { Exact } from '../../../src/domain/decimal.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import { exactSizes } from '../../../src/sim/plants/exact-profit.js';
import { Scene } from '../../../src/sim/plants/scene.js';
import type { StageBook } from '../../../src/sim/plants/stage.js';
import { type PlantedTruth, type RowName, TRAPS, type TrapPlant } from '../../../src/sim/plants/truth.js';

const SEEDS = [1, 2, 3, 4, 5, 6];
const STEP_US = 5_000;

interface Watched {
  readonly truth: PlantedTruth;
  /** Still profits whose books came to something else at the end than at the beginning. */
  readonly moved: number;
  /** Traps by kind, with the touches of the lying book and of all others while they lived. */
  readonly looks: readonly { readonly trap: TrapPlant; readonly lying: Touch; readonly others: readonly Touch[] }[];
}

interface Touch {
  readonly bid: number;
  readonly ask: number;
}

function touchOf({ quiet: { book } }: StageBook): Touch {
  const scale = 10 ** book.instrument.priceDecimals;
  return { bid: (book.bids.best()?.priceUnits ?? 0) / scale, ask: (book.asks.best()?.priceUnits ?? 0) / scale };
}

async function watch(seed: number): Promise<Watched> {
  const time = new VirtualTime();
  let moved = 0;
  const scene = await Scene.open(time, seed, (plant) => {
    if (!plant.still) return;
    const books = booksOf(scene, plant.row);
    const [buy, sell] = [plant.pair.buy, plant.pair.sell].map((venue) => books.find((book) => book.venue === venue)?.quiet.book);
    if (buy === undefined || sell === undefined) throw new RangeError('no such books');
    if (JSON.stringify(exactSizes(buy, sell)) !== JSON.stringify(plant.sizes)) moved++;
  });
  scene.stir();
  const endUs = time.monotonicUs() + scene.plant();
  const looks: { trap: TrapPlant; lying: Touch; others: Touch[] }[] = [];
  const seen = new Set<TrapPlant>();
  while (time.monotonicUs() < endUs) {
    await time.run(STEP_US);
    for (const trap of scene.truth.traps) {
      if (seen.has(trap) || trap.endUs <= time.monotonicUs()) continue;
      seen.add(trap);
      const books = booksOf(scene, trap.row);
      const lying = books.find(({ venue }) => venue === trap.venue);
      if (lying !== undefined)
        looks.push({ trap, lying: touchOf(lying), others: books.filter((book) => book !== lying && !book.strange).map(touchOf) });
    }
  }
  scene.stop();
  return { truth: scene.truth, moved, looks };
}

function booksOf({ stage }: Scene, { market, base }: RowName): readonly StageBook[] {
  return stage.rows.find(({ name }) => name.market === market && name.base === base)?.books ?? [];
}

describe('a planted scene', async () => {
  const watched = await Promise.all(SEEDS.map(watch));
  const traps = watched.flatMap(({ truth }) => truth.traps);
  const looks = watched.flatMap((one) => one.looks);

  it('plants every kind of trap, and profits short and long', () => {
    for (const kind of TRAPS) expect(traps.filter((trap) => trap.kind === kind).length, kind).toBeGreaterThan(2);
    const lives = watched.flatMap(({ truth }) => truth.profits.map(({ startUs, endUs }) => endUs - startUs));
    expect(lives.filter((us) => us < 5_000).length).toBeGreaterThan(5);
    expect(lives.filter((us) => us > 1_000_000).length).toBeGreaterThan(5);
    expect(lives.length).toBeGreaterThan(100);
    const sizes = watched.flatMap(({ truth }) => truth.profits.flatMap((plant) => plant.sizes));
    expect(sizes.filter(({ status }) => status === 'too-thin').length).toBeGreaterThan(20);
  });

  it('plants profits that pay at every size that can be traded', () => {
    for (const { truth } of watched) {
      for (const { sizes, pair, row } of truth.profits) {
        const feasible = sizes.filter(({ status }) => status === 'feasible');
        expect(feasible.length, `${row.base} ${pair.buy} ${pair.sell}`).toBeGreaterThan(0);
        for (const { net, cost } of feasible) expect(new Exact(net).div(cost).toNumber()).toBeGreaterThan(0.003);
      }
    }
  });

  it('keeps the books of still profits still', () => {
    expect(watched.map(({ moved }) => moved)).toEqual(SEEDS.map(() => 0));
  });

  it('plants traps that pay at no size', () => {
    const sized = traps.filter(({ sizes }) => sizes.length > 0);
    expect(new Set(sized.map(({ kind }) => kind))).toEqual(new Set(['too-thin', 'below-minimum', 'fee-eats-profit']));
    for (const { kind, row, sizes } of sized)
      for (const { net, base } of sizes) expect(Number(net), `${kind} ${row.base} ${base}`).toBeLessThanOrEqual(0);
  });

  it('plants traps that tempt: every one shows a touch that seems to pay', () => {
    for (const { trap, lying, others } of looks) {
      const gross = Math.max(...others.map(({ bid, ask }) => Math.max(lying.bid / ask, bid / lying.ask) - 1));
      if (trap.kind === 'crossed-book') expect(lying.bid).toBeGreaterThan(lying.ask);
      if (trap.kind === 'crossed-book' || trap.kind === 'too-thin' || trap.kind === 'below-minimum')
        expect(gross).toBeGreaterThan(0.005);
      if (trap.kind === 'other-asset') expect(gross).toBeGreaterThan(5);
      if (trap.kind === 'fee-eats-profit' && others.length === 1) expect(gross).toBeGreaterThan(0.01);
    }
  });

  it('is the same for the same seed', async () => {
    expect((await watch(3)).truth).toEqual(watched[2]?.truth);
  });
});
