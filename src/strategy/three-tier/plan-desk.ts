import { BUY, SELL } from '../../kernel/pricing.js';
import type { StrategyContext } from '../context.js';
import { Funds } from '../hedged/funds.js';
import { type OrderTerms, orderTerms, worsened } from '../hedged/order-terms.js';
import type { LegUpdate } from '../intent.js';
import type { MarketView } from '../market-view.js';
import type { StrategyUniverse } from '../universe.js';
import type { Candidate } from './candidate.js';
import type { ThreeTierConfig } from './config.js';
import { isSound, type TierThreeArbitrageDetector } from './detector.js';
import { BUY_LEG, OpenPlan, SELL_LEG } from './open-plan.js';
import { EMIT, GONE, NO_FUNDS, OVER_BUDGET, OVER_CAP } from './stages.js';

const BPS = 10_000;

/** The size that a plan would have, and its figures; one record, used over and over. */
export class PlannedSize {
  /** Place among the row's sizes; -1 for none. */
  size = -1;
  netQuote = 0;
  /** What it binds at its limit prices with all costs. */
  costQuote = 0;
  buyLimitUnits = 0;
  sellLimitUnits = 0;
}

/**
 * Makes plans of opportunities, and sees them through: funds and budget are taken in the turn that makes a plan, and given back when
 * all is told of its legs, or when the time for hedging them is over. A row has one plan at a time, and rests after it.
 */
export class PlanDesk {
  readonly planned = new PlannedSize();
  private readonly plans: readonly OpenPlan[];
  private readonly rowReadyUs: Float64Array;
  private readonly pairReadyUs: Float64Array;
  private readonly terms: readonly OrderTerms[];
  private readonly maxQuotes: Float64Array;
  private readonly funds: Funds;

  constructor(
    private readonly universe: StrategyUniverse,
    private readonly config: ThreeTierConfig,
    private readonly detector: TierThreeArbitrageDetector,
  ) {
    const { rows, books, accounts } = universe;
    this.plans = rows.map(() => new OpenPlan());
    this.rowReadyUs = new Float64Array(rows.length);
    this.pairReadyUs = new Float64Array(detector.history.pair(rows.length, 0, 0));
    this.terms = books.map(orderTerms);
    this.maxQuotes = Float64Array.from(books, ({ instrument: { rules } }) => Number(rules.maxQuoteAmount ?? Infinity));
    this.funds = new Funds(accounts, () => 1);
  }

  isOpen(row: number): boolean {
    return this.plans[row]?.isOpen === true;
  }
  /** Whether the row or its pair rests after a plan. */
  isCooling({ row, pair }: Candidate, nowUs: number): boolean {
    return nowUs < (this.rowReadyUs[row] ?? 0) || nowUs < (this.pairReadyUs[pair] ?? 0);
  }
  /** When the next plan is given up; Infinity when none is open. */
  dueUs(): number {
    let due = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.plans.length; row++) {
      const plan = this.plans[row] as OpenPlan;
      if (plan.isOpen) due = Math.min(due, plan.releaseUs);
    }
    return due;
  }

  /** Finds the confirmed size that leaves most of those that funds, budget and bounds allow. @returns EMIT, or why there is none */
  find(candidate: Candidate, market: MarketView, context: StrategyContext): number {
    const { planned } = this;
    planned.size = -1;
    planned.netQuote = 0;
    if (!candidate.isOpen || !isSound(candidate.buyBook, market) || !isSound(candidate.sellBook, market)) return GONE;
    let refusal = GONE;
    for (let size = 0; size < market.pairs.sizeCount(candidate.row); size++) {
      if (!this.detector.isConfirmed(candidate, size)) continue;
      const outcome = this.consider(candidate, size, market, context);
      // The least size tells best what is missing.
      if (refusal === GONE) refusal = outcome;
    }
    return planned.size >= 0 ? EMIT : refusal;
  }

  /** Reserves what the found size needs, and emits its intent. @returns the intent's id; 0 when the funds are not there */
  emit(candidate: Candidate, decision: number, market: MarketView, context: StrategyContext): number {
    const { planned, config, funds } = this;
    const { row, buyBook, sellBook, pair } = candidate;
    const buy = this.terms[buyBook];
    const sell = this.terms[sellBook];
    const plan = this.plans[row];
    if (buy === undefined || sell === undefined || plan === undefined || plan.isOpen || planned.size < 0) return 0;
    const { pairs, nowUs } = market;
    const baseUnits = pairs.sizeBaseUnits(row, planned.size);
    const buyUnits = baseUnits / buy.info.unitsPerQty;
    const sellUnits = baseUnits / sell.info.unitsPerQty;
    const intent = context.intent('open', row, market);
    const isReserved =
      funds.reserve(context, intent.id, buy, buyUnits, planned.buyLimitUnits) &&
      funds.reserve(context, intent.id, sell, -sellUnits, planned.sellLimitUnits) &&
      context.budget.commit(planned.costQuote);
    if (!isReserved) {
      context.capital.release(intent.id);
      return 0;
    }
    intent.expiresUs = nowUs + config.expireMs * 1000;
    intent.hedgeByUs = nowUs + config.hedgeMs * 1000;
    intent.expectedNet = planned.netQuote;
    intent.expectedNetFraction = pairs.sizeNet(row, planned.size);
    intent.fallbackBook = this.fallback(candidate, market);
    intent.decision = decision;
    context.aim(intent, market, buyBook, context.positions.of(buyBook) + buyUnits, planned.buyLimitUnits);
    context.aim(intent, market, sellBook, context.positions.of(sellBook) - sellUnits, planned.sellLimitUnits);
    plan.begin(intent.id, pair, planned.costQuote, intent.hedgeByUs);
    plan.wantedUnits[BUY_LEG] = buyUnits;
    plan.wantedUnits[SELL_LEG] = sellUnits;
    this.rowReadyUs[row] = nowUs + config.rowCooldownMs * 1000;
    this.pairReadyUs[pair] = nowUs + config.pairCooldownMs * 1000;
    context.emit(intent);
    return intent.id;
  }

  /** Takes in what became of a leg; when nothing more will come, the plan is over. @returns whether it is, by this */
  take(update: LegUpdate, context: StrategyContext): boolean {
    const info = this.universe.books[update.book];
    const plan = this.plans[info?.row ?? -1];
    const terms = this.terms[update.book];
    if (terms === undefined || plan === undefined || !plan.isOpen || plan.intent !== update.intent) return false;
    plan.take(update, terms.quotePerUnit);
    if (plan.isDone) this.end(plan, context);
    return plan.isDone;
  }

  /** Gives up plans of which not all was told in time. */
  sweep(nowUs: number, context: StrategyContext): void {
    for (let row = 0; row < this.plans.length; row++) {
      const plan = this.plans[row] as OpenPlan;
      if (plan.isOpen && plan.releaseUs <= nowUs) this.end(plan, context);
    }
  }

  private end(plan: OpenPlan, context: StrategyContext): void {
    plan.isOpen = false;
    context.capital.release(plan.intent);
    context.budget.free(plan.committedQuote);
    this.detector.history.countPlan(plan.pair, plan.isDone && plan.isSuccess);
  }

  /** Keeps a size when it leaves more than the one kept before. @returns EMIT, or why it cannot be carried out */
  private consider(candidate: Candidate, size: number, market: MarketView, context: StrategyContext): number {
    const { planned, funds, config } = this;
    const buy = this.terms[candidate.buyBook];
    const sell = this.terms[candidate.sellBook];
    if (buy === undefined || sell === undefined) return GONE;
    const { pairs } = market;
    const { row } = candidate;
    const slack = config.slackBps / BPS;
    const buyLimit = worsened(buy, pairs.sizeBuyWorstUnits(row, size), true, slack);
    const sellLimit = worsened(sell, pairs.sizeSellWorstUnits(row, size), false, slack);
    const baseUnits = pairs.sizeBaseUnits(row, size);
    const buyUnits = baseUnits / buy.info.unitsPerQty;
    const sellUnits = baseUnits / sell.info.unitsPerQty;
    const value = buyUnits * buyLimit * buy.quotePerUnit;
    const cost = context.costs.paid(buy.info.book, value);
    if (cost > config.maxRowQuote || value > (this.maxQuotes[buy.info.book] ?? 0)) return OVER_CAP;
    if (pairs.sizeSellQuoteUnits(row, size) * candidate.quoteUnit > (this.maxQuotes[sell.info.book] ?? 0)) return OVER_CAP;
    if (cost > context.budget.leftQuote) return OVER_BUDGET;
    if (funds.affordableUnits(context, buy, true, buyLimit) < buyUnits) return NO_FUNDS;
    if (funds.affordableUnits(context, sell, false, sellLimit) < sellUnits) return NO_FUNDS;
    const net = pairs.sizeNetUnits(row, size) * candidate.quoteUnit;
    if (planned.size >= 0 && net <= planned.netQuote) return EMIT;
    planned.size = size;
    planned.netQuote = net;
    planned.costQuote = cost;
    planned.buyLimitUnits = buyLimit;
    planned.sellLimitUnits = sellLimit;
    return EMIT;
  }

  /** The row's further book that holds most on its thinner side within the limits; -1 when there is none. */
  private fallback({ row, buyBook, sellBook }: Candidate, market: MarketView): number {
    const books = this.universe.rows[row]?.books ?? [];
    const { views } = market;
    const slack = this.config.maxSpread;
    let found = -1;
    let most = 0;
    for (let place = 0; place < books.length; place++) {
      const book = books[place]?.book ?? -1;
      if (book === buyBook || book === sellBook || !isSound(book, market)) continue;
      const asks = views.depthWithin(book, BUY, views.askPriceUnits(book) * (1 + slack));
      const bids = views.depthWithin(book, SELL, views.bidPriceUnits(book) * (1 - slack));
      const held = Math.min(asks, bids) * (books[place]?.unitsPerQty ?? 0);
      if (held <= most) continue;
      found = book;
      most = held;
    }
    return found;
  }
}
