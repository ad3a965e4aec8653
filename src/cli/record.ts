import { SystemClock, systemTimers } from '../domain/system-clock.js';
import { createLogger } from '../ops/log.js';
import type { Config } from './config.js';
import { EXIT_GOOD } from './exit.js';
import { type Cleanup, prepareMarket, undo } from './market.js';
import { untilStopped } from './stop-signal.js';

export interface RecordOptions {
  readonly liveData: boolean;
  readonly folder: string;
  readonly durationMs: number | undefined;
}

/** Follows the market and records every frame, without an engine, until it is told to stop. @returns the exit code */
export async function runRecord(config: Config, options: RecordOptions): Promise<number> {
  const log = createLogger({ level: config.log.level, pretty: config.log.pretty });
  const stopped = untilStopped(options.durationMs, systemTimers);
  const cleanup: Cleanup = [];
  try {
    const market = await prepareMarket(
      config,
      { liveData: options.liveData, recordFolder: options.folder },
      new SystemClock(),
      log,
      cleanup,
    );
    market.start();
    await stopped;
  } finally {
    await undo(cleanup);
  }
  return EXIT_GOOD;
}
