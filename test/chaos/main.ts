// Plays whole lives of the engine against five exchanges, with everything going wrong that can: npm run simulate -- --seeds 1000 --json
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { MUTATIONS } from './mutations/catalog.js';
import { hunt } from './mutations/hunt.js';
import { failureText, Summary } from './report.js';
import { playSeeds } from './seed-workers.js';
import { simulate } from './simulate.js';

interface Options {
  readonly seeds?: string;
  readonly seed: string;
  readonly threads: string;
  readonly json?: true;
  readonly mutations?: true;
}

const SEED_MAX = 0xffffffff;
const SEEDS = 100;
/** Seeds that are played twice to see that they end the same: one in so many. */
const AGAIN = 50;
const SHOWN_MAX = 5;
const TRACE_LINES = 400;
/** A planted bug has to be noticed within so many seeds. */
const HUNT_SEEDS = 200;
const TABLE_WIDTH = 160;

async function main(): Promise<void> {
  const command = new Command('simulate')
    .description('Lives of the engine among faults, each from one seed; exits with 1 when an invariant is broken.')
    .option('--seeds <count>', `how many; ${SEEDS}, or one when a seed is given`)
    .option('--seed <first>', 'the first', '1')
    .option('--threads <count>', 'how many at a time', String(availableParallelism()))
    .option('--mutations', 'plant bugs, and see that each is noticed')
    .option('--json', 'print one line of JSON')
    .showSuggestionAfterError(false)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse();
  const options = command.opts<Options>();
  const first = Number(options.seed);
  const isOne = options.seeds === undefined && command.getOptionValueSource('seed') === 'cli';
  const count = isOne ? 1 : Number(options.seeds ?? SEEDS);
  const threads = Number(options.threads);
  if (!Number.isSafeInteger(count) || count < 1) command.error('--seeds: expected a whole number above 0', { exitCode: 2 });
  if (!Number.isSafeInteger(threads) || threads < 1) command.error('--threads: expected a whole number above 0', { exitCode: 2 });
  if (!Number.isSafeInteger(first) || first < 0 || first + count - 1 > SEED_MAX)
    command.error(`--seed: expected a whole number from 0 to ${SEED_MAX - count + 1}`, { exitCode: 2 });
  const isMutating = options.mutations === true;
  if (isMutating)
    process.exitCode = (await plantAll(first, options.seeds === undefined ? HUNT_SEEDS : count, options.json === true)) ? 0 : 1;
  else process.exitCode = (await playAll(first, count, threads, options.json === true)) ? 0 : 1;
}

/** Plants every bug and looks for it. @returns whether each was noticed */
async function plantAll(first: number, most: number, isJson: boolean): Promise<boolean> {
  const startMs = performance.now();
  let caught = 0;
  for (const mutation of MUTATIONS) {
    const { seed, invariant, text } = await hunt(mutation, first, most);
    if (seed !== null) caught++;
    const end = seed === null ? `NOT NOTICED in ${most} seeds` : `${invariant.padEnd(20)} seed ${seed}: ${text}`;
    if (!isJson) console.log(`${mutation.name.padEnd(32)} ${end}`.slice(0, TABLE_WIDTH));
  }
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  console.log(
    isJson
      ? JSON.stringify({ mutations: MUTATIONS.length, caught, seconds })
      : `${caught} of ${MUTATIONS.length} planted bugs noticed in ${seconds} s`,
  );
  return caught === MUTATIONS.length;
}

/** @returns whether nothing was broken */
async function playAll(first: number, count: number, threads: number, isJson: boolean): Promise<boolean> {
  const startMs = performance.now();
  const summary = new Summary();
  let failures = 0;
  const failed = (text: string): void => {
    if (++failures <= SHOWN_MAX && !isJson) console.log(`${text}\n`);
  };
  if (count === 1) {
    const result = await simulate(first);
    summary.add(result);
    if (result.violations.length > 0) failed(failureText(result, TRACE_LINES));
  } else
    await playSeeds(first, count, threads, AGAIN, (played) => {
      summary.add(played);
      if (played.failure !== null) failed(played.failure);
    });
  const tookMs = performance.now() - startMs;
  console.log(isJson ? summary.json(tookMs) : summary.text(tookMs));
  return failures === 0;
}

await main();
