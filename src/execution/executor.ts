import type { Clock, Timers } from '../domain/clock.js';
import type { OrderRequest } from '../domain/order.js';
import type { AccountEvent } from '../gateway/events.js';
import type { Capital } from '../strategy/capital.js';
import { CostModel } from '../strategy/cost-model.js';
import type { Intent, LegUpdate } from '../strategy/intent.js';
import type { MarketView } from '../strategy/market-view.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import { brokenRules } from '../venues/order-filters.js';
import { Cycle, type CycleParts } from './cycle.js';
import { type CyclePlan, cyclePlan, orderKey, reducesNet } from './cycle-plan.js';
import {
  DEFAULT_EXECUTION_SETTINGS,
  type ExecutionEvent,
  type ExecutionRequest,
  type ExecutionResult,
  type ExecutionSettings,
  type UnhedgedAmount,
} from './execution-types.js';
import { HedgeFunds } from './hedge-funds.js';
import { OrderCourier } from './order-courier.js';
import { OrderRouter } from './order-router.js';
import type { ExecutionJournal, SendGate, VenuePorts } from './ports.js';
import type { BestPrices } from './seen-levels.js';
import type { WorkingOrder } from './working-order.js';

export interface ExecutorParts {
  /** Of this run and no other: client order ids are derived from it. */
  readonly runId: string;
  readonly universe: StrategyUniverse;
  /** By Intent.strategy. */
  readonly strategyNames: readonly string[];
  readonly ports: VenuePorts;
  readonly gate: SendGate;
  readonly journal: ExecutionJournal;
  /** Best prices as the last scan saw them, for hedges; with whole sides of books they are split by depth. */
  readonly prices: BestPrices;
  /** What taking costs at each book; the listed fees when left out. */
  readonly costs?: Pick<CostModel, 'total'>;
  /** What hedges at other venues may spend; unbounded when left out: the venue then refuses. */
  readonly capital?: Pick<Capital, 'available'>;
  /** Signed quantity units that all strategies together hold of a book, which is what its venue sees. */
  readonly netUnits?: (book: number) => number;
  /** A book received longer ago than this says nothing of prices. */
  readonly quoteAgeMaxUs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly tell: (strategy: number, update: LegUpdate) => void;
  readonly raise: (event: ExecutionEvent) => void;
  readonly settings?: Partial<ExecutionSettings>;
}

/** Above this are the ids of intents that no strategy made, so that those of the strategies are the same in a replay. */
export const OWN_INTENTS = 2 ** 40;
const STOPPED = 'execution is stopped';
const STOP_POLL_MS = 20;

/**
 * Carries out intents: all legs leave in the same tick, what they fill is followed to the end, and what does not match is hedged.
 * The venues' account events have to be handed to `onAccount`.
 */
export class MinimalOrderExecutor {
  private readonly settings: ExecutionSettings;
  private readonly courier: OrderCourier;
  private readonly gate: SendGate;
  private readonly cycleParts: CycleParts;
  private readonly active = new Map<number, Cycle>();
  /** Over, but with an amount that nobody has taken care of. */
  private readonly carried = new Map<number, Cycle>();
  private readonly results = new Map<string, ExecutionResult>();
  /** The last intent of the strategies, and of whoever numbers from OWN_INTENTS on. */
  private lastIntent = 0;
  private lastOwnIntent = OWN_INTENTS;
  private stopping: Promise<boolean> | undefined;

  constructor(private readonly parts: ExecutorParts) {
    const { journal, clock, timers, gate, universe, prices, ports, capital = null } = parts;
    const { costs = new CostModel(universe, null) } = parts;
    this.settings = { ...DEFAULT_EXECUTION_SETTINGS, ...parts.settings };
    const { settings } = this;
    this.courier = new OrderCourier({ journal, clock, timers, settings, raise: (event) => this.raise(event) });
    const router = new OrderRouter({
      universe,
      prices,
      costs,
      features: ({ instrument }) => ports.of(instrument)?.features ?? null,
    });
    this.gate = { refusal: (isReducing) => (this.stopping === undefined ? gate.refusal(isReducing) : STOPPED) };
    this.cycleParts = {
      ...{ ...parts, settings, router, funds: new HedgeFunds(universe, capital, costs) },
      ...{ courier: this.courier, gate: this.gate },
      raise: (event) => this.raise(event),
      onEnd: (ended, result) => this.end(ended, result),
      onReopen: (reopened) => void this.active.set(reopened.plan.intent, reopened),
    };
  }

  /**
   * Takes an intent inside the engine's turn and sends its orders before it returns. An intent seen before is not looked at.
   * @returns what is being carried out; null when nothing was sent
   */
  executeArbitrage(intent: Intent, market: Pick<MarketView, 'nowUs'>): ExecutionRequest | null {
    // Intents are numbered in the order in which they are made.
    if (intent.id <= (intent.id > OWN_INTENTS ? this.lastOwnIntent : this.lastIntent)) return null;
    if (intent.id > OWN_INTENTS) this.lastOwnIntent = intent.id;
    else this.lastIntent = intent.id;
    const { universe, strategyNames } = this.parts;
    const plan = cyclePlan(intent, universe, strategyNames, this.settings.hedgeMs);
    if (typeof plan === 'string') return this.refuse(intent, plan);
    if (Math.max(market.nowUs, this.parts.clock.monotonicUs()) > intent.expiresUs)
      return this.refuse(intent, 'its time was over');
    const requests = this.requestsOf(plan);
    if (typeof requests === 'string') return this.refuse(intent, requests);
    const cycle = new Cycle(plan, this.cycleParts);
    this.active.set(plan.intent, cycle);
    const unsent = this.placeSimultaneousOrders(cycle, requests);
    if (unsent === null) return cycle.request;
    this.active.delete(plan.intent);
    return this.refuse(intent, unsent);
  }

  /** Sends all orders of a cycle within this call, or none. @returns why none was sent */
  placeSimultaneousOrders(cycle: Cycle, requests: readonly OrderRequest[]): string | null {
    for (const { isReducing } of cycle.plan.legs) {
      const refusal = this.gate.refusal(isReducing);
      if (refusal !== null) return refusal;
    }
    return cycle.begin(requests);
  }

  /** Looks again at what an execution has filled, and hedges what does not match. @returns what is not hedged now */
  handlePartialFills(executionId: string): UnhedgedAmount | null {
    const cycle = [...this.active.values(), ...this.carried.values()].find(({ request }) => request.executionId === executionId);
    cycle?.step();
    return cycle?.unhedged ?? null;
  }

  /** Milliseconds from the intent until the last of its first orders had left; null when nothing is known of it. */
  calculateExecutionLatency(executionId: string): number | null {
    return this.resultOf(executionId)?.executionLatencyMs ?? null;
  }

  /** What became of an execution, or stands of it now; the newest ones are kept. */
  resultOf(executionId: string): ExecutionResult | null {
    const done = this.results.get(executionId);
    if (done !== undefined) return done;
    return [...this.active.values()].find(({ request }) => request.executionId === executionId)?.result() ?? null;
  }

  /** Everything that is not hedged at this moment: being hedged, given up, or carried as dust. */
  unhedged(): UnhedgedAmount[] {
    return [...this.active.values(), ...this.carried.values()].flatMap(({ unhedged }) => unhedged ?? []);
  }

  /** What nobody here will hedge any more, with the intents that left it. */
  givenUp(): UnhedgedAmount[] {
    return [...this.carried.values()].flatMap(({ unhedged }) => unhedged ?? []);
  }

  /** Orders of which something may still come. */
  workingOrders(): readonly WorkingOrder[] {
    return this.courier.unsettled();
  }

  /** Asks the venues to end every order that works. @returns how many those are */
  cancelAll(): number {
    const working = this.courier.unsettled().filter(({ machine }) => !machine.isEnded);
    for (const order of working) this.courier.cancel(order);
    return working.length;
  }

  /** Somebody else has taken care of what an intent left unhedged: it is forgotten here. */
  release(intent: number): void {
    this.carried.delete(intent);
  }

  /** Cycles under way. */
  get activeCount(): number {
    return this.active.size;
  }

  /** Takes what a gateway tells of its account. */
  onAccount(venue: string, market: string, event: AccountEvent): void {
    this.courier.account(venue, market, event);
  }

  /**
   * Sends nothing from now on, cancels what works, and waits for the end of every order.
   * @returns false when the time was over before
   */
  stop(withinMs: number): Promise<boolean> {
    this.stopping ??= this.windDown(withinMs);
    return this.stopping;
  }

  private async windDown(withinMs: number): Promise<boolean> {
    const { clock, timers } = this.parts;
    const deadlineUs = clock.monotonicUs() + withinMs * 1000;
    this.cancelAll();
    // Everything is given a turn first: `stopping` has to stand before a cycle looks at the gate.
    for (let isOver = false; !isOver; ) {
      await new Promise<void>((resolve) => timers.after(STOP_POLL_MS, resolve));
      isOver = this.courier.unsettled().length === 0 || clock.monotonicUs() >= deadlineUs;
    }
    for (const cycle of [...this.active.values()]) cycle.step();
    const isClean = this.courier.unsettled().length === 0;
    this.courier.close();
    for (const cycle of this.active.values()) cycle.close();
    return isClean;
  }

  /** The orders of all legs. @returns why one of them cannot be sent */
  private requestsOf({ intent, legs }: CyclePlan): OrderRequest[] | string {
    const { ports, runId, netUnits } = this.parts;
    const requests: OrderRequest[] = [];
    for (const { leg, info, side, symbol, quantity, limitPrice, reduceOnly } of legs) {
      const port = ports.of(info.instrument);
      if (port === null) return `${info.instrument.venue} ${info.instrument.market} is not traded`;
      const request: OrderRequest = {
        symbol,
        side,
        type: 'limit',
        timeInForce: 'ioc',
        quantity,
        quoteAmount: null,
        price: limitPrice,
        clientOrderId: port.clientOrderId(orderKey(runId, intent, leg, 0)),
        reduceOnly: reduceOnly && reducesNet(info, side, quantity, netUnits),
      };
      const [broken] = brokenRules(request, info.instrument, null);
      if (broken !== undefined) return `against the rules of ${info.instrument.venue}: ${broken.filter}`;
      requests.push(request);
    }
    return requests;
  }

  /** Sends nothing, and tells the strategy that nothing will come. */
  private refuse(intent: Intent, reason: string): null {
    this.raise({ kind: 'refused', intent: intent.id, strategy: intent.strategy, reason });
    for (let leg = 0; leg < intent.legCount; leg++) {
      const book = intent.legs[leg]?.book ?? -1;
      const nothing = { filledUnits: 0, filledQuoteUnits: 0, feeQuote: 0, isFinal: true };
      this.parts.tell(intent.strategy, { intent: intent.id, leg, book, ...nothing });
    }
    return null;
  }

  private end(cycle: Cycle, result: ExecutionResult): void {
    const { intent } = cycle.plan;
    this.active.delete(intent);
    if (cycle.unhedged === null) this.carried.delete(intent);
    else this.carried.set(intent, cycle);
    this.results.set(result.executionId, result);
    if (this.results.size > this.settings.resultsKept)
      for (const oldest of this.results.keys()) if (this.results.delete(oldest)) break;
    this.raise({ kind: 'finished', intent, result });
  }

  private raise(event: ExecutionEvent): void {
    this.parts.raise(event);
  }
}
