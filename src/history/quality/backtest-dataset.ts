import { Decimal, plainText } from '../../domain/decimal.js';
import type { OrderBookSnapshot, SnapshotLevel } from '../../domain/market-data.js';
import type { AlignedMarketData, AlignedSeries } from './align.js';
import { reportKlines } from './kline-report.js';
import { conditionsOf, type MarketCondition } from './market-condition.js';

/** Books made up from klines, each made when it is asked for. */
export interface SyntheticOrderbooks {
  /**
   * The book at the end of a kline.
   * @param timestamp opening of the kline, one of the aligned timestamps
   * @returns null where there is no kline
   */
  at(timestamp: number, exchange: string, symbol: string): OrderBookSnapshot | null;
}

/** What is made up about books; nothing of it is in klines. */
export interface SyntheticBookOptions {
  /** Distance of the touch from the close, and of each level from the one before; 2 unless told. */
  readonly halfSpreadBps?: number;
  /** Levels a side; 5 unless told. */
  readonly levels?: number;
  /** Quantity of a level as a share of the mean volume of the last 30 klines; 0.05 unless told. */
  readonly depthShare?: number;
}

/** A history made ready for backtests on klines. */
export interface BacktestDataset {
  readonly alignedData: AlignedMarketData;
  readonly syntheticOrderbooks: SyntheticOrderbooks;
  readonly marketConditions: readonly MarketCondition[];
  /** 0.0 to 1.0: the alignment quality times the share of klines of which nothing is strange. */
  readonly dataQualityScore: number;
}

const VOLUME_BARS = 30;

/** See HistoricalDataManager.preprocessForBacktesting. */
export function backtestDataset(alignedData: AlignedMarketData, options: SyntheticBookOptions = {}): BacktestDataset {
  return {
    alignedData,
    syntheticOrderbooks: new KlineBooks(alignedData, options),
    marketConditions: conditionsOf(alignedData),
    dataQualityScore: alignedData.alignmentQuality * soundShare(alignedData),
  };
}

class KlineBooks implements SyntheticOrderbooks {
  constructor(
    private readonly data: AlignedMarketData,
    private readonly options: SyntheticBookOptions,
  ) {}

  at(timestamp: number, exchange: string, symbol: string): OrderBookSnapshot | null {
    const { timestamps, intervalMs, exchangeData } = this.data;
    const series = exchangeData[exchange]?.[symbol];
    const at = (timestamp - (timestamps[0] ?? 0)) / intervalMs;
    const close = series?.close[at];
    if (series === undefined || close === undefined || Number.isNaN(close)) return null;
    const { halfSpreadBps = 2, levels = 5, depthShare = 0.05 } = this.options;
    const quantity = plain(depthShare * meanVolume(series, at));
    const side = (sign: 1 | -1): SnapshotLevel[] =>
      Array.from({ length: levels }, (_, level) => [plain(close * (1 + (sign * halfSpreadBps * (level + 1)) / 1e4)), quantity]);
    return { symbol, sequence: null, bids: side(-1), asks: side(1) };
  }
}

/** Eight digits are more than what is made up here deserves. */
const plain = (value: number): string => plainText(new Decimal(value).toSignificantDigits(8));

function meanVolume({ volume }: AlignedSeries, at: number): number {
  const recent = volume.subarray(Math.max(0, at - VOLUME_BARS + 1), at + 1).filter((value) => value >= 0);
  return recent.length === 0 ? 0 : recent.reduce((sum, value) => sum + value, 0) / recent.length;
}

/** Share of the klines that are there whose prices are possible and not far from their like. */
function soundShare({ exchangeData, intervalMs }: AlignedMarketData): number {
  let [there, strange] = [0, 0];
  for (const series of Object.values(exchangeData).flatMap((symbols) => Object.values(symbols))) {
    const own = Array.from(series.age.keys()).filter((at) => series.age[at] === 0);
    const pick = (column: Float64Array): Float64Array => Float64Array.from(own, (at) => column[at] ?? Number.NaN);
    const { openMs, open, high, low, close, volume, quoteVolume } = series;
    const columns = {
      openMs: pick(openMs),
      open: pick(open),
      high: pick(high),
      low: pick(low),
      close: pick(close),
      volume: pick(volume),
      quoteVolume: pick(quoteVolume),
    };
    const { badPrices, inconsistent, jumps, frozen } = reportKlines(columns, intervalMs);
    there += own.length;
    strange += Math.min(own.length, badPrices + inconsistent + jumps.length + frozen.reduce((sum, run) => sum + run.count, 0));
  }
  return there === 0 ? 0 : 1 - strange / there;
}
