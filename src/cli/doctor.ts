import { createServer } from 'node:net';
import { stringify } from 'yaml';
import { kernelModule } from '../kernel/module.js';
import type { Config } from './config.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly good: boolean;
  readonly detail: string;
}

const NODE_MAJOR_MIN = 20;

/** Looks at what a run will need; changes nothing. */
async function examine(config: Config): Promise<Finding[]> {
  const { host, port } = config.operator;
  const major = Number(process.versions.node.split('.')[0]);
  return [
    { check: 'Node.js', good: major >= NODE_MAJOR_MIN, detail: `${process.version} (needs ${NODE_MAJOR_MIN} or newer)` },
    attempt('kernel', () => {
      kernelModule();
      return 'build/kernel.wasm compiles';
    }),
    await portFree(host, port),
  ];
}

function attempt(check: string, look: () => string): Finding {
  try {
    return { check, good: true, detail: look() };
  } catch (error) {
    return { check, good: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function portFree(host: string, port: number): Promise<Finding> {
  const check = 'operator port';
  return new Promise((resolve) => {
    const probe = createServer()
      .once('error', (error) => resolve({ check, good: false, detail: `${host}:${port}: ${error.message}` }))
      .once('listening', () => probe.close(() => resolve({ check, good: true, detail: `${host}:${port} is free` })))
      .listen(port, host);
  });
}

/** Prints the findings and the configuration as it will be used, defaults filled in. */
export async function runDoctor(config: Config, json: boolean): Promise<number> {
  const findings = await examine(config);
  if (json) {
    process.stdout.write(`${JSON.stringify({ findings, config })}\n`);
  } else {
    for (const { check, good, detail } of findings) process.stdout.write(`${good ? 'good' : 'BAD '}  ${check}: ${detail}\n`);
    process.stdout.write(`\n${stringify(config)}`);
  }
  return findings.every(({ good }) => good) ? EXIT_GOOD : EXIT_FOUND_FAULT;
}
