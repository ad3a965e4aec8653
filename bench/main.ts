import { cpus } from 'node:os';
import { Command, CommanderError } from 'commander';
import { allocationSuite } from './allocation.js';
import { concurrentSuite, replaySuite } from './backtest.js';
import { yearSuite } from './backtest-year.js';
import { cycleSuite } from './cycle.js';
import { decodeSuites } from './decode.js';
import { detectSuite } from './detect.js';
import { detectOneSuite } from './detect-one.js';
import { historySuite } from './history.js';
import { type LatencyRow, measureLatency, printLatency } from './latency.js';
import { matchingSuite } from './matching.js';
import { type BenchResult, FULL_EFFORT, QUICK_EFFORT, type Suite, sink } from './measure.js';
import { optimizeSuite } from './optimize.js';
import { roundTripSuite, signSuite } from './orders.js';
import { receiveToIntentSuite } from './receive-to-intent.js';
import { reconcileSuite } from './reconcile.js';
import { recordedSuites } from './recorded.js';
import { printTable } from './report.js';
import { riskSuite } from './risk.js';
import { scanSuite } from './scan.js';
import { seqlockSuite } from './seqlock.js';
import { signalSuite } from './signals.js';
import { socketSuite } from './socket.js';
import { statisticsSuite } from './statistics.js';
import { sweepSuite } from './sweep.js';
import { vwapSuite } from './vwap.js';
import { wakeSuite } from './wake.js';

const SUITES: readonly Suite[] = [
  ...decodeSuites,
  ...recordedSuites,
  scanSuite,
  detectSuite,
  detectOneSuite,
  signalSuite,
  receiveToIntentSuite,
  vwapSuite,
  seqlockSuite,
  wakeSuite,
  socketSuite,
  allocationSuite,
  signSuite,
  roundTripSuite,
  matchingSuite,
  riskSuite,
  reconcileSuite,
  statisticsSuite,
  cycleSuite,
  sweepSuite,
  replaySuite,
  concurrentSuite,
  yearSuite,
  historySuite,
  optimizeSuite,
];

interface Options {
  readonly json?: true;
  readonly quick?: true;
  readonly only?: string;
}

async function main(): Promise<void> {
  const command = new Command('bench')
    .description('Measures every figure against a baseline in the same run.')
    .option('--json', 'print one line of JSON')
    .option('--only <prefix>', 'measure the figures whose ids begin so')
    .option('--quick', 'tiny sizes, to see that everything runs; the figures mean nothing')
    .exitOverride()
    .parse();
  const { json, quick, only = '' } = command.opts<Options>();
  const chosen = SUITES.filter(({ ids }) => ids.some((id) => id.startsWith(only)));
  // The latency table has no baseline; it is not among the figures of a plain --json.
  const showsLatency = only === '' ? json !== true : 'latency.stages'.startsWith(only);
  if (chosen.length === 0 && !showsLatency) command.error(`--only: no figure begins with ${only}`, { exitCode: 2 });
  const effort = quick === true ? QUICK_EFFORT : FULL_EFFORT;
  const results: BenchResult[] = [];
  for (const suite of chosen) {
    const measured = (await suite.run(effort)).filter(({ id }) => id.startsWith(only));
    results.push(...measured);
    if (json !== true) printTable(measured);
  }
  const latency: LatencyRow[] = showsLatency ? await measureLatency(effort.quick) : [];
  if (showsLatency && json !== true) printLatency(latency);
  const cpu = cpus()[0]?.model ?? 'unknown';
  if (json === true) console.log(JSON.stringify({ node: process.version, cpu, results, ...(showsLatency && { latency }) }));
  else console.log(`\nnode ${process.version}, ${cpu}, ${cpus().length} cores, ${new Date().toISOString()}, sink ${sink.total}`);
}

main().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  console.error(error);
  process.exit(1);
});
