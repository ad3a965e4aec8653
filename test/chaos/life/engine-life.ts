import { DECODER_BINANCE_SPOT } from '../../../assembly/memory/layout.js';
import type { OrderReport, OrderRequest } from '../../../src/domain/order.js';
import type { Market, VenueId } from '../../../src/domain/venue.js';
import { makeDecisionEngine } from '../../../src/engine/decision-engine.js';
import { Kernel } from '../../../src/kernel/kernel.js';
import { createSharedBooks } from '../../../src/kernel/memory.js';
import { planMemory } from '../../../src/kernel/plan.js';
import type { JournalEntry } from '../../../src/ledger/entries.js';
import { LedgerError } from '../../../src/ledger/errors.js';
import { strategyUniverse } from '../../../src/strategy/build-universe.js';
import { DEFAULT_COST_SETTINGS } from '../../../src/strategy/cost-model.js';
import { makeStrategies } from '../../../src/strategy/registry.js';
import type { StrategyUniverse } from '../../../src/strategy/universe.js';
import type { DeskAccount, DeskEvent, TradingDeskParts } from '../../../src/trading/desk-types.js';
import { TradingDesk } from '../../../src/trading/trading-desk.js';
import type { Arrival, Exchange } from '../world/exchange.js';
import { universeOf } from '../world/listings.js';
import type { World } from '../world/world.js';
import { AccountStream } from './account-stream.js';
import { ChaosPort } from './chaos-port.js';
import { DiskHaltStore, DiskLedger, type JournalDeath } from './disk.js';
import { FeedLink } from './feed-link.js';
import { LifeTimers, type MachineClock } from './life-time.js';
import { Network } from './network.js';
import { strategySpecs } from './strategies.js';

/** Bugs that are planted on purpose, to see that somebody notices. */
export interface Sabotage {
  /** Changes what the desk is built of. */
  parts?(parts: TradingDeskParts, life: EngineLife): TradingDeskParts;
  /** Changes the desk after it is built. */
  desk?(desk: TradingDesk, life: EngineLife): void;
  /** Changes what all desks are made of. @returns what undoes it */
  install?(): () => void;
}

/** Sees what a process does, and judges it. */
export interface LifeWatcher {
  /** An order leaves the process. */
  sent(life: EngineLife, venue: VenueId, market: Market, request: OrderRequest): void;
  arrived(arrival: Arrival): void;
  /** An order will never come to its exchange. */
  lost(clientOrderId: string): void;
  /** Something was kept in the ledger. */
  kept(entry: JournalEntry): void;
  turned(life: EngineLife): void;
  told(life: EngineLife, event: DeskEvent): void;
  /** The process died of something that it did not catch. */
  crashed(life: EngineLife, error: unknown): void;
}

export interface EngineLifeParts {
  readonly world: World;
  readonly clock: MachineClock;
  /** Counts the processes of a seed from 1 on. */
  readonly run: number;
  readonly death: JournalDeath | null;
  readonly watcher: LifeWatcher;
  readonly sabotage: Sabotage;
  readonly onDeath: () => void;
}

const LEVELS_MAX = 128;
const INPUT_BYTES = 2 ** 14;
const SECOND_MS = 1_000;
/** How often is looked round while something is going on, while books only breathe, and while nothing happens. */
const BUSY_PULSE_MS = 250;
const CALM_PULSE_MS = 1_000;
const IDLE_PULSE_MS = 15_000;
export const TURN_MS = 0.05;
/** What a dead process had sent is at its venue within so long, or never. */
const IN_FLIGHT_US = 900_000;

/** One process of the engine: memory, strategies, desk and connections. All of it is gone when it dies. */
export class EngineLife {
  readonly timers: LifeTimers;
  readonly desk: TradingDesk;
  readonly universe: StrategyUniverse;
  readonly feed: FeedLink;
  readonly streams: readonly { readonly exchange: Exchange; readonly market: Market; readonly stream: AccountStream }[];
  readonly engine: ReturnType<typeof makeDecisionEngine>;
  private nextTurnUs = Number.POSITIVE_INFINITY;
  private diedUs = Number.POSITIVE_INFINITY;
  private wasInFlightLost = false;

  constructor(readonly parts: EngineLifeParts) {
    const { world, clock, run, death, watcher, sabotage } = parts;
    const { plan, time, exchanges } = world;
    this.timers = new LifeTimers(time, (error) => this.crash(error));
    const { timers } = this;
    const market = universeOf(exchanges.flatMap(({ instruments }) => instruments));
    this.universe = strategyUniverse(market, (instrument) => (plan.isCostly ? { takerFeeBps: 0, makerFeeBps: 0 } : instrument));
    const { universe } = this;
    const memory = planMemory({
      feeds: market.books.map(() => DECODER_BINANCE_SPOT),
      books: market.books.map(({ request }) => request),
      threads: [{ inputBytes: INPUT_BYTES, levelsMax: LEVELS_MAX, copyLevelsMax: LEVELS_MAX, eventsMax: 16 }],
      histograms: 1,
      scanRows: market.rows.length,
      viewLevels: 12,
    });
    const kernel = new Kernel(createSharedBooks(memory), 0);
    const specs = strategySpecs(plan);
    const { risk } = plan;
    this.engine = makeDecisionEngine({
      ...{ kernel, universe, clock, strategies: makeStrategies(specs, universe) },
      options: { minNet: 0, maxQuoteAgeUs: risk.bookAgeMsMax * 1000, fullScanIntervalUs: 100_000 },
      sizing: { multipliers: [1, 2, 3], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
      costs: DEFAULT_COST_SETTINGS,
      histogram: kernel.plan.histograms[0] ?? 0,
      emit: (intent) => {
        world.stats.intents++;
        this.desk.take(intent);
      },
      raise: () => undefined,
    });
    const networkOf = (name: string): Network =>
      new Network(plan.network, world.random.fork(`${name} of run ${run}`), () => world.isCalm);
    const accounts: DeskAccount[] = [];
    const streams: { exchange: Exchange; market: Market; stream: AccountStream }[] = [];
    for (const exchange of exchanges) {
      for (const kind of ['spot', 'futures'] as const) {
        if (!exchange.instruments.some((one) => one.market === kind)) continue;
        const { venue } = exchange;
        const network = networkOf(`${venue} ${kind}`);
        const shared = { exchange, market: kind, network, plan: plan.network, time, timers };
        const stream = new AccountStream({
          ...shared,
          listener: (event) => timers.run(() => this.desk.onAccount(venue, kind, event)),
          onFailure: () =>
            timers.run(() =>
              this.desk.onNotice({ kind: 'reconcile-failed', level: 'warn', venue, market: kind, reason: 'no answer' }),
            ),
        });
        streams.push({ exchange, market: kind, stream });
        const port = new ChaosPort({
          ...{ ...shared, stream },
          outlives: () => !this.wasInFlightLost && time.monotonicUs() - this.diedUs < IN_FLIGHT_US,
          onSend: (...order) => watcher.sent(this, ...order),
          onArrival: (arrival) => watcher.arrived(arrival),
          onLoss: (clientOrderId) => watcher.lost(clientOrderId),
          onAnswer: (order: OrderReport) => timers.run(() => this.desk.onAccount(venue, kind, { kind: 'order', order })),
        });
        accounts.push({
          ...{ venue, market: kind, port },
          ...(kind === 'futures' && {
            fundingHistory: (symbol: string, from: number, to: number) => pastFunding(exchange, symbol, from, to),
          }),
        });
      }
    }
    this.streams = streams;
    const given: TradingDeskParts = {
      runId: `r${run}`,
      ...{ mode: 'paper', version: 'chaos', deciding: this.engine, universe, clock, timers, accounts, risk },
      strategyNames: specs.map(({ kind }) => kind),
      ledger: new DiskLedger(world.disk, this, death, (entry) => watcher.kept(entry)),
      haltStore: new DiskHaltStore(world.disk, this),
      wake: () => this.turnIn(TURN_MS),
      onEvent: (event) => watcher.told(this, event),
      settings: {
        checkpointEntries: 50,
        sweepMs: 60 * SECOND_MS,
        watch: { checkMs: 4 * SECOND_MS, refreshMsMax: 100 * SECOND_MS },
      },
    };
    this.desk = new TradingDesk(sabotage.parts?.(given, this) ?? given);
    sabotage.desk?.(this.desk, this);
    this.feed = new FeedLink({
      ...{ kernel, timers, network: networkOf('feed'), nowUs: () => time.monotonicUs() },
      books: universe.books.flatMap((info) => {
        const { venue, market: kind, symbol } = info.instrument;
        const exchange = exchanges.find((one) => one.venue === venue);
        const book = exchange?.book(kind, symbol);
        return exchange === undefined || book === undefined ? [] : [{ info, exchange, book }];
      }),
      onDelivered: () => this.turnIn(0),
    });
    this.start();
    this.pulse();
  }

  get isAlive(): boolean {
    return this.timers.isAlive;
  }
  /** Whether something was said in a turn that is heard in the next one only. */
  get isTurnDue(): boolean {
    return this.isAlive && this.engine.host.isDue(this.parts.world.nowUs);
  }

  /** The process ends here and now; what it had sent may still arrive. */
  die(why: string): void {
    if (!this.isAlive) return;
    const { world, run, onDeath } = this.parts;
    this.timers.isAlive = false;
    this.diedUs = world.nowUs;
    this.wasInFlightLost = world.random.next() < 0.5;
    for (const { stream } of this.streams) stream.end();
    const { executed, succeeded } = this.desk.report().intents;
    world.stats.executed += executed;
    world.stats.succeeded += succeeded;
    world.history.note(`run ${run} dies`, why);
    onDeath();
  }

  /** Something was thrown that nobody caught: the process ends, as a real one would. */
  crash(error: unknown): void {
    if (!this.isAlive) return;
    this.parts.watcher.crashed(this, error);
    this.die(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  private start(): void {
    const { world, run } = this.parts;
    world.history.note(`run ${run} starts`);
    this.desk.start().then(
      (state) => {
        if (this.isAlive) world.history.note(`run ${run} is ${state.kind}`, state);
      },
      (error: unknown) => {
        if (error instanceof LedgerError) this.die(`it does not start: ${error.message}`);
        else this.crash(error);
      },
    );
  }

  /** Has a turn made so many milliseconds from now, unless an earlier one is set. */
  private turnIn(ms: number): void {
    const atUs = this.parts.world.nowUs + ms * 1000;
    if (atUs >= this.nextTurnUs || !this.isAlive) return;
    this.nextTurnUs = atUs;
    this.timers.after(ms, () => {
      if (this.nextTurnUs === atUs) this.turn();
    });
  }

  private turn(): void {
    this.nextTurnUs = Number.POSITIVE_INFINITY;
    const { world, watcher } = this.parts;
    const { engine, host } = this.engine;
    engine.turn();
    this.desk.onTurn(engine.market);
    watcher.turned(this);
    let dueUs = host.isDue(world.nowUs) ? world.nowUs + TURN_MS * 1000 : Number.POSITIVE_INFINITY;
    for (const context of host.contexts) dueUs = Math.min(dueUs, context.nextDueUs());
    if (dueUs < Number.POSITIVE_INFINITY) this.turnIn(Math.max(TURN_MS, (dueUs - world.nowUs) / 1000));
  }

  private pulse(): void {
    const { world } = this.parts;
    const isActive = world.plan.windows.some(({ startUs, endUs }) => world.nowUs >= startUs && world.nowUs < endUs);
    const isBusy = isActive || this.desk.executor.activeCount > 0;
    this.timers.after(isBusy ? BUSY_PULSE_MS : world.isCalm ? CALM_PULSE_MS : IDLE_PULSE_MS, () => {
      this.turn();
      this.pulse();
    });
  }
}

async function pastFunding(exchange: Exchange, symbol: string, fromMs: number, toMs: number) {
  const book = exchange.book('futures', symbol);
  if (book === undefined) return [];
  return exchange.engine
    .pastFunding(book)
    .map(({ timeUs, rate }) => ({ timeMs: timeUs / 1000, rate }))
    .filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
}
