import { isDeepStrictEqual } from 'node:util';
import { SeededRandom } from '../src/domain/random.js';
import { SystemClock } from '../src/domain/system-clock.js';
import { FIGURE, FIGURES } from '../src/kernel/threshold-sweep.js';
import { DeltaArbitrageOptimizer, type DeltaOptimization } from '../src/research/optimizer/delta-arbitrage-optimizer.js';
import type { Sweep } from '../src/research/optimizer/threshold-search.js';
import type { MarketFrame } from '../src/research/thresholds/market-frame.js';
import { ThresholdGrid } from '../src/research/thresholds/threshold-sweep.js';
import { compared, race, type Suite, sink } from './measure.js';

/** Thresholds for the delta strategy from a day of seconds, with the sweeps in the kernel and in TypeScript. */
export const optimizeSuite: Suite = {
  ids: ['optimize.24h'],
  run: async (effort) => {
    const frame = dayOfSeconds(effort.quick ? 2000 : 86_400);
    const clock = new SystemClock();
    const fees = { spotFee: 0.0001, futFee: 0.0001 };
    const kernel = new DeltaArbitrageOptimizer(clock, fees);
    const plain = new DeltaArbitrageOptimizer(clock, { ...fees, sweeper: plainSweep });
    const [found, expected] = await Promise.all([kernel.optimizeParameters(frame), plain.optimizeParameters(frame)]);
    if (!isDeepStrictEqual(untimed(found), untimed(expected))) throw new Error('both optimisers find the same');
    // All of the work is done within the call.
    const optimise = (optimizer: DeltaArbitrageOptimizer): void => {
      void optimizer.optimizeParameters(frame).then(({ confidenceScore }) => {
        sink.total += confidenceScore;
      });
    };
    const [own = 0, other = 0] = await race(
      [
        { name: 'kernel', run: () => optimise(kernel) },
        { name: 'plain', run: () => optimise(plain) },
      ],
      effort,
    );
    return [compared('optimize.24h', 'ms', own / 1e6, 'the same with its sweeps in TypeScript loops', other / 1e6)];
  },
};

function untimed({ optimizationDurationMs: _, optimizationTimestamp: __, ...result }: DeltaOptimization): object {
  return result;
}

function dayOfSeconds(rows: number): MarketFrame {
  const random = new SeededRandom(5);
  let spread = 0.4;
  const spotBidPrice = new Float64Array(rows).fill(99.995);
  const spotAskPrice = new Float64Array(rows).fill(100.005);
  const futBidPrice = new Float64Array(rows);
  const futAskPrice = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    spread += 0.002 * (0.4 - spread) + 0.006 * random.normal();
    futBidPrice[row] = 100 + spread - 0.005;
    futAskPrice[row] = 100 + spread + 0.005;
  }
  const tsUs = Float64Array.from({ length: rows }, (_, row) => 1_700_000_000_000_000 + row * 1_000_000);
  return { tsUs, spotBidPrice, spotAskPrice, futBidPrice, futAskPrice };
}

/** Every pair by the plainest loop over typed arrays. */
const plainSweep: Sweep = ({ entry, exit, places }, entries, exits, { fee, maxHold }) => {
  const last = places.length - 1;
  const figures = new Float64Array(entries.length * exits.length * FIGURES).fill(Number.NaN);
  for (let pair = 0; pair < entries.length * exits.length; pair++) {
    const entryAt = entries[Math.floor(pair / exits.length)] as number;
    const exitAt = exits[pair % exits.length] as number;
    if (!(exitAt < entryAt)) continue;
    let [trades, wins, profit, squares, top, fall, timeouts, ends, held, entered] = [0, 0, 0, 0, 0, 0, 0, 0, 0, -1];
    for (let row = 0; row <= last; row++) {
      const spread = exit[row] as number;
      if (entered < 0) {
        if ((entry[row] as number) >= entryAt && row < last) entered = row;
        continue;
      }
      const isReached = spread <= exitAt;
      const hold = (places[row] as number) - (places[entered] as number);
      if (!isReached && hold < maxHold && row < last) continue;
      const gain = (entry[entered] as number) - spread - fee;
      trades++;
      profit += gain;
      squares += gain * gain;
      if (gain > 0) wins++;
      if (profit > top) top = profit;
      if (top - profit > fall) fall = top - profit;
      if (!isReached) hold >= maxHold ? timeouts++ : ends++;
      held += hold;
      entered = -1;
    }
    const at = pair * FIGURES;
    figures[at + FIGURE.trades] = trades;
    figures[at + FIGURE.wins] = wins;
    figures[at + FIGURE.profit] = profit;
    figures[at + FIGURE.profitSquares] = squares;
    figures[at + FIGURE.drawdown] = fall;
    figures[at + FIGURE.timeouts] = timeouts;
    figures[at + FIGURE.ends] = ends;
    figures[at + FIGURE.held] = held;
  }
  return new ThresholdGrid(entries, exits, figures);
};
