import {
  BOOK_FUNDING_RATE,
  BOOK_INDEX_PRICE,
  BOOK_MARK_PRICE,
  BOOK_NEXT_FUNDING_US,
  BOOK_RULE_DELTAS,
  BOOK_SEQUENCE,
  BOOK_STATE,
  CHECKSUM_OFF,
  DECODER_BINANCE_SPOT,
  STATE_SYNCED,
} from '../../../assembly/memory/layout.js';
import { InvalidInputError } from '../../domain/errors.js';
import { AssumedFills } from '../../engine/assumed-fills.js';
import { StrategyHost } from '../../engine/strategy-host.js';
import { TurnMarket } from '../../engine/turn-market.js';
import { Kernel } from '../../kernel/kernel.js';
import { createSharedBooks } from '../../kernel/memory.js';
import { type MemoryRequest, planMemory } from '../../kernel/plan.js';
import { Scanner } from '../../kernel/scan.js';
import { Signals } from '../../kernel/signals.js';
import { Views } from '../../kernel/views.js';
import type { Universe, UniverseBook } from '../../market/universe.js';
import { strategyUniverse } from '../../strategy/build-universe.js';
import { Budget, Capital } from '../../strategy/capital.js';
import type { StrategyEvent } from '../../strategy/context.js';
import { CostModel, type CostSettings, DEFAULT_COST_SETTINGS } from '../../strategy/cost-model.js';
import { type Decision, DecisionLog } from '../../strategy/decision-log.js';
import type { Intent, LegUpdate, Purpose } from '../../strategy/intent.js';
import { rowSizing, type SizingSettings } from '../../strategy/row-sizing.js';
import type { HostedStrategy, StrategyDefinition } from '../../strategy/strategy.js';
import type { BookInfo, StrategyUniverse } from '../../strategy/universe.js';
import { type InstrumentSpec, tradable } from './instrument.js';

/** [price, quantity] as decimal texts. */
export type Level = readonly [string, string];

/** A plain copy of an intent. */
export interface SeenIntent {
  readonly id: number;
  readonly strategy: number;
  readonly purpose: Purpose;
  readonly row: number;
  readonly turn: number;
  readonly tsUs: number;
  readonly expiresUs: number;
  readonly hedgeByUs: number;
  readonly expectedNet: number;
  readonly expectedNetFraction: number;
  readonly fallbackBook: number;
  readonly decision: number;
  readonly legs: readonly {
    readonly book: number;
    readonly positionUnits: number;
    readonly targetUnits: number;
    readonly limitPriceUnits: number;
    readonly reduceOnly: boolean;
    readonly version: number;
    readonly sequence: number;
  }[];
}

/** A plain copy of a decision. */
export type SeenDecision = Omit<Decision, 'figures' | 'note'> & { readonly figures: readonly number[] };

export interface RigOptions {
  /** One list of instruments a row; all of one row share base, quote and market. */
  readonly rows: readonly (readonly InstrumentSpec[])[];
  /** Every account's balance in its asset, unless said otherwise with `setBalance`. */
  readonly balance?: number;
  readonly budgetQuote?: number;
  readonly maxQuoteAgeUs?: number;
  readonly sizing?: Partial<SizingSettings>;
  readonly costs?: Partial<CostSettings>;
  readonly viewLevels?: number;
  /** Added to the memory request, for signals. */
  readonly memory?: Partial<MemoryRequest>;
  /** Fills every leg at once in the next turn. */
  readonly assumeFills?: boolean;
}

const SIZING: SizingSettings = {
  multipliers: [1, 2, 5, 10],
  minOrderQuote: '5',
  rounding: 'up',
  fromNet: Number.NEGATIVE_INFINITY,
};

/**
 * A small market on the calling thread to try strategies in: books, scan, views, signals and strategies over planned memory, as in an
 * engine, with a clock and books that the caller sets.
 */
export class Rig {
  readonly universe: StrategyUniverse;
  readonly kernel: Kernel;
  readonly scanner: Scanner;
  readonly views: Views;
  readonly market: TurnMarket;
  readonly capital: Capital;
  readonly costs: CostModel;
  readonly log = new DecisionLog();
  readonly intents: SeenIntent[] = [];
  readonly decisions: SeenDecision[] = [];
  readonly events: StrategyEvent[] = [];
  nowUs = 1_000_000;
  readonly epochOffsetUs = 1_767_225_600_000_000;
  private readonly maxQuoteAgeUs: number;
  private host: StrategyHost;
  private intentIds = 0;
  private readonly fills: AssumedFills | null;
  private readonly sequences: Float64Array;

  constructor(readonly options: RigOptions) {
    const universe = universeOf(options.rows);
    this.universe = strategyUniverse(universe, (instrument) => instrument);
    const plan = planMemory({
      feeds: universe.books.map(() => DECODER_BINANCE_SPOT),
      books: universe.books.map(({ request }) => request),
      threads: [{ inputBytes: 2 ** 16, levelsMax: 512, copyLevelsMax: 512, eventsMax: 64 }],
      histograms: 1,
      scanRows: universe.rows.length,
      viewLevels: options.viewLevels ?? 20,
      ...options.memory,
    });
    this.kernel = new Kernel(createSharedBooks(plan), 0);
    this.scanner = new Scanner(this.kernel);
    for (const row of this.universe.rows) {
      this.scanner.setRow(
        row.row,
        row.books.map(({ book, takerFee, basePerUnit }) => ({ book: plan.books[book] ?? 0, takerFee, basePerUnit })),
      );
      this.scanner.setSizing(row.row, rowSizing(row, { ...SIZING, ...options.sizing }));
    }
    this.views = new Views(this.kernel, this.scanner);
    this.market = new TurnMarket(this.scanner, this.views, Signals.of(this.kernel, this.views));
    this.capital = new Capital(this.universe.accounts.length);
    for (const { account } of this.universe.accounts) this.setBalance(account, options.balance ?? 100_000);
    this.costs = new CostModel(this.universe, this.scanner, { ...DEFAULT_COST_SETTINGS, ...options.costs });
    this.log.listener = (decision) =>
      this.decisions.push({ ...decision, figures: [...decision.figures.subarray(0, decision.figureCount)] });
    this.maxQuoteAgeUs = options.maxQuoteAgeUs ?? 5_000_000;
    this.sequences = new Float64Array(universe.books.length);
    this.host = this.hostOf([]);
    this.fills =
      options.assumeFills === true
        ? new AssumedFills(this.universe, this.views, this.capital, (strategy, update) => this.host.tell(strategy, update))
        : null;
  }

  /** Makes strategies of definitions and runs them from now on. */
  run(...made: readonly HostedStrategy[]): this {
    this.host = this.hostOf(made);
    return this;
  }
  /** Makes one strategy with a configuration that is parsed by its schema. */
  make<Config>(definition: StrategyDefinition<Config>, config: unknown = {}): HostedStrategy {
    const strategy = definition.create(definition.config.parse(config), this.universe);
    return { name: definition.name, strategy, budget: new Budget(this.options.budgetQuote ?? 1_000_000) };
  }
  get context() {
    const [first] = this.host.contexts;
    if (first === undefined) throw new InvalidInputError('no strategy runs in this market');
    return first;
  }

  /** Book of an instrument by venue, and market and base where that is not enough. */
  book(venue: string, market = 'spot', base?: string): BookInfo {
    const found = this.universe.books.find(
      ({ instrument }) =>
        instrument.venue === venue && instrument.market === market && (base === undefined || instrument.base === base),
    );
    if (found === undefined)
      throw new InvalidInputError(`there is no ${market} book of ${base ?? 'any asset'} at ${venue}`, { venue, market, base });
    return found;
  }

  /** Replaces a book; prices and quantities as decimal texts, best first. */
  setBook({ book }: BookInfo, bids: readonly Level[], asks: readonly Level[]): void {
    const lastUpdateId = this.nextSequence(book);
    this.kernel.receivedAt(this.nowUs);
    this.kernel.decodeSnapshot(this.address(book), Buffer.from(JSON.stringify({ lastUpdateId, bids, asks })));
  }
  /** Changes levels of a book that has a snapshot. */
  update({ book, instrument }: BookInfo, bids: readonly Level[], asks: readonly Level[]): void {
    const u = this.nextSequence(book);
    const epochMs = Math.floor((this.nowUs + this.epochOffsetUs) / 1000);
    this.frame(book, { e: 'depthUpdate', E: epochMs, s: instrument.symbol, U: u, u, b: bids, a: asks });
  }
  /** A trade in which the taker bought or sold. */
  trade({ book, instrument }: BookInfo, taker: 'buy' | 'sell', price: string, qty: string): void {
    const epochMs = Math.floor((this.nowUs + this.epochOffsetUs) / 1000);
    this.frame(book, {
      e: 'trade',
      E: epochMs,
      s: instrument.symbol,
      t: 1,
      p: price,
      q: qty,
      T: epochMs,
      m: taker === 'sell',
      M: true,
    });
  }
  /** Marks of a futures book. */
  setMark({ book }: BookInfo, mark: { price?: number; index?: number; fundingRate?: number; nextFundingUs?: number }): void {
    const { float64 } = this.kernel;
    const at = this.address(book);
    if (mark.price !== undefined) float64[(at + BOOK_MARK_PRICE) >> 3] = mark.price;
    if (mark.index !== undefined) float64[(at + BOOK_INDEX_PRICE) >> 3] = mark.index;
    if (mark.fundingRate !== undefined) float64[(at + BOOK_FUNDING_RATE) >> 3] = mark.fundingRate;
    if (mark.nextFundingUs !== undefined) float64[(at + BOOK_NEXT_FUNDING_US) >> 3] = mark.nextFundingUs;
    this.setState(book, this.kernel.int32At(at + BOOK_STATE));
  }
  /** STATE_...; the version changes and the engine is told. */
  setState(book: number, state: number = STATE_SYNCED): void {
    this.kernel.exports.setState(this.address(book), state);
  }
  sequence(book: number): number {
    return this.kernel.float64At(this.address(book) + BOOK_SEQUENCE);
  }

  /** Sets an account to an amount of its asset. */
  setBalance(account: number, amount: number): void {
    this.capital.setBalance(account, amount * 10 ** (this.universe.accounts[account]?.scale ?? 0));
  }

  /** One engine turn, `afterUs` after the last one. @returns intents made in it */
  turn(afterUs = 1000): readonly SeenIntent[] {
    this.nowUs += afterUs;
    const { market } = this;
    const before = this.intents.length;
    market.rowCount = this.scanner.scanDirty(this.nowUs, this.maxQuoteAgeUs);
    market.turn++;
    market.nowUs = this.nowUs;
    market.epochUs = this.nowUs + this.epochOffsetUs;
    market.oldestUs = this.nowUs - this.maxQuoteAgeUs;
    this.host.turn(market);
    return this.intents.slice(before);
  }

  /** Tells what became of a leg; the strategy hears of it in the next turn. */
  tell(strategy: number, update: LegUpdate): void {
    this.host.tell(strategy, update);
  }
  /** Fills legs of an intent wholly at their limit prices; `share` fills only that part of each. */
  fill(intent: SeenIntent, share: number | readonly number[] = 1): void {
    intent.legs.forEach(({ book, positionUnits, targetUnits, limitPriceUnits }, leg) => {
      const part = typeof share === 'number' ? share : (share[leg] ?? 0);
      const filledUnits = Math.trunc((targetUnits - positionUnits) * part);
      const filledQuoteUnits = Math.abs(filledUnits) * limitPriceUnits;
      this.tell(intent.strategy, { intent: intent.id, leg, book, filledUnits, filledQuoteUnits, feeQuote: 0, isFinal: true });
    });
  }

  private frame(book: number, message: object): void {
    const bytes = Buffer.from(JSON.stringify(message));
    this.kernel.receivedAt(this.nowUs);
    this.kernel.decodeFrame(this.kernel.plan.feeds[book] ?? 0, bytes, 0, bytes.length);
  }
  private nextSequence(book: number): number {
    const sequence = (this.sequences[book] ?? 0) + 1;
    this.sequences[book] = sequence;
    return sequence;
  }
  private address(book: number): number {
    return this.kernel.plan.books[book] ?? 0;
  }
  private hostOf(made: readonly HostedStrategy[]): StrategyHost {
    return new StrategyHost(made, this.universe.books.length, {
      capital: this.capital,
      costs: this.costs,
      decisions: this.log,
      emit: (intent) => {
        this.intents.push(copyOf(intent));
        this.fills?.take(intent);
      },
      raise: (event) => this.events.push(event),
      nextIntentId: () => ++this.intentIds,
    });
  }
}

function copyOf({ legs, legCount, ...intent }: Intent): SeenIntent {
  return { ...intent, legs: legs.slice(0, legCount).map((leg) => ({ ...leg })) };
}

function universeOf(rows: RigOptions['rows']): Universe {
  const books: UniverseBook[] = [];
  return {
    books,
    rejected: [],
    rows: rows.map((specs, row) => {
      const instruments = specs.map(tradable);
      const [first] = instruments;
      if (first === undefined) throw new InvalidInputError('a row needs an instrument');
      const priceScale = Math.max(...instruments.map(({ priceDecimals }) => priceDecimals));
      const qtyScale = Math.max(...instruments.map(({ qtyDecimals }) => qtyDecimals));
      const places = instruments.map((instrument) => {
        const request = {
          feed: books.length,
          names: [instrument.symbol],
          priceScale,
          qtyScale,
          capacity: 100,
          depth: 0,
          rule: BOOK_RULE_DELTAS,
          checksumPolicy: CHECKSUM_OFF,
          orders: 0,
        };
        return books.push({ instrument, feed: books.length, row, request }) - 1;
      });
      return { market: first.market, base: first.base, quote: first.quote, priceScale, qtyScale, books: places };
    }),
  };
}
