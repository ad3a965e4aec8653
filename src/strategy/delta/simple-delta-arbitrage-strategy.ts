import type { StrategyContext } from '../context.js';
import { Funds } from '../hedged/funds.js';
import { HedgedPosition } from '../hedged/hedged-position.js';
import { marginTable } from '../hedged/margin-terms.js';
import type { LegUpdate } from '../intent.js';
import type { MarketView } from '../market-view.js';
import type { Strategy } from '../strategy.js';
import type { StrategyUniverse } from '../universe.js';
import { SimpleDeltaArbitrageContext } from './arbitrage-context.js';
import type { DeltaArbitrageConfig } from './config.js';
import { ENTER, EntryPlan, NO_FUNDS } from './entry-plan.js';
import { type DeltaPair, deltaPairs } from './pair.js';
import { DeltaParameters, type RaiseParameterEvent } from './parameters.js';
import { PerformanceCounters } from './performance.js';
import type { DeltaSnapshot } from './snapshot.js';
import { CONVERGENCE, ENTRY_STAGE, EXIT_REASONS, EXIT_STAGE, MAX_HOLD, NO_EXIT, SAFETY_MOVE } from './stages.js';
import type {
  CurrentParameters,
  DeltaTrade,
  OptimizationStatus,
  OptimizationStatusEvent,
  ParameterTarget,
  ParameterUpdate,
  StrategyPerformance,
  TradeCounters,
} from './types.js';

const HOLD_TIMER = 0;
const RETRY_TIMER = 1;
const MINUTE_US = 60_000_000;

/**
 * Buys spot and sells the perpetual of the same asset when the spread between them reaches the entry threshold, and undoes it when
 * the spread has fallen to the exit threshold, or after the longest hold. The thresholds may change while it runs. One action a turn:
 * looks at the exit before the holding limit, and enters in the turn after an exit at the earliest.
 */
export class SimpleDeltaArbitrageStrategy implements Strategy, ParameterTarget {
  readonly state: SimpleDeltaArbitrageContext;
  /** The pairs that it looks at. */
  readonly pairs: readonly DeltaPair[];
  private readonly parameters: DeltaParameters;
  private readonly position: HedgedPosition;
  private readonly plan: EntryPlan;
  private readonly counts = new PerformanceCounters();
  private readonly holdUs: number;
  private turn = -1;
  private epochMs = 0;
  /** When the orders that are under way were decided; -1 for none. */
  private executingUs = -1;
  private isLive = false;

  constructor(
    readonly config: DeltaArbitrageConfig,
    universe: StrategyUniverse,
  ) {
    this.pairs = deltaPairs(universe, config);
    const funds = new Funds(universe.accounts, marginTable(universe, config));
    this.parameters = new DeltaParameters(config);
    this.position = new HedgedPosition(funds, {
      openSlack: config.openSlackBps / 10_000,
      closeSlack: config.closeSlackBps / 10_000,
      expireUs: config.expireMs * 1000,
      hedgeUs: config.hedgeMs * 1000,
      retryUs: config.retryMs * 1000,
    });
    this.state = new SimpleDeltaArbitrageContext(this.parameters, this.position, this.pairs);
    this.plan = new EntryPlan(config, funds);
    this.holdUs = config.maxPositionHoldMinutes * MINUTE_US;
  }

  onMarket(market: MarketView, context: StrategyContext): void {
    if (!this.begin(market, context)) return;
    if (this.position.state === 'flat') {
      const pair = this.detect(market);
      if (pair !== null) this.execute(pair, market, context);
    } else this.manage(market, context);
    this.end(market, context);
  }

  onTimer(_timer: number, market: MarketView, context: StrategyContext): void {
    if (!this.begin(market, context)) return;
    if (this.position.state !== 'flat') this.manage(market, context);
    this.end(market, context);
  }

  onLegUpdate(update: LegUpdate, market: MarketView, context: StrategyContext): void {
    if (!this.begin(market, context)) return;
    const before = this.position.state;
    const isOurs = this.state.pair?.grid.legs.some(({ terms }) => terms.info.book === update.book) ?? false;
    if (isOurs) this.position.take(update, market, context);
    this.end(market, context);
    if (before !== 'flat' && this.position.state === 'flat') this.finished(market, context);
  }

  /** The pair with the greatest entry spread that has reached the threshold; null when none has. */
  detect(market: MarketView): DeltaPair | null {
    let best: DeltaPair | null = null;
    let bestPct = this.parameters.active.entryThresholdPct;
    this.isLive = false;
    for (let index = 0; index < this.pairs.length; index++) {
      const pair = this.pairs[index] as DeltaPair;
      if (!pair.isTradable(market)) continue;
      this.isLive = true;
      const spreadPct = pair.entrySpreadPct(market);
      if (spreadPct < bestPct || (spreadPct === bestPct && best !== null)) continue;
      best = pair;
      bestPct = spreadPct;
    }
    return best;
  }

  /** Sizes and prices an entry and orders it, if anything is expected to be left after all costs. @returns whether it did */
  execute(pair: DeltaPair, market: MarketView, context: StrategyContext): boolean {
    const { plan, state } = this;
    const { active } = this.parameters;
    const spreadPct = pair.entrySpreadPct(market);
    // Whoever calls: nothing is entered below the threshold, or on top of a position.
    if (!(spreadPct >= active.entryThresholdPct) || this.position.state !== 'flat') return false;
    let verdict: number = plan.make(pair, active, market, context);
    const decision = context.decide(ENTRY_STAGE, pair.spot.info.row, market);
    decision.book = pair.spot.info.book;
    decision.otherBook = pair.futures.info.book;
    decision
      .note(pair.spotAsk(market))
      .note(pair.futuresBid(market))
      .note(spreadPct)
      .note(active.entryThresholdPct)
      .note(active.exitThresholdPct)
      .note(active.positionMultiplier)
      .note(plan.sizeBase)
      .note(plan.spotQuote)
      .note(plan.futuresQuote)
      .note(plan.expectedNet);
    if (verdict === ENTER) {
      const expected = { net: plan.expectedNet, fraction: plan.expectedFraction, decision: decision.id };
      const sent = this.position.aim(plan.aims(pair), pair.grid, pair.spot.info.row, expected, market, context);
      if (sent === 0) verdict = NO_FUNDS;
    }
    context.decided(decision, verdict);
    if (verdict !== ENTER) return false;
    state.pair = pair;
    state.entrySpreadPct = spreadPct;
    state.entryFuturesPrice = pair.futuresBid(market);
    state.exitSpreadPct = null;
    this.executingUs = market.nowUs;
    return true;
  }

  updateParameters(update: ParameterUpdate): boolean {
    return this.parameters.stage(update, this.epochMs);
  }
  noteOptimization(event: OptimizationStatusEvent): void {
    this.parameters.note(event);
  }
  getCurrentParameters(): CurrentParameters {
    return this.parameters.active;
  }
  getOptimizationStatus(): OptimizationStatus {
    return this.parameters.status(this.epochMs);
  }
  /** @param memoryBytes what the process uses; the strategy itself knows nothing of processes */
  getPerformance(memoryBytes: number): StrategyPerformance {
    return this.counts.performance(memoryBytes, this.getOptimizationStatus().lastResult?.optimizationDurationMs ?? 0);
  }
  getTradeCounters(): TradeCounters {
    return this.counts.counters;
  }

  /** What it has to know to go on after a restart. */
  snapshot(): DeltaSnapshot {
    return this.state.snapshot();
  }
  /** Goes on from a snapshot; before the first turn. See SimpleDeltaArbitrageContext.restore. */
  restore(stored: unknown): boolean {
    return this.state.restore(stored);
  }

  /** Exit threshold, then longest hold, then safety; tries again what was not filled. */
  private manage(market: MarketView, context: StrategyContext): void {
    const { position, state } = this;
    const { pair } = state;
    if (pair === null) return;
    this.isLive = pair.isTradable(market);
    if (position.state !== 'open') {
      position.sweep(market, context);
      return;
    }
    if (!this.isLive) return;
    const { exitThresholdPct } = this.parameters.active;
    const spreadPct = pair.exitSpreadPct(market);
    const heldUs = market.epochUs - position.openedEpochUs;
    const move = pair.futuresAsk(market) / state.entryFuturesPrice - 1;
    let reason: number = NO_EXIT;
    if (spreadPct <= exitThresholdPct) reason = CONVERGENCE;
    else if (heldUs >= this.holdUs) reason = MAX_HOLD;
    else if (move >= this.config.maxAdverseMove) reason = SAFETY_MOVE;
    if (reason === NO_EXIT) return;
    const decision = context.decide(EXIT_STAGE, pair.spot.info.row, market);
    decision.book = pair.spot.info.book;
    decision.otherBook = pair.futures.info.book;
    decision
      .note(pair.spotBid(market))
      .note(pair.futuresAsk(market))
      .note(spreadPct)
      .note(exitThresholdPct)
      .note(heldUs / MINUTE_US)
      .note(this.config.maxPositionHoldMinutes)
      .note(move * 100)
      .note(this.netAtTouch(pair, market, context));
    context.decided(decision, reason);
    state.exitSpreadPct = spreadPct;
    state.exitEpochUs = market.epochUs;
    this.executingUs = market.nowUs;
    position.close(reason, decision.id, market, context);
  }

  /** What the round leaves when it ends at the prices that are shown. */
  private netAtTouch(pair: DeltaPair, market: MarketView, { costs, positions }: StrategyContext): number {
    const spot = pair.spot.info;
    const futures = pair.futures.info;
    const sold = positions.of(spot.book) * spot.basePerUnit * pair.spotBid(market);
    const bought = -positions.of(futures.book) * futures.basePerUnit * pair.futuresAsk(market);
    return this.position.cashQuote + costs.received(spot.book, sold) - costs.paid(futures.book, bought);
  }

  /** What is done once a turn, whichever call is the first of it. @returns false while a restored position waits for its books */
  private begin(market: MarketView, context: StrategyContext): boolean {
    if (market.turn !== this.turn) {
      this.turn = market.turn;
      this.epochMs = market.epochUs / 1000;
      this.counts.seen(market.nowUs, this.isLive);
      if (this.parameters.hasNews) this.parameters.takeOver(this.epochMs, raiser(context));
    }
    return this.state.resume(market, context);
  }

  private end(market: MarketView, context: StrategyContext): void {
    const { position } = this;
    this.state.see(context);
    const isResting = position.state === 'open' || position.state === 'flat';
    if (this.executingUs >= 0 && isResting) {
      this.counts.executed(market.nowUs - this.executingUs);
      this.executingUs = -1;
    }
    // A limit that is past without an exit waits for its books: the retry looks again.
    const leftUs = this.holdUs - (market.epochUs - position.openedEpochUs);
    if (position.state !== 'open') context.cancelTimer(HOLD_TIMER);
    else context.setTimer(HOLD_TIMER, market.nowUs + (leftUs > 0 ? leftUs : this.config.retryMs * 1000));
    if (isResting || position.isPending) context.cancelTimer(RETRY_TIMER);
    else context.setTimer(RETRY_TIMER, market.nowUs + this.config.retryMs * 1000);
  }

  /** The position has come to its end; one of which nothing was filled was no trade. */
  private finished(market: MarketView, context: StrategyContext): void {
    const { position, state, config } = this;
    if (position.entryQuote === 0 || state.pair === null) return;
    const trade: DeltaTrade = {
      symbol: `${config.symbol.base}/${config.symbol.quote}`,
      spotVenue: state.pair.spot.info.instrument.venue,
      futuresVenue: state.pair.futures.info.instrument.venue,
      entryTimestamp: position.openedEpochUs / 1000,
      exitTimestamp: (state.exitSpreadPct === null ? market.epochUs : state.exitEpochUs) / 1000,
      entrySpreadPct: state.entrySpreadPct,
      exitSpreadPct: state.exitSpreadPct,
      reason: EXIT_REASONS[position.reason] ?? 'unhedged',
      netQuote: position.cashQuote,
      feesQuote: position.feesQuote,
    };
    this.counts.closed(trade);
    context.raise('trade', trade);
  }
}

/** Made only when there is something to raise. */
function raiser(context: StrategyContext): RaiseParameterEvent {
  return (kind, facts) => context.raise(kind, facts);
}
