// A spread that returns to a level which shifts from time to time: what the research examples work on, where no data is at hand.
import { SeededRandom } from '../src/domain/random.js';
import type { MarketFrame } from '../src/research/thresholds/market-frame.js';

/** An Ornstein-Uhlenbeck spread, in per cent, with half-life in rows. */
export interface InventedSpread {
  readonly std: number;
  readonly halfLifeRows: number;
  /** Level that it returns to, stretch by stretch. */
  readonly levels: readonly number[];
  readonly rowsEach: number;
  readonly stepSeconds: number;
}

const START_US = 1_700_000_000_000_000;
const PRICE = 100;
const HALF_GAP_PCT = 0.005;

/** Books with that spread between them, spot standing still; bid and ask a hundredth of a per cent apart. */
export function inventedFrame({ std, halfLifeRows, levels, rowsEach, stepSeconds }: InventedSpread, seed: number): MarketFrame {
  const random = new SeededRandom(seed);
  const kept = 2 ** (-1 / halfLifeRows);
  const noise = std * Math.sqrt(1 - kept * kept);
  let away = 0;
  const spreadPct = Float64Array.from({ length: levels.length * rowsEach }, (_, row) => {
    away = kept * away + noise * random.normal();
    return (levels[Math.floor(row / rowsEach)] as number) + away;
  });
  const spot = (offsetPct: number): Float64Array => new Float64Array(spreadPct.length).fill(PRICE * (1 + offsetPct / 100));
  const futures = (offsetPct: number): Float64Array => spreadPct.map((spread) => PRICE * (1 + (spread + offsetPct) / 100));
  return {
    tsUs: spreadPct.map((_, row) => START_US + row * stepSeconds * 1e6),
    spotBidPrice: spot(-HALF_GAP_PCT),
    spotAskPrice: spot(HALF_GAP_PCT),
    futBidPrice: futures(-HALF_GAP_PCT),
    futAskPrice: futures(HALF_GAP_PCT),
  };
}
