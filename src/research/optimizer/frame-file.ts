import { InvalidInputError } from '../../domain/errors.js';
import { HistoryDatabase, sqlText } from '../../history/database.js';
import { existingFile } from '../../transport/existing-file.js';
import type { MarketFrame } from '../thresholds/market-frame.js';

/** Columns of a frame in a file, by the names that they may have. */
const PRICES = {
  spotBidPrice: 'spot_bid_price',
  spotAskPrice: 'spot_ask_price',
  futBidPrice: 'fut_bid_price',
  futAskPrice: 'fut_ask_price',
} as const;
const QUANTITIES = {
  spotBidQty: 'spot_bid_quantity',
  spotAskQty: 'spot_ask_quantity',
  futBidQty: 'fut_bid_quantity',
  futAskQty: 'fut_ask_quantity',
} as const;
const TIMES = ['timestamp', 'tsUs', 'ts_us'] as const;

/** A number is seconds, milliseconds, microseconds or nanoseconds since the epoch, by its size: each reaches beyond the year 5000. */
const MICROSECONDS = 'CASE WHEN t < 1e11 THEN t * 1e6 WHEN t < 1e14 THEN t * 1e3 WHEN t < 1e17 THEN t ELSE t / 1e3 END';

const CHUNK_ROWS = 1 << 16;
const MEMORY_MB = 512;

/**
 * Reads the touch of a spot book and a perpetual from a CSV or Parquet file, in order of time. Columns are called as in `MarketFrame`, or
 * timestamp, spot_bid_price, ..., fut_ask_quantity; quantities may be missing, and so may prices of a row. Of rows at the same
 * time the last one counts.
 * @param temporaryFolder for what does not fit into memory
 * @throws InvalidInputError when there is no such file, it cannot be read, a column is missing or no row is there
 */
export async function readFrameFile(path: string, temporaryFolder: string): Promise<MarketFrame> {
  existingFile(path);
  const database = await HistoryDatabase.open({ memoryLimitMb: MEMORY_MB, threads: 1, temporaryFolder });
  try {
    const source = path.endsWith('.parquet') ? `read_parquet(${sqlText(path)})` : `read_csv(${sqlText(path)})`;
    const types = await columnTypes(database, source, path);
    const wanted = { ...PRICES, ...present(QUANTITIES, types) };
    const columns = Object.entries(wanted).map(([name, other]) => columnOf(types, [name, other], path));
    const time = columnOf(types, TIMES, path);
    const us = /^TIMESTAMP|^DATE/.test(types.get(time) ?? '')
      ? `epoch_us(${time})::DOUBLE`
      : `(SELECT ${MICROSECONDS} FROM (SELECT ${time}::DOUBLE AS t))`;
    const names = ['tsUs', ...Object.keys(wanted)];
    const values = columns.map((column) => `${column}::DOUBLE`).join(', ');
    const numbered = `SELECT ${us} AS ts, ${values}, row_number() OVER () AS place FROM ${source}`;
    const query = `SELECT * EXCLUDE (place) FROM (${numbered}) QUALIFY row_number() OVER (PARTITION BY ts ORDER BY place DESC) = 1 ORDER BY ts`;
    return await frameOf(database, query, names, path);
  } catch (cause) {
    if (cause instanceof InvalidInputError) throw cause;
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new InvalidInputError(`${path} cannot be read as a frame: ${reason}`, { path }, { cause });
  } finally {
    database.close();
  }
}

async function columnTypes(database: HistoryDatabase, source: string, path: string): Promise<Map<string, string>> {
  const rows = await database.rows(`DESCRIBE SELECT * FROM ${source}`);
  if (rows.length === 0) throw new InvalidInputError(`${path} has no columns`, { path });
  return new Map(rows.map(({ column_name, column_type }) => [String(column_name), String(column_type)]));
}

function columnOf(types: ReadonlyMap<string, string>, names: readonly string[], path: string): string {
  const found = names.find((name) => types.has(name));
  if (found === undefined) throw new InvalidInputError(`${path} has no column ${names.join(' or ')}`, { path });
  return found;
}

function present(wanted: typeof QUANTITIES, types: ReadonlyMap<string, string>): Partial<typeof QUANTITIES> {
  return Object.fromEntries(Object.entries(wanted).filter(([name, other]) => types.has(name) || types.has(other)));
}

async function frameOf(database: HistoryDatabase, query: string, names: readonly string[], path: string): Promise<MarketFrame> {
  const chunks: (readonly Float64Array[])[] = [];
  for await (const chunk of database.doubles(query, names.length, CHUNK_ROWS)) chunks.push(chunk);
  const rows = chunks.reduce((sum, [first]) => sum + (first?.length ?? 0), 0);
  if (rows === 0) throw new InvalidInputError(`${path} has no row`, { path });
  const columns = names.map((name, column): [string, Float64Array] => {
    const all = new Float64Array(rows);
    let at = 0;
    for (const chunk of chunks) {
      const part = chunk[column] as Float64Array;
      all.set(part, at);
      at += part.length;
    }
    return [name, all];
  });
  return Object.fromEntries(columns) as unknown as MarketFrame;
}
