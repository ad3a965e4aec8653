import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '../domain/errors.js';
import { KLINE_INTERVAL_MS } from '../domain/market-data.js';
import { importCapture } from '../feeds/capture/capture-import.js';
import { Catalogue } from '../history/catalogue.js';
import type { ImportHints } from '../history/import/format.js';
import { type ImportReport, importFile } from '../history/import/importer.js';
import { KINDS, seriesKind } from '../history/kinds.js';
import { type KlineColumns, readKlines } from '../history/kline-columns.js';
import { HistoricalDataManager, isSound } from '../history/manager.js';
import type { AlignedMarketData } from '../history/quality/align.js';
import { type EventReport, reportEvents } from '../history/quality/event-report.js';
import { type KlineReport, reportKlines } from '../history/quality/kline-report.js';
import { BAR_INTERVAL_MS, barInterval, dateStartUs, isKlineInterval, type SeriesName, seriesText } from '../history/series.js';
import { count } from '../ops/human-text.js';
import type { CommandOutput } from './capture-verify.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';
import { ProgressBar } from './progress-bar.js';
import { textTable } from './text-table.js';

/** Where a command's catalogue is, and how it answers. */
export interface CatalogueFlags {
  readonly catalogue: string;
  readonly memoryMb: number;
  readonly json?: boolean;
}

/** Which series are meant; all when nothing is said. */
export interface SeriesFlags {
  readonly kind?: string;
  readonly venue?: string;
  readonly symbol?: string;
  readonly interval?: string;
  /** Dates, or moments such as 2023-03-01T12:00:00Z; `to` is left out. */
  readonly from?: string;
  readonly to?: string;
}

/** Opens the catalogue of a command and closes it after the work. */
export async function withCatalogue(
  { catalogue: root, memoryMb }: CatalogueFlags,
  mustExist: boolean,
  work: (catalogue: Catalogue) => Promise<number>,
): Promise<number> {
  if (!(memoryMb >= 64)) throw new InvalidInputError('--memory-mb must be 64 or more');
  if (mustExist && !(await isFolder(root)))
    throw new InvalidInputError(`there is no catalogue ${root}; import or fetch something first`, { root });
  const catalogue = await Catalogue.open(root, { memoryLimitMb: memoryMb });
  try {
    return await work(catalogue);
  } finally {
    catalogue.close();
  }
}

/**
 * Reads a date or a moment.
 * @returns microseconds since the epoch
 * @throws InvalidInputError when it is neither
 */
export function momentUs(text: string, flag: string): number {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dateStartUs(text);
  const ms = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new InvalidInputError(`${flag} "${text}" is neither a date (2023-03-01) nor a moment (2023-03-01T12:00:00Z)`, {
      flag,
      text,
    });
  return ms * 1000;
}

function rangeOf({ from, to }: SeriesFlags): { readonly fromUs?: number; readonly toUs?: number } {
  return {
    ...(from !== undefined && { fromUs: momentUs(from, '--from') }),
    ...(to !== undefined && { toUs: momentUs(to, '--to') }),
  };
}

/** `tiercel history import`. @returns the exit code: 1 when a line was malformed or a file of a folder was of no known format */
export async function importHistory(
  paths: readonly string[],
  flags: CatalogueFlags & Pick<SeriesFlags, 'venue' | 'symbol' | 'interval'>,
  output: CommandOutput,
): Promise<number> {
  const { venue, symbol, interval } = flags;
  const hints: ImportHints = {
    ...(venue !== undefined && { venue }),
    ...(symbol !== undefined && { symbol }),
    ...(interval !== undefined && { interval: barInterval(interval) }),
  };
  const files = (await Promise.all(paths.map(filesOf))).flat();
  return withCatalogue(flags, false, async (catalogue) => {
    const bar = new ProgressBar(files.length, output.progress);
    const reports: ImportReport[] = [];
    const refused: { readonly path: string; readonly reason: string }[] = [];
    try {
      for (const { path, isNamed } of files) {
        bar.to(bar.done, path);
        try {
          reports.push(await importFile({ catalogue, captures: importCapture }, path, hints));
        } catch (error) {
          // What a person names must be usable; what merely lies in a folder is told.
          if (isNamed || !(error instanceof InvalidInputError)) throw error;
          refused.push({ path, reason: error.message });
        }
        bar.to(bar.done + 1, path);
      }
    } finally {
      bar.clear();
    }
    output.write(flags.json === true ? `${JSON.stringify({ files: reports, refused })}\n` : importText(reports, refused));
    return reports.some(({ malformedCount }) => malformedCount > 0) || refused.length > 0 ? EXIT_FOUND_FAULT : EXIT_GOOD;
  });
}

/** `tiercel history gaps`. @returns the exit code: with `strict` 1 when something is wrong for sure */
export async function reportGaps(
  flags: CatalogueFlags & SeriesFlags & { readonly silenceS: number; readonly strict?: boolean },
  output: CommandOutput,
): Promise<number> {
  const range = rangeOf(flags);
  return withCatalogue(flags, true, async (catalogue) => {
    const series = await chosen(catalogue, flags);
    const bar = new ProgressBar(series.length, output.progress);
    const reports: { name: SeriesName; klines?: KlineReport; events?: EventReport }[] = [];
    for (const name of series) {
      bar.to(bar.done, seriesText(name));
      if (name.kind === 'klines' && name.interval !== null) {
        const columns = await readKlines(catalogue, { ...name, kind: 'klines' }, range);
        if (columns.openMs.length > 0) reports.push({ name, klines: reportKlines(columns, BAR_INTERVAL_MS[name.interval]) });
      } else if (!KINDS[name.kind].hasInterval) {
        const events = await reportEvents(catalogue, name, { ...range, silenceUsMin: flags.silenceS * 1e6 });
        if (events.rows > 0) reports.push({ name, events });
      }
      bar.to(bar.done + 1, seriesText(name));
    }
    bar.clear();
    if (reports.length === 0) throw new InvalidInputError('there is nothing in the catalogue to look over in that time');
    output.write(flags.json === true ? `${JSON.stringify({ series: reports })}\n` : reports.map(gapText).join(''));
    const isWrong = reports.some(({ klines, events }) =>
      klines !== undefined
        ? !isSound(klines)
        : events !== undefined && events.badPrices + events.crossed + events.missingDates.length > 0,
    );
    return flags.strict === true && isWrong ? EXIT_FOUND_FAULT : EXIT_GOOD;
  });
}

/** `tiercel history align`. @param names as "venue:symbol" */
export async function alignHistory(
  names: readonly string[],
  flags: CatalogueFlags &
    Pick<SeriesFlags, 'from' | 'to'> & { readonly interval: string; readonly carry: number; readonly out?: string },
  output: CommandOutput,
): Promise<number> {
  const interval = barInterval(flags.interval);
  if (!isKlineInterval(interval)) throw new InvalidInputError(`klines of ${interval} are not aligned`, { interval });
  if (!(flags.carry >= 0) || !Number.isInteger(flags.carry))
    throw new InvalidInputError('--carry must be a whole number, 0 or more');
  const range = rangeOf(flags);
  return withCatalogue(flags, true, async (catalogue) => {
    const data: Record<string, Record<string, KlineColumns>> = {};
    for (const text of names) {
      const at = text.indexOf(':');
      const [venue, symbol] = [text.slice(0, at), text.slice(at + 1)];
      if (at < 1 || symbol === '')
        throw new InvalidInputError(`"${text}" is no series; expected venue:symbol, as in kraken:BTC/USD`, { text });
      const columns = await readKlines(catalogue, { kind: 'klines', interval, venue, symbol }, range);
      if (columns.openMs.length === 0)
        throw new InvalidInputError(`there are no klines ${interval} of ${text} in that time`, { text });
      data[venue] = { ...data[venue], [symbol]: columns };
    }
    const { fromUs, toUs } = range;
    const aligned = new HistoricalDataManager().alignMultiExchangeData(data, {
      intervalMs: KLINE_INTERVAL_MS[interval],
      carryMax: flags.carry,
      ...(fromUs !== undefined && {
        fromMs: Math.ceil(fromUs / 1000 / KLINE_INTERVAL_MS[interval]) * KLINE_INTERVAL_MS[interval],
      }),
      ...(toUs !== undefined && { toMs: toUs / 1000 }),
    });
    if (flags.out !== undefined) await writeFile(flags.out, alignedCsv(aligned));
    output.write(flags.json === true ? `${JSON.stringify(alignedSummary(aligned))}\n` : alignedText(aligned, flags.out));
    return EXIT_GOOD;
  });
}

/** `tiercel history query`. */
export async function queryHistory(
  sql: string,
  flags: CatalogueFlags & { readonly rows: number },
  output: CommandOutput,
): Promise<number> {
  if (!(flags.rows >= 1)) throw new InvalidInputError('--rows must be 1 or more');
  return withCatalogue(flags, true, async (catalogue) => {
    await catalogue.makeViews();
    const { columns, rows } = await catalogue.database.select(sql, flags.rows);
    if (flags.json === true) output.write(`${JSON.stringify({ columns, rows })}\n`);
    else {
      const text = (value: unknown): string =>
        value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
      output.write(
        textTable(
          columns.map((title) => ({ title, align: 'left' as const, text: (row: (typeof rows)[number]) => text(row[title]) })),
          rows,
        ),
      );
      if (rows.length === flags.rows) output.write(`  the first ${count(rows.length)} rows; --rows shows more\n`);
    }
    return EXIT_GOOD;
  });
}

async function chosen(catalogue: Catalogue, { kind, venue, symbol, interval }: SeriesFlags): Promise<SeriesName[]> {
  const wantedKind = kind === undefined ? undefined : seriesKind(kind);
  const wantedInterval = interval === undefined ? undefined : barInterval(interval);
  const found = (await catalogue.list()).filter(
    (name) =>
      (wantedKind === undefined || name.kind === wantedKind) &&
      (venue === undefined || name.venue === venue) &&
      (symbol === undefined || name.symbol === symbol) &&
      (wantedInterval === undefined || name.interval === wantedInterval),
  );
  if (found.length === 0)
    throw new InvalidInputError(`the catalogue ${catalogue.root} has no such series`, { kind, venue, symbol, interval });
  return found;
}

/** A file, or the files in a folder whose names end as history does. */
async function filesOf(path: string): Promise<{ readonly path: string; readonly isNamed: boolean }[]> {
  if (!(await isFolder(path))) return [{ path, isNamed: true }];
  const names = await readdir(path, { recursive: true });
  return names
    .filter((name) => /\.(csv|json|ndjson|zip)(\.gz)?$/.test(name))
    .sort()
    .map((name) => ({ path: join(path, name), isNamed: false }));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function importText(
  reports: readonly ImportReport[],
  refused: readonly { readonly path: string; readonly reason: string }[],
): string {
  const lines: string[] = [];
  for (const { path, format, rows, malformedCount, malformed, series } of reports) {
    lines.push(`${path}: ${format}, ${count(rows)} rows`);
    for (const { name, rows: own, added, replaced, duplicates, outOfOrder, overlaps } of series) {
      const odd = [
        replaced > 0 ? `${count(replaced)} replaced` : '',
        duplicates > 0 ? `${count(duplicates)} of a moment that had one` : '',
        outOfOrder > 0 ? `${count(outOfOrder)} out of order` : '',
        overlaps.length > 0 ? `overlaps with ${overlaps.join(', ')}` : '',
      ].filter((text) => text !== '');
      lines.push(`  ${[`${seriesText(name)}: ${count(own)} rows, ${count(added)} new`, ...odd].join('; ')}`);
    }
    if (malformedCount > 0) lines.push(`  ${count(malformedCount)} malformed lines are left out`);
    for (const { line, reason, text } of malformed) lines.push(`    line ${line}: ${reason}: ${text}`);
  }
  for (const { reason } of refused) lines.push(reason);
  return lines.map((line) => `${line}\n`).join('');
}

const timeText = (ms: number): string => new Date(ms).toISOString().replace(/(:00)?\.000Z$/, 'Z');
const LINES_MAX = 10;

function gapText({ name, klines, events }: { name: SeriesName; klines?: KlineReport; events?: EventReport }): string {
  const lines = [seriesText(name)];
  const list = <T>(title: string, items: readonly T[], text: (item: T) => string): void => {
    if (items.length === 0) return;
    lines.push(`  ${title}`, ...items.slice(0, LINES_MAX).map((item) => `    ${text(item)}`));
    if (items.length > LINES_MAX) lines.push(`    and ${count(items.length - LINES_MAX)} more; --json tells all`);
  };
  if (klines !== undefined) {
    const { rows, firstMs, lastMs, missing, completeness, zeroVolume, duplicates, outOfOrder, offGrid, badPrices, inconsistent } =
      klines;
    lines.push(
      `  ${count(rows)} rows from ${timeText(firstMs)} to ${timeText(lastMs)}, ${(completeness * 100).toFixed(2)} % of what there could be`,
    );
    lines.push(`  missing ${count(missing)} in ${count(klines.gaps.length)} gaps; there without volume ${count(zeroVolume)}`);
    lines.push(
      `  twice ${duplicates}, out of order ${outOfOrder}, off the grid ${offGrid}, prices of 0 or less ${badPrices}, impossible ${inconsistent}`,
    );
    const longest = [...klines.gaps].sort((left, right) => right.count - left.count);
    list('longest gaps', longest, (gap) => `${timeText(gap.fromMs)} to ${timeText(gap.toMs)}, ${count(gap.count)} missing`);
    list(
      'jumps',
      klines.jumps,
      (jump) => `${timeText(jump.openMs)} ${(jump.logReturn * 1e4).toFixed(0)} bps, score ${jump.score.toFixed(0)}`,
    );
    list('frozen', klines.frozen, (run) => `${timeText(run.fromMs)} to ${timeText(run.toMs)}, ${count(run.count)} klines`);
  }
  if (events !== undefined) {
    const { rows, firstUs, lastUs, silenceCount, badPrices, crossed, withoutVenueTime, venueTimeBackwards, beforeSnapshot } =
      events;
    lines.push(`  ${count(rows)} rows from ${timeText(firstUs / 1000)} to ${timeText(lastUs / 1000)}`);
    lines.push(`  prices of 0 or less ${badPrices}, crossed ${crossed}, before the first snapshot ${beforeSnapshot}`);
    lines.push(`  without a time of the venue ${count(withoutVenueTime)}, with one that goes back ${count(venueTimeBackwards)}`);
    list('dates without a row', events.missingDates, (date) => date);
    list(
      `silences, ${count(silenceCount)} in all`,
      events.silences,
      ({ fromUs, toUs }) => `${timeText(fromUs / 1000)} for ${((toUs - fromUs) / 1e6).toFixed(1)} s`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

interface AlignedRow {
  readonly exchange: string;
  readonly symbol: string;
  readonly own: number;
  readonly carried: number;
  readonly missing: number;
  readonly quality: number;
}

function alignedRows({ exchangeData }: AlignedMarketData): AlignedRow[] {
  return Object.entries(exchangeData).flatMap(([exchange, symbols]) =>
    Object.entries(symbols).map(([symbol, { age, quality }]) => {
      const own = age.reduce((sum, each) => sum + (each === 0 ? 1 : 0), 0);
      const missing = age.reduce((sum, each) => sum + (each < 0 ? 1 : 0), 0);
      return { exchange, symbol, own, carried: age.length - own - missing, missing, quality };
    }),
  );
}

function alignedSummary(aligned: AlignedMarketData): Record<string, unknown> {
  const { timestamps, intervalMs, alignmentQuality, exchangeQuality } = aligned;
  const [firstMs, lastMs] = [timestamps[0], timestamps[timestamps.length - 1]];
  return {
    moments: timestamps.length,
    intervalMs,
    firstMs,
    lastMs,
    alignmentQuality,
    exchangeQuality,
    series: alignedRows(aligned),
  };
}

function alignedText(aligned: AlignedMarketData, out: string | undefined): string {
  const { timestamps, alignmentQuality } = aligned;
  const head = `${count(timestamps.length)} moments from ${timeText(timestamps[0] ?? 0)}; alignment quality ${alignmentQuality.toFixed(4)}\n`;
  const number = (title: string, text: (row: AlignedRow) => string) => ({ title, align: 'right' as const, text });
  const table = textTable<AlignedRow>(
    [
      { title: 'venue', align: 'left', text: ({ exchange }) => exchange },
      { title: 'symbol', align: 'left', text: ({ symbol }) => symbol },
      number('own', ({ own }) => count(own)),
      number('carried', ({ carried }) => count(carried)),
      number('missing', ({ missing }) => count(missing)),
      number('quality', ({ quality }) => quality.toFixed(4)),
    ],
    alignedRows(aligned),
  );
  return `${head}${table}${out === undefined ? '' : `closes and ages are in ${out}\n`}`;
}

/** A line a moment: its time, then close and age of each series; nothing where there is no kline. */
function alignedCsv({ timestamps, exchangeData }: AlignedMarketData): string {
  const all = Object.entries(exchangeData).flatMap(([exchange, symbols]) =>
    Object.entries(symbols).map(([symbol, series]) => ({ title: `${exchange}:${symbol}`, series })),
  );
  const lines = [['open_time_ms', ...all.flatMap(({ title }) => [`${title} close`, `${title} age`])].join(',')];
  timestamps.forEach((ms, at) => {
    const cells = all.flatMap(({ series: { close, age } }) => (age[at] === -1 ? ['', ''] : [String(close[at]), String(age[at])]));
    lines.push([String(ms), ...cells].join(','));
  });
  return `${lines.join('\n')}\n`;
}
