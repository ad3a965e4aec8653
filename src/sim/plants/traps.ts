import type { SeededRandom } from '../../domain/random.js';
import { drawPair, drawUs, freeze, home, luringPrice, sizesOf, spread } from './pair.js';
import type { Stage, StageRow } from './stage.js';
import { crumbUnits, drawTemptation, showTop } from './thin-tops.js';

const CROSSED_US: readonly [number, number] = [10_000, 400_000];
const FEE_US: readonly [number, number] = [20_000, 800_000];
/** What a wall is worth in the quote asset. */
const DEEP_VALUE = 250;
/** How long a fake wall stands at a time, and how long it is away. */
const WALL_US: readonly [number, number] = [400, 2_500];
const AWAY_US: readonly [number, number] = [12_000, 60_000];
const WALLS_MIN = 3;
const WALLS_RANGE = 6;
/** Gross spread above one percent that the fees of the two dearest venues still eat. */
const GROSS_MIN = 1.0018e-2;
const GROSS_RANGE = 1.2e-5;
const LOSS_MIN = 3e-4;
const LOSS_RANGE = 17e-4;

/** One venue's own bids stand above its own asks: its book is wrong, and nobody knows which side of it. */
export function plantCrossed(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const { buy, sell } = drawPair(row, random);
  const isSeller = random.next() < 0.5;
  const lying = isSeller ? sell : buy;
  const { quiet, venue } = lying;
  const priceUnits = luringPrice(row, lying, isSeller, drawTemptation(random));
  const level = { priceUnits, qtyUnits: quiet.quantityWorth(DEEP_VALUE, quiet.quietBid()) };
  quiet.depart(isSeller ? { topBids: [level] } : { topAsks: [level] });
  const startUs = stage.nowUs;
  const lifeUs = drawUs(CROSSED_US, random);
  stage.traps.push({
    kind: 'crossed-book',
    row: row.name,
    venue,
    pair: null,
    startUs,
    endUs: startUs + lifeUs,
    sizes: [],
  });
  stage.after(lifeUs, () => {
    quiet.depart();
    done();
  });
}

/** A deep spread that comes and goes faster than any order arrives; in between there is nothing of it, or a crumb. */
export function plantFakeWall(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const pair = drawPair(row, random);
  const { quiet, venue } = pair.sell;
  const net = drawTemptation(random);
  // A whole contract is no crumb: the least order is one.
  const onCrumb = row.asset.market === 'spot' && random.next() < 0.5;
  const priceUnits = luringPrice(row, pair.sell, true, net);
  const wall = quiet.quantityWorth(DEEP_VALUE, quiet.quietBid());
  const crumb = crumbUnits(row, pair.sell, true, net);
  const show = (isThere: boolean): void => {
    if (onCrumb) showTop(quiet, true, priceUnits, isThere ? wall : crumb);
    else if (isThere) spread(row, pair, net);
    else home(pair);
    freeze(pair, true);
  };
  const startUs = stage.nowUs;
  const flicker = (left: number): void => {
    if (left > 0) {
      show(true);
      stage.after(drawUs(WALL_US, random), () => {
        show(false);
        stage.after(drawUs(AWAY_US, random), () => flicker(left - 1));
      });
      return;
    }
    home(pair);
    stage.traps.push({ kind: 'fake-wall', row: row.name, venue, pair: null, startUs, endUs: stage.nowUs, sizes: [] });
    done();
  };
  flicker(WALLS_MIN + random.below(WALLS_RANGE));
}

/** A spread wider than one percent between the two venues with the highest fees, or elsewhere one just within the fees. */
export function plantFeeTrap(stage: Stage, row: StageRow, random: SeededRandom, done: () => void): void {
  const pair = drawPair(row, random);
  const { buy, sell } = pair;
  const gross = GROSS_MIN + random.next() * GROSS_RANGE;
  const net =
    row.asset.role === 'costly'
      ? ((1 + gross) * (1 - sell.feeBps / 1e4)) / (1 + buy.feeBps / 1e4) - 1
      : -(LOSS_MIN + random.next() * LOSS_RANGE);
  spread(row, pair, net);
  freeze(pair, true);
  const startUs = stage.nowUs;
  const lifeUs = drawUs(FEE_US, random);
  stage.traps.push({
    kind: 'fee-eats-profit',
    row: row.name,
    venue: sell.venue,
    pair: { buy: buy.venue, sell: sell.venue },
    startUs,
    endUs: startUs + lifeUs,
    sizes: sizesOf(pair),
  });
  stage.after(lifeUs, () => {
    home(pair);
    done();
  });
}
