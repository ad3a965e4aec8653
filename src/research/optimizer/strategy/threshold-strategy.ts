import { CalculationError } from '../../../domain/calculation-error.js';
import { HOUR_US } from '../../../strategy/hedged/funding.js';
import { quantiles } from '../../statistics/quantiles.js';
import { roundTripFeePct, thresholdBacktest } from '../../thresholds/delta-neutral-backtest.js';
import { frameSpreads, type MarketFrame, rowAt, sliceFrame } from '../../thresholds/market-frame.js';
import { walkThresholds } from '../../thresholds/threshold-walk.js';
import { InsufficientDataError } from '../errors.js';
import { SPREAD_TERMS, SpreadAnalyzer, type SpreadTerms } from '../spread-analyzer.js';
import type { Span, StrategyOutcome } from './outcome.js';
import type { Parameters } from './parameter-space.js';
import type { OptimizableStrategy } from './types.js';

/** The delta strategy's thresholds on a frame, and how its profits are counted. */
export interface ThresholdHistory {
  readonly frame: MarketFrame;
  readonly terms: SpreadTerms;
  /** Length of the periods of which returns are told. */
  readonly periodUs: number;
}

/** How far out thresholds are looked for: percentiles of the spread. */
const PERCENTILES = [0.5, 99.5] as const;

/**
 * The delta strategy's thresholds as something to optimise. The screen reckons with spreads, a trade's profit being the difference of
 * two of them less the fee; its full simulation trades both legs at the prices of their books. `simulateInEngine` goes further.
 * @throws as `SpreadAnalyzer`; InsufficientDataError when the spread leaves no room between the limits
 */
export function thresholdStrategy(
  frame: MarketFrame,
  options: Partial<SpreadTerms> = {},
  periodUs = HOUR_US,
): OptimizableStrategy {
  const terms = { ...SPREAD_TERMS, ...options };
  const { series } = new SpreadAnalyzer(frame, terms);
  const present = (values: Float64Array): Float64Array => values.filter((value) => !Number.isNaN(value));
  const [low = 0] = quantiles(present(series.exit), PERCENTILES);
  const [, high = 0] = quantiles(present(series.entry), PERCENTILES);
  const min = Math.max(terms.minExitThreshold, low);
  const max = Math.min(terms.maxEntryThreshold, high);
  if (!(min < max)) throw new InsufficientDataError(`the spread, from ${low} % to ${high} %, leaves no room between the limits`);
  const history = { frame, terms, periodUs };
  const { tsUs } = frame;
  return {
    ranges: { entryThresholdPct: { min, max }, exitThresholdPct: { min, max } },
    span: { fromUs: tsUs[0] as number, toUs: (tsUs[tsUs.length - 1] as number) + 1 },
    screen: async (parameters, span) => screenThresholds(history, parameters, span),
    evaluate: async (parameters, span) => simulateThresholds(history, parameters, span),
  };
}

/** The screen: profits from spreads. */
function screenThresholds({ frame, terms, periodUs }: ThresholdHistory, parameters: Parameters, span: Span): StrategyOutcome {
  return outcomeOf(frame, span, periodUs, parameters, (rows, entry, exit) =>
    walkThresholds(frameSpreads(rows), entry, exit, {
      fee: roundTripFeePct(terms),
      maxHold: (terms.maxHoldMinutes / 60) * HOUR_US,
    }).map(({ exitRow, profit }) => ({ exitTsUs: rows.tsUs[exitRow] as number, profitPct: profit })),
  );
}

/** The full simulation: both legs at the touch, fees on what is traded. */
export function simulateThresholds(
  { frame, terms, periodUs }: ThresholdHistory,
  parameters: Parameters,
  span: Span,
): StrategyOutcome {
  return outcomeOf(frame, span, periodUs, parameters, (rows, entry, exit) =>
    thresholdBacktest(rows, entry, exit, { ...terms, maxHours: terms.maxHoldMinutes / 60 }).map(({ exitTsUs, netProfitPct }) => ({
      exitTsUs,
      profitPct: netProfitPct,
    })),
  );
}

type Trading = (rows: MarketFrame, entry: number, exit: number) => readonly { exitTsUs: number; profitPct: number }[];

/** Books each trade in the period in which it ended. A pair whose exit is not below its entry trades nothing. */
function outcomeOf(frame: MarketFrame, span: Span, periodUs: number, parameters: Parameters, trade: Trading): StrategyOutcome {
  const { entryThresholdPct: entry = Number.NaN, exitThresholdPct: exit = Number.NaN } = parameters;
  const { fromUs, toUs } = span;
  const returns = new Float64Array(Math.max(1, Math.ceil((toUs - fromUs) / periodUs)));
  const rows = sliceFrame(frame, rowAt(frame, fromUs), rowAt(frame, toUs));
  if (!(exit < entry)) return { returns, trades: 0 };
  try {
    const trades = trade(rows, entry, exit);
    for (const { exitTsUs, profitPct } of trades) {
      const period = Math.floor((exitTsUs - fromUs) / periodUs);
      returns[period] = (returns[period] as number) + profitPct / 100;
    }
    return { returns, trades: trades.length };
  } catch (error) {
    // A span in which no row has all prices.
    if (error instanceof CalculationError && error.fault === 'INSUFFICIENT_DATA') return { returns, trades: 0 };
    throw error;
  }
}
