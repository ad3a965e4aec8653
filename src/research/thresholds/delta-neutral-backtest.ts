import { CalculationError } from '../../domain/calculation-error.js';
import { HOUR_US } from '../../strategy/hedged/funding.js';
import { type DeltaFees, type DeltaTrade, deltaTrade, netProfitPct } from './delta-trade.js';
import { checkFrame, frameSpreads, type MarketFrame } from './market-frame.js';
import { walkPositions } from './position-walk.js';
import { walkThresholds } from './threshold-walk.js';

/** Options of `deltaNeutralBacktest`. */
export interface DeltaNeutralOptions {
  /** Enters when the futures bid is at most so far below the spot ask, in per cent of it; 0.5 by default. */
  readonly maxEntryCostPct?: number;
  /** Leaves when the position would pay at least so much after all fees, in per cent of what the spot leg cost; 0.1 by default. */
  readonly minProfitPct?: number;
  /** Leaves after so long; 6 by default. */
  readonly maxHours?: number;
  /** Taker fees as fractions; 0.0005 by default. */
  readonly spotFee?: number;
  readonly futFee?: number;
}

/** Terms of `thresholdBacktest`. */
export interface ThresholdBacktestTerms extends DeltaFees {
  readonly maxHours: number;
}

/**
 * The static backtest: buys spot and sells the perpetual while that costs little, and undoes both once that pays, or after the longest
 * hold. There is no stop: both legs together lose only what the spread widens. One position at a time, one action a row; a row
 * without all four prices does nothing, and what is open in the last row that has them ends there with reason 'end'.
 * @throws CalculationError INVALID_INTERVAL as `checkFrame`; INVALID_MAX_HOLD when maxHours is not positive; INVALID_RATE when a fee is
 *         not finite; INSUFFICIENT_DATA when no row has all four prices
 */
export function deltaNeutralBacktest(frame: MarketFrame, options: DeltaNeutralOptions = {}): DeltaTrade[] {
  const { maxEntryCostPct = 0.5, minProfitPct = 0.1, maxHours = 6, spotFee = 0.0005, futFee = 0.0005 } = options;
  const fees = { spotFee, futFee };
  check(frame, { ...fees, maxHours });
  const { entry: spreads, places } = frameSpreads(frame);
  const spans = walkPositions<'profit-target' | 'timeout'>(places.length - 1, {
    isMissing: (row) => Number.isNaN(spreads[row]),
    enters: (row) => -(spreads[row] as number) <= maxEntryCostPct,
    leaves: (entryRow, row) => {
      if (netProfitPct(frame, entryRow, row, fees) >= minProfitPct) return 'profit-target';
      return (places[row] as number) - (places[entryRow] as number) >= maxHours * HOUR_US ? 'timeout' : null;
    },
  });
  return spans.map(({ entryRow, exitRow, reason }) => deltaTrade(frame, entryRow, exitRow, fees, reason));
}

/**
 * The trades of one pair of thresholds, in per cent, on the spreads that the delta strategy looks at, at the prices that were there.
 * A sweep over `frameSpreads` finds the same trades; its profit, entry spread - exit spread - fees, is close to `netProfitPct` while
 * the price of the asset moves little.
 * @throws CalculationError as `deltaNeutralBacktest`
 */
export function thresholdBacktest(
  frame: MarketFrame,
  entryThresholdPct: number,
  exitThresholdPct: number,
  terms: ThresholdBacktestTerms,
): DeltaTrade[] {
  check(frame, terms);
  const spans = walkThresholds(frameSpreads(frame), entryThresholdPct, exitThresholdPct, {
    fee: roundTripFeePct(terms),
    maxHold: terms.maxHours * HOUR_US,
  });
  return spans.map(({ entryRow, exitRow, reason }) => deltaTrade(frame, entryRow, exitRow, terms, reason));
}

/** What a sweep takes off a round trip: both legs pay their fee twice, in per cent. */
export function roundTripFeePct({ spotFee, futFee }: DeltaFees): number {
  return (spotFee + futFee) * 2 * 100;
}

function check(frame: MarketFrame, { maxHours, spotFee, futFee }: ThresholdBacktestTerms): void {
  checkFrame(frame);
  if (!(maxHours > 0)) throw new CalculationError('INVALID_MAX_HOLD', { maxHours });
  if (!Number.isFinite(spotFee + futFee)) throw new CalculationError('INVALID_RATE', { spotFee, futFee });
}
