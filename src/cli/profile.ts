import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';

const CpuProfile = z.object({
  nodes: z.array(
    z.object({ id: z.number(), callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }) }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

export interface ProfileOptions {
  readonly seconds: number;
  readonly updatesPerSecond: number;
  readonly folder: string;
}

const TOP = 12;

/** Time spent in each function itself, most first, of one `.cpuprofile`. */
function selfTimes(text: string): { readonly name: string; readonly ms: number; readonly share: number }[] {
  const profile = CpuProfile.parse(JSON.parse(text));
  const names = new Map(
    profile.nodes.map(({ id, callFrame }) => {
      const place = callFrame.url === '' ? '' : ` ${callFrame.url.split('/').slice(-2).join('/')}:${callFrame.lineNumber + 1}`;
      return [id, `${callFrame.functionName || '(anonymous)'}${place}`];
    }),
  );
  const times = new Map<string, number>();
  let total = 0;
  profile.samples.forEach((node, index) => {
    const us = profile.timeDeltas[index] ?? 0;
    const name = names.get(node) ?? '(unknown)';
    total += us;
    times.set(name, (times.get(name) ?? 0) + us);
  });
  return [...times]
    .sort((a, b) => b[1] - a[1])
    .map(([name, us]) => ({ name, ms: us / 1000, share: total === 0 ? 0 : us / total }));
}

/** Runs the engine under load with the sampling profiler on, and says where the profiles are and what they show. */
export async function runProfile(options: ProfileOptions): Promise<number> {
  const folder = resolve(options.folder);
  mkdirSync(folder, { recursive: true });
  const before = new Set(readdirSync(folder));
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  process.stdout.write(`Running for ${options.seconds} s at ${options.updatesPerSecond} book updates a second ...\n`);
  const child = spawn(
    process.execPath,
    [
      ...['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500', main, 'run'],
      ...[
        '--duration-s',
        String(options.seconds),
        '--updates-per-second',
        String(options.updatesPerSecond),
        '--port',
        '0',
        '--quiet',
      ],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const code = await new Promise<number | null>((done) => child.once('exit', done));
  const files = readdirSync(folder).filter((file) => file.endsWith('.cpuprofile') && !before.has(file));
  if (code !== 0 || files.length === 0) {
    process.stderr.write(`tiercel: the profiled run ended with exit code ${code} and left ${files.length} profiles\n`);
    return EXIT_FOUND_FAULT;
  }
  for (const file of files.sort()) {
    const path = join(folder, file);
    process.stdout.write(`\n${path}\n`);
    for (const { name, ms, share } of selfTimes(readFileSync(path, 'utf8')).slice(0, TOP)) {
      process.stdout.write(`  ${(share * 100).toFixed(1).padStart(5)} %  ${ms.toFixed(0).padStart(6)} ms  ${name}\n`);
    }
  }
  process.stdout.write(
    '\nOne file a thread: the main thread (engine turns), one feed worker a venue, the operator worker. Time is self time.\n' +
      'To look at a whole profile: Chrome, DevTools, Performance, "Load profile", or any viewer of .cpuprofile files.\n' +
      'Functions of the kernel appear as wasm-function[n].\n',
  );
  return EXIT_GOOD;
}
