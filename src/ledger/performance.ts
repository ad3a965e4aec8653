import { CalculationError } from '../domain/calculation-error.js';
import { Decimal, Exact, exactNumber } from '../domain/decimal.js';

/** Milliseconds of a year of 365 days. */
export const YEAR_MS = 31_536_000_000;

/** Equally spaced values of an account. */
export interface EquityCurve {
  readonly equity: readonly string[];
  readonly intervalMs: number;
  /** A year, as a fraction. */
  readonly riskFreeRate: number | string;
}

/** Figures of an equity curve: fractions as decimal texts, places as indices; null where there is no such figure. */
export interface EquityFigures {
  readonly totalReturn: string;
  readonly annualisedReturn: string | null;
  /** A year, as are the ratios. */
  readonly volatility: string | null;
  readonly sharpe: string | null;
  readonly sortino: string | null;
  readonly maxDrawdown: string;
  readonly drawdownStart: number | null;
  readonly drawdownTrough: number | null;
  readonly drawdownRecovery: number | null;
  readonly calmar: string | null;
}

const ZERO = new Decimal(0);
const ONE = new Decimal(1);
/** A deviation of the returns of one period that is smaller than this is rounding and not risk. */
const DEVIATION_MIN = new Decimal('1e-14');

/**
 * Figures of an equity curve E of n values, N periods a year, returns r_i = E_i / E_(i-1) - 1, target = riskFreeRate / N:
 * totalReturn = E_last / E_first - 1; annualisedReturn = (E_last / E_first)^(N / (n - 1)) - 1; volatility = std(r, ddof 1) * sqrt(N);
 * sharpe = (mean(r) - target) / std(r, ddof 1) * sqrt(N); sortino has sqrt(mean(min(r - target, 0)^2)) instead, over all returns;
 * maxDrawdown = greatest (peak - E) / peak; calmar = annualisedReturn / maxDrawdown. Calculated at 40 digits, drawdowns compared
 * exactly.
 * @throws CalculationError INSUFFICIENT_DATA, NOT_FINITE, NON_POSITIVE_EQUITY, INVALID_INTERVAL, in this order
 */
export function equityFigures({ equity, intervalMs, riskFreeRate }: EquityCurve): EquityFigures {
  const values = readEquity(equity);
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) throw new CalculationError('INSUFFICIENT_DATA', { values: 0 });
  if (!(intervalMs > 0)) throw new CalculationError('INVALID_INTERVAL', { intervalMs });
  const periods = new Decimal(YEAR_MS).div(intervalMs);
  const growth = new Decimal(last).div(first);
  const annualised = values.length < 2 ? null : growth.pow(periods.div(values.length - 1)).minus(1);
  const { deepest, start, trough, recovery } = drawdownOf(values);
  return {
    totalReturn: growth.minus(1).toString(),
    annualisedReturn: text(annualised),
    ...riskFigures(values, periods, riskFreeRate),
    maxDrawdown: deepest.toString(),
    drawdownStart: start,
    drawdownTrough: trough,
    drawdownRecovery: recovery,
    calmar: annualised === null || deepest.isZero() ? null : annualised.div(deepest).toString(),
  };
}

function readEquity(equity: readonly string[]): Decimal[] {
  const values = equity.map((value) => {
    const number = exactNumber(value);
    if (number === null) throw new CalculationError('NOT_FINITE', { value });
    return number;
  });
  const lost = values.find((value) => !value.gt(0));
  if (lost !== undefined) throw new CalculationError('NON_POSITIVE_EQUITY', { value: lost.toString() });
  return values;
}

function riskFigures(
  values: readonly Decimal[],
  periods: Decimal,
  riskFreeRate: number | string,
): Pick<EquityFigures, 'volatility' | 'sharpe' | 'sortino'> {
  const returns = values.slice(1).map((value, index) => new Decimal(value).div(values[index] ?? value).minus(1));
  if (returns.length === 0) return { volatility: null, sharpe: null, sortino: null };
  const mean = meanOf(returns);
  const target = new Decimal(riskFreeRate).div(periods);
  const excess = mean.minus(target);
  const scale = periods.sqrt();
  const squares = new Decimal(sumOf(returns.map((r) => r.minus(mean).pow(2))));
  const standard = returns.length < 2 ? null : withoutNoise(squares.div(returns.length - 1).sqrt());
  const downside = withoutNoise(meanOf(returns.map((r) => Decimal.min(r.minus(target), 0).pow(2))).sqrt());
  const ratio = (risk: Decimal | null): string | null => (risk?.gt(0) ? excess.div(risk).mul(scale).toString() : null);
  return { volatility: text(standard?.mul(scale) ?? null), sharpe: ratio(standard), sortino: ratio(downside) };
}

interface Drawdown {
  readonly deepest: Decimal;
  readonly start: number | null;
  readonly trough: number | null;
  readonly recovery: number | null;
}

function drawdownOf(values: readonly Decimal[]): Drawdown {
  let peak = 0;
  let deepest = { start: 0, trough: 0 };
  const at = (index: number): Decimal => values[index] ?? ONE;
  values.forEach((value, index) => {
    if (value.gt(at(peak))) peak = index;
    // value / peak < trough / start, without a division
    else if (value.mul(at(deepest.start)).lt(at(deepest.trough).mul(at(peak)))) deepest = { start: peak, trough: index };
  });
  const { start, trough } = deepest;
  if (trough === start) return { deepest: ZERO, start: null, trough: null, recovery: null };
  const recovery = values.findIndex((value, index) => index > trough && value.gte(at(start)));
  return {
    deepest: new Decimal(at(start).minus(at(trough))).div(at(start)),
    start,
    trough,
    recovery: recovery < 0 ? null : recovery,
  };
}

/** One trade from its entry to its exit. */
export interface ClosedTrade {
  readonly entryMs: number;
  readonly exitMs: number;
  /** Net, in the quote asset. */
  readonly pnl: string;
  /** What it bound, in the quote asset; above 0. */
  readonly capital: string;
}

/** Trades and the period that contains them all. */
export interface TradeList {
  readonly trades: readonly ClosedTrade[];
  readonly startMs: number;
  readonly endMs: number;
}

/** Figures of a list of trades, decimals as texts; null where there is no such figure. */
export interface TradeFigures {
  readonly trades: number;
  readonly wins: number;
  readonly losses: number;
  readonly totalProfit: string;
  readonly grossProfit: string;
  /** Positive, as is `averageLoss`. */
  readonly grossLoss: string;
  readonly winRate: string | null;
  readonly averageWin: string | null;
  readonly averageLoss: string | null;
  /** The text 'Infinity' when there is profit and no loss. */
  readonly profitFactor: string | null;
  readonly averageTrade: string | null;
  readonly averageTradePct: string | null;
  readonly expectancy: string | null;
  readonly payoffRatio: string | null;
  /** Share of the period with a trade open. */
  readonly exposure: string;
  /** Capital that trades bound, on average over the period. */
  readonly averageCapital: string;
  readonly capitalEfficiency: string | null;
}

/** A trade whose amounts are read. */
interface ReadTrade extends Pick<ClosedTrade, 'entryMs' | 'exitMs'> {
  readonly pnl: Decimal;
  readonly capital: Decimal;
}

/**
 * Figures of closed trades: a win has pnl > 0, a loss pnl < 0, zero is neither and counts as a trade; profitFactor =
 * grossProfit / grossLoss; averageTradePct = mean(pnl / capital) * 100; expectancy = winRate * averageWin - lossRate * averageLoss;
 * payoffRatio = averageWin / averageLoss; averageCapital = time integral of the bound capital / period; capitalEfficiency =
 * totalProfit / averageCapital. Sums are exact, quotients have 40 digits.
 * @throws CalculationError INVALID_PERIOD, then for each trade NOT_FINITE, INVALID_TRADE, INVALID_CAPITAL
 */
export function tradeFigures({ trades, startMs, endMs }: TradeList): TradeFigures {
  if (!(endMs > startMs)) throw new CalculationError('INVALID_PERIOD', { startMs, endMs });
  const all = trades.map((trade) => readTrade(trade, startMs, endMs));
  const period = endMs - startMs;
  const profits = all.map(({ pnl }) => pnl);
  const wins = profits.filter((pnl) => pnl.gt(0));
  const losses = profits.filter((pnl) => pnl.lt(0)).map((pnl) => pnl.neg());
  const total = sumOf(profits);
  const [won, lost] = [sumOf(wins), sumOf(losses)];
  const boundTime = sumOf(all.map(({ capital, entryMs, exitMs }) => capital.mul(exitMs - entryMs)));
  const averageCapital = new Decimal(boundTime).div(period);
  return {
    trades: all.length,
    wins: wins.length,
    losses: losses.length,
    totalProfit: total.toString(),
    grossProfit: won.toString(),
    grossLoss: lost.toString(),
    winRate: share(new Exact(wins.length), all.length),
    averageWin: share(won, wins.length),
    averageLoss: share(lost, losses.length),
    profitFactor: lost.gt(0) ? new Decimal(won).div(lost).toString() : won.gt(0) ? 'Infinity' : null,
    averageTrade: share(total, all.length),
    averageTradePct: share(sumOf(all.map(({ pnl, capital }) => new Decimal(pnl).div(capital).mul(100))), all.length),
    // The counts of wins and losses cancel out: what is left is the mean.
    expectancy: share(won.minus(lost), all.length),
    payoffRatio: wins.length === 0 || losses.length === 0 ? null : meanOf(wins).div(meanOf(losses)).toString(),
    exposure: new Decimal(timeInTrades(all)).div(period).toString(),
    averageCapital: averageCapital.toString(),
    capitalEfficiency: averageCapital.isZero() ? null : new Decimal(total).div(averageCapital).toString(),
  };
}

function readTrade({ entryMs, exitMs, pnl, capital }: ClosedTrade, startMs: number, endMs: number): ReadTrade {
  const read = { entryMs, exitMs, pnl: exactNumber(pnl), capital: exactNumber(capital) };
  if (read.pnl === null || read.capital === null) throw new CalculationError('NOT_FINITE', { pnl, capital });
  if (!(startMs <= entryMs && entryMs <= exitMs && exitMs <= endMs))
    throw new CalculationError('INVALID_TRADE', { entryMs, exitMs });
  if (!read.capital.gt(0)) throw new CalculationError('INVALID_CAPITAL', { capital });
  return { entryMs, exitMs, pnl: read.pnl, capital: read.capital };
}

/** Milliseconds in which at least one trade was open. */
function timeInTrades(trades: readonly ReadTrade[]): number {
  let covered = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { entryMs, exitMs } of trades.toSorted((a, b) => a.entryMs - b.entryMs)) {
    covered += Math.max(0, exitMs - Math.max(entryMs, until));
    until = Math.max(until, exitMs);
  }
  return covered;
}

function sumOf(values: readonly Decimal[]): Decimal {
  return values.reduce((sum, value) => sum.plus(value), new Exact(0));
}

function meanOf(values: readonly Decimal[]): Decimal {
  return new Decimal(sumOf(values)).div(values.length);
}

function withoutNoise(deviation: Decimal): Decimal {
  return deviation.lt(DEVIATION_MIN) ? ZERO : deviation;
}

function share(sum: Decimal, count: number): string | null {
  return count === 0 ? null : new Decimal(sum).div(count).toString();
}

function text(value: Decimal | null): string | null {
  return value === null ? null : value.toString();
}
