import type { StrategyContext } from '../context.js';
import type { LegUpdate } from '../intent.js';
import type { MarketView } from '../market-view.js';
import type { Strategy, StrategyDefinition } from '../strategy.js';
import { rowName, type StrategyUniverse } from '../universe.js';
import type { Candidate } from './candidate.js';
import { type ThreeTierConfig, threeTierConfig } from './config.js';
import { TierThreeArbitrageDetector } from './detector.js';
import { Explainer } from './explain.js';
import { OpportunityHistory } from './history.js';
import { OpportunityRecord, type RecordedOpportunity, recorded } from './opportunity-record.js';
import { PlanDesk } from './plan-desk.js';
import { OpportunityPrioritizer } from './prioritizer.js';
import * as stage from './stages.js';

/** Timers, by number. */
const LOOK = 0;
const RELEASE = 1;
const QUEUE = 2;

/**
 * Buys at one venue and sells at another at the same moment where the distance between them leaves enough after all costs: detects,
 * waits until it has stood, ranks, reserves, and emits intents with two legs.
 */
export class ThreeTierStrategy implements Strategy {
  readonly record: OpportunityRecord;
  readonly history: OpportunityHistory;
  readonly detector: TierThreeArbitrageDetector;
  readonly prioritizer: OpportunityPrioritizer;
  private readonly desk: PlanDesk;
  private readonly explainer: Explainer;
  /** When each row was last raised as implausible, and when the timer of looks is due. */
  private readonly raisedUs: Float64Array;
  private lookDueUs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly config: ThreeTierConfig,
    private readonly universe: StrategyUniverse,
  ) {
    const rows = universe.rows.length;
    this.record = new OpportunityRecord(config.recordSize);
    this.history = new OpportunityHistory(rows, config.successPrior, config.failurePrior);
    this.detector = new TierThreeArbitrageDetector(universe, config, this.history, this.record);
    this.prioritizer = new OpportunityPrioritizer(rows, { ...config, queueUs: config.queueMs * 1000 });
    this.desk = new PlanDesk(universe, config, this.detector);
    this.explainer = new Explainer(universe, config);
    this.raisedUs = new Float64Array(rows).fill(Number.NEGATIVE_INFINITY);
  }

  onMarket(market: MarketView, context: StrategyContext): void {
    for (let index = 0; index < market.rowCount; index++) this.lookAt(market.row(index), market, context);
    this.carryOut(market, context);
  }

  onTimer(timer: number, market: MarketView, context: StrategyContext): void {
    if (timer === RELEASE) {
      this.desk.sweep(market.nowUs, context);
      context.setTimer(RELEASE, this.desk.dueUs());
    } else if (timer === LOOK) this.lookAgain(market, context);
    this.carryOut(market, context);
  }

  onLegUpdate(update: LegUpdate, _market: MarketView, context: StrategyContext): void {
    if (this.desk.take(update, context)) context.setTimer(RELEASE, this.desk.dueUs());
  }

  /** Opportunities that stand now, for reports. */
  openOpportunities(): RecordedOpportunity[] {
    return this.detector.candidates.filter(({ isOpen }) => isOpen).map((candidate) => recorded(candidate, null));
  }

  /** Looks at all rows of which a size waits to be confirmed. */
  private lookAgain(market: MarketView, context: StrategyContext): void {
    const { candidates } = this.detector;
    this.lookDueUs = Number.POSITIVE_INFINITY;
    for (let row = 0; row < candidates.length; row++) {
      const candidate = candidates[row] as Candidate;
      if (!candidate.isOpen) continue;
      const due = this.detector.dueUs(candidate);
      if (due <= market.nowUs) this.lookAt(row, market, context);
      else this.lookBy(due, context);
    }
  }
  private lookBy(dueUs: number, context: StrategyContext): void {
    if (dueUs >= this.lookDueUs) return;
    this.lookDueUs = dueUs;
    context.setTimer(LOOK, dueUs);
  }

  private lookAt(row: number, market: MarketView, context: StrategyContext): void {
    const verdict = this.detector.look(row, market);
    const candidate = this.detector.candidates[row];
    if (candidate === undefined || verdict === stage.NOTHING) {
      this.prioritizer.queue.remove(row);
      return;
    }
    const { explainer } = this;
    if (explainer.isNoted(stage.DETECT, row, verdict, market.nowUs)) {
      context.decided(explainer.detection(candidate, market, context), verdict);
    }
    this.lookBy(this.detector.dueUs(candidate), context);
    if (verdict === stage.CONFIRMED) {
      this.rank(candidate, market, context);
      return;
    }
    this.prioritizer.queue.remove(row);
    if (verdict === stage.IMPLAUSIBLE) this.alert(candidate, market, context);
  }

  /** Lets a confirmed opportunity wait for its turn. */
  private rank(candidate: Candidate, market: MarketView, context: StrategyContext): void {
    const { detector, prioritizer, explainer, config, desk } = this;
    const { row, bestConfirmed } = candidate;
    const confidence = detector.assess(candidate, bestConfirmed, market);
    const levels = market.pairs.sizeBuyLevels(row, bestConfirmed) + market.pairs.sizeSellLevels(row, bestConfirmed);
    candidate.score = prioritizer.score(
      market.pairs.sizeNetUnits(row, bestConfirmed) * candidate.quoteUnit,
      confidence,
      this.history.successRate(candidate.pair),
      levels,
    );
    let verdict = stage.QUEUED;
    if (desk.isOpen(row)) verdict = stage.PLAN_OPEN;
    else if (desk.isCooling(candidate, market.nowUs)) verdict = stage.COOLING;
    else if (confidence < config.minConfidence) verdict = stage.LOW_CONFIDENCE;
    else if (prioritizer.queue.offer(row, candidate.score, market.nowUs) === 'refused') verdict = stage.QUEUE_FULL;
    if (verdict !== stage.QUEUED) prioritizer.queue.remove(row);
    if (!explainer.isNoted(stage.RANK, row, verdict, market.nowUs)) return;
    context.decided(explainer.ranking(candidate, confidence, prioritizer.queue.length, market, context), verdict);
  }

  /** Makes plans of the best that wait. */
  private carryOut(market: MarketView, context: StrategyContext): void {
    const { queue } = this.prioritizer;
    for (let plans = 0; plans < this.config.plansPerTurn; plans++) {
      const row = queue.take(market.nowUs);
      const candidate = this.detector.candidates[row];
      if (candidate === undefined) return;
      this.plan(candidate, market, context);
    }
    if (queue.length > 0) context.setTimer(QUEUE, market.nowUs + 1);
  }

  private plan(candidate: Candidate, market: MarketView, context: StrategyContext): void {
    const { desk, explainer } = this;
    const verdict = desk.find(candidate, market, context);
    const isFound = verdict === stage.EMIT;
    if (!isFound && !explainer.isNoted(stage.PLAN, candidate.row, verdict, market.nowUs)) return;
    const decision = explainer.planning(candidate, desk.planned, market, context);
    if (!isFound) {
      context.decided(decision, verdict);
      return;
    }
    const intent = desk.emit(candidate, decision.id, market, context);
    context.decided(decision, intent === 0 ? stage.NO_FUNDS : stage.EMIT);
    if (intent !== 0) context.setTimer(RELEASE, desk.dueUs());
  }

  /** Tells of a spread that is too good to be one. */
  private alert(candidate: Candidate, market: MarketView, context: StrategyContext): void {
    const { row, buyBook, sellBook, disagreement } = candidate;
    if (market.nowUs - (this.raisedUs[row] ?? 0) < this.config.noteMs * 1000) return;
    this.raisedUs[row] = market.nowUs;
    const { rows, books } = this.universe;
    const info = rows[row];
    context.raise('implausible-spread', {
      symbol: info === undefined ? '' : rowName(info),
      buyExchange: books[buyBook]?.instrument.venue,
      sellExchange: books[sellBook]?.instrument.venue,
      grossFraction: market.pairs.gross(row),
      disagreementFraction: disagreement,
      maxSpreadFraction: this.config.maxSpread,
    });
  }
}

/** Spot between venues, for instruments whose books are thin and far apart. */
export const threeTierDefinition: StrategyDefinition<ThreeTierConfig> = {
  name: 'three-tier',
  summary: 'Earns the distance between the spot prices of two venues, in sizes that thin books can bear.',
  config: threeTierConfig,
  stages: stage.THREE_TIER_STAGES,
  create: (config, universe) => new ThreeTierStrategy(config, universe),
};
