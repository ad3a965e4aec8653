import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InvalidInputError } from '../../domain/errors.js';
import { captureImporter } from '../../feeds/capture/capture-import.js';
import { importRawDay } from '../../feeds/capture/tardis-source.js';
import { isSlice } from '../../history/fetch/tardis-slices.js';
import type { ImportHints } from '../../history/import/format.js';
import { type ImportReport, importFile } from '../../history/import/importer.js';
import { barInterval, seriesText } from '../../history/series.js';
import { count } from '../../ops/human-text.js';
import { existingFile } from '../../transport/existing-file.js';
import type { CommandOutput } from '../capture-verify.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from '../exit.js';
import { ProgressBar } from '../progress-bar.js';
import { type CatalogueFlags, isFolder, type SeriesFlags, withCatalogue } from './catalogue.js';

/** `tiercel history import`. @returns the exit code: 1 when a line was malformed or a file of a folder was of no known format */
export async function importHistory(
  paths: readonly string[],
  flags: CatalogueFlags & Pick<SeriesFlags, 'venue' | 'symbol' | 'interval'> & { readonly receiveLatencyMs?: number },
  output: CommandOutput,
): Promise<number> {
  const { venue, symbol, interval } = flags;
  const hints: ImportHints = {
    ...(venue !== undefined && { venue }),
    ...(symbol !== undefined && { symbol }),
    ...(interval !== undefined && { interval: barInterval(interval) }),
  };
  const captures = captureImporter(flags.receiveLatencyMs);
  const files = byDay((await Promise.all(paths.map(filesOf))).flat());
  return withCatalogue(flags, false, async (catalogue) => {
    const bar = new ProgressBar(files.length, output.progress);
    const reports: ImportReport[] = [];
    const refused: { readonly path: string; readonly reason: string }[] = [];
    try {
      for (const { path, isNamed, isDay } of files) {
        bar.to(bar.done, path);
        try {
          reports.push(isDay ? await importRawDay(catalogue, path) : await importFile({ catalogue, captures }, path, hints));
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

interface Source {
  readonly path: string;
  /** Whether a person named it, or it merely lies in a folder that was. */
  readonly isNamed: boolean;
  /** Whether it is the folder of a day of a raw feed. */
  readonly isDay: boolean;
}

/** Slices of a raw feed make sense only together: the day that each is of stands for it. */
function byDay(sources: readonly Source[]): Source[] {
  const days = new Set<string>();
  return sources.flatMap((source) => {
    if (!isSlice(source.path)) return [source];
    const path = dirname(resolve(source.path));
    if (days.has(path)) return [];
    days.add(path);
    return [{ ...source, path, isDay: true }];
  });
}

/** A file, or the files in a folder whose names end as history does. @throws InvalidInputError when there is neither */
async function filesOf(path: string): Promise<Source[]> {
  if (!(await isFolder(path))) return [{ path: existingFile(path), isNamed: true, isDay: false }];
  const names = await readdir(path, { recursive: true });
  return names
    .filter((name) => /\.(csv|json|ndjson|zip)(\.gz)?$/.test(name))
    .sort()
    .map((name) => ({ path: join(path, name), isNamed: false, isDay: false }));
}

function importText(
  reports: readonly ImportReport[],
  refused: readonly { readonly path: string; readonly reason: string }[],
): string {
  const lines: string[] = [];
  for (const { path, format, rows, malformedCount, malformed, unread = {}, series } of reports) {
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
    for (const [channel, messages] of Object.entries(unread))
      lines.push(`  ${count(messages)} messages of ${channel} are not decoded`);
    if (malformedCount > 0) lines.push(`  ${count(malformedCount)} malformed lines are left out`);
    for (const { line, reason, text } of malformed) lines.push(`    line ${line}: ${reason}: ${text}`);
  }
  for (const { reason } of refused) lines.push(reason);
  return lines.map((line) => `${line}\n`).join('');
}
