import type { BookReport } from '../feeds/capture/book-report.js';
import type { Difference } from '../feeds/capture/compare.js';
import type { CaptureReport, FeedReport, LineReport } from '../feeds/capture/verify.js';
import { count, duration } from '../ops/human-text.js';

type Column = readonly [title: string, align: 'left' | 'right', text: (book: BookReport) => string];

const level = (side: readonly [string, string] | null): string => (side === null ? '-' : `${side[0]} x ${side[1]}`);

const COLUMNS: readonly Column[] = [
  ['symbol', 'left', ({ symbol, quantitiesAsCodes }) => (quantitiesAsCodes === true ? `${symbol} *` : symbol)],
  ['state', 'left', ({ state }) => state],
  ['frames', 'right', ({ frames }) => count(frames)],
  ['levels', 'right', ({ levels }) => count(levels)],
  ['stale', 'right', ({ stale }) => count(stale)],
  ['gaps', 'right', ({ gaps }) => count(gaps)],
  ['sums good', 'right', ({ checksumsGood }) => count(checksumsGood)],
  ['bad', 'right', ({ checksumsBad }) => count(checksumsBad)],
  ['resyncs', 'right', ({ resynchronisations }) => count(resynchronisations)],
  ['sequence', 'right', ({ sequence }) => sequence],
  ['bids', 'right', ({ bidLevels }) => count(bidLevels)],
  ['asks', 'right', ({ askLevels }) => count(askLevels)],
  ['best bid', 'right', ({ bestBid }) => level(bestBid)],
  ['best ask', 'right', ({ bestAsk }) => level(bestAsk)],
  ['top-of-book digest', 'left', ({ topDigest }) => topDigest.hex],
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
  return title + table(symbols) + note;
}

function table(books: readonly BookReport[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...books.map((book) => COLUMNS.map(([, , text]) => text(book)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) =>
        COLUMNS[column]?.[1] === 'right' ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0),
      )
      .join('  ');
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join('');
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
