import { optionalInteger, type Params } from './exchange.js';
import { ApiFailure } from './failures.js';

/** What part of a list a request wants. */
export interface Page {
  readonly limit: number;
  /** Whether it begins at an id: then the oldest rows count and not the newest. */
  readonly begins: boolean;
  /** The longest stretch of time that a request may name. */
  readonly hoursMax: number;
}

/**
 * The rows, oldest first, that `startTime` and `endTime` leave, cut to the limit: the oldest of them when there is a beginning to go
 * on from, otherwise the newest.
 * @throws ApiFailure
 */
export function within<T>(params: Params, rows: readonly T[], timeUs: (row: T) => number, page: Page): readonly T[] {
  const startMs = optionalInteger(params, 'startTime');
  const endMs = optionalInteger(params, 'endTime');
  if (startMs !== null && endMs !== null) {
    if (startMs > endMs) throw new ApiFailure(-1127, 'Start time is greater than end time.');
    if (endMs - startMs > page.hoursMax * 3_600_000)
      throw new ApiFailure(-1127, `More than ${page.hoursMax} hours between startTime and endTime.`);
  }
  const chosen = rows.filter((row) => {
    const ms = Math.floor(timeUs(row) / 1000);
    return (startMs === null || ms >= startMs) && (endMs === null || ms <= endMs);
  });
  return startMs !== null || page.begins ? chosen.slice(0, page.limit) : chosen.slice(-page.limit);
}
