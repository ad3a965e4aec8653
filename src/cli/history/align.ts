import { writeFile } from 'node:fs/promises';
import { InvalidInputError } from '../../domain/errors.js';
import { KLINE_INTERVAL_MS } from '../../domain/market-data.js';
import { type KlineColumns, readKlines } from '../../history/kline-columns.js';
import { HistoricalDataManager } from '../../history/manager.js';
import type { AlignedMarketData } from '../../history/quality/align.js';
import { barInterval, isKlineInterval } from '../../history/series.js';
import { count } from '../../ops/human-text.js';
import type { CommandOutput } from '../capture-verify.js';
import { EXIT_GOOD } from '../exit.js';
import { textTable } from '../text-table.js';
import { type CatalogueFlags, rangeOf, type SeriesFlags, timeText, withCatalogue } from './catalogue.js';

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
