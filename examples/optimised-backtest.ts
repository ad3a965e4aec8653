// A backtest whose thresholds are found anew every twelve hours, against thresholds that stay, on a spread whose level shifts
// after a day or two. Where it shifts as often as it is looked at, the thresholds of before are always the wrong ones.
// Run after a build: node build/examples/optimised-backtest.js
import { SystemClock } from '../src/domain/system-clock.js';
import { DeltaArbitrageOptimizer } from '../src/research/optimizer/delta-arbitrage-optimizer.js';
import { optimizedDeltaNeutralBacktest } from '../src/research/optimizer/optimized-backtest.js';
import { thresholdBacktest } from '../src/research/thresholds/delta-neutral-backtest.js';
import type { DeltaTrade } from '../src/research/thresholds/delta-trade.js';
import { inventedFrame } from './invented-spread.js';

const HOURS = 12;
const FEES = { spotFee: 0.0001, futFee: 0.0001 };
const frame = inventedFrame(
  { std: 0.1, halfLifeRows: 12, levels: [0.3, 0.3, 0.7, 0.7, 0.7, 0.45, 0.45, 0.45], rowsEach: 4_320, stepSeconds: 10 },
  1,
);

const optimizer = new DeltaArbitrageOptimizer(new SystemClock(), FEES);
const { trades, optimizationHistory, failures } = await optimizedDeltaNeutralBacktest(frame, optimizer, HOURS);

const startMs = (frame.tsUs[0] as number) / 1000;
for (const made of optimizationHistory) {
  const hours = (made.optimizationTimestamp - startMs) / 3_600_000;
  const thresholds = `enter at ${made.entryThresholdPct.toFixed(3)} %, leave at ${made.exitThresholdPct.toFixed(3)} %`;
  const verdict = made.declined ?? thresholds;
  console.log(
    `after ${hours.toFixed(0)} h: ${verdict}, confidence ${made.confidenceScore.toFixed(2)}, half-life ${(made.meanReversionSpeed * 60).toFixed(1)} min`,
  );
}
for (const { error } of failures) console.log(error.message);

// The first thresholds, kept for good, over the same time.
const [first] = optimizationHistory;
if (first === undefined) throw new Error('nothing could be optimised');
const fromUs = first.optimizationTimestamp * 1000;
const kept = thresholdBacktest(frame, first.entryThresholdPct, first.exitThresholdPct, { ...FEES, maxHours: 6 });
const told = (name: string, made: readonly DeltaTrade[]): void => {
  const net = made.reduce((sum, { netProfitPct }) => sum + netProfitPct, 0);
  const timeouts = made.filter(({ reason }) => reason === 'timeout').length;
  console.log(`${name}: ${made.length} trades, ${timeouts} held too long, ${net.toFixed(2)} % of a position`);
};
told('optimised', trades);
told(
  'kept',
  kept.filter(({ entryTsUs }) => entryTsUs >= fromUs),
);
