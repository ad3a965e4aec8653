// Runs gateways through many seeds of random faults: node build/test/gateway/fault-main.js --seeds 10000 --seed 1 --json
import { Command } from 'commander';
import { TRADING } from '../../src/venues/trading-registry.js';
import { entryOf, runSeed, type SeedReport } from './fault-seeds.js';

interface Options {
  readonly seeds: string;
  readonly seed: string;
  readonly venue?: string;
  readonly json?: true;
}

const SHOWN_MAX = 20;

async function main(): Promise<void> {
  const command = new Command('fault-seeds')
    .description('Lives of gateways among random faults; each seed is one, and the seeds go round all venues and markets.')
    .option('--seeds <count>', 'how many', '100')
    .option('--seed <first>', 'the first', '1')
    .option('--venue <venue>', 'only this venue')
    .option('--json', 'print one line of JSON')
    .parse();
  const options = command.opts<Options>();
  const [count, first] = [Number(options.seeds), Number(options.seed)];
  if (!Number.isSafeInteger(count) || count < 1) command.error('--seeds: expected a count above 0', { exitCode: 2 });
  if (!Number.isSafeInteger(first) || first < 0) command.error('--seed: expected a whole number', { exitCode: 2 });
  const entries = TRADING.filter(({ venue }) => options.venue === undefined || venue === options.venue);
  if (entries.length === 0) command.error(`--venue: there is no trading at ${options.venue}`, { exitCode: 2 });
  let rejections = 0;
  process.on('unhandledRejection', (error) => {
    rejections++;
    console.error('unhandled rejection:', error);
  });
  const failed: SeedReport[] = [];
  const sums = { orders: 0, fills: 0, unknown: 0, disconnects: 0 };
  for (let seed = first; seed < first + count; seed++) {
    const report = await runSeed(seed, entryOf(seed, entries));
    sums.orders += report.orders;
    sums.fills += report.fills;
    sums.unknown += report.unknown;
    sums.disconnects += report.disconnects;
    if (report.faults.length === 0) continue;
    failed.push(report);
    if (options.json !== true) console.log(`seed ${seed} (${report.venue} ${report.market}): ${report.faults.join('; ')}`);
  }
  const summary = { seeds: count, first, failed: failed.length, rejections, ...sums };
  if (options.json === true) console.log(JSON.stringify({ ...summary, failures: failed.slice(0, SHOWN_MAX) }));
  else console.log(summary);
  process.exitCode = failed.length + rejections > 0 ? 1 : 0;
}

await main();
