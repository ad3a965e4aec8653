import { InvalidInputError } from '../../domain/errors.js';
import type { StrategyContext } from '../context.js';
import type { DecisionStage } from '../decision-log.js';
import { Funds } from '../hedged/funds.js';
import type { Intent, LegUpdate } from '../intent.js';
import type { MarketView } from '../market-view.js';
import { pairKey, Standing } from '../standing.js';
import type { Strategy } from '../strategy.js';
import type { StrategyUniverse } from '../universe.js';
import { type BookTerms, bookTerms } from './book-terms.js';
import { BPS, type HifaConfig } from './config.js';
import { OpenRows, ROW_IDLE, ROW_OPEN, ROW_OPENING } from './open-rows.js';
import type { SignalSource } from './signal-source.js';
import { SIGNAL_GOES_ON, SIGNAL_STAGE, SignalStage } from './stage-1-signal.js';
import { CONTEXT_GOES_ON, CONTEXT_STAGE, ContextStage } from './stage-2-context.js';
import { RISK_GOES_ON, RISK_STAGE, RiskStage } from './stage-3-risk.js';
import { PLAN_NO_FUNDS, PLAN_PAIR, PLAN_SPLIT, PLAN_STAGE, type PlanLeg, PlanStage } from './stage-4-plan.js';
import {
  EXIT_AGAIN,
  EXIT_LEFT_OVER,
  EXIT_NUMBER,
  EXIT_OPPOSITE,
  EXIT_STAGE,
  EXIT_STOP,
  EXIT_TIMER,
  ExitStage,
} from './stage-exit.js';
import { type StageClock, StageMeter } from './stage-meter.js';
import { VenueHealth } from './venue-health.js';

/** Stages in their order, as decisions name them. */
export const HIFA_STAGES: readonly DecisionStage[] = [SIGNAL_STAGE, CONTEXT_STAGE, RISK_STAGE, PLAN_STAGE, EXIT_STAGE];
const [SIGNAL, CONTEXT, RISK, PLAN] = [0, 1, 2, 3] as const;
const EXIT_TIMER_NUMBER = 0;

/** What the strategy may be given beside its configuration. */
export interface HifaOptions {
  /** Measures how long stages take; nothing is decided by it. */
  readonly clock?: StageClock;
  /** Used where the market brings no signals of its own. */
  readonly signals?: SignalSource;
}

/**
 * The pipeline: of the books that changed, the rows that signal something go through signal, context, risk and plan, and what is left
 * becomes an intent. Positions end by time, by a stop, or by a signal the other way. Each stage can be used by itself.
 */
export class HifaStrategy implements Strategy {
  readonly signal: SignalStage;
  readonly context: ContextStage;
  readonly risk: RiskStage;
  readonly plan: PlanStage;
  readonly exit: ExitStage;
  readonly rows: OpenRows;
  /** One for every stage, in their order. */
  readonly meters: readonly StageMeter[];
  private readonly health: VenueHealth;
  private readonly terms: readonly BookTerms[];
  private readonly funds: Funds;
  private readonly rowOf: Int32Array;
  /** Rows to evaluate in this turn, each once. */
  private readonly queue: Int32Array;
  private readonly isQueued: Uint8Array;
  private readonly standing: Standing;

  constructor(
    private readonly config: HifaConfig,
    private readonly universe: StrategyUniverse,
    private readonly options: HifaOptions = {},
  ) {
    const { rows, books, accounts } = universe;
    const { leverage } = config.plan;
    this.terms = bookTerms(universe);
    this.funds = new Funds(accounts, ({ instrument: { contract } }) =>
      contract === null ? 0 : 1 / Math.min(leverage, contract.maxLeverage),
    );
    this.health = new VenueHealth(books.length);
    this.rows = new OpenRows(rows.length, config.plan.maxOpenRows);
    this.signal = new SignalStage(config.signal, universe);
    this.context = new ContextStage(config.context, universe);
    this.risk = new RiskStage(config.risk, universe, this.health);
    this.standing = new Standing(rows.length);
    this.plan = new PlanStage(config, universe, this.terms, this.funds, this.standing);
    this.exit = new ExitStage(config.plan, universe, this.terms, this.rows);
    this.meters = HIFA_STAGES.map((stage) => new StageMeter(stage, options.clock ?? null));
    this.rowOf = Int32Array.from(books, ({ row }) => row);
    this.queue = new Int32Array(rows.length);
    this.isQueued = new Uint8Array(rows.length);
  }

  /** @throws InvalidInputError when there are no signals to read, which is a mistake of the set-up */
  onMarket(market: MarketView, context: StrategyContext): void {
    const source = market.signals ?? this.options.signals;
    if (source === undefined) throw new InvalidInputError('hifa needs a market whose memory was planned with signals', {});
    if (this.config.plan.pairs) this.watchPairs(market);
    const queued = this.collect(source, market);
    for (let index = 0; index < queued; index++) {
      const row = this.queue[index] ?? 0;
      this.isQueued[row] = 0;
      this.evaluate(source, row, market, context);
    }
    if (this.rows.count === 0) return;
    this.checkStops(market, context);
    this.arm(context);
  }

  onTimer(_timer: number, market: MarketView, context: StrategyContext): void {
    const { rows } = this;
    for (let index = rows.count - 1; index >= 0; index--) {
      const row = rows.row(index);
      if (rows.state[row] !== ROW_OPEN || (rows.exitUs[row] ?? 0) > market.nowUs) continue;
      this.close(row, rows.isExiting[row] === 1 ? EXIT_AGAIN : EXIT_TIMER, market, context);
    }
    this.arm(context);
  }

  onLegUpdate(update: LegUpdate, market: MarketView, context: StrategyContext): void {
    const { rows } = this;
    const row = rows.settled(update);
    if (row < 0) return;
    context.capital.release(rows.intentOf(row));
    const isOpening = rows.state[row] === ROW_OPENING;
    const isSpot = this.universe.rows[row]?.market === 'spot';
    const isKept = isOpening && isSpot && rows.isPair[row] === 1;
    if (isKept) this.exit.keepPair(rows.watchedBook[row] ?? 0, rows.otherBook[row] ?? 0, context);
    if (this.exit.isFlat(row, context)) {
      this.finish(row, market, context);
    } else {
      rows.state[row] = ROW_OPEN;
      // Half a spot pair is no position that anyone wanted: it ends at once.
      if (isKept) rows.exitUs[row] = market.nowUs;
      else if (!isOpening) rows.exitUs[row] = market.nowUs + this.config.plan.retryMs * 1000;
    }
    this.arm(context);
  }

  /** Keeps for how long the pairs of the rows have been worth taking. */
  private watchPairs(market: MarketView): void {
    const { pairs, nowUs } = market;
    const least = this.config.plan.minPairNetBps * BPS;
    for (let index = 0; index < market.rowCount; index++) {
      const row = market.row(index);
      const isWorth = pairs.hasPair(row) && pairs.net(row) >= least;
      this.standing.look(row, isWorth ? pairKey(pairs, row) : -1, nowUs);
    }
  }

  /** Queues the rows of changed books that signal something. @returns how many */
  private collect(source: SignalSource, market: MarketView): number {
    const { isQueued, queue } = this;
    let queued = 0;
    for (let index = 0; index < market.bookCount; index++) {
      const book = market.book(index);
      this.health.watch(market.views, book, market.nowUs);
      this.context.track(source, book);
      const row = this.rowOf[book] ?? 0;
      if (!this.signal.look(source, book, market.nowUs) || isQueued[row] === 1) continue;
      isQueued[row] = 1;
      queue[queued++] = row;
    }
    return queued;
  }

  /** Takes a row through the stages, as far as it gets. */
  private evaluate(source: SignalSource, row: number, market: MarketView, context: StrategyContext): void {
    const { signal, rows, config } = this;
    this.enter(SIGNAL);
    const found = this.leave(SIGNAL, signal.evaluate(source, row, market.nowUs));
    const { reading } = signal;
    if (rows.state[row] !== ROW_IDLE) {
      const isOpposite = reading.direction === -(rows.direction[row] ?? 0) && reading.strength >= config.plan.exitStrength;
      if (isOpposite && this.isStanding(row)) this.close(row, EXIT_OPPOSITE, market, context);
      return;
    }
    if (market.nowUs < (rows.restUntilUs[row] ?? 0)) return;
    // A signal that stands and says no more than before is looked at again and again, and told once.
    if (found !== SIGNAL_GOES_ON && reading.onsets === 0) return;
    context.decided(signal.note(context.decide(SIGNAL, row, market)), found);
    if (found !== SIGNAL_GOES_ON) return;

    this.enter(CONTEXT);
    const around = this.leave(CONTEXT, this.context.evaluate(source, reading, market));
    context.decided(this.context.note(context.decide(CONTEXT, row, market)), around);
    if (around !== CONTEXT_GOES_ON) return;

    this.enter(RISK);
    const risked = this.leave(RISK, this.assess(row, market, context));
    context.decided(this.risk.note(context.decide(RISK, row, market), this.universe.rows[row]?.books.length ?? 0), risked);
    if (risked !== RISK_GOES_ON) return;

    this.enter(PLAN);
    const planned = this.plan.evaluate(reading, this.context.reading, this.risk.reading, market, context);
    const isPlanned = planned === PLAN_SPLIT || planned === PLAN_PAIR;
    const intent = isPlanned ? this.fund(row, market, context) : null;
    const verdict = this.leave(PLAN, isPlanned && intent === null ? PLAN_NO_FUNDS : planned);
    const decision = context.decided(this.plan.note(context.decide(PLAN, row, market)), verdict);
    if (intent !== null) this.open(intent, decision.id, market, context);
  }

  private assess(row: number, market: MarketView, context: StrategyContext): number {
    const { signal, rows, config } = this;
    const { score, volatility } = this.context.reading;
    // Orders bind what they cost at their limits, so the budget has to reach a little farther than the value.
    const most = context.budget.leftQuote / (1 + config.risk.maxSlippageBps * BPS);
    const wantedQuote = Math.min(config.plan.maxPositionQuote * signal.reading.strength * score, most);
    const openShare = rows.count / rows.openMax;
    return this.risk.evaluate(row, signal.reading.direction, wantedQuote, openShare, volatility, market, context);
  }

  /** Promises what the plan needs to a new intent. @returns null when the accounts or the budget do not have it */
  private fund(row: number, market: MarketView, context: StrategyContext): Intent | null {
    const { plan } = this.plan;
    const intent = context.intent('open', row, market);
    for (let index = 0; index < plan.legCount; index++) {
      const { book, changeUnits, limitPriceUnits } = plan.legs[index] as PlanLeg;
      const { terms } = this.terms[book] as BookTerms;
      if (!this.funds.reserve(context, intent.id, terms, changeUnits, limitPriceUnits)) {
        context.capital.release(intent.id);
        return null;
      }
    }
    if (context.budget.commit(this.boundQuote())) return intent;
    context.capital.release(intent.id);
    return null;
  }

  /** Sends the plan's orders. */
  private open(intent: Intent, decision: number, market: MarketView, context: StrategyContext): void {
    const { config } = this;
    const { plan } = this.plan;
    for (let index = 0; index < plan.legCount; index++) {
      const leg = plan.legs[index] as PlanLeg;
      context.aim(intent, market, leg.book, context.positions.of(leg.book) + leg.changeUnits, leg.limitPriceUnits);
    }
    intent.expectedNet = plan.netQuote;
    intent.expectedNetFraction = plan.net;
    intent.decision = decision;
    intent.expiresUs = market.nowUs + config.plan.expiresMs * 1000;
    intent.hedgeByUs = market.nowUs + config.plan.hedgeByMs * 1000;
    this.remember(intent.row, market);
    this.rows.sent(intent.row, ROW_OPENING, intent.id, intent.legCount);
    context.emit(intent);
  }

  private remember(row: number, market: MarketView): void {
    const { rows } = this;
    const { plan } = this.plan;
    const book = plan.legs[0]?.book ?? 0;
    rows.begin(row);
    rows.direction[row] = plan.isPair ? 0 : this.signal.reading.direction;
    rows.isPair[row] = plan.isPair ? 1 : 0;
    rows.committed[row] = this.boundQuote();
    rows.watchedBook[row] = book;
    rows.otherBook[row] = plan.legs[1]?.book ?? book;
    rows.entryMid[row] = (market.views.bidPriceUnits(book) + market.views.askPriceUnits(book)) / 2;
    rows.openedUs[row] = market.nowUs;
    rows.exitUs[row] = market.nowUs + this.config.plan.horizonMs * 1000;
  }

  /** What the plan takes from the budget: a spot pair what it buys for, since what it sells was paid for before. */
  private boundQuote(): number {
    const { plan } = this.plan;
    let bound = 0;
    for (let index = 0; index < plan.legCount; index++) {
      const { book, changeUnits, limitPriceUnits } = plan.legs[index] as PlanLeg;
      const { terms } = this.terms[book] as BookTerms;
      if (plan.isPair && changeUnits < 0 && terms.info.instrument.market === 'spot') continue;
      bound += this.funds.bound(terms, changeUnits, limitPriceUnits);
    }
    return bound;
  }

  /** A position that is not being closed yet. */
  private isStanding(row: number): boolean {
    const { rows } = this;
    return rows.state[row] === ROW_OPEN && rows.isExiting[row] === 0 && rows.isPair[row] === 0;
  }

  private checkStops(market: MarketView, context: StrategyContext): void {
    const { rows } = this;
    for (let index = rows.count - 1; index >= 0; index--) {
      const row = rows.row(index);
      if (this.isStanding(row) && this.exit.isStopped(row, market)) this.close(row, EXIT_STOP, market, context);
    }
  }

  private close(row: number, reason: number, market: MarketView, context: StrategyContext): void {
    this.enter(EXIT_NUMBER);
    const verdict = this.leave(EXIT_NUMBER, this.exit.close(row, reason, market, context));
    if (verdict === EXIT_LEFT_OVER) this.finish(row, market, context);
  }

  private finish(row: number, market: MarketView, context: StrategyContext): void {
    context.budget.free(this.rows.committed[row] ?? 0);
    this.rows.end(row, market.nowUs + this.config.plan.cooldownMs * 1000);
  }

  private arm(context: StrategyContext): void {
    const next = this.rows.nextExitUs();
    if (next === Number.POSITIVE_INFINITY) context.cancelTimer(EXIT_TIMER_NUMBER);
    else context.setTimer(EXIT_TIMER_NUMBER, next);
  }

  private enter(stage: number): void {
    this.meters[stage]?.enter();
  }
  private leave(stage: number, verdict: number): number {
    return this.meters[stage]?.leave(verdict) ?? verdict;
  }
}
