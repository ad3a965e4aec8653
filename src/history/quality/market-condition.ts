import type { AlignedMarketData, AlignedSeries } from './align.js';

/** Kinds of markets. */
export const MarketRegime = {
  TRENDING_UP: 1,
  TRENDING_DOWN: 2,
  RANGING: 3,
  HIGH_VOLATILITY: 4,
  LOW_VOLATILITY: 5,
  CRISIS: 6,
} as const;
export type MarketRegime = (typeof MarketRegime)[keyof typeof MarketRegime];

/** What a market was like in a window, by simple rules that look at it and at the windows before it. Known when the window is over. */
export interface MarketCondition {
  /** Opening of the window's first kline, milliseconds since the epoch. */
  readonly timestamp: number;
  readonly regime: MarketRegime;
  /** Standard deviation of the logarithmic returns of a kline, mean over the series. */
  readonly volatility: number;
  /** Kaufman's efficiency ratio: way from start to end over the way walked, 0 to 1. */
  readonly trendStrength: number;
  /** Value traded against the median of the windows up to this one: v / (v + median), 0 to 1. */
  readonly liquidityScore: number;
  /** Distance between exchanges of the same symbol against 20 bps: d / (d + 20), 0.0 to 1.0; 0 with one exchange. */
  readonly arbitrageFavorability: number;
}

const WINDOW_BARS = 60;
/** A round trip over two venues costs about so much. */
const COST_BPS = 20;
/** Volatility against its median over the windows up to this one. */
const CRISIS = 4;
const HIGH = 2;
const LOW = 0.5;
const TREND = 0.4;

interface Window {
  readonly timestamp: number;
  readonly volatility: number;
  readonly trendStrength: number;
  readonly move: number;
  readonly value: number;
  readonly distanceBps: number;
}

/** Conditions of windows of 60 klines, one behind the other. What is usual is the median of what has been, so no window knows of a later one. */
export function conditionsOf({ timestamps, exchangeData }: AlignedMarketData): MarketCondition[] {
  const windows: Window[] = [];
  const all = Object.values(exchangeData).flatMap((symbols) => Object.values(symbols));
  const bySymbol = new Map<string, AlignedSeries[]>();
  for (const symbols of Object.values(exchangeData)) {
    for (const [symbol, series] of Object.entries(symbols)) bySymbol.set(symbol, [...(bySymbol.get(symbol) ?? []), series]);
  }
  const shared = [...bySymbol.values()].filter((several) => several.length > 1);
  for (let from = 0; from < timestamps.length; from += WINDOW_BARS) {
    const to = Math.min(timestamps.length, from + WINDOW_BARS);
    windows.push({
      timestamp: timestamps[from] ?? 0,
      ...pathOf(all, from, to),
      value: all.reduce((sum, series) => sum + tradedValue(series, from, to), 0),
      distanceBps: meanOf(shared.map((several) => distanceBps(several, from, to)).filter((bps) => !Number.isNaN(bps))),
    });
  }
  const volatilities = new RunningMedian();
  const values = new RunningMedian();
  return windows.map(({ timestamp, volatility, trendStrength, move, value, distanceBps: bps }) => {
    const [usualVolatility, usualValue] = [volatilities.with(volatility), values.with(value)];
    return {
      ...{ timestamp, volatility, trendStrength },
      regime: regimeOf(volatility, usualVolatility, trendStrength, move),
      liquidityScore: value === 0 ? 0 : value / (value + usualValue),
      arbitrageFavorability: bps / (bps + COST_BPS),
    };
  });
}

function regimeOf(volatility: number, usual: number, trendStrength: number, move: number): MarketRegime {
  if (volatility > CRISIS * usual) return MarketRegime.CRISIS;
  if (volatility > HIGH * usual) return MarketRegime.HIGH_VOLATILITY;
  if (trendStrength > TREND) return move > 0 ? MarketRegime.TRENDING_UP : MarketRegime.TRENDING_DOWN;
  return volatility < LOW * usual ? MarketRegime.LOW_VOLATILITY : MarketRegime.RANGING;
}

function pathOf(all: readonly AlignedSeries[], from: number, to: number): Pick<Window, 'volatility' | 'trendStrength' | 'move'> {
  const paths = all.flatMap(({ close }) => {
    const returns: number[] = [];
    for (let at = from + 1; at < to; at++) {
      const each = Math.log((close[at] ?? 0) / (close[at - 1] ?? 0));
      if (Number.isFinite(each)) returns.push(each);
    }
    if (returns.length < 2) return [];
    const move = returns.reduce((sum, each) => sum + each, 0);
    const walked = returns.reduce((sum, each) => sum + Math.abs(each), 0);
    const centre = move / returns.length;
    const variance = returns.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (returns.length - 1);
    return [{ move, trendStrength: walked === 0 ? 0 : Math.abs(move) / walked, volatility: Math.sqrt(variance) }];
  });
  return {
    volatility: meanOf(paths.map(({ volatility }) => volatility)),
    trendStrength: meanOf(paths.map(({ trendStrength }) => trendStrength)),
    move: meanOf(paths.map(({ move }) => move)),
  };
}

function tradedValue({ close, volume }: AlignedSeries, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const each = (close[at] ?? 0) * (volume[at] ?? 0);
    if (each > 0) value += each;
  }
  return value;
}

/** Mean distance of the highest from the lowest close, where at least two are there. */
function distanceBps(several: readonly AlignedSeries[], from: number, to: number): number {
  const distances: number[] = [];
  for (let at = from; at < to; at++) {
    const closes = several.map(({ close }) => close[at] ?? Number.NaN).filter((close) => close > 0);
    if (closes.length < 2) continue;
    const [low, high] = [Math.min(...closes), Math.max(...closes)];
    distances.push(((high - low) / ((high + low) / 2)) * 1e4);
  }
  return distances.length === 0 ? Number.NaN : meanOf(distances);
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The median of what has come so far. */
class RunningMedian {
  private readonly sorted: number[] = [];

  /** @returns the median with this value among them */
  with(value: number): number {
    const { sorted } = this;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) <= value) low = middle + 1;
      else high = middle;
    }
    sorted.splice(low, 0, value);
    const middle = sorted.length >> 1;
    return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  }
}
