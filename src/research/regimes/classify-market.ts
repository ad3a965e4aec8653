import { CalculationError } from '../../domain/calculation-error.js';
import type { AlignedMarketData, AlignedSeries } from '../../history/quality/align.js';
import type { MarketCondition, MarketRegime } from '../../history/quality/market-condition.js';
import { periodAt } from '../analysis/period-at.js';
import { quantiles } from '../statistics/quantiles.js';
import { REGIME_RULES, type RegimeRules, regimeOf, type WindowFigures, windowFigures } from './regime-rules.js';

/** A round trip over two venues costs about so much. */
const COST_BPS = 20;
const MEDIAN = [50];
/** A window with fewer returns than this share of its rows tells nothing. */
const KNOWN_SHARE_MIN = 0.5;

/**
 * Conditions of the market, one every `stepRows`, each from what was known at its time: the window that ends there, and the windows before
 * it. Where half of a window's returns are missing, in the mean of the series, there is no condition. `timestamp` is the opening of the window's last kline, so that the condition is known one interval later. Figures are means over the
 * series; the liquidity score is value traded by itself plus the median of the windows up to then, the favourability the mean distance of
 * exchanges of one symbol against 20 basis points, as in `conditionsOf`.
 * @throws CalculationError INVALID_PERIOD for rules that are none
 */
export function classifyMarket(data: AlignedMarketData, rules: RegimeRules = REGIME_RULES): MarketCondition[] {
  const { windowRows, usualRows, stepRows } = rules;
  if (
    !(windowRows >= 4 && usualRows >= windowRows && stepRows >= 1 && [windowRows, usualRows, stepRows].every(Number.isInteger))
  ) {
    throw new CalculationError('INVALID_PERIOD', { windowRows, usualRows, stepRows });
  }
  const { timestamps, exchangeData } = data;
  const all = Object.values(exchangeData).flatMap((symbols) => Object.values(symbols));
  const logPrices = all.map(({ close }) => close.map(Math.log));
  const shared = sharedSymbols(exchangeData);
  const usualVolatility = new UsualValue(Math.ceil(usualRows / stepRows));
  const usualValue = new UsualValue(Math.ceil(usualRows / stepRows));
  const conditions: MarketCondition[] = [];
  for (let last = windowRows; last < timestamps.length; last += stepRows) {
    const figures = meanFigures(logPrices.map((logs) => windowFigures(logs, last, windowRows)));
    if (figures.returns < KNOWN_SHARE_MIN * windowRows) continue;
    const value = all.reduce((sum, series) => sum + tradedValue(series, last, windowRows), 0);
    // The window itself is no part of what is usual: a break would hide itself.
    const regime = regimeOf(figures, usualVolatility.median(), rules);
    const distance = distanceBps(shared, last, windowRows);
    usualVolatility.add(figures.volatility);
    usualValue.add(value);
    conditions.push({
      timestamp: timestamps[last] as number,
      regime,
      volatility: figures.volatility,
      trendStrength: figures.efficiency,
      liquidityScore: value === 0 ? 0 : value / (value + usualValue.median()),
      arbitrageFavorability: distance / (distance + COST_BPS),
    });
  }
  return conditions;
}

/** Median of the last values. */
class UsualValue {
  private readonly values: number[] = [];

  constructor(private readonly countMax: number) {}

  add(value: number): void {
    this.values.push(value);
    if (this.values.length > this.countMax) this.values.shift();
  }

  /** 0 while there is no value. */
  median(): number {
    return this.values.length === 0 ? 0 : (quantiles(this.values, MEDIAN)[0] as number);
  }
}

function meanFigures(all: readonly WindowFigures[]): WindowFigures {
  const known = all.filter(({ returns }) => returns >= 2);
  const mean = (pick: (figures: WindowFigures) => number): number =>
    known.length === 0 ? 0 : known.reduce((sum, figures) => sum + pick(figures), 0) / known.length;
  return {
    volatility: mean(({ volatility }) => volatility),
    move: mean(({ move }) => move),
    efficiency: mean(({ efficiency }) => efficiency),
    returns: mean(({ returns }) => returns),
  };
}

/** Series of the same symbol at several exchanges. */
function sharedSymbols(exchangeData: AlignedMarketData['exchangeData']): AlignedSeries[][] {
  const bySymbol = new Map<string, AlignedSeries[]>();
  for (const symbols of Object.values(exchangeData)) {
    for (const [symbol, series] of Object.entries(symbols)) bySymbol.set(symbol, [...(bySymbol.get(symbol) ?? []), series]);
  }
  return [...bySymbol.values()].filter(({ length }) => length > 1);
}

function tradedValue({ close, volume }: AlignedSeries, last: number, count: number): number {
  let value = 0;
  for (let row = last - count + 1; row <= last; row++) {
    const each = (close[row] as number) * (volume[row] as number);
    if (each > 0) value += each;
  }
  return value;
}

/** Mean over rows and symbols of the highest close less the lowest, by their middle; 0 where there is nothing to compare. */
function distanceBps(shared: readonly (readonly AlignedSeries[])[], last: number, count: number): number {
  let [sum, rows] = [0, 0];
  for (const several of shared) {
    for (let row = last - count + 1; row <= last; row++) {
      let [low, high, there] = [Number.POSITIVE_INFINITY, 0, 0];
      for (const { close } of several) {
        const price = close[row] as number;
        if (!(price > 0)) continue;
        low = Math.min(low, price);
        high = Math.max(high, price);
        there++;
      }
      if (there < 2) continue;
      sum += ((high - low) / ((high + low) / 2)) * 1e4;
      rows++;
    }
  }
  return rows === 0 ? 0 : sum / rows;
}

/** A stretch in which one regime held. */
export interface RegimeSpan {
  /** Milliseconds since the epoch: from when it was known on, until another was. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly regime: MarketRegime;
}

/** Until when conditions hold; all in milliseconds. */
export interface SpanTerms {
  /** From a condition's timestamp until it is known: the interval of the klines. */
  readonly knownAfterMs: number;
  /** How long a condition holds when no other follows: the distance of two conditions. */
  readonly holdsMs: number;
}

/** Stretches of conditions of the same regime, each from the moment it was known; where no condition was known, there is no stretch. */
export function regimeSpans(conditions: readonly MarketCondition[], { knownAfterMs, holdsMs }: SpanTerms): RegimeSpan[] {
  const spans: { fromMs: number; toMs: number; regime: MarketRegime }[] = [];
  for (const { timestamp, regime } of conditions) {
    const fromMs = timestamp + knownAfterMs;
    const toMs = fromMs + holdsMs;
    const before = spans.at(-1);
    if (before?.regime === regime && before.toMs >= fromMs) {
      before.toMs = toMs;
      continue;
    }
    if (before !== undefined) before.toMs = Math.min(before.toMs, fromMs);
    spans.push({ fromMs, toMs, regime });
  }
  return spans;
}

/** The regime that was known at a time; null before the first and after the last stretch. */
export function regimeAt(spans: readonly RegimeSpan[], timeMs: number): MarketRegime | null {
  const span = spans[periodAt(spans, timeMs, ({ fromMs }) => fromMs)];
  return span === undefined || timeMs >= span.toMs ? null : span.regime;
}
