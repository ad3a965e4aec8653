// A spread between two venues whose prices are in two currencies, as it looks and as it is.
import type { AlignedMarketData } from '../../src/history/quality/align.js';
import { dateOf } from '../../src/history/series.js';
import { quantiles } from '../../src/research/statistics/quantiles.js';
import type { MarketFrame } from '../../src/research/thresholds/market-frame.js';
import { tradedCloses } from './market.js';

const DAY_US = 86_400_000_000;

/** BTC at two venues, in dollars at one and in USDC at the other, and what a USDC is worth. Minutes in which all three traded. */
export interface TwoCurrencies {
  readonly tsUs: Float64Array;
  readonly btcUsd: Float64Array;
  readonly btcUsdc: Float64Array;
  readonly usdcUsd: Float64Array;
}

/** How far a spread lies from nothing, in basis points. */
export interface SpreadDistance {
  readonly minutes: number;
  readonly medianBps: number;
  readonly p95Bps: number;
  readonly maxBps: number;
}

/** Coinbase BTC/USD, Kraken BTC/USDC and Kraken USDC/USD by the minute; the time of a close is the end of its minute. */
export function twoCurrencies(aligned: AlignedMarketData): TwoCurrencies {
  const btcUsd = tradedCloses(aligned, 'coinbase', 'BTCUSD');
  const btcUsdc = tradedCloses(aligned, 'kraken', 'BTCUSDC');
  const usdcUsd = tradedCloses(aligned, 'kraken', 'USDCUSD');
  const isThere = (minute: number): boolean =>
    Number.isFinite((btcUsd[minute] as number) + (btcUsdc[minute] as number) + (usdcUsd[minute] as number));
  const kept = [...aligned.timestamps.keys()].filter(isThere);
  const pick = (column: Float64Array): Float64Array => Float64Array.from(kept, (minute) => column[minute] as number);
  return {
    tsUs: pick(aligned.timestamps.map((openMs) => (openMs + aligned.intervalMs) * 1000)),
    ...{ btcUsd: pick(btcUsd), btcUsdc: pick(btcUsdc), usdcUsd: pick(usdcUsd) },
  };
}

/** BTC/USDC over BTC/USD in basis points, as if a USDC were a dollar. */
export function nominalBps({ btcUsd, btcUsdc }: TwoCurrencies): Float64Array {
  return btcUsd.map((usd, row) => ((btcUsdc[row] as number) / usd - 1) * 1e4);
}

/** The same with the USDC changed into dollars at the rate of that minute. */
export function convertedBps({ btcUsd, btcUsdc, usdcUsd }: TwoCurrencies): Float64Array {
  return btcUsd.map((usd, row) => (((btcUsdc[row] as number) * (usdcUsd[row] as number)) / usd - 1) * 1e4);
}

/** @param spreadBps at least one value */
function distanceOf(spreadBps: Float64Array): SpreadDistance {
  const [medianBps, p95Bps, maxBps] = quantiles(spreadBps.map(Math.abs), [50, 95, 100]) as unknown as [number, number, number];
  return { minutes: spreadBps.length, medianBps, p95Bps, maxBps };
}

/** Both kinds of distance on one day. */
export interface DayDistances {
  readonly date: string;
  readonly nominal: SpreadDistance;
  readonly converted: SpreadDistance;
  readonly lowestUsdc: number;
}

/** Distances by UTC day, of days with a minute in which all traded. */
export function dayDistances(market: TwoCurrencies): DayDistances[] {
  const [firstUs = 0, lastUs = 0] = [market.tsUs[0], market.tsUs.at(-1)];
  const days: DayDistances[] = [];
  for (let dayUs = Math.floor(firstUs / DAY_US) * DAY_US; dayUs < lastUs; dayUs += DAY_US) {
    const day = between(market, dayUs, dayUs + DAY_US);
    if (day.tsUs.length === 0) continue;
    days.push({
      date: dateOf(dayUs),
      nominal: distanceOf(nominalBps(day)),
      converted: distanceOf(convertedBps(day)),
      lowestUsdc: Math.min(...day.usdcUsd),
    });
  }
  return days;
}

/** Rows whose minute is over in (fromUs, toUs]. */
function between(market: TwoCurrencies, fromUs: number, toUs: number): TwoCurrencies {
  const rows = [...market.tsUs.keys()].filter(
    (row) => (market.tsUs[row] as number) > fromUs && (market.tsUs[row] as number) <= toUs,
  );
  const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row] as number);
  const { tsUs, btcUsd, btcUsdc, usdcUsd } = market;
  return { tsUs: pick(tsUs), btcUsd: pick(btcUsd), btcUsdc: pick(btcUsdc), usdcUsd: pick(usdcUsd) };
}

/**
 * Coinbase BTC/USD as the leg that is bought and Kraken BTC/USDC as the one that is sold. Klines know no bid and ask: both are set half a
 * spread from the close, which is an assumption.
 * @param rates dollars a unit of the second leg's currency by row; 1 for the nominal spread
 */
export function frameOf(
  { tsUs, btcUsd, btcUsdc }: TwoCurrencies,
  rates: ArrayLike<number> | 1,
  halfSpreadBps: number,
): MarketFrame {
  const [below, above] = [1 - halfSpreadBps / 1e4, 1 + halfSpreadBps / 1e4];
  const second = btcUsdc.map((price, row) => price * (rates === 1 ? 1 : (rates[row] as number)));
  return {
    tsUs,
    spotBidPrice: btcUsd.map((price) => price * below),
    spotAskPrice: btcUsd.map((price) => price * above),
    futBidPrice: second.map((price) => price * below),
    futAskPrice: second.map((price) => price * above),
  };
}
