import { meanOf } from '../mean-reversion.js';

/** What a strategy did over a span of time. */
export interface StrategyOutcome {
  /** Profit of each period of equal length, as a fraction of the capital, in order of time. */
  readonly returns: Float64Array;
  readonly trades: number;
}

/** A span of time, microseconds since the epoch; `toUs` is not in it. */
export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Figures of an outcome, all but the count of trades as fractions of the capital. */
export interface OutcomeFigures {
  readonly totalReturn: number;
  /** Largest fall of the cumulative profit from its maximum, positive. */
  readonly maxDrawdown: number;
  /** Mean by sample standard deviation of the returns of a period; 0 where they do not vary. */
  readonly sharpe: number;
  readonly periods: number;
  readonly trades: number;
}

/** A number to be made large. */
export type StrategyObjective = (outcome: StrategyOutcome) => number;

/** Objectives by name. */
export const OBJECTIVES = {
  return: ({ returns }) => totalReturn(returns),
  sharpe: ({ returns }) => sharpeRatio(returns),
  /** Return by drawdown; the return where there is none. */
  calmar: ({ returns }) => {
    const drawdown = maxDrawdown(returns);
    return drawdown > 0 ? totalReturn(returns) / drawdown : totalReturn(returns);
  },
} as const satisfies Readonly<Record<string, StrategyObjective>>;

export function figuresOf({ returns, trades }: StrategyOutcome): OutcomeFigures {
  return {
    totalReturn: totalReturn(returns),
    maxDrawdown: maxDrawdown(returns),
    sharpe: sharpeRatio(returns),
    periods: returns.length,
    trades,
  };
}

/** Sum of the returns: profits are not put back to work. */
export function totalReturn(returns: Float64Array): number {
  return returns.reduce((sum, value) => sum + value, 0);
}

export function maxDrawdown(returns: Float64Array): number {
  let [total, top, fall] = [0, 0, 0];
  for (const value of returns) {
    total += value;
    top = Math.max(top, total);
    fall = Math.max(fall, top - total);
  }
  return fall;
}

/** Of one period, not annualised. */
export function sharpeRatio(returns: Float64Array): number {
  const mean = meanOf(returns);
  const squares = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const std = Math.sqrt(squares / (returns.length - 1));
  return std > 0 ? mean / std : 0;
}

/** Outcomes of spans that follow each other, as one. */
export function joinedOutcome(outcomes: readonly StrategyOutcome[]): StrategyOutcome {
  const returns = new Float64Array(outcomes.reduce((length, outcome) => length + outcome.returns.length, 0));
  let at = 0;
  for (const outcome of outcomes) {
    returns.set(outcome.returns, at);
    at += outcome.returns.length;
  }
  return { returns, trades: outcomes.reduce((sum, { trades }) => sum + trades, 0) };
}
