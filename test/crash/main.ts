// Kills engines and venues at many points and compares ledger and venues after each: node build/test/crash/main.js --points 200 --seed 1
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { type CrashPoint, KINDS, type Kind, planPoints } from './points.js';
import { figuresOf, pointLine, table } from './report.js';
import { type PointResult, runPoint } from './run-point.js';
import { World } from './world.js';

interface Options {
  readonly points: string;
  readonly seed: string;
  readonly kinds?: string;
  readonly only?: string;
  readonly readyMs: string;
  readonly keep?: true;
  readonly json?: true;
}

/** Points that one ledger lives through before a new one begins. */
const POINTS_A_WORLD = 8;

const command = new Command('crash')
  .description(
    'Real engine processes at simulated venues, killed at every journalled step and at random times; exit code 1 when one lost or doubled anything.',
  )
  .option('--points <count>', 'how many', '40')
  .option('--seed <seed>', 'decides which', '1')
  .option('--kinds <list>', `only these, separated by commas: ${KINDS.join(', ')}`)
  .option('--only <number>', 'only this one of them, in a world of its own')
  .option('--ready-ms <ms>', 'within which a recovered engine must be ready to trade, from the start of its process', '3000')
  .option('--keep', 'leave ledgers and logs of points that passed as well')
  .option('--json', 'print one line of JSON')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();
const options = command.opts<Options>();
const folder = mkdtempSync(join(tmpdir(), 'tiercel-crash-'));
// The children end as soon as this process does.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(130);
  });
}

async function main(): Promise<void> {
  const startMs = performance.now();
  const points = planned().filter(({ number }) => options.only === undefined || number === Number(options.only));
  const results: PointResult[] = [];
  let world: World | undefined;
  let used = 0;
  let strategies: CrashPoint['strategies'] = 'spot';
  const leave = async (keep: boolean): Promise<void> => {
    if (world === undefined) return;
    await world.close(keep || options.keep === true);
    world = undefined;
  };
  let isAnyKept = false;
  for (const point of points) {
    if (point.needsNewWorld || used === POINTS_A_WORLD) await leave(false);
    if (world === undefined) {
      used = 0;
      ({ strategies } = point);
      world = await World.open(join(folder, `world-${point.number}`), Number(options.seed) * 1000 + point.number, strategies);
    }
    const result = await runPoint(world, { ...point, strategies });
    used++;
    results.push(result);
    if (options.json !== true) process.stdout.write(pointLine(result));
    if (result.faults.length === 0) continue;
    isAnyKept = true;
    await leave(true);
  }
  await leave(false);
  if (!isAnyKept && options.keep !== true) rmSync(folder, { recursive: true, force: true });
  const figures = figuresOf(results, (performance.now() - startMs) / 1000, Number(options.readyMs));
  process.stdout.write(options.json === true ? `${JSON.stringify(figures)}\n` : table(results, figures));
  process.exitCode = figures.failed + figures.late > 0 ? 1 : 0;
}

function planned(): CrashPoint[] {
  const [count, seed] = [Number(options.points), Number(options.seed)];
  if (!Number.isSafeInteger(count) || count < 1) command.error('--points: expected a whole number above 0', { exitCode: 2 });
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > 1_000_000)
    command.error('--seed: expected a whole number from 0 to 1000000', { exitCode: 2 });
  const kinds = options.kinds?.split(',').map((kind) => kind.trim());
  const unknown = kinds?.find((kind) => !KINDS.some((known) => known === kind));
  if (unknown !== undefined) command.error(`--kinds: there is no "${unknown}"`, { exitCode: 2 });
  return planPoints(count, seed, kinds as Kind[] | undefined);
}

await main();
