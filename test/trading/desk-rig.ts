import type { z } from 'zod';
import type { Timer } from '../../src/domain/clock.js';
import type { Market } from '../../src/domain/venue.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { type DecisionEngine, makeDecisionEngine } from '../../src/engine/decision-engine.js';
import type { EntryOf, JournalEntry } from '../../src/ledger/entries.js';
import { RiskConfigSchema } from '../../src/risk/config.js';
import { Rig as Lab } from '../../src/sim/lab/rig.js';
import { Budget } from '../../src/strategy/capital.js';
import { DEFAULT_COST_SETTINGS } from '../../src/strategy/cost-model.js';
import { Intent, type LegUpdate } from '../../src/strategy/intent.js';
import type { BookInfo } from '../../src/strategy/universe.js';
import type { DeskAccount, DeskEvent, DeskSettings } from '../../src/trading/desk-types.js';
import { TradingDesk } from '../../src/trading/trading-desk.js';
import { MemoryStore, WIDE } from '../risk/desk.js';
import { CheckedLedger } from './checked-ledger.js';
import { FakeAccount } from './fake-account.js';

export interface DeskRigOptions {
  /** Of an earlier run that died: its time, its venues' accounts, its ledger and its halt go on. */
  readonly before?: DeskRig;
  /** No book tells a price. */
  readonly isSilent?: boolean;
  readonly ledger?: CheckedLedger;
  readonly risk?: z.input<typeof RiskConfigSchema>;
  readonly settings?: Partial<DeskSettings>;
  readonly strategyNames?: readonly string[];
  readonly fundingHistory?: DeskAccount['fundingHistory'];
  readonly setMargin?: DeskAccount['setMargin'];
  readonly fundingRate?: DeskAccount['fundingRate'];
}

/** [book, signed quantity units] */
export type LegSpec = readonly [book: BookInfo, change: number];

/**
 * A trading desk before fake accounts: ABC on spot at two venues, ABC and XYZ as perpetuals of a tenth at two more. Every book is at 99.99 bid and
 * 100.01 asked and is told anew every 200 ms; the engine turns every 100 ms. Each account begins with 10000 USDT, on spot with 50 ABC.
 */
export class DeskRig {
  readonly time: VirtualTime;
  readonly lab = new Lab({
    rows: [
      [{ venue: 'binance' }, { venue: 'kraken' }],
      ...['ABC', 'XYZ'].map((base) =>
        (['gateio', 'mexc'] as const).map(
          (venue) => ({ venue, base, market: 'futures', contractSize: '0.1', qtyDecimals: 0 }) as const,
        ),
      ),
    ],
  });
  readonly ledger: CheckedLedger;
  readonly haltStore: MemoryStore;
  readonly accounts: readonly FakeAccount[];
  readonly events: DeskEvent[] = [];
  readonly told: (LegUpdate & { readonly strategy: number })[] = [];
  readonly engine: DecisionEngine;
  readonly desk: TradingDesk;
  readonly buyAt = this.lab.book('binance');
  readonly sellAt = this.lab.book('kraken');
  readonly perpetual = this.lab.book('gateio', 'futures', 'ABC');
  readonly otherPerpetual = this.lab.book('gateio', 'futures', 'XYZ');
  /** What books are quoted at; a book that is not in here is not told any more. */
  readonly prices = new Map<BookInfo, number>(this.lab.universe.books.map((book) => [book, 100]));
  private readonly timers: Timer[];
  private ids = 0;

  constructor({
    before,
    isSilent = false,
    ledger,
    risk = WIDE,
    settings = {},
    strategyNames,
    fundingHistory,
    fundingRate,
    setMargin,
  }: DeskRigOptions = {}) {
    // Timers of the run before never fire again: it is dead.
    this.time = new VirtualTime(before?.time.epochUs());
    this.ledger = ledger ?? before?.ledger ?? new CheckedLedger();
    this.haltStore = before?.haltStore ?? new MemoryStore();
    const { time, lab } = this;
    const { universe, kernel } = lab;
    this.accounts = before?.accounts ?? this.openAccounts();
    for (const account of this.accounts) {
      account.time = time;
      account.listener = (event) => this.desk.onAccount(account.venue, account.market, event);
    }
    const names = strategyNames ?? ['pairs', 'other'];
    this.engine = makeDecisionEngine({
      ...{ kernel, universe, clock: time, histogram: kernel.plan.histograms[0] ?? 0 },
      strategies: names.map((name) => ({ name, strategy: { onMarket: () => undefined }, budget: new Budget(1_000_000) })),
      options: { minNet: 0, maxQuoteAgeUs: 5_000_000, fullScanIntervalUs: 100_000 },
      sizing: { multipliers: [1, 2], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
      costs: DEFAULT_COST_SETTINGS,
      emit: (intent) => this.desk.take(intent),
      raise: () => undefined,
    });
    this.desk = new TradingDesk({
      ...{ runId: `r${this.ledger.lastSequence}`, mode: 'paper', version: 'test', deciding: this.engine, universe },
      strategyNames: names,
      accounts: this.accounts.map((port) => ({
        ...{ venue: port.venue, market: port.market, port },
        ...(fundingHistory !== undefined && { fundingHistory }),
        ...(fundingRate !== undefined && port.market === 'futures' && { fundingRate }),
        ...(setMargin !== undefined && port.market === 'futures' && { setMargin }),
      })),
      ledger: this.ledger,
      risk: RiskConfigSchema.parse(risk),
      haltStore: this.haltStore,
      ...{ clock: time, timers: time, wake: () => undefined, onEvent: (event) => this.events.push(event), settings },
      record: { update: (strategy, update) => this.told.push({ ...update, strategy }), balance: () => undefined },
    });
    if (isSilent) this.prices.clear();
    this.quote();
    this.timers = [
      time.every(200, () => this.quote()),
      time.every(100, () => {
        this.engine.engine.turn();
        this.desk.onTurn(this.engine.engine.market);
      }),
    ];
  }

  /** Starts and lets two seconds pass. */
  async start(): Promise<this> {
    void this.desk.start();
    await this.run(2_000);
    return this;
  }
  run(ms: number): Promise<void> {
    return this.time.run(ms * 1000);
  }
  /** The process dies: nothing is told to it any more. */
  die(): void {
    for (const account of this.accounts) account.listener = () => {};
  }
  async stop(withinMs = 1_000): Promise<boolean> {
    const stopped = this.desk.stop(withinMs);
    await this.run(withinMs + 100);
    for (const timer of this.timers) timer.cancel();
    return stopped;
  }

  account(venue: string, market: Market = 'spot'): FakeAccount {
    const found = this.accounts.find((one) => one.venue === venue && one.market === market);
    if (found === undefined) throw new RangeError(`${venue} ${market}`);
    return found;
  }
  /** Orders that have reached venues. */
  get sent(): number {
    return this.accounts.reduce((sum, { sent }) => sum + sent.length, 0);
  }

  /** An intent as a strategy makes it now, with limits a tenth of a percent beyond the best prices. */
  intent(legs: readonly LegSpec[] = this.pair(100), strategy = 0): Intent {
    const { views } = this.engine;
    const nowUs = this.time.monotonicUs();
    const intent = new Intent();
    Object.assign(intent, { id: ++this.ids, strategy, row: 0, tsUs: nowUs, expiresUs: nowUs + 100_000 });
    intent.hedgeByUs = nowUs + 3_000_000;
    for (const [{ book }, change] of legs) {
      const leg = intent.addLeg();
      const positionUnits = this.position(strategy, book);
      const best = change > 0 ? views.askPriceUnits(book) : views.bidPriceUnits(book);
      const limitPriceUnits = Math.round(best * (change > 0 ? 1.001 : 0.999));
      Object.assign(leg, { book, positionUnits, targetUnits: positionUnits + change, limitPriceUnits });
      Object.assign(leg, { version: views.version(book), sequence: views.sequence(book) });
    }
    return intent;
  }
  /** Buys on one venue and sells on the other; hundredths. */
  pair(units: number): readonly LegSpec[] {
    return [
      [this.buyAt, units],
      [this.sellAt, -units],
    ];
  }
  /** Sells contracts at one venue and buys them at the other. */
  short(contracts: number, base = 'ABC'): readonly LegSpec[] {
    return [
      [this.lab.book('gateio', 'futures', base), -contracts],
      [this.lab.book('mexc', 'futures', base), contracts],
    ];
  }
  /** Has an intent carried out and lets a second pass. */
  async trade(legs: readonly LegSpec[] = this.pair(100), strategy = 0): Promise<Intent> {
    const intent = this.intent(legs, strategy);
    this.desk.take(intent);
    await this.run(1_000);
    return intent;
  }

  /** What the risk state counts, in quantity units. */
  position(strategy: number, book: number): number {
    return this.desk.state.strategies[strategy]?.position[book] ?? 0;
  }
  /** What a strategy was told that it holds, in quantity units. */
  toldPosition(strategy: number, book: number): number {
    const last = new Map<string, number>();
    for (const one of this.told)
      if (one.strategy === strategy && one.book === book) last.set(`${one.intent} ${one.leg}`, one.filledUnits);
    return [...last.values()].reduce((sum, units) => sum + units, 0);
  }
  entries<K extends JournalEntry['kind']>(kind: K): EntryOf<K>[] {
    return this.ledger.entries.filter((entry): entry is EntryOf<K> => entry.kind === kind);
  }
  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  private openAccounts(): FakeAccount[] {
    const { books } = this.lab.universe;
    const names = new Map(books.map(({ instrument: { venue, market } }) => [`${venue} ${market}`, { venue, market }]));
    return [...names.values()].map(({ venue, market }) => {
      const here = books.filter(({ instrument }) => instrument.venue === venue && instrument.market === market);
      const account = new FakeAccount(venue, market, this.time, here);
      account.move('USDT', '10000');
      if (market === 'spot') account.move('ABC', '50');
      return account;
    });
  }
  private quote(): void {
    this.lab.nowUs = this.time.monotonicUs();
    for (const [book, price] of this.prices)
      this.lab.setBook(book, [[(price - 0.01).toFixed(4), '1000']], [[(price + 0.01).toFixed(4), '1000']]);
  }
}
