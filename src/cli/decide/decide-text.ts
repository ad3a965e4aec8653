import { groupBy } from '../../domain/group-by.js';
import { count } from '../../ops/human-text.js';
import { type TextColumn, textTable } from '../text-table.js';
import type { BasisPoint, BasisSeries } from './basis-series.js';
import type { DecideReport, ReportedDecision, ReportedIntent } from './decide-on-captures.js';

const POINTS: readonly TextColumn<BasisPoint>[] = [
  { title: 'UTC', align: 'left', text: ({ ms }) => timeText(ms) },
  { title: 'spot bid', align: 'right', text: ({ spotBid }) => spotBid },
  { title: 'spot ask', align: 'right', text: ({ spotAsk }) => spotAsk },
  { title: 'futures bid', align: 'right', text: ({ futuresBid }) => futuresBid },
  { title: 'futures ask', align: 'right', text: ({ futuresAsk }) => futuresAsk },
  { title: 'basis mid bps', align: 'right', text: ({ midBps }) => midBps.toFixed(3) },
  { title: 'buy spot, sell futures', align: 'right', text: ({ longSpotBps }) => longSpotBps.toFixed(3) },
  { title: 'sell spot, buy futures', align: 'right', text: ({ shortSpotBps }) => shortSpotBps.toFixed(3) },
];

/** The whole report for people. */
export function decideText(report: DecideReport): string {
  const lines = report.captures.reduce((sum, capture) => sum + capture.lines, 0);
  const books = report.books.map(({ name, rules, takerFeeBps }) => `  ${name}: taker fee ${takerFeeBps} bps, rules ${rules}\n`);
  const head = `${count(report.captures.length)} captures, ${count(lines)} lines, ${count(report.turns)} turns\n${books.join('')}`;
  const positions = report.positions.map(({ strategy, book, base }) => `  ${strategy} holds ${base} in ${book}\n`);
  return [head, ...report.basis.map(basisText), decisionsText(report), ...positions, `${summaryText(report)}\n`].join('');
}

function basisText({ spot, futures, roundTripFeeBps, points }: BasisSeries): string {
  const title = `\nBasis of ${futures} over ${spot}; both legs in and out cost ${roundTripFeeBps.toFixed(2)} bps of taker fees\n`;
  return title + (points.length === 0 ? '  the two books were never there together\n' : textTable(POINTS, points));
}

function decisionsText({ decisions, intents, strategies }: DecideReport): string {
  if (strategies.length === 0) return '';
  const byDecision = new Map(intents.map((intent) => [intent.decision, intent]));
  const parameters = strategies.map(({ name, parameters: given }) => `  ${name} ${JSON.stringify(given)}\n`).join('');
  const listed = decisions.map((decision) => decisionText(decision, byDecision.get(decision.id))).join('');
  return `\nDecisions\n${parameters}${decisions.length === 0 ? '  none\n' : listed}`;
}

function decisionText(decision: ReportedDecision, intent: ReportedIntent | undefined): string {
  const { ms, strategy, stage, verdict, row, books, figures } = decision;
  const where = books.length === 0 ? row : books.join(' / ');
  const reasons = Object.entries(figures).map(([name, value]) => `${name} ${figureText(value)}`);
  const did = intent === undefined ? '' : `    ${intentText(intent)}\n`;
  return `  ${timeText(ms)} ${strategy} ${stage}: ${verdict} (${where})\n    ${reasons.join(', ')}\n${did}`;
}

/** "open: buy 0.01 at most at 61800.1 in binance spot BTCUSDT, ..." */
function intentText({ purpose, legs, expectedNetQuote }: ReportedIntent): string {
  const said = legs.map(({ side, base, limit, book }) => `${side} ${base} ${book} at ${limit} or better`);
  return `${purpose}: ${said.join(', ')}; expected net ${figureText(expectedNetQuote)}`;
}

function summaryText({ decisions, intents, basis }: DecideReport): string {
  const points = basis.reduce((sum, series) => sum + series.points.length, 0);
  const kinds = [...groupBy(decisions, ({ strategy, stage, verdict }) => `${strategy} ${stage} ${verdict}`)];
  const tally = kinds.map(([kind, of]) => `${kind} ${count(of.length)}`);
  return `${count(points)} points, ${count(decisions.length)} decisions${tally.length === 0 ? '' : ` (${tally.join(', ')})`}, ${count(intents.length)} intents`;
}

/** At most six digits behind the point. */
export function figureText(value: number | null): string {
  return value === null ? 'unknown' : String(Number(value.toFixed(6)));
}

/** "23:54:15.208" */
export function timeText(ms: number): string {
  return new Date(Math.round(ms)).toISOString().slice(11, 23);
}
