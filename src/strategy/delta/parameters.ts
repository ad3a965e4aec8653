import type { DeltaArbitrageConfig } from './config.js';
import { ParameterValidationError } from './errors.js';
import type {
  CurrentParameters,
  OptimizationStatus,
  OptimizationStatusEvent,
  ParameterUpdate,
  ParameterUpdateEvent,
} from './types.js';

/** Whoever hears of changes of the parameters. */
export type RaiseParameterEvent = (kind: string, facts: ParameterUpdateEvent | OptimizationStatusEvent) => void;

/**
 * Checks an update against the safety limits of a configuration.
 * @param newerThan an update has to be younger than the last one, in milliseconds since the epoch
 * @throws ParameterValidationError naming what is wrong
 */
export function validateParameters(update: ParameterUpdate, config: DeltaArbitrageConfig, newerThan = 0): void {
  const { entryThresholdPct: entry, exitThresholdPct: exit, confidenceScore, positionMultiplier } = update;
  const refuse = (message: string): never => {
    throw new ParameterValidationError(message, { update });
  };
  const fault = thresholdFault(entry, exit, config);
  if (fault !== null) refuse(fault);
  // Written so that NaN fails every one of them.
  if (!(confidenceScore >= 0 && confidenceScore <= 1)) refuse(`confidence ${confidenceScore} is not between 0 and 1`);
  if (!(update.dataPointsAnalyzed >= config.minSpreadDataPoints)) {
    refuse(`rests on ${update.dataPointsAnalyzed} data points, ${config.minSpreadDataPoints} are needed`);
  }
  if (!(update.optimizationTimestamp > newerThan && Number.isFinite(update.optimizationTimestamp))) {
    refuse(`timestamp ${update.optimizationTimestamp} is not after ${newerThan}`);
  }
  if (positionMultiplier !== undefined && !(positionMultiplier > 0)) refuse(`multiplier ${positionMultiplier} is not positive`);
}

/** What the safety limits say against a pair of thresholds, all in per cent; null when nothing. */
export function thresholdFault(
  entry: number,
  exit: number,
  { maxEntryThreshold, minExitThreshold }: Pick<DeltaArbitrageConfig, 'maxEntryThreshold' | 'minExitThreshold'>,
): string | null {
  // Written so that NaN fails every one of them.
  if (!(entry <= maxEntryThreshold)) return `entry threshold ${entry} % is not within ${maxEntryThreshold} %`;
  if (!(exit >= minExitThreshold)) return `exit threshold ${exit} % is not at least ${minExitThreshold} %`;
  if (!(exit < entry)) return `exit threshold ${exit} % is not below the entry threshold ${entry} %`;
  return null;
}

/**
 * The parameters in use, and the change of them. An update is checked and put by when it comes; it is taken over between two turns,
 * all of it at once, so that no turn sees one threshold of the old pair and one of the new.
 */
export class DeltaParameters {
  private current: CurrentParameters;
  private staged: ParameterUpdate | null = null;
  /** Raised at the beginning of the next turn. */
  private unraised: OptimizationStatusEvent[] = [];
  private lastResult: ParameterUpdate | null = null;
  private lastStatus: OptimizationStatusEvent | null = null;
  private lastUpdateMs: number | null = null;
  /** Timestamp of the youngest update that was taken. */
  private newestMs = 0;
  private applied = 0;
  private refused = 0;

  constructor(private readonly config: DeltaArbitrageConfig) {
    const { entryThresholdPct, exitThresholdPct, positionMultiplier } = config;
    this.current = { entryThresholdPct, exitThresholdPct, positionMultiplier, confidenceScore: 0, optimizationTimestamp: 0 };
  }

  get active(): CurrentParameters {
    return this.current;
  }
  get lastUpdateTimestamp(): number | null {
    return this.lastUpdateMs;
  }
  get updateIntervalS(): number {
    return this.config.parameterUpdateIntervalMinutes * 60;
  }

  /** Takes an update for the next turn; a younger one replaces one that still waits. @returns false when it is refused */
  stage(update: ParameterUpdate, nowMs: number): boolean {
    try {
      validateParameters(update, this.config, this.newestMs);
    } catch (error) {
      if (!(error instanceof ParameterValidationError)) throw error;
      this.refused++;
      this.note({
        timestamp: nowMs,
        status: 'failed',
        dataPointsAnalyzed: update.dataPointsAnalyzed,
        errorMessage: error.message,
        durationMs: update.optimizationDurationMs,
      });
      return false;
    }
    this.newestMs = update.optimizationTimestamp;
    this.staged = { ...update };
    return true;
  }

  /** Keeps how an optimisation goes, and raises it in the next turn; of more than a few, the newest. */
  note(event: OptimizationStatusEvent): void {
    this.lastStatus = event;
    this.unraised.push(event);
    if (this.unraised.length > 16) this.unraised.shift();
  }

  /** Whether anything waits for the next turn. */
  get hasNews(): boolean {
    return this.staged !== null || this.unraised.length > 0;
  }

  /** Takes over what waits. Called once, at the beginning of a turn. @returns whether the parameters have changed */
  takeOver(nowMs: number, raise: RaiseParameterEvent): boolean {
    if (this.unraised.length > 0) {
      for (const event of this.unraised) raise('optimization-status', event);
      this.unraised = [];
    }
    const update = this.staged;
    if (update === null) return false;
    this.staged = null;
    const old = this.current;
    this.current = this.smoothed(update);
    this.lastResult = update;
    this.lastUpdateMs = nowMs;
    this.applied++;
    raise('parameter-update', {
      timestamp: nowMs,
      oldEntryThreshold: old.entryThresholdPct,
      newEntryThreshold: this.current.entryThresholdPct,
      oldExitThreshold: old.exitThresholdPct,
      newExitThreshold: this.current.exitThresholdPct,
      confidenceScore: update.confidenceScore,
      optimizationDurationMs: update.optimizationDurationMs,
    });
    return true;
  }

  /** Goes on with parameters of an earlier run, within the limits of this one; @returns false when these forbid them. */
  restore(parameters: CurrentParameters, lastUpdateMs: number | null): boolean {
    const { entryThresholdPct: entry, exitThresholdPct: exit, positionMultiplier } = parameters;
    const { maxEntryThreshold, minExitThreshold, maxPositionMultiplier } = this.config;
    const isAllowed = entry <= maxEntryThreshold && exit >= minExitThreshold && exit < entry && positionMultiplier > 0;
    if (!isAllowed) return false;
    this.current = { ...parameters, positionMultiplier: Math.min(positionMultiplier, maxPositionMultiplier) };
    this.newestMs = parameters.optimizationTimestamp;
    this.lastUpdateMs = lastUpdateMs;
    return true;
  }

  status(nowMs: number): OptimizationStatus {
    const { lastUpdateMs, updateIntervalS } = this;
    return {
      lastUpdateTimestamp: lastUpdateMs,
      parameterUpdateIntervalS: updateIntervalS,
      isUpdateDue: lastUpdateMs === null || nowMs - lastUpdateMs >= updateIntervalS * 1000,
      isUpdatePending: this.staged !== null,
      updatesApplied: this.applied,
      updatesRefused: this.refused,
      lastResult: this.lastResult,
      lastStatus: this.lastStatus,
    };
  }

  /** Both pairs are within the limits, and so is every pair between them; the bounds below only take back what rounding adds. */
  private smoothed(update: ParameterUpdate): CurrentParameters {
    const { config, current } = this;
    const weight = this.lastUpdateMs === null ? 1 : config.smoothingWeight;
    const between = (old: number, next: number): number => (weight === 1 ? next : old + weight * (next - old));
    const entry = Math.min(between(current.entryThresholdPct, update.entryThresholdPct), config.maxEntryThreshold);
    const exit = Math.max(between(current.exitThresholdPct, update.exitThresholdPct), config.minExitThreshold);
    const isPair = exit < entry;
    const multiplier = Math.min(update.positionMultiplier ?? current.positionMultiplier, config.maxPositionMultiplier);
    return {
      entryThresholdPct: isPair ? entry : update.entryThresholdPct,
      exitThresholdPct: isPair ? exit : update.exitThresholdPct,
      positionMultiplier: multiplier,
      confidenceScore: update.confidenceScore,
      optimizationTimestamp: update.optimizationTimestamp,
    };
  }
}
