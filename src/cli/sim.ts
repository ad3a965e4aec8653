import { readFileSync } from 'node:fs';
import { InvalidInputError } from '../domain/errors.js';
import { SystemClock, systemTimers } from '../domain/system-clock.js';
import { VENUES } from '../domain/venue.js';
import { type FaultRule, parseFaultFile } from '../sim/faults/rules.js';
import { parseSimulationOptions } from '../sim/options.js';
import { type Simulation, startSimulation } from '../sim/server.js';
import { EXIT_GOOD, EXIT_INTERNAL } from './exit.js';
import { untilAskedToStop } from './stop-signal.js';

/** What `tiercel sim` takes besides the options of a simulation. */
export interface SimulationFlags {
  readonly json?: boolean;
  /** File of fault rules. */
  readonly faults?: string;
  /** Recordings for the background. */
  readonly capture?: readonly string[];
  /** Folder in which accounts are kept. */
  readonly state?: string;
}

/** Ended orders that an account remembers: more than a day of trading asks for, and not more with every day. */
const ORDERS_KEPT = 50_000;

/** What `tiercel sim` prints with --json: one line, the base URLs and the test key pair of every venue. */
function describeSimulation(simulation: Simulation): string {
  return JSON.stringify({ venues: venuesOf(simulation), ...(simulation.control !== null && { control: simulation.control }) });
}

/** Runs simulated venues until it is told to stop, or the process that started it is gone. */
export async function runSimulation({ json = false, faults, capture = [], state, ...input }: SimulationFlags): Promise<number> {
  const rules = faults === undefined ? [] : readFaults(faults);
  const kept = { keepLog: false, ordersKept: ORDERS_KEPT, stateFolder: state };
  const options = parseSimulationOptions({ ...input, ...kept, faults: rules, captures: capture });
  const simulation = await startSimulation(options, { clock: new SystemClock(), timers: systemTimers, stateLost });
  if (json) {
    process.stdout.write(`${describeSimulation(simulation)}\n`);
  } else {
    process.stdout.write(`Simulated venues, ${options.symbols} assets, seed ${options.seed}. Ctrl-C stops them.\n`);
    const line = (subject: string, name: string, value: string): void => {
      process.stdout.write(`  ${subject.padEnd(9)} ${name.padEnd(16)} ${value}\n`);
    };
    for (const [venue, facts] of Object.entries(venuesOf(simulation))) {
      for (const [name, value] of Object.entries(facts)) if (value) line(venue, name, value);
    }
    if (simulation.control !== null) line('control', 'faults', `${simulation.control}/faults`);
  }
  await untilAskedToStop();
  await simulation.stop();
  if (process.connected) process.disconnect();
  return EXIT_GOOD;
}

/** A venue that cannot keep its accounts says nothing more. */
function stateLost(error: unknown): never {
  process.stderr.write(`accounts of the simulated venues cannot be kept: ${String(error)}\n`);
  process.exit(EXIT_INTERNAL);
}

/** Endpoints and first test key of each venue, under the names that --json prints. */
function venuesOf({ endpoints, keys }: Simulation): Record<string, Record<string, string | null | undefined>> {
  const described: Record<string, Record<string, string | null | undefined>> = {};
  for (const venue of VENUES) {
    const reached = endpoints[venue];
    if (reached === undefined) continue;
    const { rest, wsPublic, wsPrivate = null, wsTrade = null, ...futures } = reached;
    described[venue] = { rest, wsPublic, wsPrivate, wsTrade, ...futures, ...keys[venue] };
  }
  return described;
}

function readFaults(file: string): readonly FaultRule[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidInputError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`, { file });
  }
  return parseFaultFile(file, text);
}
