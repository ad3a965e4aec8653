import type { EngineResult } from '../backtest/backtest-types.js';
import { compareTrades, netDifferencePct, SAME_TRADE, type TradeComparison } from '../backtest/parity/compare-trades.js';
import type { BacktestTrade } from '../backtest/trades.js';
import { type ComparedFigure, compareFigures } from './live-comparison.js';

/** A run that was recorded, by its ledger, held against a backtest of the recording. */
export interface LedgerComparison extends TradeComparison {
  /** As a percentage of what the run left after fees. */
  readonly netDifferencePct: number;
  /** The run's figures, with the backtest's as what was predicted. */
  readonly figures: readonly ComparedFigure[];
}

/**
 * Pairs what a run traded in the time of a backtest with what the backtest did, trade by trade, and compares the figures of both.
 * @param ledger the trades of the run, and of others before and after @param result of a backtest that took some time
 */
export function compareWithLedger(
  ledger: readonly BacktestTrade[],
  { trades, startUs, endUs }: Pick<EngineResult, 'trades' | 'startUs' | 'endUs'>,
): LedgerComparison {
  const run = ledger.filter(({ tsUs }) => tsUs >= startUs && tsUs <= endUs);
  const span = (own: readonly BacktestTrade[]) => ({
    profits: own.map(({ realised }) => Number(realised)),
    lengthMs: (endUs - startUs) / 1000,
  });
  return {
    ...compareTrades(run, trades, SAME_TRADE),
    netDifferencePct: netDifferencePct(run, trades),
    figures: compareFigures(span(run), span(trades)),
  };
}
