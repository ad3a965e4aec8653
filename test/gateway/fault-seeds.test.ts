// Goal: among random faults a gateway neither crashes nor leaks, and no order is doubled, lost or called what it is not. Method: some
// of the seeds that `node build/test/gateway/fault-main.js` runs by the thousand; a failure names its seed.
import { expect, test } from 'vitest';
import { TRADING } from '../../src/venues/trading-registry.js';
import { entryOf, runSeed } from './fault-seeds.js';

const SEEDS_PER_MARKET = 4;
const seeds =
  process.env['SEED'] === undefined
    ? Array.from({ length: SEEDS_PER_MARKET * TRADING.length }, (_, i) => i)
    : [Number(process.env['SEED'])];

test.each(seeds.map((seed) => ({ seed, ...entryOf(seed) })))('seed $seed: $venue $market', async ({ seed }) => {
  expect((await runSeed(seed)).faults).toEqual([]);
});
