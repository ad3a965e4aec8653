import { Decimal } from '../domain/decimal.js';
import { InvalidInputError } from '../domain/errors.js';
import { DAY_US } from '../ledger/books.js';
import { LATENCY_STEPS, type LatencyFigures } from '../ledger/latency.js';
import { type LedgerReport, type ReportAmount, type ReportRange, type ReportRow, reportOf } from '../ledger/report.js';
import type { CommandOutput } from './capture-verify.js';
import { EXIT_GOOD } from './exit.js';
import { readingLedger } from './ledger-file.js';
import { type TextColumn, textTable } from './text-table.js';

/** What part of a ledger is wanted: at most one of a day, a week, and a range. All of it when nothing is said. */
export interface ReportFlags {
  /** Dates (from the beginning of that day, UTC) or moments; `to` is not part of the range, a date in it is. */
  readonly from?: string;
  readonly to?: string;
  readonly day?: string;
  /** Any day of the week, which begins on Monday. */
  readonly week?: string;
  readonly json?: boolean;
}

/** Reports on a ledger. @returns the exit code @throws InvalidInputError for no readable ledger, and for dates that are none */
export function reportLedger(file: string, flags: ReportFlags, { write }: CommandOutput): number {
  const range = rangeOf(flags);
  const report = readingLedger(file, (journal) => reportOf(journal.read(), range));
  write(flags.json === true ? `${JSON.stringify(plain(report))}\n` : textOf(report));
  return EXIT_GOOD;
}

/** Ranges without an end are null at that end in JSON. */
function plain({ fromUs, toUs, ...report }: LedgerReport): object {
  return { from: momentText(fromUs), to: momentText(toUs), ...report };
}

function rangeOf({ from, to, day, week }: ReportFlags): ReportRange {
  const said = [day, week, from ?? to].filter((flag) => flag !== undefined);
  if (said.length > 1)
    throw new InvalidInputError('a report is of a day, of a week, or from one moment to another', { day, week, from, to });
  if (day !== undefined) return daysFrom(dateUs('--day', day), 1);
  if (week !== undefined) {
    const dayUs = dateUs('--week', week);
    // 1970 began on a Thursday.
    return daysFrom(dayUs - ((dayUs / DAY_US + 3) % 7) * DAY_US, 7);
  }
  return {
    fromUs: from === undefined ? 0 : momentUs('--from', from),
    toUs: to === undefined ? Number.POSITIVE_INFINITY : momentUs('--to', to) + (DATE.test(to) ? DAY_US : 0),
  };
}

const DATE = /^\d{4}-\d\d-\d\d$/;

function daysFrom(fromUs: number, days: number): ReportRange {
  return { fromUs, toUs: fromUs + days * DAY_US };
}

function dateUs(flag: string, text: string): number {
  if (!DATE.test(text)) throw new InvalidInputError(`${flag} ${text}: expected a date such as 2026-01-31`, { text });
  return momentUs(flag, text);
}

function momentUs(flag: string, text: string): number {
  const ms = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new InvalidInputError(`${flag} ${text}: expected 2026-01-31 or 2026-01-31T12:00:00Z`, { text });
  return ms * 1000;
}

function momentText(us: number): string | null {
  return us === 0 || us === Number.POSITIVE_INFINITY ? null : new Date(us / 1000).toISOString();
}

/** Amounts are shown to eight places; the JSON has them all. */
function amount(text: string): string {
  return new Decimal(text).toDecimalPlaces(8).toFixed();
}

/** A line with more of them says nothing. */
const AMOUNTS_SHOWN_MAX = 24;

const ROWS = (title: string): readonly TextColumn<ReportRow>[] => [
  { title, align: 'left', text: ({ name }) => name },
  { title: 'in', align: 'left', text: ({ asset }) => asset },
  { title: 'net', align: 'right', text: ({ net }) => amount(net) },
  { title: 'realised', align: 'right', text: ({ realised }) => amount(realised) },
  { title: 'fees', align: 'right', text: ({ fees }) => amount(fees) },
  { title: 'funding', align: 'right', text: ({ funding }) => amount(funding) },
  { title: 'turnover', align: 'right', text: ({ turnover }) => amount(turnover) },
  { title: 'fills', align: 'right', text: ({ fills }) => String(fills) },
];

const LATENCY: readonly TextColumn<LatencyFigures & { readonly step: string }>[] = [
  { title: 'latency', align: 'left', text: ({ step }) => step },
  { title: 'count', align: 'right', text: ({ count }) => String(count) },
  { title: 'p50 us', align: 'right', text: ({ p50Us }) => p50Us.toFixed(0) },
  { title: 'p90 us', align: 'right', text: ({ p90Us }) => p90Us.toFixed(0) },
  { title: 'p99 us', align: 'right', text: ({ p99Us }) => p99Us.toFixed(0) },
  { title: 'max us', align: 'right', text: ({ maxUs }) => maxUs.toFixed(0) },
];

function textOf(report: LedgerReport): string {
  const { fromUs, toUs, entries, riskEvents } = report;
  const latency = LATENCY_STEPS.flatMap((step) => {
    const figures = report.latency[step];
    return figures === null ? [] : [{ step, ...figures }];
  });
  const parts = [
    `${momentText(fromUs) ?? 'the beginning'} to ${momentText(toUs) ?? 'the end'}: ${entries} entries, ${riskEvents} risk events\n`,
    table(ROWS(''), report.total),
    report.trades
      .map(
        ({ asset, taken, completed, completedRate, trades, wins, winRate, unmatched, expected, realised, difference }) =>
          `${taken} taken in ${asset}: ${completed} carried out in full (${percent(completedRate)})\n` +
          `${trades} trades in ${asset}: ${wins} won (${percent(winRate)}), ${unmatched} with something open; ` +
          `realised ${amount(realised)}, expected ${amount(expected)}, difference ${amount(difference)}\n`,
      )
      .join(''),
    table(ROWS('strategy'), report.byStrategy),
    table(ROWS('symbol'), report.bySymbol),
    table(ROWS('venue'), report.byVenue),
    table(ROWS('day'), report.byDay),
    amounts('fees', report.feesByAsset) +
      amounts('fees of unknown value, in no sum', report.unvaluedFees) +
      amounts('transfers', report.transfers) +
      amounts('adjustments', report.adjustments),
    table(LATENCY, latency),
    report.positions
      .map(
        ({ strategy, market, venue, symbol, quantity, cost }) =>
          `open: ${strategy} ${venue ?? 'all venues'} ${market} ${symbol} ${amount(quantity)} at a cost of ${amount(cost)}\n`,
      )
      .join(''),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function table<T>(columns: readonly TextColumn<T>[], rows: readonly T[]): string {
  return rows.length === 0 ? '' : textTable(columns, rows);
}

function percent(fraction: number | null): string {
  return fraction === null ? '-' : `${(fraction * 100).toFixed(1)} %`;
}

function amounts(title: string, sums: readonly ReportAmount[]): string {
  if (sums.length === 0) return '';
  if (sums.length > AMOUNTS_SHOWN_MAX) return `${title}: of ${sums.length} assets; --json has them all\n`;
  return `${title}: ${sums.map(({ asset, amount: sum }) => `${amount(sum)} ${asset}`).join(', ')}\n`;
}
