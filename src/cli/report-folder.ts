import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInputError } from '../domain/errors.js';
import type { BacktestRun } from '../research/analysis/backtest-run.js';
import type { ResearchReport } from '../research/reports/report-data.js';
import { writeParquet, writeReport } from '../research/reports/report-files.js';
import { equityTable, tradeTable } from '../research/reports/report-tables.js';

/**
 * Writes report.html, report.json, trades.parquet and equity.parquet into a folder, which is made when it is not there.
 * @param flag that named the folder
 * @throws InvalidInputError when it cannot be written to
 */
export async function writeReportFolder(
  folder: string,
  { report, run }: { readonly report: ResearchReport; readonly run: BacktestRun },
  flag: string,
): Promise<void> {
  try {
    mkdirSync(folder, { recursive: true });
    await writeReport(join(folder, 'report.html'), report, 'html');
    await writeReport(join(folder, 'report.json'), report, 'json');
    await writeParquet(join(folder, 'trades.parquet'), tradeTable(run));
    await writeParquet(join(folder, 'equity.parquet'), equityTable(run));
  } catch (cause) {
    throw new InvalidInputError(`${flag} ${folder} cannot be written`, { folder }, { cause });
  }
}
