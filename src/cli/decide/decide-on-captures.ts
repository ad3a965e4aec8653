import type { Clock } from '../../domain/clock.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { AssumedFills } from '../../engine/assumed-fills.js';
import type { Decision } from '../../strategy/decision-log.js';
import type { Intent } from '../../strategy/intent.js';
import { rowName } from '../../strategy/universe.js';
import type { Config } from '../config.js';
import { assumeFills, type Deciding, makeDeciding } from '../deciding.js';
import { BasisSampler, type BasisSeries, bookName } from './basis-series.js';
import { type CapturedMarket, CaptureEnds, type CaptureSummary, captureMarket } from './captured-market.js';
import { mergedCaptures } from './merged-captures.js';

/** One decision with the numbers that made it. */
export interface ReportedDecision {
  readonly id: number;
  readonly ms: number;
  readonly turn: number;
  readonly strategy: string;
  readonly stage: string;
  readonly verdict: string;
  /** Whether it is the outcome that goes on. */
  readonly goesOn: boolean;
  /** "BTC/USDT" */
  readonly row: string;
  readonly books: readonly string[];
  readonly figures: Readonly<Record<string, number | null>>;
}

export interface ReportedIntent {
  readonly id: number;
  readonly ms: number;
  readonly turn: number;
  readonly strategy: string;
  readonly purpose: string;
  readonly row: string;
  /** Id of the decision that explains it; 0 for none. */
  readonly decision: number;
  readonly expectedNetQuote: number;
  readonly legs: readonly {
    readonly book: string;
    readonly side: 'buy' | 'sell';
    readonly base: number;
    readonly limit: number;
  }[];
}

/** Everything that came of deciding on captures. It holds nothing of the machine or the moment: two runs give the same. */
export interface DecideReport {
  readonly captures: readonly CaptureSummary[];
  readonly books: readonly { readonly name: string; readonly rules: 'listed' | 'guessed'; readonly takerFeeBps: number }[];
  readonly strategies: readonly { readonly name: string; readonly parameters: unknown }[];
  readonly turns: number;
  readonly basis: readonly BasisSeries[];
  readonly decisions: readonly ReportedDecision[];
  readonly intents: readonly ReportedIntent[];
  /** What strategies hold at the end, in base assets. */
  readonly positions: readonly { readonly strategy: string; readonly book: string; readonly base: number }[];
}

export interface DecideOptions {
  /** Milliseconds between turns; one after each frame when undefined. */
  readonly everyMs: number | undefined;
  /** Milliseconds between the points of the basis over time. */
  readonly sampleMs: number;
}

const FULL_SCAN_INTERVAL_US = 100_000;
const BPS = 1e4;

/** The time of the captures. */
class CaptureClock implements Clock {
  nowUs = 0;
  monotonicUs(): number {
    return this.nowUs;
  }
  epochUs(): number {
    return this.nowUs;
  }
}

/**
 * Runs the configured strategies on captures as if they were live: the frames are decoded at their times through the feeds' own
 * session and kernel, and the engine turns after each of them. Legs are filled at once at the prices of the books that were seen.
 * @throws InvalidInputError for files and parameters that cannot be used
 */
export async function decideOnCaptures(files: readonly string[], config: Config, options: DecideOptions): Promise<DecideReport> {
  const market = await captureMarket(files, config.signals.enabled ? config.signals : undefined);
  return new CaptureRun(files, market, config, options).run();
}

class CaptureRun {
  private readonly clock = new CaptureClock();
  private readonly deciding: Deciding;
  private readonly sampler: BasisSampler;
  private readonly decisions: ReportedDecision[] = [];
  private readonly fills: AssumedFills;
  private readonly intents: ReportedIntent[] = [];
  private readonly maxAgeUs: number;
  private readonly ends: CaptureEnds;
  private lastFullUs = Number.NEGATIVE_INFINITY;
  private turnDueMs = Number.NEGATIVE_INFINITY;
  private sampleDueMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly files: readonly string[],
    private readonly market: CapturedMarket,
    private readonly config: Config,
    private readonly options: DecideOptions,
  ) {
    const { kernel } = market.replay;
    this.deciding = makeDeciding({
      config,
      market: market.universe,
      kernel,
      clock: this.clock,
      histogram: kernel.plan.histograms[0] ?? 0,
      emit: (intent) => {
        this.intended(intent);
        this.fills.take(intent);
      },
    });
    this.fills = assumeFills(this.deciding, config.decisions.paperBalanceQuote);
    this.deciding.decisions.listener = (decision) => this.decided(decision);
    this.sampler = new BasisSampler(this.deciding.universe, this.deciding.views);
    this.ends = new CaptureEnds(market);
    this.maxAgeUs = config.engine.quoteAgeMsMax * 1000;
  }

  async run(): Promise<DecideReport> {
    let atMs: number | undefined;
    for await (const line of mergedCaptures(this.files)) {
      if (line.atMs === 0) throw new InvalidInputError('a capture without times cannot be decided on', { files: this.files });
      atMs = line.atMs;
      this.passTo(atMs);
      this.market.replay.replay(line.record);
      if (line.ended >= 0) this.ends.end(line.ended);
      if (this.options.everyMs === undefined && line.record.dir === 'in') this.turn(atMs);
    }
    if (atMs !== undefined) this.turn(atMs);
    return this.report();
  }

  private passTo(atMs: number): void {
    const { everyMs, sampleMs } = this.options;
    if (everyMs !== undefined) {
      if (this.turnDueMs === Number.NEGATIVE_INFINITY) this.turnDueMs = nextMultiple(atMs, everyMs);
      for (; this.turnDueMs <= atMs; this.turnDueMs += everyMs) this.turn(this.turnDueMs);
    }
    if (this.sampleDueMs === Number.NEGATIVE_INFINITY) this.sampleDueMs = nextMultiple(atMs, sampleMs);
    for (; this.sampleDueMs <= atMs; this.sampleDueMs += sampleMs) {
      this.sampler.sample(this.sampleDueMs, this.sampleDueMs * 1000 - this.maxAgeUs);
    }
  }

  private turn(ms: number): void {
    const nowUs = ms * 1000;
    this.clock.nowUs = nowUs;
    const isFull = nowUs - this.lastFullUs >= FULL_SCAN_INTERVAL_US;
    if (isFull) this.lastFullUs = nowUs;
    this.deciding.engine.turnAt(nowUs, nowUs, isFull);
  }

  private decided(decision: Decision): void {
    const { id, tsUs, turn, strategy, stage: index, verdict, row, book, otherBook, figures, figureCount } = decision;
    const reading = this.deciding.readings[strategy];
    const stage = reading?.stages[index];
    const named = Array.from({ length: figureCount }, (_, place) => {
      const figure = figures[place] ?? Number.NaN;
      return [stage?.figures[place] ?? `figure ${place + 1}`, Number.isFinite(figure) ? figure : null] as const;
    });
    this.decisions.push({
      id,
      ms: tsUs / 1000,
      turn,
      strategy: reading?.name ?? '',
      stage: stage?.name ?? '',
      verdict: stage?.verdicts[verdict] ?? '',
      goesOn: verdict === 0,
      row: this.rowName(row),
      books: [book, otherBook].filter((place) => place >= 0).map((place) => this.bookName(place)),
      figures: Object.fromEntries(named),
    });
  }

  private intended({ id, tsUs, turn, strategy, purpose, row, decision, expectedNet, legs, legCount }: Intent): void {
    const { books } = this.deciding.universe;
    this.intents.push({
      id,
      ms: tsUs / 1000,
      turn,
      strategy: this.deciding.readings[strategy]?.name ?? '',
      purpose,
      row: this.rowName(row),
      decision,
      expectedNetQuote: expectedNet,
      legs: legs.slice(0, legCount).map(({ book, changeUnits, limitPriceUnits }) => ({
        book: this.bookName(book),
        side: changeUnits > 0 ? 'buy' : 'sell',
        base: rounded(Math.abs(changeUnits) * (books[book]?.basePerUnit ?? 0)),
        limit: rounded(limitPriceUnits * (books[book]?.priceUnit ?? 0)),
      })),
    });
  }

  private report(): DecideReport {
    const { universe, host, engine } = this.deciding;
    return {
      captures: this.market.captures,
      books: universe.books.map((book) => ({
        name: bookName(book),
        rules: this.market.isGuessed[book.book] === true ? 'guessed' : 'listed',
        takerFeeBps: rounded(book.takerFee * BPS),
      })),
      strategies: this.config.strategies.map(({ kind, name = kind, parameters }) => ({ name, parameters })),
      turns: engine.turns,
      basis: this.sampler.series(),
      decisions: this.decisions,
      intents: this.intents,
      positions: host.contexts.flatMap(({ name, positions }) =>
        universe.books
          .filter(({ book }) => positions.of(book) !== 0)
          .map((book) => ({
            strategy: name,
            book: bookName(book),
            base: rounded(positions.of(book.book) * book.basePerUnit),
          })),
      ),
    };
  }

  private rowName(row: number): string {
    const info = this.deciding.universe.rows[row];
    return info === undefined ? '' : rowName(info);
  }
  private bookName(place: number): string {
    const info = this.deciding.universe.books[place];
    return info === undefined ? '' : bookName(info);
  }
}

function nextMultiple(ms: number, interval: number): number {
  return Math.ceil(ms / interval) * interval;
}

/** Without the last digits, which are noise of the binary fraction. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
