// Plants opportunities, traps and signals, and counts what the engine makes of them: node build/test/plants/main.js --seeds 1000 --seed 1 --json
import { Command } from 'commander';
import { ENGINE } from './engine-settings.js';
import { figuresOf, misses } from './figures.js';
import { NOTHING, sumOf, type Verdict } from './judge.js';
import { runSeed } from './seed.js';

interface Options {
  readonly seeds: string;
  readonly seed: string;
  readonly json?: true;
}

const SHOWN_MAX = 40;
const SEED_MAX = 0xffffffff;

function summary(sum: Verdict, seeds: number, seconds: number): string {
  const { planted, found, trapsPlanted, trapsTaken, profitErrorBpMax, signalsPlanted, signalsFound, onsets, falseOnsets } = sum;
  return [
    `${seeds} seeds in ${seconds.toFixed(1)} s`,
    `profits   ${found} of ${planted} found, predicted within ${profitErrorBpMax.toExponential(2)} bp`,
    `traps     ${trapsTaken} of ${trapsPlanted} taken`,
    `intents   ${sum.intents}, ${sum.strayIntents} of them for nothing that was planted`,
    `signals   ${signalsFound} of ${signalsPlanted} told, ${falseOnsets} of ${onsets} false`,
  ].join('\n');
}

async function main(): Promise<void> {
  const command = new Command('plants')
    .description('Markets with planted profits, traps and signals; exits with 1 when a figure misses its bound.')
    .option('--seeds <count>', 'how many', '100')
    .option('--seed <first>', 'the first', '1')
    .option('--json', 'print one line of JSON')
    .showSuggestionAfterError(false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse();
  const options = command.opts<Options>();
  const [count, first] = [Number(options.seeds), Number(options.seed)];
  if (!Number.isSafeInteger(count) || count < 1) command.error('--seeds: expected a whole number above 0', { exitCode: 2 });
  if (!Number.isSafeInteger(first) || first < 0 || first + count - 1 > SEED_MAX)
    command.error(`--seed: expected a whole number from 0 to ${SEED_MAX - count + 1}`, { exitCode: 2 });
  const startMs = performance.now();
  let sum = NOTHING;
  for (let seed = first; seed < first + count; seed++) sum = sumOf(sum, await runSeed(seed, ENGINE));
  const figures = figuresOf(count, sum);
  const missed = misses(figures);
  if (options.json === true) console.log(JSON.stringify(figures));
  else {
    // Some false signals are allowed, and so come last.
    const isGrave = (fault: string): boolean => !fault.includes('false signal');
    const faults = sum.faults.toSorted((a, b) => Number(isGrave(b)) - Number(isGrave(a)));
    for (const fault of faults.slice(0, SHOWN_MAX)) console.log(fault);
    if (sum.faults.length > SHOWN_MAX) console.log(`and ${sum.faults.length - SHOWN_MAX} more`);
    console.log(summary(sum, count, (performance.now() - startMs) / 1_000));
    for (const miss of missed) console.log(`missed: ${miss}`);
  }
  process.exitCode = missed.length > 0 ? 1 : 0;
}

await main();
