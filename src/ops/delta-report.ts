import type { UpdateOutcome, UpdateStatus } from '../engine/parameter-scheduler.js';
import type { CurrentParameters } from '../strategy/delta/types.js';

/** The end of one update of parameters. */
export interface ParameterNews {
  readonly epochUs: number;
  readonly outcome: UpdateOutcome;
  /** What was found, in per cent; null where nothing was. */
  readonly entryThresholdPct: number | null;
  readonly exitThresholdPct: number | null;
  readonly confidenceScore: number | null;
  /** Why the old parameters stay. */
  readonly message: string | null;
}

/** A delta strategy whose thresholds are looked for while it trades. */
export interface DeltaReport {
  /** The strategy's name. */
  readonly strategy: string;
  /** The pairs that it looks at, as people read them; the series of the API are numbered in their order. */
  readonly pairs: readonly string[];
  /** The pair that is optimised on. */
  readonly pair: number;
  readonly parameters: CurrentParameters;
  readonly schedule: UpdateStatus;
  readonly lookbackHours: number;
  /** What came of the last updates, the newest first. */
  readonly news: readonly ParameterNews[];
}
