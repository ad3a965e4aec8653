import type { BookReport } from '../feeds/capture/book-report.js';
import type { Difference } from '../feeds/capture/compare.js';
import type { CaptureReport, FeedReport, LineReport } from '../feeds/capture/verify.js';
import { count, duration } from '../ops/human-text.js';
import { type TextColumn, textTable } from './text-table.js';

const level = (side: readonly [string, string] | null): string => (side === null ? '-' : `${side[0]} x ${side[1]}`);

const COLUMNS: readonly TextColumn<BookReport>[] = [
  {
    title: 'symbol',
    align: 'left',
    text: ({ symbol, quantitiesAsCodes }) => (quantitiesAsCodes === true ? `${symbol} *` : symbol),
  },
  { title: 'state', align: 'left', text: ({ state }) => state },
  { title: 'frames', align: 'right', text: ({ frames }) => count(frames) },
  { title: 'levels', align: 'right', text: ({ levels }) => count(levels) },
  { title: 'stale', align: 'right', text: ({ stale }) => count(stale) },
  { title: 'gaps', align: 'right', text: ({ gaps }) => count(gaps) },
  { title: 'sums good', align: 'right', text: ({ checksumsGood }) => count(checksumsGood) },
  { title: 'bad', align: 'right', text: ({ checksumsBad }) => count(checksumsBad) },
  { title: 'resyncs', align: 'right', text: ({ resynchronisations }) => count(resynchronisations) },
  { title: 'sequence', align: 'right', text: ({ sequence }) => sequence },
  { title: 'bids', align: 'right', text: ({ bidLevels }) => count(bidLevels) },
  { title: 'asks', align: 'right', text: ({ askLevels }) => count(askLevels) },
  { title: 'best bid', align: 'right', text: ({ bestBid }) => level(bestBid) },
  { title: 'best ask', align: 'right', text: ({ bestAsk }) => level(bestAsk) },
  { title: 'top-of-book digest', align: 'left', text: ({ topDigest }) => topDigest.hex },
];

/** One capture for people: a table for each venue and market, and a line for each message of a capture of single ones. */
export function reportText(report: CaptureReport, comparison: string): string {
  const feeds = report.feeds.map(feedText);
  const singles = (report.singles ?? []).map(singleText);
  return `${report.name}: ${count(report.lines)} lines, ${comparison}\n${[...feeds, ...singles].join('')}\n`;
}

function feedText({ venue, market, api, verdicts, symbols }: FeedReport): string {
  const ends = Object.entries(verdicts).map(([verdict, lines]) => `${verdict} ${count(lines)}`);
  const title = `  ${[venue, market, api].filter((part) => part !== '').join(' ')}: ${ends.join(', ') || 'nothing'}\n`;
  if (symbols.length === 0) return title;
  const note = symbols.some(({ quantitiesAsCodes }) => quantitiesAsCodes === true)
    ? '  * no scale holds its quantities within 2^53 units, so a live book would refuse it; verified with codes in their place\n'
    : '';
  return title + textTable(COLUMNS, symbols) + note;
}

function singleText({ line, verdict, symbol, conn }: LineReport): string {
  return `  line ${String(line).padStart(4)}  ${verdict.padEnd(14)}  ${(symbol ?? '').padEnd(16)}  ${conn}\n`;
}

/** One difference in one line. */
export function differenceLine({ file, symbol, field, got, expected }: Difference): string {
  return `DIFFERS ${[file, symbol, field].filter((part) => part !== '').join(' ')}: got ${got}, expected ${expected}`;
}

/** The last line: what was done, and what was found. */
export function summaryLine(reports: readonly CaptureReport[], compared: number, differences: number, elapsedMs: number): string {
  const lines = reports.reduce((sum, report) => sum + report.lines, 0);
  const books = reports.flatMap(({ feeds }) => feeds.flatMap(({ symbols }) => symbols)).length;
  const what = `${count(reports.length)} captures, ${count(lines)} lines, ${count(books)} books in ${duration(elapsedMs)}`;
  return `${what}; ${count(compared)} compared, ${differences === 0 ? 'no difference' : `${count(differences)} differences`}`;
}
