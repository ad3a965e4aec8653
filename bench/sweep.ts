import { SeededRandom } from '../src/domain/random.js';
import { type SpreadSeries, spreadSeries } from '../src/research/thresholds/spread-series.js';
import { sweepThresholds } from '../src/research/thresholds/threshold-sweep.js';
import { compared, race, type Suite, sink } from './measure.js';

const TERMS = { fee: 0.04, maxHold: 21_600 };
/** A walk takes as long for one pair as for another; every so many-th is walked, and what that takes is multiplied. */
const WALKED = 101;

/** Figures of a pair that the rivals have to agree on. */
interface Walked {
  trades: number;
  profit: number;
  fall: number;
}

/** A day of seconds of a spread that returns to its mean, and 100 thresholds above it against 100 below. */
export const sweepSuite: Suite = {
  ids: ['sweep.10k'],
  run: async (effort) => {
    const [rows, levels] = effort.quick ? [2000, 11] : [86_400, 100];
    const series = meanReverting(rows);
    const sorted = series.entry.slice().sort();
    const quantile = (share: number): number => sorted[Math.floor(share * (rows - 1))] as number;
    const entries = Float64Array.from({ length: levels }, (_, level) => quantile(0.5 + (0.499 * (level + 1)) / levels));
    const exits = Float64Array.from({ length: levels }, (_, level) => quantile(0.5 - (0.499 * (level + 1)) / levels));
    const pairs = levels * levels;
    const grid = sweepThresholds(series, entries, exits, TERMS);
    const walked: Walked = { trades: 0, profit: 0, fall: 0 };
    const walkPair = (index: number): void => {
      walk(series, entries[Math.floor(index / levels)] as number, exits[index % levels] as number, walked);
    };
    let walks = 0;
    for (let index = 0; index < pairs; index += WALKED, walks++) {
      walkPair(index);
      const same = walked.trades === grid.trades(index) && walked.profit === grid.totalProfit(index);
      if (!same || walked.fall !== grid.maxDrawdown(index)) throw new Error(`pair ${index}: the sweep and the walk disagree`);
    }
    const [own = 0, plain = 0] = await race(
      [
        {
          name: 'kernel',
          run: () => {
            sink.total += sweepThresholds(series, entries, exits, TERMS).trades(0);
          },
        },
        {
          name: 'walk',
          run: () => {
            for (let index = 0; index < pairs; index += WALKED) walkPair(index);
            sink.total += walked.trades;
          },
        },
      ],
      effort,
    );
    const name = `TypeScript loop over the rows, ${walks} of the pairs walked`;
    return [compared('sweep.10k', 'ms', own / 1e6, name, ((plain / 1e6) * pairs) / walks)];
  },
};

function meanReverting(rows: number): SpreadSeries {
  const random = new SeededRandom(11);
  let spread = 0.1;
  return spreadSeries(
    Float64Array.from({ length: rows }, () => {
      spread += 0.01 * (0.1 - spread) + 0.02 * random.normal();
      return spread;
    }),
  );
}

/** The plainest backtest of a pair over typed arrays. */
function walk({ entry: spreads }: SpreadSeries, entryAt: number, exitAt: number, into: Walked): void {
  const last = spreads.length - 1;
  let [trades, profit, top, fall, entered] = [0, 0, 0, 0, -1];
  for (let row = 0; row <= last; row++) {
    const spread = spreads[row] as number;
    if (entered < 0) {
      if (spread >= entryAt && row < last) entered = row;
    } else if (spread <= exitAt || row - entered >= TERMS.maxHold || row === last) {
      trades++;
      profit += (spreads[entered] as number) - spread - TERMS.fee;
      if (profit > top) top = profit;
      if (top - profit > fall) fall = top - profit;
      entered = -1;
    }
  }
  into.trades = trades;
  into.profit = profit;
  into.fall = fall;
}
