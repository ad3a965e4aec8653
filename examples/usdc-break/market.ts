// The candles of three venues: imported, checked, aligned.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Catalogue } from '../../src/history/catalogue.js';
import { type ImportReport, importFile } from '../../src/history/import/importer.js';
import { type KlineColumns, readKlines } from '../../src/history/kline-columns.js';
import { HistoricalDataManager } from '../../src/history/manager.js';
import type { AlignedMarketData, AlignedSeries } from '../../src/history/quality/align.js';
import type { KlineReport } from '../../src/history/quality/kline-report.js';

/** Klines by venue and symbol. */
export type VenueKlines = Readonly<Record<string, Readonly<Record<string, KlineColumns>>>>;

/** One series with what its report says. */
export interface CheckedSeries {
  readonly venue: string;
  readonly symbol: string;
  readonly report: KlineReport;
}

/** What was imported. */
export interface ImportedMarket {
  readonly reports: readonly ImportReport[];
  readonly klines: VenueKlines;
}

/** Imports every CSV of a folder into a catalogue, and reads the klines of it that open in [fromUs, toUs) back. */
export async function importMarket(
  dataFolder: string,
  catalogueFolder: string,
  range: { readonly fromUs?: number; readonly toUs?: number },
): Promise<ImportedMarket> {
  const catalogue = await Catalogue.open(catalogueFolder, { threads: 1 });
  try {
    const files = (await readdir(dataFolder)).filter((name) => /\.csv(\.gz)?$/.test(name)).sort();
    const reports: ImportReport[] = [];
    for (const file of files) reports.push(await importFile({ catalogue }, join(dataFolder, file), { interval: '1m' }));
    const klines: Record<string, Record<string, KlineColumns>> = {};
    for (const { kind, venue, symbol, interval } of await catalogue.list()) {
      if (kind !== 'klines') continue;
      const columns = await readKlines(catalogue, { kind, venue, symbol, interval }, range);
      if (columns.openMs.length > 0) klines[venue] = { ...klines[venue], [symbol]: columns };
    }
    return { reports, klines };
  } finally {
    catalogue.close();
  }
}

/** Gaps and anomalies of each series. */
export function checkMarket(klines: VenueKlines): CheckedSeries[] {
  const manager = new HistoricalDataManager();
  return Object.entries(klines).flatMap(([venue, symbols]) =>
    Object.entries(manager.validateDataIntegrity(symbols, { interval: '1m' }).symbols).map(([symbol, report]) => ({
      venue,
      symbol,
      report,
    })),
  );
}

/** All venues on the same minutes; a missing kline is carried on for at most five. */
export function alignMarket(klines: VenueKlines): AlignedMarketData {
  return new HistoricalDataManager().alignMultiExchangeData(klines, { intervalMs: 60_000, carryMax: 5 });
}

/** Closes of minutes in which the venue traded; NaN elsewhere: a price that is carried on is no price to trade at. */
export function tradedCloses({ exchangeData }: AlignedMarketData, venue: string, symbol: string): Float64Array {
  const series: AlignedSeries | undefined = exchangeData[venue]?.[symbol];
  if (series === undefined) throw new Error(`there are no klines of ${symbol} at ${venue} in this data`);
  return series.close.map((close, minute) => (series.age[minute] === 0 ? close : Number.NaN));
}
