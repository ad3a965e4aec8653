// The delta strategy on two books: it enters at its threshold, is given new thresholds while it holds, and leaves by them.
// Run after a build: node build/examples/delta.js

import { Rig } from '../src/sim/lab/rig.js';
import { Budget } from '../src/strategy/capital.js';
import { simpleDeltaDefinition } from '../src/strategy/delta/definition.js';
import { SimpleDeltaArbitrageStrategy } from '../src/strategy/delta/simple-delta-arbitrage-strategy.js';

const rig = new Rig({
  rows: [
    [{ venue: 'mexc', takerFeeBps: 5, qtyDecimals: 2 }],
    [{ venue: 'gateio', market: 'futures', takerFeeBps: 5, qtyDecimals: 0, contractSize: '0.1' }],
  ],
  assumeFills: true,
});
const strategy = new SimpleDeltaArbitrageStrategy(
  simpleDeltaDefinition.config.parse({ symbol: { base: 'ABC', quote: 'USDT' }, basePositionSize: 1000 }),
  rig.universe,
);
rig.run({ name: 'delta', strategy, budget: new Budget(10_000) });

/** One turn with spot at 99.99 to 100.00 and the perpetual two cents wide. */
function turn(futuresBid: number): void {
  rig.setBook(rig.book('mexc'), [['99.99', '50']], [['100.00', '50']]);
  rig.setBook(rig.book('gateio', 'futures'), [[futuresBid.toFixed(2), '500']], [[(futuresBid + 0.02).toFixed(2), '500']]);
  const decided = rig.decisions.length;
  rig.turn(1_000_000);
  for (const { stage, verdict, figures } of rig.decisions.slice(decided)) {
    const { name, verdicts, figures: names } = simpleDeltaDefinition.stages[stage] ?? { name: '', verdicts: [], figures: [] };
    console.log(`${name}: ${verdicts[verdict]}`);
    for (const [index, figure] of figures.entries()) console.log(`  ${names[index]} ${Number(figure.toFixed(6))}`);
  }
}

turn(100.4);
turn(100.6);
turn(100.5);
console.log(`holds ${strategy.state.spotPosition} spot and ${strategy.state.futuresPosition} in the perpetual`);

// What an optimiser would hand over; it counts from the next turn on.
strategy.updateParameters({
  entryThresholdPct: 0.7,
  exitThresholdPct: 0.25,
  confidenceScore: 0.9,
  analysisPeriodHours: 24,
  meanReversionSpeed: 0.4,
  spreadVolatility: 0.12,
  optimizationTimestamp: 1_767_225_600_000,
  dataPointsAnalyzed: 17_280,
  optimizationDurationMs: 900,
});
turn(100.2);
turn(100.2);
for (const { kind, facts } of rig.events) console.log(kind, JSON.stringify(facts));
