// The delta strategy while it trades: the spread is kept second by second, every five minutes thresholds are looked for in it, and the
// strategy takes them over between two turns. Two hours pass on a virtual clock; an engine would optimise on a thread of its pool.
// Run after a build: node build/examples/live-thresholds.js
import { SeededRandom } from '../src/domain/random.js';
import { SystemClock } from '../src/domain/system-clock.js';
import { VirtualTime } from '../src/domain/virtual-time.js';
import { ParameterScheduler } from '../src/engine/parameter-scheduler.js';
import { SpreadRecorder } from '../src/engine/spread-recorder.js';
import { Catalogue } from '../src/history/catalogue.js';
import { type LiveOptimizer, OptimizerBridge } from '../src/research/live/optimizer-bridge.js';
import { recentMarketData, type SpreadSource } from '../src/research/live/recent-market-data.js';
import { DeltaArbitrageOptimizer } from '../src/research/optimizer/delta-arbitrage-optimizer.js';
import { Rig } from '../src/sim/lab/rig.js';
import { Budget } from '../src/strategy/capital.js';
import { simpleDeltaDefinition } from '../src/strategy/delta/definition.js';
import { SimpleDeltaArbitrageStrategy } from '../src/strategy/delta/simple-delta-arbitrage-strategy.js';

const HOURS = 2;
const rig = new Rig({
  rows: [
    [{ venue: 'mexc', takerFeeBps: 1, qtyDecimals: 2 }],
    [{ venue: 'gateio', market: 'futures', takerFeeBps: 1, qtyDecimals: 0, contractSize: '0.1' }],
  ],
  assumeFills: true,
});
const spot = rig.book('mexc');
const futures = rig.book('gateio', 'futures');
const strategy = new SimpleDeltaArbitrageStrategy(
  simpleDeltaDefinition.config.parse({ symbol: { base: 'ABC', quote: 'USDT' }, basePositionSize: 1000, entryThresholdPct: 0.9 }),
  rig.universe,
);
rig.run({ name: 'delta', strategy, budget: new Budget(10_000) });

const time = new VirtualTime(rig.epochOffsetUs);
const recorder = new SpreadRecorder([{ spot, futures }], strategy.state, HOURS);
const [series] = recorder.series;
if (series === undefined) throw new Error('one pair has one series');
const source: SpreadSource = { ring: series.buffer, history: null };
const finder = new DeltaArbitrageOptimizer(new SystemClock(), { minTradesPerDay: 1, spotFee: 0.0001, futFee: 0.0001 });
const recent: LiveOptimizer['recentMarketData'] = (from, hours, nowUs) => recentMarketData(from, hours, nowUs, Catalogue.open);
const bridge = new OptimizerBridge({
  ...{ target: strategy, source: () => source, lookbackHours: HOURS, rowsMin: 900, clock: time },
  optimizer: {
    recentMarketData: recent,
    async optimize(from, hours, nowUs) {
      const {
        found: _found,
        meanReversion: _reversion,
        ...update
      } = await finder.optimizeParameters(await recent(from, hours, nowUs), hours);
      return { ...update, optimizationTimestamp: nowUs / 1000 };
    },
  },
  onOutcome(outcome, message, result) {
    const figures =
      result === null ? '' : ` entry ${result.entryThresholdPct.toFixed(3)} %, exit ${result.exitThresholdPct.toFixed(3)} %`;
    const confidence = result === null ? '' : `, confidence ${result.confidenceScore.toFixed(2)}`;
    const minute = Math.round((time.monotonicUs() - 1_000_000) / 60e6);
    console.log(`minute ${minute}: ${outcome}${message === null ? '' : ` (${message})`}${figures}${confidence}`);
  },
});
const scheduler = new ParameterScheduler(bridge, { intervalMs: 300_000, timeoutMs: 60_000 }, time, time);
scheduler.start();

// A spread that returns to 0.3 % within a minute or so.
const random = new SeededRandom(4);
let away = 0;
for (let second = 0; second < HOURS * 3600; second++) {
  away = 0.99 * away + 0.02 * random.normal();
  const bid = 100 * (1 + (0.3 + away) / 100);
  await time.run(1_000_000);
  rig.nowUs = time.monotonicUs();
  rig.setBook(spot, [['99.9999', '500']], [['100.0000', '500']]);
  rig.setBook(futures, [[bid.toFixed(4), '5000']], [[(bid + 0.0001).toFixed(4), '5000']]);
  rig.turn(0);
  recorder.look(rig.market);
}
scheduler.stop();
const { updated, declined, failed } = scheduler.getUpdateStatus().counts;
const { trades, netQuote } = strategy.getTradeCounters();
const { entryThresholdPct, exitThresholdPct } = strategy.getCurrentParameters();
console.log(`updated ${updated}, declined ${declined}, failed ${failed}`);
console.log(`began with 0.9 % and 0.1 %, ends with ${entryThresholdPct.toFixed(3)} % and ${exitThresholdPct.toFixed(3)} %`);
console.log(`${trades} trades left ${netQuote.toFixed(2)} USDT`);
