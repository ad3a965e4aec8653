import { SystemClock, systemTimers } from '../domain/system-clock.js';
import { parseSimulationOptions } from '../sim/options.js';
import { type Simulation, startSimulation } from '../sim/server.js';
import { EXIT_GOOD } from './exit.js';
import { untilAskedToStop } from './stop-signal.js';

/** What `tiercel sim` prints with --json: one line, the base URLs of every venue. */
export function describeSimulation(simulation: Simulation): string {
  return JSON.stringify({ venues: simulation.endpoints });
}

/** Runs simulated venues until it is told to stop, or the process that started it is gone. */
export async function runSimulation(input: unknown, json: boolean): Promise<number> {
  const options = parseSimulationOptions(input);
  const simulation = await startSimulation(options, { clock: new SystemClock(), timers: systemTimers });
  if (json) {
    process.stdout.write(`${describeSimulation(simulation)}\n`);
  } else {
    process.stdout.write(`Simulated venues, ${options.symbols} assets, seed ${options.seed}. Ctrl-C stops them.\n`);
    for (const [venue, endpoints] of Object.entries(simulation.endpoints)) {
      for (const [name, url] of Object.entries(endpoints))
        process.stdout.write(`  ${venue.padEnd(9)} ${name.padEnd(16)} ${url}\n`);
    }
  }
  await untilAskedToStop();
  await simulation.stop();
  if (process.connected) process.disconnect();
  return EXIT_GOOD;
}
