import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InvalidInputError } from '../../src/domain/errors.js';
import { judge } from './judge.js';
import { complaints, type SoakOptions, type SoakResult } from './result.js';
import type { Sample } from './sample.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const MINUTE_MS = 60_000;
const KB_PER_MB = 1024;
const MB = 2 ** 20;
/** Garbage comes and goes: the least of so many looks is near to what is really held. */
const LOOKS = 12;
const LOOK_MS = 5_000;
const STOP_MS = 15_000;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const EXIT_INTERRUPTED = 130;

/** Runs the engine as a process of its own, on simulated exchanges in another, for as long as it says; and measures it from outside. */
export async function soakProcess(options: SoakOptions): Promise<SoakResult> {
  const { hours, seed, warmUpMinutes, sampleMinutes, bounds, onSample } = options;
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const engine = spawn(process.execPath, [MAIN, 'run', '--quiet', '--port', '0', '--seed', String(seed)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: folder,
  });
  const interrupt = (): void => {
    engine.kill('SIGTERM');
    process.exit(EXIT_INTERRUPTED);
  };
  for (const signal of STOP_SIGNALS) process.once(signal, interrupt);
  try {
    const url = await addressOf(engine);
    const startMs = performance.now();
    const samples: Sample[] = [];
    let metrics: ReadonlyMap<string, number> = new Map();
    for (let minute = warmUpMinutes; minute <= hours * 60; minute += sampleMinutes) {
      await pause(Math.max(0, startMs + minute * MINUTE_MS - performance.now()));
      const hour = (performance.now() - startMs) / MINUTE_MS / 60;
      const looks: ReadonlyMap<string, number>[] = [];
      for (let look = 0; look < LOOKS; look++) {
        looks.push(await lookAt(engine, url));
        await pause(LOOK_MS);
      }
      metrics = leastOf(looks);
      const sample = sampleOf(hour, metrics);
      samples.push(sample);
      onSample?.(sample);
    }
    engine.kill('SIGTERM');
    const isEnded = await Promise.race([once(engine, 'exit').then(() => true), pause(STOP_MS, false)]);
    const figure = (name: string): number => metrics.get(name) ?? 0;
    const findings: string[] = [];
    if (!isEnded || engine.exitCode !== 0) findings.push(`the engine ended with ${engine.exitCode ?? 'nothing'}`);
    if (figure('tiercel_trading_ledger_healthy') !== 1) findings.push('the ledger cannot be written');
    if (figure('tiercel_trading_drifts') > 0) findings.push(`${figure('tiercel_trading_drifts')} holdings drift`);
    const judgement = judge(samples, [], bounds);
    findings.push(...complaints(judgement));
    const figures = {
      cycles: figure('tiercel_trading_cycle_samples'),
      'entries of the ledger': figure('tiercel_trading_ledger_entries'),
      turns: figure('tiercel_turns_total'),
    };
    return { hours, samples, judgement, figures, left: {}, findings };
  } finally {
    for (const signal of STOP_SIGNALS) process.removeListener(signal, interrupt);
    if (engine.exitCode === null) engine.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the engine answers. @throws InvalidInputError when it ends before it says so */
async function addressOf(engine: ChildProcess): Promise<string> {
  if (engine.stderr === null) throw new InvalidInputError('the engine has no log');
  const lines = createInterface(engine.stderr);
  return new Promise((resolve, reject) => {
    engine.once('exit', (code) => reject(new InvalidInputError(`the engine ended with ${code}`)));
    // Every line is read to the end: a full pipe would hold the engine up.
    lines.on('line', (line) => {
      const url = /"url":"([^"]+)".*Dashboard is up/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

/** The engine's own figures, and what the operating system says of its process. */
async function lookAt({ pid }: ChildProcess, url: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = new Map<string, number>();
  for (const [, name = '', value] of text.matchAll(/^(\w+) (\S+)$/gm)) found.set(name, Number(value));
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  for (const [, name = '', value] of status.matchAll(/^(VmRSS|Threads):\s+(\d+)/gm)) found.set(name, Number(value));
  return found.set('fd', readdirSync(`/proc/${pid}/fd`).length);
}

function leastOf(looks: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const last = looks.at(-1) ?? new Map<string, number>();
  const counts = new Set(['VmRSS', 'Threads', 'fd', 'tiercel_heap_used_bytes', 'tiercel_trading_open_orders']);
  return new Map(
    [...last].map(([name, value]) => [
      name,
      counts.has(name) ? Math.min(...looks.map((look) => look.get(name) ?? value)) : value,
    ]),
  );
}

function sampleOf(hour: number, metrics: ReadonlyMap<string, number>): Sample {
  const figure = (name: string): number => metrics.get(name) ?? 0;
  return {
    hour,
    heapMb: figure('tiercel_heap_used_bytes') / MB,
    externalMb: null,
    rssMb: figure('VmRSS') / KB_PER_MB,
    counts: { handles: figure('fd'), threads: figure('Threads'), 'orders in risk': figure('tiercel_trading_open_orders') },
    collections: new Map(),
  };
}
