import type { Timers } from '../domain/clock.js';
import { count, duration, latency, mebibytes } from './human-text.js';
import type { BookStateName, LatencySummary, OperatorSnapshot, OpportunityView, VenueStatus } from './messages.js';
import { cell, renderLine, type Span, type Style } from './terminal-text.js';
import { signed, tradingLine } from './trading-text.js';

/** At most four redraws a second. */
const REDRAW_INTERVAL_MS = 250;
const SUMMARY_INTERVAL_MS = 5000;
const LOG_LINES_MAX = 4;

const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l';
const LEAVE_SCREEN = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_TO_LINE_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/**
 * One screen: venues, the best opportunities, latencies, and the last log lines where there is room.
 * @returns at most `height` lines, none wider than `width`, with colours
 */
export function renderTerminal(
  snapshot: OperatorSnapshot,
  width: number,
  height: number,
  logLines: readonly string[] = [],
): string {
  const head: Span[][] = [
    ...headLines(snapshot),
    ...(snapshot.trading === null ? [] : [tradingLine(snapshot.trading)]),
    ...strategyLines(snapshot),
    [],
    VENUE_HEADING,
    ...snapshot.venues.map(venueLine),
    [],
  ];
  const foot: Span[][] = [[], ...latencyLines(snapshot)];
  if (logLines.length > 0) foot.push([], ...logLines.slice(-LOG_LINES_MAX).map((line): Span[] => [[line, 'dim']]));
  const { list, recent } = snapshot.opportunities;
  const room = Math.max(0, height - head.length - foot.length - 1);
  const rows = [...list, ...recent].slice(0, room).map(opportunityLine);
  const none: Span[][] = room > 0 && rows.length === 0 ? [[['  none yet', 'dim']]] : [];
  const lines = [...head, OPPORTUNITY_HEADING, ...rows, ...none, ...foot];
  return lines
    .slice(0, height)
    .map((spans) => renderLine(spans, width))
    .join('\n');
}

/** What is said instead where the output is no terminal: everything on one line. */
export function renderSummary(snapshot: OperatorSnapshot): string {
  const { venues, opportunities, latencyUs } = snapshot;
  const { p50, p99 } = latencyUs.receiveToDecision;
  const parts = [
    `${syncedVenues(venues)} of ${venues.length} feeds SYNCED`,
    `${count(sum(venues, 'synced'))} of ${count(sum(venues, 'symbols'))} books`,
    `${count(sum(venues, 'framesPerS'))} frames/s`,
    `${opportunities.open} opportunities open, ${count(opportunities.found)} found`,
    `receive to decision p50 ${latency(p50)}, p99 ${latency(p99)}`,
  ];
  const { trading } = snapshot;
  if (trading !== null) {
    const reason = trading.reason === '' ? '' : ` (${trading.reason})`;
    parts.push(`${trading.mode} ${trading.state}${reason}, ${count(trading.intents.executed)} executed`);
    parts.push(`day ${signed(trading.risk.dailyProfit)}`);
  }
  const best = opportunities.list[0];
  if (best !== undefined) {
    const where = `buy ${best.buyVenue} ${best.buyPrice}, sell ${best.sellVenue} ${best.sellPrice}`;
    parts.push(`best ${best.symbol} ${best.netBps.toFixed(1)} bps (${where})`);
  }
  const summary = `${duration(snapshot.uptimeS * 1000)}: ${parts.join('; ')}`;
  return renderLine([[summary, 'plain']], Number.POSITIVE_INFINITY);
}

/** The part of standard output that the view writes to. */
export interface TerminalOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly writableNeedDrain?: boolean;
  write(text: string): unknown;
}

/** What the view shows and where. */
export interface TerminalViewOptions {
  readonly output: TerminalOutput;
  readonly timers: Timers;
  /** The newest snapshot; null until there is one. */
  snapshot(): OperatorSnapshot | null;
  /** The last log lines, which have no other place while the view has the screen. */
  logLines?(): readonly string[];
}

/**
 * Starts the live view on a terminal, or a one-line summary every few seconds on anything else.
 * @returns stops it and gives the screen and the cursor back; safe to call twice, and called when the process exits
 */
export function startTerminalView(options: TerminalViewOptions): () => void {
  return options.output.isTTY === true ? startScreen(options) : startSummary(options);
}

function startScreen({ output, timers, snapshot, logLines }: TerminalViewOptions): () => void {
  let shown = '';
  let running = true;
  const draw = (): void => {
    const newest = snapshot();
    if (newest === null || output.writableNeedDrain === true) return;
    const screen = renderTerminal(newest, output.columns ?? 100, output.rows ?? 30, logLines?.());
    if (screen === shown) return;
    shown = screen;
    output.write(`${HOME}${screen.replaceAll('\n', `${CLEAR_TO_LINE_END}\n`)}${CLEAR_TO_LINE_END}${CLEAR_BELOW}`);
  };
  const stop = (): void => {
    if (!running) return;
    running = false;
    timer.cancel();
    process.off('exit', stop);
    output.write(LEAVE_SCREEN);
    const last = snapshot();
    if (last !== null) output.write(`${renderSummary(last)}\n`);
  };
  output.write(ENTER_SCREEN);
  const timer = timers.every(REDRAW_INTERVAL_MS, draw);
  process.once('exit', stop);
  draw();
  return stop;
}

function startSummary({ output, timers, snapshot }: TerminalViewOptions): () => void {
  const timer = timers.every(SUMMARY_INTERVAL_MS, () => {
    const newest = snapshot();
    if (newest !== null && output.writableNeedDrain !== true) output.write(`${renderSummary(newest)}\n`);
  });
  return () => timer.cancel();
}

function headLines(snapshot: OperatorSnapshot): Span[][] {
  const { venues, opportunities, ready } = snapshot;
  return [
    [
      [' TIERCEL ', 'heading'],
      [`${snapshot.version}  ${snapshot.mode}  up ${duration(snapshot.uptimeS * 1000)}  `, 'dim'],
      ready ? ['ready', 'good'] : ['starting', 'warn'],
    ],
    [
      [` feeds ${syncedVenues(venues)}/${venues.length}`, 'bold'],
      [`  books ${count(sum(venues, 'synced'))}/${count(sum(venues, 'symbols'))}`, 'bold'],
      [`  opportunities ${opportunities.open} open, ${count(opportunities.found)} found`, 'bold'],
      [`  frames ${count(sum(venues, 'framesPerS'))}/s  turns ${count(snapshot.turnsPerS)}/s`, 'plain'],
      [`  loop delay ${latency(snapshot.eventLoopDelayUs)}  memory ${mebibytes(snapshot.rssBytes)}`, 'plain'],
    ],
  ];
}

/** One line for each strategy: what it has made, and what it has committed. */
function strategyLines({ strategies, decisions }: OperatorSnapshot): Span[][] {
  return strategies.map(({ name, intents, committedQuote, budgetQuote }): Span[] => {
    const last = decisions.find(({ strategy }) => strategy === name);
    const said = last === undefined ? '' : `${last.symbol} ${last.stage}: ${last.verdict}`;
    return [
      [` ${cell(name, 15)}`, 'bold'],
      [cell(`${count(intents)} intents`, 15), 'plain'],
      [cell(`${count(committedQuote)} of ${count(budgetQuote)} committed`, 30), 'plain'],
      [said, 'dim'],
    ];
  });
}

const VENUE_COLUMNS = [10, 9, 11, 11, 11, 9, 7, 9, 11] as const;
const VENUE_HEADING: Span[] = [
  [
    headings(['VENUE', 'MARKET', 'STATE'], ['BOOKS', 'FRAMES/S', 'RESYNCS', 'GAPS', 'BAD SUMS', 'BREAKER'], VENUE_COLUMNS),
    'accent',
  ],
];

function venueLine(status: VenueStatus): Span[] {
  const [venue, market, state, books, frames, resyncs, gaps, sums, breaker] = VENUE_COLUMNS;
  const problem = (value: number): Style => (value === 0 ? 'dim' : 'warn');
  return [
    [` ${cell(status.venue, venue)}${cell(status.market, market)}`, 'plain'],
    [cell(status.state, state), stateStyle(status.state)],
    [cell(`${status.synced}/${status.symbols}`, books, 'right'), 'plain'],
    [cell(count(status.framesPerS), frames, 'right'), 'plain'],
    [cell(count(status.resyncs), resyncs, 'right'), problem(status.resyncs)],
    [cell(count(status.gaps), gaps, 'right'), problem(status.gaps)],
    [cell(count(status.checksumsBad), sums, 'right'), problem(status.checksumsBad)],
    [cell(status.breaker, breaker, 'right'), status.breaker === 'closed' ? 'dim' : 'bad'],
  ];
}

const OPPORTUNITY_COLUMNS = [16, 9, 24, 24, 16, 10, 10] as const;
const OPPORTUNITY_HEADING: Span[] = [
  [headings(['OPPORTUNITY', 'MARKET', 'BUY AT', 'SELL AT'], ['SIZE', 'NET BPS', 'AGE'], OPPORTUNITY_COLUMNS), 'accent'],
];

function opportunityLine(view: OpportunityView): Span[] {
  const [symbol, market, buy, sell, size, net, age] = OPPORTUNITY_COLUMNS;
  const style: Style = view.open ? 'plain' : 'dim';
  return [
    [` ${cell(view.symbol, symbol)}`, view.open ? 'bold' : 'dim'],
    [cell(view.market, market), 'dim'],
    [cell(`${cell(view.buyVenue, 9)}${view.buyPrice}`, buy), style],
    [cell(`${cell(view.sellVenue, 9)}${view.sellPrice}`, sell), style],
    [cell(view.qty, size, 'right'), style],
    [cell(view.netBps.toFixed(1), net, 'right'), view.open ? 'good' : 'dim'],
    [cell(view.open ? duration(view.ageMs) : 'closed', age, 'right'), 'dim'],
  ];
}

const LATENCY_COLUMNS = [21, 11, 11, 11, 11, 11, 13] as const;

function latencyLines({ latencyUs }: OperatorSnapshot): Span[][] {
  const [stage, ...figures] = LATENCY_COLUMNS;
  const line = (name: string, summary: LatencySummary): Span[] => {
    const { p50, p90, p99, p999, max } = summary;
    const values = [...[p50, p90, p99, p999, max].map(latency), count(summary.count)];
    const cells = values.map((value, index) => cell(value, figures[index] ?? 0, 'right')).join('');
    return [
      [` ${cell(name, stage)}`, 'plain'],
      [cells, 'bold'],
    ];
  };
  return [
    [[headings(['LATENCY'], ['P50', 'P90', 'P99', 'P99.9', 'MAX', 'SAMPLES'], LATENCY_COLUMNS), 'accent']],
    line('receive to decision', latencyUs.receiveToDecision),
    line('decode', latencyUs.decode),
  ];
}

function headings(texts: readonly string[], numbers: readonly string[], widths: readonly number[]): string {
  const left = texts.map((name, index) => cell(name, widths[index] ?? 0));
  const right = numbers.map((name, index) => cell(name, widths[texts.length + index] ?? 0, 'right'));
  return ` ${[...left, ...right].join('')}`;
}

function stateStyle(state: BookStateName): Style {
  if (state === 'SYNCED') return 'good';
  return state === 'EMPTY' || state === 'BUFFERING' ? 'warn' : 'bad';
}

function syncedVenues(venues: readonly VenueStatus[]): number {
  return venues.filter(({ state }) => state === 'SYNCED').length;
}

function sum(venues: readonly VenueStatus[], field: 'symbols' | 'synced' | 'framesPerS'): number {
  return venues.reduce((total, status) => total + status[field], 0);
}
