import type { SeededRandom } from '../../domain/random.js';
import { drawPair, drawRatio, drawUs, freeze, home, sizesOf, spread } from './pair.js';
import type { Stage, StageRow } from './stage.js';
import type { ProfitPlant } from './truth.js';

/** Plants that last no longer do not count. */
export const COUNTED_LIFE_US = 5_000;
/** What a plant leaves after both fees at the touch, as a fraction. */
const NET_MIN = 0.01;
const NET_RANGE = 0.03;
/** Some are too thin for the larger sizes; they pay more, so that the last level that they have still pays. */
const SHALLOW_CHANCE = 0.3;
const SHALLOW_NET_MIN = 0.03;
const SHALLOW_DEPTH: readonly [number, number] = [0.08, 0.3];
const BRIEF_CHANCE = 0.15;
const BRIEF_US: readonly [number, number] = [500, 4_500];
const STILL_CHANCE = 0.6;
const STILL_US: readonly [number, number] = [6_000, 400_000];
const MOVING_US: readonly [number, number] = [6_000, 3_000_000];

/** Makes a spread between two venues of a row that pays, and takes it away again. @param done called when all is as it was */
export function plantProfit(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const pair = drawPair(row, random);
  const { us, still } = drawLife(random);
  const startUs = stage.nowUs;
  // Where lots are large there is nothing between a whole one and none.
  const isShallow = row.asset.market === 'spot' && row.asset.role !== 'coarse' && random.next() < SHALLOW_CHANCE;
  const net = (isShallow ? SHALLOW_NET_MIN : NET_MIN) + random.next() * NET_RANGE;
  spread(row, pair, net, isShallow ? drawRatio(SHALLOW_DEPTH, random) : 1);
  if (still) freeze(pair, true);
  const plant: ProfitPlant = {
    kind: 'profit',
    row: row.name,
    pair: { buy: pair.buy.venue, sell: pair.sell.venue },
    startUs,
    endUs: startUs + us,
    still,
    sizes: sizesOf(pair),
  };
  stage.profits.push(plant);
  stage.after(us, () => {
    stage.onEnding(plant);
    home(pair);
    done();
  });
}

function drawLife(random: SeededRandom): { readonly us: number; readonly still: boolean } {
  if (random.next() < BRIEF_CHANCE) return { us: drawUs(BRIEF_US, random), still: true };
  const still = random.next() < STILL_CHANCE;
  return { us: drawUs(still ? STILL_US : MOVING_US, random), still };
}
