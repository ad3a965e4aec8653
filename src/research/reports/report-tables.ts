import type { BacktestRun } from '../analysis/backtest-run.js';
import { drawdowns } from '../analysis/drawdown.js';
import type { TableColumns } from './report-files.js';

/** The trades of a run, one a row; times in milliseconds since the epoch, amounts as doubles in the quote asset. */
export function tradeTable({ executionResults: trades }: BacktestRun): TableColumns {
  return {
    entryMs: trades.map(({ entryMs }) => entryMs),
    exitMs: trades.map(({ exitMs }) => exitMs),
    strategy: trades.map(({ strategy }) => strategy),
    pair: trades.map(({ pair }) => pair),
    venues: trades.map(({ venues }) => venues.join(' ')),
    profit: trades.map(({ pnl }) => Number(pnl)),
    capital: trades.map(({ capital }) => Number(capital)),
  };
}

/** The equity of a run, one value a row. */
export function equityTable({ equity: { tsMs, equity } }: BacktestRun): TableColumns {
  return { tsMs, equity, drawdown: drawdowns(equity) };
}
