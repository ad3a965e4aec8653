import { VirtualTime } from '../../src/domain/virtual-time.js';
import type { ExecutionEvent, ExecutionSettings } from '../../src/execution/execution-types.js';
import { type ExecutorParts, MinimalOrderExecutor } from '../../src/execution/executor.js';
import type { JournalFill, JournalIntent, JournalOrder } from '../../src/execution/ports.js';
import { Rig as Lab } from '../../src/sim/lab/rig.js';
import { Intent, type LegUpdate } from '../../src/strategy/intent.js';
import type { BookInfo } from '../../src/strategy/universe.js';
import { FakePort } from './fake-port.js';

/** What a leg of a test's intent trades: signed quantity units of the book, at 100 to buy and 101 to sell. */
export interface TestLeg {
  readonly info: BookInfo;
  readonly change: number;
  readonly position?: number;
  readonly reduceOnly?: boolean;
}

/** An executor before fake venues, with every book at 100 bid and 101 asked: a spot row, and perpetuals of a tenth each. */
export class ExecutorRig {
  readonly time = new VirtualTime();
  readonly lab = new Lab({
    rows: [
      [{ venue: 'binance' }, { venue: 'kraken' }, { venue: 'gateio' }],
      (['gateio', 'mexc'] as const).map((venue) => ({ venue, market: 'futures', contractSize: '0.1', qtyDecimals: 0 })),
    ],
  });
  readonly buyAt = this.lab.book('binance');
  readonly sellAt = this.lab.book('kraken');
  readonly otherwise = this.lab.book('gateio');
  readonly perpetual = this.lab.book('gateio', 'futures');
  readonly events: ExecutionEvent[] = [];
  readonly told: LegUpdate[] = [];
  readonly intents: JournalIntent[] = [];
  readonly orders: (JournalOrder & { readonly sentBefore: number })[] = [];
  readonly fills: JournalFill[] = [];
  readonly executor: MinimalOrderExecutor;
  readonly ports: ReadonlyMap<string, FakePort>;
  /** Why the gate lets nothing pass; whether it lets pass what reduces. */
  halted: string | null = null;
  allowsReducing = false;
  isJournalBroken = false;
  isFresh = true;
  /** Sides of books that are seen, best first: [price, quantity units]; whoever asks for either side gets these. */
  readonly depth = new Map<number, readonly (readonly [number, number])[]>();
  private ids = 0;

  /** @param netUnits of every book, held by all strategies together */
  constructor(settings: Partial<ExecutionSettings> = {}, capital?: ExecutorParts['capital'], netUnits?: number) {
    const { universe } = this.lab;
    this.ports = new Map(
      universe.books.map((info) => [portName(info.instrument), new FakePort(this.time, info, () => this.executor)]),
    );
    const write = <T>(list: T[], entry: T): void => {
      this.checkJournal();
      list.push(entry);
    };
    this.executor = new MinimalOrderExecutor({
      runId: 'run',
      universe,
      strategyNames: ['tester'],
      ports: { of: (instrument) => this.ports.get(portName(instrument)) ?? null },
      gate: { refusal: (isReducing) => (isReducing && this.allowsReducing ? null : this.halted) },
      journal: {
        departure: (intent, orders) => {
          if (intent !== null) write(this.intents, intent);
          for (const entry of orders) write(this.orders, { ...entry, sentBefore: this.sentCount });
        },
        order: (entry) => write(this.orders, { ...entry, sentBefore: this.sentCount }),
        fill: (entry) => this.keepFill(entry),
        note: () => undefined,
      },
      ...(netUnits !== undefined && { netUnits: () => netUnits }),
      prices: {
        isTradable: () => this.isFresh,
        bidPriceUnits: (book) => this.levelAt(book, 0)?.[0] ?? 100 * this.priceUnits(book),
        askPriceUnits: (book) => this.levelAt(book, 0)?.[0] ?? 101 * this.priceUnits(book),
        levelCount: (book) => this.depth.get(book)?.length ?? 0,
        levelPriceUnits: (book, _, level) => this.levelAt(book, level)?.[0] ?? 0,
        levelQtyUnits: (book, _, level) => this.levelAt(book, level)?.[1] ?? 0,
      },
      quoteAgeMaxUs: 1_000_000,
      clock: this.time,
      timers: this.time,
      tell: (_, update) => this.told.push(update),
      raise: (event) => this.events.push(event),
      settings,
      ...(capital && { capital }),
    });
  }

  get buyer(): FakePort {
    return this.port('binance');
  }
  get seller(): FakePort {
    return this.port('kraken');
  }
  get other(): FakePort {
    return this.port('gateio');
  }
  port(venue: string, market = 'spot'): FakePort {
    const found = this.ports.get(portName({ venue, market }));
    if (found === undefined) throw new RangeError(venue);
    return found;
  }
  get sentCount(): number {
    return [...this.ports.values()].reduce((sum, { sent }) => sum + sent.length, 0);
  }

  /** Buys on one venue and sells on the other; quantities in hundredths. */
  intent(units = 100, more: { readonly fallback?: boolean; readonly legs?: 1 | 2; readonly hedgeMs?: number } = {}): Intent {
    const legs = [
      { info: this.buyAt, change: units },
      { info: this.sellAt, change: -units },
    ];
    const intent = this.intentOf(legs.slice(0, more.legs ?? 2), more.hedgeMs);
    if (more.fallback === true) intent.fallbackBook = this.otherwise.book;
    return intent;
  }

  intentOf(legs: readonly TestLeg[], hedgeMs = 3_000): Intent {
    const intent = new Intent();
    intent.id = ++this.ids;
    intent.strategy = 0;
    intent.row = 0;
    intent.tsUs = this.time.monotonicUs();
    intent.expiresUs = intent.tsUs + 100_000;
    intent.hedgeByUs = intent.tsUs + hedgeMs * 1000;
    for (const { info, change, position = 0, reduceOnly = false } of legs) {
      const leg = intent.addLeg();
      leg.book = info.book;
      leg.positionUnits = position;
      leg.targetUnits = position + change;
      leg.limitPriceUnits = (change > 0 ? 100 : 101) * 10 ** info.priceScale;
      leg.reduceOnly = reduceOnly;
    }
    return intent;
  }

  /** As the ledger does it: a fill that is told again only brings its fee. */
  private keepFill(entry: JournalFill): void {
    this.checkJournal();
    const { tradeId, venue } = entry.fill;
    const at = this.fills.findIndex(({ fill }) => fill.tradeId === tradeId && fill.venue === venue);
    if (at < 0) this.fills.push(entry);
    else if (this.fills[at]?.fill.fee === null) this.fills[at] = entry;
  }
  private priceUnits(book: number): number {
    return 10 ** (this.lab.universe.books[book]?.priceScale ?? 0);
  }
  private levelAt(book: number, level: number): readonly [number, number] | undefined {
    const found = this.depth.get(book)?.[level];
    return found && [found[0] * this.priceUnits(book), found[1]];
  }
  private checkJournal(): void {
    if (this.isJournalBroken) throw new Error('disk full');
  }

  halt(reason: string): void {
    this.halted = reason;
  }
  breakJournal(): void {
    this.isJournalBroken = true;
  }
  execute(intent: Intent): boolean {
    return this.executor.executeArbitrage(intent, { nowUs: this.time.monotonicUs() }) !== null;
  }
  pass(ms: number): Promise<void> {
    return this.time.run(ms * 1000);
  }
  of<K extends ExecutionEvent['kind']>(kind: K): Extract<ExecutionEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<ExecutionEvent, { kind: K }> => event.kind === kind);
  }
  /** The last word on a leg. */
  lastOf(leg: number, intent = 1): LegUpdate | undefined {
    return this.told.findLast((update) => update.leg === leg && update.intent === intent);
  }
  /** Bought less sold, over all venues, by the venues' own word. */
  net(): number {
    return [...this.ports.values()].reduce((sum, port) => sum + Number(port.net()), 0);
  }
}

function portName({ venue, market }: { readonly venue: string; readonly market: string }): string {
  return `${venue} ${market}`;
}
