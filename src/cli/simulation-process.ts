import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Timer, Timers } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import { VENUES } from '../domain/venue.js';

const Endpoints = z.object({
  rest: z.string(),
  wsPublic: z.string(),
  restFutures: z.string().optional(),
  wsPublicFutures: z.string().optional(),
  wsPrivate: z.string().nullish(),
  wsTrade: z.string().nullish(),
  wsPrivateFutures: z.string().nullish(),
  wsTradeFutures: z.string().nullish(),
  apiKey: z.string(),
  secret: z.string(),
  passphrase: z.string(),
});
const Description = z.object({ venues: z.partialRecord(z.enum(VENUES), Endpoints) });

/** Base URLs and test keys of the simulated venues, as `tiercel sim --json` prints them. */
export type SimulationEndpoints = z.infer<typeof Description>['venues'];

export interface SimulationArguments {
  readonly symbols: number;
  readonly futuresSymbols: number;
  readonly updatesPerSecond: number;
  readonly plantIntervalMs: number;
  readonly seed: number;
}

const FIRST_PORT = 18_700;
const PORT_STEP = 10;
const PORT_TRIES = 200;
const RESTART_DELAY_MS = 500;

/** Whether `port` and the ones after it, one a venue, are free. */
async function portsFree(port: number): Promise<boolean> {
  for (let offset = 0; offset < VENUES.length; offset++) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
        .once('error', () => resolve(false))
        .once('listening', () => probe.close(() => resolve(true)))
        .listen(port + offset, '127.0.0.1');
    });
    if (!free) return false;
  }
  return true;
}

/**
 * The simulated venues in a child process of their own, so that their work does not weigh on the engine's clock. When the child
 * dies it is started again on the same ports and with the same accounts, as an exchange comes back after an outage.
 */
export class SimulationProcess {
  private child: ChildProcess | undefined;
  private restart: Timer | undefined;
  private stopped = false;
  /** Where the accounts outlive the child. */
  private readonly stateFolder = mkdtempSync(join(tmpdir(), 'tiercel-simulation-'));

  private constructor(
    private readonly options: SimulationArguments,
    private readonly basePort: number,
    private readonly timers: Timers,
    private readonly onEvent: (message: string, facts: Readonly<Record<string, unknown>>) => void,
  ) {}

  /** Starts the child. @returns it, with the URLs of its venues */
  static async start(
    options: SimulationArguments,
    timers: Timers,
    onEvent: (message: string, facts: Readonly<Record<string, unknown>>) => void,
  ): Promise<{ simulation: SimulationProcess; endpoints: SimulationEndpoints }> {
    let basePort = FIRST_PORT;
    for (let tries = 0; !(await portsFree(basePort)); tries++) {
      if (tries === PORT_TRIES) throw new InvalidInputError(`no free ports for the simulated venues from ${FIRST_PORT} on`);
      basePort += PORT_STEP;
    }
    const simulation = new SimulationProcess(options, basePort, timers, onEvent);
    try {
      return { simulation, endpoints: await simulation.spawn() };
    } catch (error) {
      await simulation.stop();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Ends the child; its accounts are gone with it. @returns once it is */
  async stop(): Promise<void> {
    this.stopped = true;
    this.restart?.cancel();
    await this.endChild();
    rmSync(this.stateFolder, { recursive: true, force: true });
  }

  private async endChild(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const force = this.timers.after(1000, () => child.kill('SIGKILL'));
    await gone;
    force.cancel();
  }

  private spawn(): Promise<SimulationEndpoints> {
    const { options } = this;
    const child = fork(
      fileURLToPath(commandLine()),
      [
        'sim',
        '--json',
        ...['--symbols', String(options.symbols), '--futures-symbols', String(options.futuresSymbols)],
        ...['--updates-per-second', String(options.updatesPerSecond), '--plant-interval-ms', String(options.plantIntervalMs)],
        ...['--seed', String(options.seed), '--base-port', String(this.basePort)],
        ...['--state', this.stateFolder],
      ],
      { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: [] },
    );
    this.child = child;
    // A terminal sends Ctrl-C to the whole group; this process decides when the child ends.
    child.on('exit', (code, signal) => this.onExit(code, signal));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) =>
        reject(new InvalidInputError(`the simulated venues ended before they listened (exit code ${code})`)),
      );
      if (child.stdout === null) return;
      createInterface(child.stdout).once('line', (line) => resolve(Description.parse(JSON.parse(line)).venues));
    });
  }

  private onExit(code: number | null, signal: string | null): void {
    if (this.stopped) return;
    this.onEvent('Simulated venues ended, starting them again', { code, signal, delayMs: RESTART_DELAY_MS });
    this.restart = this.timers.after(RESTART_DELAY_MS, () => {
      this.spawn().then(
        () => this.onEvent('Simulated venues are back', { pid: this.pid }),
        (error: unknown) => this.onEvent('Simulated venues did not start', { reason: String(error) }),
      );
    });
  }
}

/** The command line's entry, seen from build/src as well as from src, where tests run. */
function commandLine(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../build/src/cli/main.js' : './main.js', here);
}
