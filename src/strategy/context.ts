import type { Budget, Capital } from './capital.js';
import type { CostModel } from './cost-model.js';
import type { Decision, DecisionLog } from './decision-log.js';
import type { Purpose } from './intent.js';
import { Intent } from './intent.js';
import type { MarketView } from './market-view.js';
import type { Positions } from './positions.js';

/** Timers a strategy may have at a time, numbered from 0. */
const TIMERS_MAX = 16;
const INTENTS_KEPT = 256;

/** Something a strategy tells the world about itself; cold path. */
export interface StrategyEvent {
  readonly strategy: string;
  readonly kind: string;
  readonly facts: object;
}

/** What belongs to all strategies of an engine. */
export interface StrategySurroundings {
  readonly capital: Capital;
  readonly costs: CostModel;
  readonly decisions: DecisionLog;
  /** Takes an intent; the record is reused later, so it is dealt with or copied at once. */
  readonly emit: (intent: Intent) => void;
  readonly raise: (event: StrategyEvent) => void;
  /** Ids of intents, one count for all strategies. */
  nextIntentId(): number;
}

/** What one strategy has besides the market: its positions, its part of the capital, its timers, and the ways to say something. */
export class StrategyContext {
  private readonly dueUs = new Float64Array(TIMERS_MAX).fill(Number.POSITIVE_INFINITY);
  private readonly intents = Array.from({ length: INTENTS_KEPT }, () => new Intent());
  private emitted = 0;

  /**
   * @param index place of the strategy in the engine
   * @param name its name, unique in the engine
   */
  constructor(
    readonly index: number,
    readonly name: string,
    readonly positions: Positions,
    readonly budget: Budget,
    private readonly surroundings: StrategySurroundings,
  ) {}

  get capital(): Capital {
    return this.surroundings.capital;
  }
  get costs(): CostModel {
    return this.surroundings.costs;
  }
  /** Intents emitted so far. */
  get intentsEmitted(): number {
    return this.emitted;
  }

  /** Has `onTimer(timer)` called in the first turn at or after a moment, in monotonic microseconds. Setting it again moves it. */
  setTimer(timer: number, atUs: number): void {
    this.dueUs[timer] = atUs;
  }
  cancelTimer(timer: number): void {
    this.dueUs[timer] = Number.POSITIVE_INFINITY;
  }
  /** Takes a timer that is due, the lowest number first; -1 when none is. */
  takeDue(nowUs: number): number {
    for (let timer = 0; timer < TIMERS_MAX; timer++) {
      if ((this.dueUs[timer] ?? 0) > nowUs) continue;
      this.cancelTimer(timer);
      return timer;
    }
    return -1;
  }
  /** When the next timer is due. */
  nextDueUs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (let timer = 0; timer < TIMERS_MAX; timer++) next = Math.min(next, this.dueUs[timer] ?? next);
    return next;
  }

  /** Begins the record of a decision: its figures are noted in the order of the stage's list, then `decided` is called. */
  decide(stage: number, row: number, market: MarketView): Decision {
    return this.surroundings.decisions.begin(this.index, stage, row, market.turn, market.nowUs);
  }
  decided(decision: Decision, verdict: number): Decision {
    decision.verdict = verdict;
    this.surroundings.decisions.end(decision);
    return decision;
  }

  /** An empty intent with its id, to be filled in and emitted in the same turn. One that is not emitted came to nothing. */
  intent(purpose: Purpose, row: number, market: MarketView): Intent {
    const intent = this.intents[this.emitted % INTENTS_KEPT] as Intent;
    intent.begin(this.surroundings.nextIntentId(), this.index, purpose, row, market.turn, market.nowUs);
    return intent;
  }

  /**
   * Adds a leg that brings the position in a book to `targetUnits`, as the view has the book.
   * @param limitPriceUnits worst price that is still taken
   */
  aim(intent: Intent, market: MarketView, book: number, targetUnits: number, limitPriceUnits: number): void {
    const leg = intent.addLeg();
    leg.book = book;
    leg.positionUnits = this.positions.of(book);
    leg.targetUnits = targetUnits;
    leg.limitPriceUnits = limitPriceUnits;
    leg.reduceOnly = intent.purpose === 'close' || intent.purpose === 'reduce';
    leg.version = market.views.version(book);
    leg.sequence = market.views.sequence(book);
  }

  /** Hands an intent on. */
  emit(intent: Intent): void {
    this.emitted++;
    this.surroundings.emit(intent);
  }

  /** Tells something about the strategy itself. */
  raise(kind: string, facts: object): void {
    this.surroundings.raise({ strategy: this.name, kind, facts });
  }
}
