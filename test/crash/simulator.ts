import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { VENUES } from '../../src/domain/venue.js';
import type { Deposit } from './deposit.js';
import { LoggingProcess } from './process.js';

const url = z.string().nullish();
const Venue = z.object({
  ...{ rest: z.string(), wsPublic: z.string(), wsPrivate: url, wsTrade: url },
  ...{ restFutures: z.string().optional(), wsPublicFutures: z.string().optional(), wsPrivateFutures: url, wsTradeFutures: url },
  ...{ apiKey: z.string(), secret: z.string(), passphrase: z.string() },
});
const Description = z.object({ venues: z.partialRecord(z.enum(VENUES), Venue) });

/** Addresses and keys of the simulated venues. */
export type SimulatedVenues = z.infer<typeof Description>['venues'];

const ENTRY = fileURLToPath(new URL('./simulator-main.js', import.meta.url));
const START_MS_MAX = 90_000;
const PORT_FIRST = 20_000;
const PORT_STEP = 10;
const PORTS = 3_000;
const TRIES = 20;

/** The simulated venues as a process, whose accounts outlive it. */
export class Simulator {
  private constructor(
    private process: LoggingProcess,
    private readonly basePort: number,
    private readonly seed: number,
    private readonly stateFolder: string,
    readonly venues: SimulatedVenues,
    private readonly aheadMs: number,
  ) {}

  /** Starts it on free ports. @param aheadMs how far ahead its time is */
  static async start(seed: number, stateFolder: string, portHint: number, aheadMs: number): Promise<Simulator> {
    for (let attempt = 0; ; attempt++) {
      const basePort = PORT_FIRST + ((portHint + attempt * 7) % PORTS) * PORT_STEP;
      try {
        const [started, venues] = await spawn(seed, stateFolder, basePort, aheadMs);
        return new Simulator(started, basePort, seed, stateFolder, venues, aheadMs);
      } catch (error) {
        if (attempt === TRIES) throw error;
      }
    }
  }

  /** Ends it with SIGKILL, and brings it back after a while, on the same ports and with the same accounts. */
  async killAndRestart(pauseMs: number): Promise<void> {
    await this.process.kill();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    [this.process] = await spawn(this.seed, this.stateFolder, this.basePort, this.aheadMs);
  }

  /** Money comes from outside. */
  deposit(deposit: Deposit): void {
    this.process.send(deposit);
  }

  async stop(): Promise<void> {
    await this.process.kill();
  }
}

async function spawn(
  seed: number,
  stateFolder: string,
  basePort: number,
  aheadMs: number,
): Promise<[LoggingProcess, SimulatedVenues]> {
  const args = [
    ENTRY,
    '--seed',
    String(seed),
    '--base-port',
    String(basePort),
    '--state',
    stateFolder,
    '--ahead-ms',
    String(aheadMs),
  ];
  const started = new LoggingProcess(process.execPath, args);
  try {
    const line = await started.line((one) => 'venues' in one, START_MS_MAX, 'the addresses of the simulated venues');
    return [started, Description.parse(line).venues];
  } catch (error) {
    await started.kill();
    throw error;
  }
}
