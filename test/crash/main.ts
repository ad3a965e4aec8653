// Kills engines and venues at many points and compares ledger and venues after each: node build/test/crash/main.js --points 200 --seed 1
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
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
  readonly parallel: string;
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
  .option('--parallel <count>', 'how many at the same time, each at venues of its own', '1')
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
  const before = loadavg()[0] ?? 0;
  const results: PointResult[] = [];
  const groups = groupsOf(points);
  const lane = async (): Promise<void> => {
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) await runGroup(group, results);
  };
  await Promise.all(Array.from({ length: countOf('--parallel', options.parallel) }, lane));
  results.sort((left, right) => left.point.number - right.point.number);
  const isAnyKept = options.keep === true || results.some(({ faults }) => faults.length > 0);
  if (!isAnyKept) rmSync(folder, { recursive: true, force: true });
  const load = { before, after: loadavg()[0] ?? 0, processors: cpus().length };
  const figures = figuresOf(results, (performance.now() - startMs) / 1000, Number(options.readyMs), load);
  process.stdout.write(options.json === true ? `${JSON.stringify(figures)}\n` : table(results, figures));
  process.exitCode = figures.failed + figures.late > 0 ? 1 : 0;
}

/** Lets points happen one after another over one ledger; after one that failed the rest of them have a new one. */
async function runGroup(points: readonly CrashPoint[], results: PointResult[]): Promise<void> {
  let world: World | undefined;
  let strategies = points[0]?.strategies ?? 'spot';
  try {
    for (const point of points) {
      if (world === undefined) {
        ({ strategies } = point);
        const seed = Number(options.seed) * 1000 + point.number;
        world = await World.open(join(folder, `world-${point.number}`), seed, strategies, point.fundingMs);
      }
      const result = await runPoint(world, { ...point, strategies });
      results.push(result);
      if (options.json !== true) process.stdout.write(pointLine(result));
      if (result.faults.length === 0) continue;
      await world.close(true);
      world = undefined;
    }
  } finally {
    await world?.close(options.keep === true);
  }
}

/** Points that share a ledger. */
function groupsOf(points: readonly CrashPoint[]): CrashPoint[][] {
  const groups: CrashPoint[][] = [];
  for (const point of points) {
    const last = groups.at(-1);
    if (last === undefined || point.needsNewWorld || last.length === POINTS_A_WORLD) groups.push([point]);
    else last.push(point);
  }
  return groups;
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) command.error(`${name}: expected a whole number above 0`, { exitCode: 2 });
  return count;
}

function planned(): CrashPoint[] {
  const [count, seed] = [countOf('--points', options.points), Number(options.seed)];
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > 1_000_000)
    command.error('--seed: expected a whole number from 0 to 1000000', { exitCode: 2 });
  const kinds = options.kinds?.split(',').map((kind) => kind.trim());
  const unknown = kinds?.find((kind) => !KINDS.some((known) => known === kind));
  if (unknown !== undefined) command.error(`--kinds: there is no "${unknown}"`, { exitCode: 2 });
  return planPoints(count, seed, kinds as Kind[] | undefined);
}

await main();
