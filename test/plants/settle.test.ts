// Goal: what is said to be earned by a plant is what the venues' matching engines pay. Method: every size of every still plant of some
// seeds is traded at both venues, all of it, and the books are whole again afterwards.
import { describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { Scene } from '../../src/sim/plants/scene.js';
import type { SizeTruth } from '../../src/sim/plants/truth.js';
import { isSameRow } from './observed.js';
import { type Settled, settle } from './settle.js';

const SEEDS = [11, 12, 13];
/** Engines round fees down to their eighteenth decimal, and that of a fee in the base asset is worth its price. */
const ROUNDING = 1e-15;

interface Traded {
  readonly size: SizeTruth;
  readonly settled: Settled | string;
  readonly again: Settled | string;
  readonly isContract: boolean;
}

async function tradeAll(seed: number): Promise<Traded[]> {
  const traded: Traded[] = [];
  const time = new VirtualTime();
  const scene = await Scene.open(time, seed, ({ still, row, pair, sizes }) => {
    const stageRow = scene.stage.rows.find(({ name }) => isSameRow(name, row));
    if (!still || stageRow === undefined) return;
    for (const size of sizes) {
      const [settled, again] = [1, 2].map(() => settle(scene.venues, stageRow, pair, size.base));
      if (settled !== undefined && again !== undefined)
        traded.push({ size, settled, again, isContract: row.market === 'futures' });
    }
  });
  scene.stir();
  await time.run(scene.plant());
  scene.stop();
  return traded;
}

describe('trading a plant', async () => {
  const traded = (await Promise.all(SEEDS.map(tradeAll))).flat();

  it('pays what the truth says, on spot and with contracts', () => {
    const feasible = traded.filter(({ size }) => size.status === 'feasible');
    expect(feasible.filter(({ isContract }) => isContract).length).toBeGreaterThan(10);
    expect(feasible.filter(({ isContract }) => !isContract).length).toBeGreaterThan(100);
    for (const { size, settled } of feasible) {
      if (typeof settled === 'string') throw new RangeError(settled);
      expect(new Exact(settled.net).minus(size.net).abs().toNumber()).toBeLessThan(ROUNDING);
      expect(new Exact(settled.cost).minus(size.cost).abs().toNumber()).toBeLessThan(ROUNDING);
    }
  });

  it('fails where the truth says that a book is too thin', () => {
    const thin = traded.filter(({ size }) => size.status === 'too-thin');
    expect(thin.length).toBeGreaterThan(0);
    for (const { settled } of thin) expect(settled).toMatch(/filled only/);
  });

  it('leaves the books as they were', () => {
    for (const { settled, again } of traded) expect(again).toEqual(settled);
  });
});
