import { InvalidInputError, PrecisionError } from '../domain/errors.js';
import { type HistoryDatabase, sqlList } from './database.js';
import { KINDS, type SeriesColumn } from './kinds.js';
import { type SeriesFile, seriesFiles } from './layout.js';
import { fileDateOf, type SeriesName } from './series.js';

/** Decimals of the whole units that exact columns are wanted in: 10^-priceDecimals of the quote asset, 10^-amountDecimals of the base. */
export interface ExactUnits {
  readonly priceDecimals: number;
  readonly amountDecimals: number;
}

export interface StreamOptions {
  readonly fromUs?: number;
  readonly toUs?: number;
  /** Names as in `streamColumns`; all when left out. */
  readonly columns?: readonly string[];
  /**
   * Prices and amounts as whole units instead of the nearest double. A value with more decimals, or of more than 2^53 units, is a
   * PrecisionError.
   */
  readonly exact?: ExactUnits;
  /** Levels of book_snapshots; 5 when left out. */
  readonly levels?: number;
  /** Rows of a chunk at most, 2048 at least; 65,536 when left out. */
  readonly chunkRows?: number;
}

/** Rows of a series that follow each other, by column. What is missing is NaN. */
export interface SeriesChunk {
  readonly count: number;
  /**
   * A column; `count` values that belong to the reader.
   * @throws InvalidInputError when it was not asked for
   */
  column(name: string): Float64Array;
}

interface StreamColumn {
  readonly name: string;
  readonly sql: string;
  /** Whether it is of prices or amounts that can be had in whole units. */
  readonly isExact: boolean;
}

const CHUNK_ROWS = 65_536;
const UNITS_MAX = Number.MAX_SAFE_INTEGER;

/**
 * Names of the columns that a stream of such a series has, in order: those of its kind, in camel case. Sides are 1 (bid, buy), -1 (ask, sell)
 * or 0; flags 1 or 0; times microseconds. Of book snapshots each level has its columns: bidPrice0, bidAmount0, askPrice0, askAmount0 and
 * so on, the best level first. Ids are left out: they are for SQL.
 */
export function streamColumns(kind: SeriesName['kind'], levels = 5): readonly string[] {
  return columnsOf(kind, levels, undefined).map(({ name }) => name);
}

/** See Catalogue.stream. */
export async function* streamSeries(
  root: string,
  database: HistoryDatabase,
  name: SeriesName,
  {
    fromUs = Number.NEGATIVE_INFINITY,
    toUs = Number.POSITIVE_INFINITY,
    columns: names,
    exact,
    levels,
    chunkRows = CHUNK_ROWS,
  }: StreamOptions,
): AsyncGenerator<SeriesChunk> {
  const columns = chosen(columnsOf(name.kind, levels ?? 5, exact), names);
  const files = (await seriesFiles(root, name)).filter((file) => mayHave(name, file, fromUs, toUs));
  const bounds = [
    ...(Number.isFinite(fromUs) ? [`ts_us >= ${Math.ceil(fromUs)}`] : []),
    ...(Number.isFinite(toUs) ? [`ts_us < ${Math.ceil(toUs)}`] : []),
  ];
  const where = bounds.length === 0 ? '' : `WHERE ${bounds.join(' AND ')}`;
  for (const { paths, overlap } of runsOf(files)) {
    const order = overlap ? 'ORDER BY ts_us, filename, file_row_number' : '';
    const source = `read_parquet(${sqlList(paths)}, hive_partitioning = false${overlap ? ', filename = true, file_row_number = true' : ''})`;
    const sql = `SELECT ${columns.map((column) => column.sql).join(', ')} FROM ${source} ${where} ${order}`;
    for await (const arrays of database.doubles(sql, columns.length, chunkRows)) {
      const chunk = new ColumnChunk(columns, arrays, name);
      if (exact !== undefined) chunk.checkUnits();
      yield chunk;
    }
  }
}

class ColumnChunk implements SeriesChunk {
  constructor(
    private readonly columns: readonly StreamColumn[],
    private readonly arrays: readonly Float64Array[],
    private readonly name: SeriesName,
  ) {}

  get count(): number {
    return this.arrays[0]?.length ?? 0;
  }

  column(name: string): Float64Array {
    const found = this.arrays[this.columns.findIndex((column) => column.name === name)];
    if (found === undefined) throw new InvalidInputError(`the stream of ${this.name.kind} has no column ${name}`, { name });
    return found;
  }

  /** Infinity stands for a value that has no whole units. */
  checkUnits(): void {
    this.columns.forEach(({ name, isExact }, at) => {
      if (!isExact) return;
      const wrong = this.arrays[at]?.find((value) => value > UNITS_MAX);
      if (wrong === undefined) return;
      throw new PrecisionError(`${this.name.venue} ${this.name.symbol}: a value of ${name} does not fit the units asked for`, {
        ...this.name,
      });
    });
  }
}

function columnsOf(kind: SeriesName['kind'], levels: number, exact: ExactUnits | undefined): StreamColumn[] {
  return KINDS[kind].columns.flatMap((column): StreamColumn[] => {
    const { name, type } = column;
    if (type === 'word' && name !== 'side') return [];
    if (type !== 'decimals') return [{ name: camelCase(name), sql: scalarSql(column, exact), isExact: type === 'decimal' }];
    return Array.from({ length: levels }, (_, level) => {
      const value = `${name}[${level + 1}]`;
      return { name: `${camelCase(name.slice(0, -1))}${level}`, sql: decimalSql(value, name, exact), isExact: true };
    });
  });
}

function scalarSql({ name, type, isRequired }: SeriesColumn, exact: ExactUnits | undefined): string {
  if (type === 'decimal') return decimalSql(name, name, exact);
  if (name === 'side')
    return `CASE ${name} WHEN 'bid' THEN 1.0 WHEN 'buy' THEN 1.0 WHEN 'ask' THEN -1.0 WHEN 'sell' THEN -1.0 ELSE 0.0 END::DOUBLE`;
  return isRequired ? `${name}::DOUBLE` : `ifnull(${name}::DOUBLE, 'nan'::DOUBLE)`;
}

/** A decimal as a double: itself, or its whole units. The product of a double of up to 2^53 units with 10^n is off by less than a half. */
function decimalSql(value: string, name: string, exact: ExactUnits | undefined): string {
  const double = `ifnull(${value}::DOUBLE, 'nan'::DOUBLE)`;
  if (exact === undefined) return double;
  const decimals = name.includes('price') ? exact.priceDecimals : exact.amountDecimals;
  // Texts are plain and without zeros at the end: what stands behind the point are the decimals that are needed.
  return `CASE WHEN length(split_part(${value}, '.', 2)) > ${decimals} THEN 'inf'::DOUBLE ELSE round(${double} * 1e${decimals}) END`;
}

function chosen(all: readonly StreamColumn[], names: readonly string[] | undefined): readonly StreamColumn[] {
  if (names === undefined) return all;
  return names.map((name) => {
    const column = all.find((known) => known.name === name);
    if (column !== undefined) return column;
    throw new InvalidInputError(`there is no column ${name}; known are ${all.map((known) => known.name).join(', ')}`, { name });
  });
}

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function mayHave(name: SeriesName, { date, span }: SeriesFile, fromUs: number, toUs: number): boolean {
  if (span !== null) return span.lastUs >= fromUs && span.firstUs < toUs;
  const isLate = fromUs !== Number.NEGATIVE_INFINITY && date < fileDateOf(name, fromUs);
  const isEarly = toUs !== Number.POSITIVE_INFINITY && date > fileDateOf(name, toUs - 1);
  return !isLate && !isEarly;
}

/** Files that can be read one after the other, and such as overlap in time and must be sorted together. */
function runsOf(files: readonly SeriesFile[]): { readonly paths: string[]; readonly overlap: boolean }[] {
  const runs: { paths: string[]; overlap: boolean }[] = [];
  let lastUs = Number.NEGATIVE_INFINITY;
  for (const { path, span } of files) {
    const meets = span !== null && span.firstUs <= lastUs;
    const run = runs[runs.length - 1];
    if (meets && run !== undefined) {
      // Of the run so far only the last file can overlap, unless the run is of overlapping ones already.
      const before = run.overlap ? run.paths : run.paths.splice(-1);
      if (run.overlap) run.paths.push(path);
      else if (run.paths.length === 0) runs[runs.length - 1] = { paths: [...before, path], overlap: true };
      else runs.push({ paths: [...before, path], overlap: true });
    } else if (run !== undefined && !run.overlap) run.paths.push(path);
    else runs.push({ paths: [path], overlap: false });
    lastUs = Math.max(lastUs, span?.lastUs ?? Number.NEGATIVE_INFINITY);
  }
  return runs;
}
