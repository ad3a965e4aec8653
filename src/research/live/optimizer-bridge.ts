import { abortable } from '../../domain/abortable.js';
import type { Clock } from '../../domain/clock.js';
import type { ParameterUpdater, UpdateOutcome } from '../../engine/parameter-scheduler.js';
import { SpreadRingReader } from '../../market/spread-ring.js';
import { DataFetchError } from '../../strategy/delta/errors.js';
import type { ParameterTarget, ParameterUpdate } from '../../strategy/delta/types.js';
import type { MarketFrame } from '../thresholds/market-frame.js';
import type { SpreadSource } from './recent-market-data.js';

/** What an optimisation found; `declined` says why it advises against using it, null where it does not. */
export interface LiveOptimization extends ParameterUpdate {
  readonly declined: string | null;
}

/** Who reads the market and optimises, on another thread. Both reject when it cannot be done or the signal is aborted. */
export interface LiveOptimizer {
  /** @param nowUs end of the data, in microseconds since the epoch */
  recentMarketData(source: SpreadSource, hours: number, nowUs: number, signal?: AbortSignal): Promise<MarketFrame>;
  optimize(source: SpreadSource, hours: number, nowUs: number, signal: AbortSignal): Promise<LiveOptimization>;
}

export interface OptimizerBridgeParts {
  readonly optimizer: LiveOptimizer;
  readonly target: ParameterTarget;
  /** The spread that the strategy trades at the moment. */
  readonly source: () => SpreadSource;
  readonly lookbackHours: number;
  /** Rows that an optimisation needs at least. */
  readonly rowsMin: number;
  readonly clock: Clock;
  /** Told of every end of an update. */
  readonly onOutcome?: (outcome: UpdateOutcome, message: string | null, result: LiveOptimization | null) => void;
}

/**
 * Between a running strategy and its optimiser: takes what was seen of the spread, has thresholds found for it on another thread, and
 * hands them to the strategy, which takes them over between two turns. Whatever goes wrong, the strategy keeps what it has and tells.
 */
export class OptimizerBridge implements ParameterUpdater {
  private last: LiveOptimization | null = null;

  constructor(private readonly parts: OptimizerBridgeParts) {}

  /** Fetches data, optimises and hands over. @returns whether the strategy has new parameters from its next turn on */
  async updateStrategyParameters(): Promise<boolean> {
    return (await this.update(new AbortController().signal)) === 'updated';
  }

  /** The last hours of the spread, as the optimiser would see them now. @throws DataFetchError */
  async getRecentMarketData(hours = this.parts.lookbackHours): Promise<MarketFrame> {
    const { optimizer, source, clock } = this.parts;
    try {
      return await optimizer.recentMarketData(source(), hours, clock.epochUs());
    } catch (cause) {
      throw new DataFetchError(`market data of the last ${hours} h cannot be had: ${reasonOf(cause)}`, { hours }, { cause });
    }
  }

  /** Whether the parameters are due, none wait for their turn, and there is enough to optimise on. */
  shouldUpdateParameters(): boolean {
    const { target, source, rowsMin } = this.parts;
    const { isUpdateDue, isUpdatePending } = target.getOptimizationStatus();
    if (!isUpdateDue || isUpdatePending) return false;
    const { ring, history } = source();
    return history !== null || new SpreadRingReader(ring).written >= rowsMin;
  }

  /** What the last optimisation found, whatever became of it; null before the first. */
  getLastOptimizationResult(): LiveOptimization | null {
    return this.last;
  }

  /** As ParameterUpdater.update. */
  async update(signal: AbortSignal): Promise<UpdateOutcome> {
    const { optimizer, target, source, lookbackHours, clock, onOutcome } = this.parts;
    const startUs = clock.monotonicUs();
    const at = (): number => clock.epochUs() / 1000;
    target.noteOptimization({ timestamp: at(), status: 'started', dataPointsAnalyzed: 0 });
    let result: LiveOptimization;
    try {
      result = await abortable(optimizer.optimize(source(), lookbackHours, clock.epochUs(), signal), signal);
    } catch (error) {
      const message = reasonOf(error);
      const durationMs = (clock.monotonicUs() - startUs) / 1000;
      target.noteOptimization({ timestamp: at(), status: 'failed', dataPointsAnalyzed: 0, errorMessage: message, durationMs });
      onOutcome?.('failed', message, null);
      return 'failed';
    }
    this.last = result;
    const { declined, dataPointsAnalyzed, optimizationDurationMs: durationMs } = result;
    const outcome = declined !== null ? 'declined' : target.updateParameters(result) ? 'updated' : 'refused';
    // A refusal is told by the strategy, which knows why.
    if (outcome !== 'refused') target.noteOptimization({ timestamp: at(), status: 'completed', dataPointsAnalyzed, durationMs });
    const { lastStatus } = target.getOptimizationStatus();
    onOutcome?.(outcome, outcome === 'refused' ? (lastStatus?.errorMessage ?? null) : declined, result);
    return outcome;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
