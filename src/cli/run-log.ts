import { join } from 'node:path';
import { z } from 'zod';
import type { Timers } from '../domain/clock.js';
import { MARKETS, VENUES } from '../domain/venue.js';
import type { TurnSink } from '../engine/engine.js';
import { TurnLogWriter } from '../engine/turn-log.js';
import { TurnLogFile } from '../engine/turn-log-file.js';
import type { Logger } from '../ops/log.js';
import type { Intent } from '../strategy/intent.js';
import { type Config, ConfigSchema } from './config.js';
import type { Market } from './market.js';

/** Ending of the turn logs' names. */
export const TURN_LOG_ENDING = '.turns';
const FLUSH_INTERVAL_MS = 1_000;

/**
 * What stands at the head of a run's turn log. Together with the venues' lists, which are in the recordings of the feeds, it is all
 * that the engine was made of; `memory` is there to find out whether that leads to the same books.
 */
export const RunHeaderSchema = z.object({
  config: ConfigSchema,
  feeds: z.array(z.object({ venue: z.enum(VENUES), market: z.enum(MARKETS) })),
  memory: z.unknown(),
  /** Sizes that the run was held to. */
  multipliers: z.array(z.number()).optional(),
});
export type RunHeader = z.infer<typeof RunHeaderSchema>;

/** The turn log of a run under way. */
export interface RunLog {
  readonly sink: TurnSink;
  readonly watch: (intent: Intent) => void;
  /** Keeps what strategies are told of orders, balances and parameters. */
  readonly record: Pick<TurnLogWriter, 'update' | 'balance' | 'parameters'>;
  /** Ends the file. */
  stop(): Promise<void>;
}

/** "20260101T000000.000Z", as in the names of capture files. */
export function fileStamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]/g, '');
}

/**
 * Begins a turn log beside the recordings of the feeds.
 * @param startMs when the run began, before anything was recorded
 * @throws InvalidInputError when the file cannot be created
 */
export async function startRunLog(
  folder: string,
  startMs: number,
  config: Config,
  { books, feeds }: Market,
  timers: Timers,
  log: Logger,
  multipliers?: readonly number[],
): Promise<RunLog> {
  const file = await TurnLogFile.create(join(folder, `run.${fileStamp(startMs)}${TURN_LOG_ENDING}`));
  const header: RunHeader = {
    ...{ config, feeds: [...feeds], memory: books.shared.plan.request },
    ...(multipliers !== undefined && { multipliers: [...multipliers] }),
  };
  const writer = new TurnLogWriter(header, books.universe.books.length, file);
  const flushing = timers.every(FLUSH_INTERVAL_MS, () => writer.flush());
  return {
    sink: writer,
    watch: (intent) => writer.intent(intent),
    record: writer,
    async stop() {
      flushing.cancel();
      writer.flush();
      if (writer.lost > 0) log.warn({ path: file.path, lost: writer.lost }, 'The turn log ends early: the disk was too slow');
      await file.close().catch((error: unknown) => log.error({ err: error, path: file.path }, 'The turn log is not whole'));
    },
  };
}
