// What hangs on the parameters of the delta strategy, and how far the best of them can be trusted: search, sensitivity, robustness, what
// is left out of sample and after correcting for the search itself, the regimes of the spread, and optimised against static thresholds.
// Run after a build: node build/examples/parameter-analysis.js [REPORT.html]

import { SPREAD_TERMS, SpreadAnalyzer } from '../src/research/optimizer/spread-analyzer.js';
import { StrategyOptimizer } from '../src/research/optimizer/strategy/strategy-optimizer.js';
import { thresholdStrategy } from '../src/research/optimizer/strategy/threshold-strategy.js';
import { writeReport } from '../src/research/reports/report-files.js';
import { spreadSection, sweepFront, sweepSection } from '../src/research/reports/report-sections.js';
import { deltaNeutralBacktest, roundTripFeePct, thresholdBacktest } from '../src/research/thresholds/delta-neutral-backtest.js';
import { sweepThresholds } from '../src/research/thresholds/threshold-sweep.js';
import { inventedFrame } from './invented-spread.js';

const FEES = { spotFee: 0.0001, futFee: 0.0001 };
const LEVELS = 20;
const frame = inventedFrame({ std: 0.1, halfLifeRows: 10, levels: [0.4, 0.4, 0.55], rowsEach: 1_440, stepSeconds: 60 }, 7);

const optimizer = new StrategyOptimizer({ method: 'grid', evaluationsMax: 144, finalists: 4, folds: 3, seed: 1 });
const found = await optimizer.optimizeStrategyParameters(thresholdStrategy(frame, FEES));
const { entryThresholdPct = Number.NaN, exitThresholdPct = Number.NaN } = found.optimizedParameters;
console.log(`best of ${found.trials}: enter at ${entryThresholdPct.toFixed(3)} %, leave at ${exitThresholdPct.toFixed(3)} %`);
for (const [name, share] of Object.entries(found.parameterSensitivity)) {
  console.log(`sensitivity ${name}: a tenth of its range changes the score by ${(share * 100).toFixed(0)} %`);
}
console.log(`robustness: ${(found.robustnessScore * 100).toFixed(0)} % of the score is left when all move a little`);
const [low, high] = found.confidenceInterval.map((value) => (value * 100).toFixed(2));
console.log(`total return ${(found.backtestingResults.totalReturn * 100).toFixed(2)} %, 95 % between ${low} and ${high} %`);
console.log(
  `out of sample, walking forward over the last two fifths: ${(found.outOfSamplePerformance.totalReturn * 100).toFixed(2)} %`,
);
console.log(`chance that it is better than the luckiest of ${found.trials}: ${found.deflatedSharpe.probability.toFixed(3)}`);

const analyzer = new SpreadAnalyzer(frame, FEES);
for (const { kind, fromTsUs, toTsUs, meanPct, halfLifeHours } of analyzer.detectSpreadRegimes()) {
  const hours = (toTsUs - fromTsUs) / 3.6e9;
  console.log(
    `regime of ${hours.toFixed(1)} h: ${kind}, mean ${meanPct.toFixed(3)} %, half-life ${(halfLifeHours * 60).toFixed(1)} min`,
  );
}

const net = (trades: readonly { readonly netProfitPct: number }[]): string =>
  `${trades.length} trades, ${trades.reduce((sum, { netProfitPct }) => sum + netProfitPct, 0).toFixed(2)} %`;
const optimised = thresholdBacktest(frame, entryThresholdPct, exitThresholdPct, { ...FEES, maxHours: 6 });
console.log(`optimised, in sample: ${net(optimised)}`);
console.log(`static defaults: ${net(deltaNeutralBacktest(frame, FEES))}`);

const [page] = process.argv.slice(2);
if (page !== undefined) {
  const { 1: from = 0, 99: to = 0 } = analyzer.percentiles([1, 99]);
  const levels = Float64Array.from({ length: LEVELS }, (_, level) => from + ((to - from) * level) / (LEVELS - 1));
  const terms = { fee: roundTripFeePct(FEES), maxHold: (SPREAD_TERMS.maxHoldMinutes / 60) * 3.6e9 };
  const grid = sweepThresholds(analyzer.series, levels, levels, terms);
  await writeReport(
    page,
    {
      title: 'Parameters of the delta strategy',
      subtitle: 'An invented spread of three days whose level shifts once',
      warnings: ['The spread is invented, and returns because it was made to. The sweep is in sample.'],
      sweep: sweepSection(grid),
      pareto: sweepFront(grid),
      spread: spreadSection(frame, { name: 'Spread, with the trades of the best thresholds', trades: optimised }),
    },
    'html',
  );
  console.log(`report: ${page}`);
}
