import { CalculationError } from '../../domain/calculation-error.js';
import { TiercelError } from '../../domain/errors.js';
import { ParameterValidationError } from '../../strategy/delta/errors.js';
import { HOUR_US } from '../../strategy/hedged/funding.js';
import { type DeltaTrade, deltaTrade } from '../thresholds/delta-trade.js';
import { checkFrame, frameSpreads, type MarketFrame, rowAt, sliceFrame } from '../thresholds/market-frame.js';
import { walkPositions } from '../thresholds/position-walk.js';
import type { ThresholdExit } from '../thresholds/threshold-walk.js';
import type { DeltaArbitrageOptimizer, DeltaOptimization } from './delta-arbitrage-optimizer.js';

/** What an optimised backtest asks of an optimiser. */
export type BacktestedOptimizer = Pick<DeltaArbitrageOptimizer, 'optimizeParameters' | 'validateParameters' | 'options'>;

/** Thresholds in per cent of the spot ask. */
export interface StaticParameters {
  readonly entryThresholdPct: number;
  readonly exitThresholdPct: number;
}

/** A window that could not be optimised; what was in force stayed. */
export interface FailedOptimization {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly error: TiercelError;
}

/** Thresholds and the moment from which on they were in force. */
export interface ThresholdsInForce extends StaticParameters {
  readonly fromTsUs: number;
}

/** What came of an optimised backtest. */
export interface OptimizedBacktest {
  readonly trades: readonly DeltaTrade[];
  /** One a window that could be optimised; `optimizationTimestamp` is the time of the data at which it was made. */
  readonly optimizationHistory: readonly DeltaOptimization[];
  readonly failures: readonly FailedOptimization[];
  /** What was traded by, rising in time; none while nothing was known. */
  readonly thresholds: readonly ThresholdsInForce[];
}

/**
 * Walks the data and optimises anew every so many hours, over as many hours before: the thresholds of a window know nothing of it. What
 * the optimiser declines or cannot do leaves in force what was, as in a live run. A position that is held over a change is left by the
 * new exit threshold. Costs and longest hold are the optimiser's; otherwise it trades as `thresholdBacktest` does.
 * @param staticParameters in force from the first row until an optimisation is trusted; nothing is traded until then when left out
 * @throws CalculationError INVALID_INTERVAL as `checkFrame`, or when the window is not positive; INSUFFICIENT_DATA when no row has all
 *         four prices
 * @throws ParameterValidationError when the static parameters break the optimiser's limits
 */
export async function optimizedDeltaNeutralBacktest(
  frame: MarketFrame,
  optimizer: BacktestedOptimizer,
  optimizationWindowHours = 24,
  staticParameters?: StaticParameters,
): Promise<OptimizedBacktest> {
  checkFrame(frame);
  if (!(optimizationWindowHours > 0)) throw new CalculationError('INVALID_INTERVAL', { optimizationWindowHours });
  const { entry, exit, places } = frameSpreads(frame);
  const startUs = places[0] as number;
  const thresholds: ThresholdsInForce[] = [];
  if (staticParameters !== undefined) {
    const { entryThresholdPct, exitThresholdPct } = staticParameters;
    if (!optimizer.validateParameters(entryThresholdPct, exitThresholdPct)) {
      throw new ParameterValidationError('the static parameters are out of the limits', { entryThresholdPct, exitThresholdPct });
    }
    thresholds.push({ fromTsUs: startUs, entryThresholdPct, exitThresholdPct });
  }
  const optimizationHistory: DeltaOptimization[] = [];
  const failures: FailedOptimization[] = [];
  const windowUs = optimizationWindowHours * HOUR_US;
  const lastUs = places[places.length - 1] as number;
  for (let nowUs = startUs + windowUs; nowUs <= lastUs; nowUs += windowUs) {
    const past = sliceFrame(frame, rowAt(frame, nowUs - windowUs), rowAt(frame, nowUs));
    try {
      const made = await optimizer.optimizeParameters(past, optimizationWindowHours);
      optimizationHistory.push({ ...made, optimizationTimestamp: nowUs / 1000 });
      const { declined, entryThresholdPct, exitThresholdPct } = made;
      if (declined === null) thresholds.push({ fromTsUs: nowUs, entryThresholdPct, exitThresholdPct });
    } catch (error) {
      if (!(error instanceof TiercelError)) throw error;
      failures.push({ timestamp: nowUs / 1000, error });
    }
  }
  const { entries, exits } = columnsOf(frame, thresholds);
  const { spotFee, futFee, maxHoldMinutes } = optimizer.options;
  const maxHoldUs = (maxHoldMinutes / 60) * HOUR_US;
  const spans = walkPositions<ThresholdExit>(places.length - 1, {
    isMissing: (row) => Number.isNaN(exit[row]),
    enters: (row) => (entry[row] as number) >= (entries[row] as number),
    leaves: (entryRow, row) => {
      if ((exit[row] as number) <= (exits[row] as number)) return 'exit';
      return (places[row] as number) - (places[entryRow] as number) >= maxHoldUs ? 'timeout' : null;
    },
  });
  const fees = { spotFee, futFee };
  const trades = spans.map(({ entryRow, exitRow, reason }) => deltaTrade(frame, entryRow, exitRow, fees, reason));
  return { trades, optimizationHistory, failures, thresholds };
}

/** The thresholds of each row; NaN, which nothing reaches, where none are in force. */
function columnsOf(frame: MarketFrame, thresholds: readonly ThresholdsInForce[]): { entries: Float64Array; exits: Float64Array } {
  const rows = frame.tsUs.length;
  const entries = new Float64Array(rows).fill(Number.NaN);
  const exits = new Float64Array(rows).fill(Number.NaN);
  for (const { fromTsUs, entryThresholdPct, exitThresholdPct } of thresholds) {
    const from = rowAt(frame, fromTsUs);
    entries.fill(entryThresholdPct, from);
    exits.fill(exitThresholdPct, from);
  }
  return { entries, exits };
}
