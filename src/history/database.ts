import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  type Json,
  LIST,
  listValue,
  StatementType,
  VARCHAR,
} from '@duckdb/node-api';
import { InvalidInputError } from '../domain/errors.js';
import type { ColumnType } from './kinds.js';

/** One row of a result, by column name. 64-bit integers and decimals come as texts, so that no digit is lost. */
export type SqlRow = Readonly<Record<string, Json>>;

/** A value for a table: times are bigint, decimals and words text, lists of decimals lists of texts. */
export type SqlCell = bigint | number | string | boolean | null | readonly (string | null)[];

export interface DatabaseOptions {
  /** Megabytes that DuckDB may hold; what needs more is written to `temporaryFolder` meanwhile. */
  readonly memoryLimitMb: number;
  /** Threads that one statement may use. */
  readonly threads: number;
  readonly temporaryFolder: string;
}

/** Rows of a chunk that DuckDB hands over at once. */
const VECTOR_ROWS = 2048;

/** A text as SQL writes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Texts as a list in SQL. */
export function sqlList(texts: readonly string[]): string {
  return `[${texts.map(sqlText).join(', ')}]`;
}

/** DuckDB in this process, over no database file of its own: what lasts are the catalogue's Parquet files. */
export class HistoryDatabase {
  private isClosed = false;
  /** Ends with what was asked of the connection last. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  static async open({ memoryLimitMb, threads, temporaryFolder }: DatabaseOptions): Promise<HistoryDatabase> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${memoryLimitMb}MB`,
      threads: String(threads),
      temp_directory: temporaryFolder,
      // Nothing is ever loaded from a network.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    return new HistoryDatabase(instance, await instance.connect());
  }

  /** Runs one or several statements whose results nobody wants. */
  async run(sql: string): Promise<void> {
    await this.inTurn((connection) => connection.run(sql));
  }

  /** Puts rows at the end of a table, whose columns are of these types. */
  async append(table: string, types: readonly ColumnType[], rows: readonly (readonly SqlCell[])[]): Promise<void> {
    const sqlTypes = types.map((type) => APPEND_TYPES[type]);
    await this.inTurn(async (connection) => {
      const appender = await connection.createAppender(table);
      for (let from = 0; from < rows.length; from += VECTOR_ROWS) {
        const part = rows.slice(from, from + VECTOR_ROWS);
        const chunk = DuckDBDataChunk.create(sqlTypes, part.length);
        chunk.setColumns(types.map((_, column) => part.map((row) => duckValue(row[column] ?? null))));
        appender.appendDataChunk(chunk);
      }
      appender.flushSync();
      appender.closeSync();
    });
  }

  /** All rows of a query; only for results known to be small. */
  async rows(sql: string): Promise<readonly SqlRow[]> {
    return (await this.inTurn((connection) => connection.runAndReadAll(sql))).getRowObjectsJson();
  }

  /** The first row of a query that has one for sure (an aggregate). */
  async row(sql: string): Promise<SqlRow> {
    return (await this.rows(sql))[0] ?? {};
  }

  /**
   * Streams the result of a query of DOUBLE columns without NULL, as arrays of at most `rowsMax` values (2048 at least), one a column, in
   * the order of the query. The arrays belong to whoever is given them. Memory is bounded by the query and one chunk.
   */
  async *doubles(sql: string, columnCount: number, rowsMax: number): AsyncGenerator<readonly Float64Array[]> {
    // Read while others ask: each stream has a connection of its own.
    const connection = await this.instance.connect();
    try {
      const result = await connection.stream(sql);
      let target = columnsOf(columnCount, rowsMax);
      let filled = 0;
      for (;;) {
        const chunk = await result.fetchChunk();
        const rows = chunk?.rowCount ?? 0;
        if (chunk === null || rows === 0) break;
        if (filled + rows > rowsMax) {
          yield target.map((column) => column.subarray(0, filled));
          target = columnsOf(columnCount, Math.max(rowsMax, rows));
          filled = 0;
        }
        for (let column = 0; column < columnCount; column++) {
          const vector = chunk.getColumnVector(column);
          if (!(vector instanceof DuckDBDoubleVector)) throw new TypeError(`column ${column} of a stream is no DOUBLE: ${sql}`);
          copyColumn(vector, rows, target[column], filled);
        }
        filled += rows;
      }
      if (filled > 0) yield target.map((column) => column.subarray(0, filled));
    } finally {
      connection.closeSync();
    }
  }

  /**
   * Runs one SELECT and nothing else.
   * @throws InvalidInputError for a statement of another kind, several statements, or one that DuckDB cannot run
   */
  async select(sql: string, rowsMax: number): Promise<{ readonly columns: readonly string[]; readonly rows: readonly SqlRow[] }> {
    try {
      return await this.inTurn(async (connection) => {
        const statements = await connection.extractStatements(sql);
        if (statements.count !== 1) throw new InvalidInputError('expected one SQL statement');
        const prepared = await statements.prepare(0);
        if (prepared.statementType !== StatementType.SELECT)
          throw new InvalidInputError('only SELECT statements may be run on the catalogue');
        const reader = await prepared.streamAndReadUntil(rowsMax);
        return { columns: reader.deduplicatedColumnNames(), rows: reader.getRowObjectsJson().slice(0, rowsMax) };
      });
    } catch (error) {
      if (error instanceof InvalidInputError) throw error;
      const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      throw new InvalidInputError(`the query cannot be run: ${reason}`, {}, { cause: error });
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.connection.closeSync();
    this.instance.closeSync();
  }

  /** A connection has one statement under way; the next one would break its result off, so callers wait for one another. */
  private inTurn<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    const result = this.last.then(() => work(this.connection));
    this.last = result.catch(() => undefined);
    return result;
  }
}

const APPEND_TYPES: Readonly<Record<ColumnType, DuckDBType>> = {
  time: BIGINT,
  number: DOUBLE,
  decimal: VARCHAR,
  decimals: LIST(VARCHAR),
  word: VARCHAR,
  flag: BOOLEAN,
};

function duckValue(cell: SqlCell): DuckDBValue {
  return typeof cell === 'object' && cell !== null ? listValue([...cell]) : cell;
}

function columnsOf(count: number, rows: number): Float64Array[] {
  return Array.from({ length: count }, () => new Float64Array(Math.max(rows, VECTOR_ROWS)));
}

function copyColumn(vector: DuckDBDoubleVector, rows: number, target: Float64Array | undefined, at: number): void {
  if (target === undefined) return;
  for (let row = 0; row < rows; row++) target[at + row] = vector.getItem(row) ?? Number.NaN;
}
