import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { HistoryDatabase, sqlText } from '../../history/database.js';
import { htmlReport } from './html-report.js';
import type { ResearchReport } from './report-data.js';
import { plainNumbers } from './self-contained-page.js';

/** A value of a table; null for none. */
export type TableValue = number | string | null;

/** A table for other programs, by column: all of one length. NaN counts as none. */
export type TableColumns = Readonly<Record<string, ArrayLike<TableValue>>>;

/** Writes a report as one file of HTML, or as the JSON of everything that it shows. The file appears whole or not at all. */
export async function writeReport(path: string, report: ResearchReport, format: 'html' | 'json'): Promise<void> {
  await replaceFile(path, async (temporary) => {
    await writeFile(temporary, format === 'html' ? htmlReport(report) : `${JSON.stringify(report, plainNumbers, 1)}\n`);
  });
}

/**
 * Writes a table as Parquet: columns of numbers as DOUBLE, others as VARCHAR. The file appears whole or not at all.
 * @throws TypeError when the columns differ in length, or there are none
 */
export async function writeParquet(path: string, columns: TableColumns): Promise<void> {
  const names = Object.keys(columns);
  const lists = Object.values(columns);
  const rows = lists[0]?.length;
  if (rows === undefined || lists.some(({ length }) => length !== rows)) throw new TypeError('columns of one length are a table');
  const types = lists.map((list) => (Array.from(list).some((value) => typeof value === 'string') ? 'VARCHAR' : 'DOUBLE'));
  await replaceFile(path, async (temporary, folder) => {
    const csv = join(folder, 'table.csv');
    const lines = Array.from({ length: rows }, (_, row) => lists.map((list) => csvCell(list[row] as TableValue)).join(','));
    await writeFile(csv, [...lines, ''].join('\n'));
    const database = await HistoryDatabase.open({ memoryLimitMb: 256, threads: 1, temporaryFolder: folder });
    try {
      const schema = names.map((name, at) => `${sqlText(name)}: ${sqlText(types[at] as string)}`).join(', ');
      // An unquoted empty cell is NULL, a quoted one is a text of no letters.
      const from = `read_csv(${sqlText(csv)}, header = false, auto_detect = false, columns = {${schema}}, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false)`;
      await database.run(`COPY (SELECT * FROM ${from}) TO ${sqlText(temporary)} (FORMAT parquet)`);
    } finally {
      database.close();
    }
  });
}

function csvCell(value: TableValue): string {
  if (value === null || Number.isNaN(value)) return '';
  return typeof value === 'number' ? String(value) : `"${value.replaceAll('"', '""')}"`;
}

async function replaceFile(path: string, write: (temporary: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(dirname(path), `.${basename(path)}-`));
  try {
    const temporary = join(folder, 'new');
    await write(temporary, folder);
    await rename(temporary, path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
