import { InvalidInputError } from '../../domain/errors.js';
import type { CommandOutput } from '../capture-verify.js';
import type { Config } from '../config.js';
import { untilAskedToStop } from '../stop-signal.js';
import { withCatalogue } from './catalogue.js';
import type { FetchFlags, Surroundings } from './fetch-flags.js';
import { fetchFromTardis } from './fetch-tardis.js';
import { fetchFromVenues } from './fetch-venues.js';

/** `tiercel history fetch`: klines of venues, or data of Tardis. @returns the exit code: 1 when something could not be fetched */
export async function fetchHistory(
  config: Config,
  flags: FetchFlags,
  output: CommandOutput,
  surroundings: Surroundings,
): Promise<number> {
  if (flags.symbols.length === 0) throw new InvalidInputError('say which symbols are wanted with --symbols');
  let isStopped = false;
  void untilAskedToStop().then(() => {
    isStopped = true;
  });
  const run = flags.tardis === undefined ? fetchFromVenues : fetchFromTardis;
  return withCatalogue(flags, false, (catalogue) => run(catalogue, config, flags, output, surroundings, () => isStopped));
}
