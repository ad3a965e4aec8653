import type { LedgerComparison } from '../research/analysis/ledger-comparison.js';
import type { ComparedFigure } from '../research/analysis/live-comparison.js';
import type { TradeComparison } from '../research/backtest/parity/compare-trades.js';
import { type TextColumn, textTable } from './text-table.js';

const COLUMNS: readonly TextColumn<ComparedFigure>[] = [
  { title: 'figure', align: 'left', text: ({ name }) => name },
  { title: 'ledger', align: 'right', text: ({ live }) => figureText(live) },
  { title: 'backtest', align: 'right', text: ({ predicted }) => figureText(predicted) },
  {
    title: 'difference',
    align: 'right',
    text: ({ difference }) => (difference === null ? '' : `${(difference * 100).toFixed(2)} %`),
  },
  { title: '', align: 'left', text: ({ isAsPredicted }) => (isAsPredicted ? '' : 'more than chance') },
];

/** A backtest against a ledger, for a terminal. */
export function ledgerComparisonText(comparison: LedgerComparison): string {
  const { trades, matchedRatio, netDifferencePct, differencesByCause, figures } = comparison;
  return (
    `against the ledger: ${trades} trades there in this time, ${(matchedRatio * 100).toFixed(2)} % of them here one to one, ` +
    `and a profit that differs by ${netDifferencePct.toFixed(3)} %\n${differencesText(differencesByCause)}${textTable(COLUMNS, figures)}`
  );
}

function figureText(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : value.toPrecision(4);
}

/** Why trades of two runs are not the same, and how often. */
export function differencesText(causes: TradeComparison['differencesByCause']): string {
  const counts = Object.entries(causes).map(([cause, count]) => `${cause} ${count}`);
  return `differences: ${counts.join(', ')}\n`;
}
