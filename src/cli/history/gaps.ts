import { InvalidInputError } from '../../domain/errors.js';
import type { Catalogue } from '../../history/catalogue.js';
import { KINDS, seriesKind } from '../../history/kinds.js';
import { readKlines } from '../../history/kline-columns.js';
import { isSound } from '../../history/manager.js';
import { type EventReport, reportEvents } from '../../history/quality/event-report.js';
import { type KlineReport, reportKlines } from '../../history/quality/kline-report.js';
import { BAR_INTERVAL_MS, barInterval, type SeriesName, seriesText } from '../../history/series.js';
import { count } from '../../ops/human-text.js';
import type { CommandOutput } from '../capture-verify.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from '../exit.js';
import { ProgressBar } from '../progress-bar.js';
import { type CatalogueFlags, rangeOf, type SeriesFlags, timeText, withCatalogue } from './catalogue.js';

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
