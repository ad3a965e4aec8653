import { InvalidInputError } from '../domain/errors.js';
import { KLINE_INTERVAL_MS, type Kline, type KlineInterval } from '../domain/market-data.js';
import type { KlineSource } from './fetch/kline-source.js';
import { columnsOf, intervalMsOf, type KlineColumns } from './kline-columns.js';
import { type AlignedMarketData, type AlignOptions, alignKlines } from './quality/align.js';
import { type BacktestDataset, backtestDataset, type SyntheticBookOptions } from './quality/backtest-dataset.js';
import { type KlineReport, type KlineReportOptions, reportKlines } from './quality/kline-report.js';

/** What is strange about klines, by symbol. */
export interface DataValidationReport {
  readonly symbols: Readonly<Record<string, KlineReport>>;
  /** Whether no kline is missing, twice, out of order or impossible. Jumps and frozen prices may be true, and do not count here. */
  readonly isValid: boolean;
  /** Share of the expected klines that are there, over all symbols, 0 to 1. */
  readonly completeness: number;
}

/** Klines as a list, or by column. */
export type KlineData = readonly Kline[] | KlineColumns;

/** History of several exchanges for the tests of strategies: fetched, held against itself, aligned, made ready. It keeps nothing. */
export class HistoricalDataManager {
  /** @param sources what can be asked, one an exchange; none where all data comes from files */
  constructor(private readonly sources: readonly KlineSource[] = []) {}

  /**
   * Fetches klines that open in [startMs, endMs), all exchanges at once, each within its limits. Everything is held in memory; longer
   * histories go to a catalogue (`fetchKlines`).
   * @param symbols as "BTC/USDT"
   * @param exchanges as the catalogue calls them: "binance", "gateio-futures"
   * @returns by exchange and symbol, oldest first; symbols that an exchange does not list are left out
   * @throws InvalidInputError for an exchange that is not known
   */
  async fetchHistoricalData(
    symbols: readonly string[],
    exchanges: readonly string[],
    startMs: number,
    endMs: number,
    interval: KlineInterval,
  ): Promise<Record<string, Record<string, readonly Kline[]>>> {
    const chosen = exchanges.map((exchange) => {
      const source = this.sources.find((candidate) => candidate.exchange === exchange);
      if (source === undefined) throw new InvalidInputError(`klines of ${exchange} cannot be fetched`, { exchange });
      return source;
    });
    const fetched = await Promise.all(
      chosen.map(async (source) => {
        const klines: Record<string, readonly Kline[]> = {};
        for (const symbol of symbols) {
          const name = source.symbolOf(symbol);
          if (name === undefined) continue;
          const all: Kline[] = [];
          for await (const batch of source.klines(name, interval, startMs, endMs)) all.push(...batch.klines);
          klines[symbol] = all;
        }
        return [source.exchange, klines] as const;
      }),
    );
    return Object.fromEntries(fetched);
  }

  /**
   * Puts klines of several exchanges on common moments; see AlignedMarketData.
   * @param options the interval is that of the klines when left out
   * @throws InvalidInputError when there are no klines, or their interval does not show
   */
  alignMultiExchangeData(
    data: Readonly<Record<string, Readonly<Record<string, KlineData>>>>,
    options: Partial<AlignOptions> = {},
  ): AlignedMarketData {
    const columns = mapValues(data, (symbols) => mapValues(symbols, asColumns));
    const intervalMs =
      options.intervalMs ?? shortestInterval(Object.values(columns).flatMap((symbols) => Object.values(symbols)));
    return alignKlines(columns, { ...options, intervalMs });
  }

  /**
   * Looks for what is missing, twice, out of order, impossible or strange.
   * @param options the interval is that of the klines when left out
   * @throws InvalidInputError when their interval does not show
   */
  validateDataIntegrity(
    data: Readonly<Record<string, KlineData>>,
    options: KlineReportOptions & { readonly interval?: KlineInterval } = {},
  ): DataValidationReport {
    const symbols = mapValues(data, (klines) => {
      const columns = asColumns(klines);
      const intervalMs = options.interval === undefined ? shortestInterval([columns]) : KLINE_INTERVAL_MS[options.interval];
      return reportKlines(columns, intervalMs, options);
    });
    const reports = Object.values(symbols);
    const expected = reports.reduce((sum, report) => sum + report.expected, 0);
    const missing = reports.reduce((sum, report) => sum + report.missing, 0);
    return { symbols, isValid: reports.every(isSound), completeness: expected === 0 ? 0 : 1 - missing / expected };
  }

  /** Makes aligned klines ready for backtests: books made up when they are asked for, conditions of the market, a score of the data. */
  preprocessForBacktesting(alignedData: AlignedMarketData, options: SyntheticBookOptions = {}): BacktestDataset {
    return backtestDataset(alignedData, options);
  }
}

/** Whether nothing about the klines is wrong for sure. */
export function isSound(report: KlineReport): boolean {
  const { missing, duplicates, outOfOrder, offGrid, badPrices, inconsistent, negativeVolume } = report;
  return missing + duplicates + outOfOrder + offGrid + badPrices + inconsistent + negativeVolume === 0;
}

function asColumns(data: KlineData): KlineColumns {
  return 'openMs' in data ? data : columnsOf(data);
}

function shortestInterval(all: readonly KlineColumns[]): number {
  const found = all.map(intervalMsOf).filter((ms) => ms !== undefined);
  if (found.length === 0) throw new InvalidInputError('the interval of the klines does not show; say it');
  return Math.min(...found);
}

function mapValues<In, Out>(record: Readonly<Record<string, In>>, map: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
