// A long trading day whose memory is measured: node --expose-gc build/test/soak/main.js --hours 24 --accelerate
import { Command } from 'commander';
import { soakAccelerated } from './accelerated.js';
import { soakProcess } from './real-time.js';
import { headText, resultJson, resultText, rowText } from './soak-text.js';

interface Options {
  readonly hours: string;
  readonly seed: string;
  readonly accelerate?: true;
  readonly json?: true;
}

const WARM_UP_MINUTES = 60;
/** What a real day remembers cannot be seen from outside: a third of it is given to fill, in minutes an hour. */
const LIVE_WARM_UP_PART = 20;
const SAMPLE_MINUTES = 15;
const BOUNDS = { heap: 0.25, external: 0.25, rss: 2 };
const MS_PER_HOUR = 3_600_000;

async function main(): Promise<void> {
  const command = new Command('soak')
    .description('A long trading day whose memory is measured; exits with 1 when something grows or is wrong at its end.')
    .option('--hours <count>', 'how long', '24')
    .option('--seed <seed>', 'decides everything that happens', '1')
    .option('--accelerate', 'on virtual time, with the exchanges in this process')
    .option('--json', 'print one line of JSON')
    .showSuggestionAfterError(false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse();
  const options = command.opts<Options>();
  const [hours, seed] = [Number(options.hours), Number(options.seed)];
  if (!(hours >= 2 && hours <= 1000)) command.error('--hours: expected a number from 2 to 1000', { exitCode: 2 });
  if (!Number.isSafeInteger(seed) || seed < 0) command.error('--seed: expected a whole number from 0', { exitCode: 2 });
  if (globalThis.gc === undefined) command.error('run node with --expose-gc', { exitCode: 2 });
  const print = (text: string): void => {
    if (options.json !== true) console.log(text);
  };
  const startMs = performance.now();
  print(headText());
  const common = { hours, seed, bounds: BOUNDS, warmUpMinutes: WARM_UP_MINUTES, sampleMinutes: SAMPLE_MINUTES };
  const onSample = (sample: Parameters<typeof rowText>[0]): void => print(rowText(sample));
  const result =
    options.accelerate === true
      ? await soakAccelerated({ ...common, isOldLedger: true, onSample })
      : await soakProcess({ ...common, warmUpMinutes: Math.max(WARM_UP_MINUTES, hours * LIVE_WARM_UP_PART), onSample });
  print(resultText(result));
  print(`${hours} hours in ${(((performance.now() - startMs) / MS_PER_HOUR) * 60).toFixed(1)} minutes`);
  if (options.json === true) console.log(resultJson(result));
  process.exitCode = result.findings.length === 0 ? 0 : 1;
}

await main();
