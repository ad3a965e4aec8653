import { CalculationError } from '../../domain/calculation-error.js';
import { Decimal, Exact } from '../../domain/decimal.js';
import type { ClosedTrade } from '../../ledger/performance.js';
import type { EngineResult } from '../backtest/backtest-types.js';
import type { BacktestTrade } from '../backtest/trades.js';
import type { DeltaTrade } from '../thresholds/delta-trade.js';
import type { MarketFrame } from '../thresholds/market-frame.js';

/** A trade of a backtest, from its decision to its last fill or from entry to exit. */
export interface AnalysedTrade extends ClosedTrade {
  readonly strategy: string;
  /** "BTC/USDT". */
  readonly pair: string;
  /** Every venue that it traded at, without repetition. */
  readonly venues: readonly string[];
}

/** Worth of an account at equally spaced moments: columns of one length, in the quote asset. */
export interface EquityPoints {
  readonly intervalMs: number;
  /** Milliseconds since the epoch. */
  readonly tsMs: Float64Array;
  readonly equity: Float64Array;
}

/** What an analysis starts from: a strategy's trades and what its account was worth meanwhile. */
export interface BacktestRun {
  readonly strategyName: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** The period that contains all trades, milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  readonly executionResults: readonly AnalysedTrade[];
  readonly equity: EquityPoints;
  /** Opportunities that became trades, of those that were there, 0 to 1; null where nobody counted. */
  readonly opportunityCaptureRate: number | null;
}

/** What a run of the backtest engine is called. */
export interface RunName {
  readonly strategyName: string;
  readonly parameters?: Readonly<Record<string, number>>;
}

/**
 * A run of the engine as an analysis sees it. A trade is an intent of which something was filled; what it bound is the value of all
 * its legs. A position that is opened by one intent and closed by another counts as two trades, each with its own part of the profit.
 */
export function runOfBacktest(result: EngineResult, { strategyName, parameters = {} }: RunName): BacktestRun {
  const contractSizes = new Map<string, string>();
  for (const entry of result.entries) {
    if (entry.kind === 'fill') contractSizes.set(`${entry.venue} ${entry.market} ${entry.symbol}`, entry.contractSize);
  }
  const executionResults = result.trades.map((trade) => ({
    strategy: trade.strategy,
    pair: [...new Set(trade.legs.map(({ symbol }) => symbol))].join(' '),
    venues: [...new Set(trade.legs.map(({ venue, market }) => (market === 'spot' ? venue : `${venue} ${market}`)))],
    entryMs: trade.tsUs / 1000,
    exitMs: trade.endUs / 1000,
    pnl: trade.realised,
    capital: legsValue(trade, contractSizes),
  }));
  return {
    ...{ strategyName, parameters, executionResults },
    startMs: result.startUs / 1000,
    // Fills of the last moment may be heard of when the data has ended.
    endMs: executionResults.reduce((last, { exitMs }) => Math.max(last, exitMs), result.endUs / 1000),
    equity: {
      intervalMs: result.equity.intervalMs,
      tsMs: result.equity.tsUs.map((us) => us / 1000),
      equity: result.equity.equity,
    },
    opportunityCaptureRate: result.counts.emitted === 0 ? null : result.trades.length / result.counts.emitted,
  };
}

function legsValue({ legs }: BacktestTrade, contractSizes: ReadonlyMap<string, string>): string {
  let value = new Exact(0);
  for (const { venue, market, symbol, quantity, averagePrice } of legs) {
    const size = contractSizes.get(`${venue} ${market} ${symbol}`) ?? '1';
    value = value.plus(new Exact(quantity).mul(averagePrice).mul(size));
  }
  return value.toFixed();
}

/** Terms of `runOfDelta`. */
export interface DeltaRunTerms extends RunName {
  /** "BTC/USDT". */
  readonly pair: string;
  readonly venues: readonly string[];
  /** Quote assets that the account starts with; each trade puts all of what is then there into its spot leg. Above 0. */
  readonly capitalQuote: number;
  /** Spacing of the equity curve; a minute by default. */
  readonly intervalMs?: number;
}

/**
 * Trades of a delta backtest as an account of its own, compounding: equity * (1 + netProfitPct / 100) at each exit. Open positions are
 * valued at cost, so that a drawdown is that of closed trades.
 * @throws CalculationError INSUFFICIENT_DATA for a frame without two rows, INVALID_CAPITAL
 */
export function runOfDelta(frame: MarketFrame, trades: readonly DeltaTrade[], terms: DeltaRunTerms): BacktestRun {
  const { strategyName, parameters = {}, pair, venues, capitalQuote, intervalMs = 60_000 } = terms;
  if (!(capitalQuote > 0 && Number.isFinite(capitalQuote)))
    throw new CalculationError('INVALID_CAPITAL', { capital: capitalQuote });
  const rows = frame.tsUs.length;
  if (rows < 2) throw new CalculationError('INSUFFICIENT_DATA', { rows });
  const startMs = (frame.tsUs[0] as number) / 1000;
  const endMs = (frame.tsUs[rows - 1] as number) / 1000;
  let worth = capitalQuote;
  const executionResults: AnalysedTrade[] = [];
  const worths: number[] = [];
  for (const { entryTsUs, exitTsUs, netProfitPct } of trades) {
    const profit = (worth * netProfitPct) / 100;
    executionResults.push({
      ...{ strategy: strategyName, pair, venues },
      ...{ entryMs: entryTsUs / 1000, exitMs: exitTsUs / 1000 },
      ...{ pnl: decimalText(profit), capital: decimalText(worth) },
    });
    worth += profit;
    worths.push(worth);
  }
  const points = Math.floor((endMs - startMs) / intervalMs) + 2;
  const tsMs = Float64Array.from({ length: points }, (_, point) => startMs + point * intervalMs);
  let closed = 0;
  const equity = tsMs.map((ms) => {
    while (closed < trades.length && (executionResults[closed] as AnalysedTrade).exitMs <= ms) closed++;
    return closed === 0 ? capitalQuote : (worths[closed - 1] as number);
  });
  return {
    ...{ strategyName, parameters, startMs, endMs, executionResults },
    equity: { intervalMs, tsMs, equity },
    opportunityCaptureRate: null,
  };
}

/** A double as the shortest decimal text that reads as the same. */
export function decimalText(value: number): string {
  return new Decimal(value).toFixed();
}
