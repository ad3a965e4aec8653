import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';
import type { Catalogue } from '../catalogue.js';
import { sqlList, sqlText } from '../database.js';
import { KINDS, sqlNames } from '../kinds.js';
import type { StoreOutcome } from '../series-writer.js';
import type { FileSample, ImportHints, LineFormat, LineSource } from './format.js';
import { readKrakenAnswer } from './json-rows.js';
import { KLINE_FORMATS } from './kline-formats.js';
import { contentHash, packingOf, sampleOf } from './sample.js';
import { TARDIS_FORMAT } from './tardis-formats.js';
import { GOCRYPTOTRADER_FORMAT, krakenTrades } from './trade-formats.js';
import { unzipOnlyFile } from './zip.js';

/** A line that is not of its file's format. */
export interface MalformedRow {
  /** From 1, in the file as it is unzipped. */
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

/** What became of a file. */
export interface ImportReport {
  readonly path: string;
  readonly format: string;
  /** Rows that were read, malformed ones included. */
  readonly rows: number;
  readonly malformedCount: number;
  /** The first of them. */
  readonly malformed: readonly MalformedRow[];
  /** Of recordings of frames: messages that nothing is decoded from, by channel. */
  readonly unread?: Readonly<Record<string, number>>;
  /** One a series that the file has rows of. */
  readonly series: readonly StoreOutcome[];
}

/** Brings a recording of frames in; it needs the feeds, which are above the catalogue, and is given by whoever has them. */
export type CaptureImporter = (catalogue: Catalogue, path: string, hash: string) => Promise<ImportReport>;

export interface ImportParts {
  readonly catalogue: Catalogue;
  readonly captures?: CaptureImporter;
}

/** Formats by their lines, the ones that are surest of themselves first. */
const FORMATS: readonly LineFormat[] = [TARDIS_FORMAT, ...KLINE_FORMATS, GOCRYPTOTRADER_FORMAT];
const CAPTURE_LINE = /^\{(?=.*"dir":)(?=.*"kind":)(?=.*"conn":)/;
const MALFORMED_MAX = 20;
/** A line that is longer is none of these formats. */
const LINE_BYTES_MAX = 1_000_000;

const Counts = z.object({ rows: z.coerce.number(), malformed: z.coerce.number() });
const Malformed = z.object({ line: z.coerce.number(), reason: z.string(), text: z.string().nullable() });
const Names = z.object({ venue: z.string(), symbol: z.string() });

let imports = 0;

/**
 * Brings a file into the catalogue: plain, gzip or zip, of whatever known format. Every line is either a row or told as malformed.
 * @throws InvalidInputError for a file that cannot be read, is of no known format, or does not tell what it is of
 */
export async function importFile(
  { catalogue, captures }: ImportParts,
  path: string,
  hints: ImportHints = {},
): Promise<ImportReport> {
  const packing = await packingOf(path);
  await catalogue.lockForWriting();
  const number = imports++;
  const aside = (ending: string): string => join(catalogue.root, '.tmp', `${process.pid}-import-${number}.${ending}`);
  let plain = path;
  try {
    if (packing === 'zip') {
      plain = aside('unzipped');
      await unzipOnlyFile(path, plain);
    }
    const isGzip = packing === 'gzip';
    const sample = await sampleOf(plain, path, isGzip);
    if (sample.lines.length === 0) return { path, format: 'empty', rows: 0, malformedCount: 0, malformed: [], series: [] };
    const hash = await contentHash(plain, isGzip);
    if (CAPTURE_LINE.test(sample.lines[0] ?? '')) {
      if (captures === undefined) throw new InvalidInputError(`${path} is a capture, which cannot be imported here`, { path });
      return await captures(catalogue, path, hash);
    }
    if (/^\s*\{/.test(sample.lines[0] ?? '')) {
      const { pair, lines } = await readKrakenAnswer(plain, isGzip);
      plain = aside('lines');
      await writeFile(plain, lines.map((line) => `${line}\n`).join(''));
      return await importLines(catalogue, path, plain, false, krakenTrades(sample, hints, pair), hash, number);
    }
    return await importLines(catalogue, path, plain, isGzip, sourceOf(sample, hints), hash, number);
  } finally {
    if (plain !== path) await rm(plain, { force: true });
  }
}

function sourceOf(sample: FileSample, hints: ImportHints): LineSource {
  for (const format of FORMATS) {
    const source = format.recognise(sample, hints);
    if (source !== undefined) return source;
  }
  const known = [...FORMATS.map(({ name }) => name), 'Kraken REST trades', 'captures of tiercel record'].join(', ');
  throw new InvalidInputError(`${sample.path} is of no known format; known are ${known}`, { path: sample.path });
}

async function importLines(
  catalogue: Catalogue,
  path: string,
  plain: string,
  isGzip: boolean,
  source: LineSource,
  hash: string,
  number: number,
): Promise<ImportReport> {
  const { database } = catalogue;
  const table = `import_${number}`;
  try {
    try {
      await database.run(`CREATE TEMP TABLE ${table} AS ${rowsSql(plain, isGzip, source)}`);
    } catch (cause) {
      const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
      throw new InvalidInputError(`${path} cannot be read: ${reason}`, { path }, { cause });
    }
    const counts = Counts.parse(
      await database.row(`SELECT count(*) AS rows, count(*) FILTER (reason IS NOT NULL) AS malformed FROM ${table}`),
    );
    const malformed = (
      await database.rows(`SELECT line, reason, text FROM ${table} WHERE reason IS NOT NULL ORDER BY line LIMIT ${MALFORMED_MAX}`)
    ).map((row) => {
      const { line, reason, text } = Malformed.parse(row);
      return { line, reason, text: (text ?? '').slice(0, 200) };
    });
    const names = (
      await database.rows(`SELECT DISTINCT venue, symbol FROM ${table} WHERE reason IS NULL ORDER BY venue, symbol`)
    ).map((row) => Names.parse(row));
    const series: StoreOutcome[] = [];
    for (const { venue, symbol } of names) {
      const rows = `(SELECT line, ${sqlNames(source.kind)} FROM ${table} WHERE reason IS NULL AND venue = ${sqlText(venue)} AND symbol = ${sqlText(symbol)})`;
      series.push(await catalogue.store({ kind: source.kind, interval: source.interval, venue, symbol }, rows, { hash }));
    }
    return { path, format: source.format, rows: counts.rows, malformedCount: counts.malformed, malformed, series };
  } finally {
    await database.run(`DROP TABLE IF EXISTS ${table}`);
  }
}

/** The lines of a file as rows: columns of the kind, venue and symbol, and for a malformed line the reason and its text. */
function rowsSql(plain: string, isGzip: boolean, { kind, headerLines, fieldCount, columns, venue, symbol }: LineSource): string {
  const readers = KINDS[kind].columns.map(({ name }) => {
    const reader = columns[name];
    if (reader === undefined)
      throw new InvalidInputError(`the format does not say how ${name} of ${kind} is read`, { kind, name });
    return { name, ...reader };
  });
  // One column a line, whatever is in it: the separator is a character that no text has, so the number of each line is known.
  const lines = `read_csv(${sqlList([plain])}, columns = {'t': 'VARCHAR'}, auto_detect = false, header = false, delim = chr(31), quote = '',
    escape = '', compression = ${isGzip ? "'gzip'" : "'none'"}, parallel = false, max_line_size = ${LINE_BYTES_MAX})`;
  const venueSql =
    'fixed' in venue
      ? sqlText(venue.fixed)
      : `CASE f[${venue.field}] ${Object.entries(venue.names)
          .map(([theirs, ours]) => `WHEN ${sqlText(theirs)} THEN ${sqlText(ours)}`)
          .join(' ')} ELSE f[${venue.field}] END`;
  const symbolSql = 'fixed' in symbol ? sqlText(symbol.fixed) : `f[${symbol.field}]`;
  const reasons = [
    `WHEN t IS NULL OR t = '' THEN 'the line is empty'`,
    `WHEN len(f) <> ${fieldCount} THEN 'expected ${fieldCount} fields, found ' || len(f)`,
    ...readers.map(({ malformed, complaint }) => `WHEN ${malformed} THEN ${sqlText(complaint)}`),
    ...('fixed' in venue
      ? []
      : [`WHEN NOT regexp_full_match(f[${venue.field}], '[a-z0-9][a-z0-9._-]*') THEN 'field ${venue.field} is no venue'`]),
    ...('fixed' in symbol ? [] : [`WHEN trim(f[${symbol.field}]) IN ('') THEN 'field ${symbol.field} is no symbol'`]),
  ].join(' ');
  return `SELECT * EXCLUDE (t), CASE WHEN reason IS NOT NULL THEN t END AS text FROM (
    SELECT line, t, CASE ${reasons} END AS reason, ${venueSql} AS venue, ${symbolSql} AS symbol,
      ${readers.map(({ name, sql }) => `${sql} AS ${name}`).join(', ')}
    FROM (SELECT line, t, string_split(t, ',') AS f FROM (SELECT row_number() OVER () AS line, t FROM ${lines})
      WHERE line > ${headerLines}))`;
}
