import type { StrategyContext } from '../context.js';
import type { Decision } from '../decision-log.js';
import type { MarketView } from '../market-view.js';
import type { StrategyUniverse } from '../universe.js';
import type { Candidate } from './candidate.js';
import type { ThreeTierConfig } from './config.js';
import type { PlannedSize } from './plan-desk.js';
import { DETECT, PLAN, RANK, THREE_TIER_STAGES } from './stages.js';

const BPS = 10_000;
const STAGES = THREE_TIER_STAGES.length;

/** Writes decisions down with their figures, in the order of THREE_TIER_STAGES. */
export class Explainer {
  /** What was last noted of each row and stage, and when. */
  private readonly verdicts: Int8Array;
  private readonly notedUs: Float64Array;

  constructor(
    private readonly universe: StrategyUniverse,
    private readonly config: ThreeTierConfig,
  ) {
    this.verdicts = new Int8Array(universe.rows.length * STAGES).fill(-1);
    this.notedUs = new Float64Array(universe.rows.length * STAGES);
  }

  /** Whether a verdict is noted: when it is new for the row and stage, or was last noted long enough ago. */
  isNoted(stage: number, row: number, verdict: number, nowUs: number): boolean {
    const at = row * STAGES + stage;
    if (this.verdicts[at] === verdict && nowUs - (this.notedUs[at] ?? 0) < this.config.noteMs * 1000) return false;
    this.verdicts[at] = verdict;
    this.notedUs[at] = nowUs;
    return true;
  }

  detection(candidate: Candidate, market: MarketView, context: StrategyContext): Decision {
    const { row, isOpen, best, sinceUs, looks, priceUnit, quoteUnit } = candidate;
    const { pairs } = market;
    const stands = isOpen && best >= 0;
    return this.begin(DETECT, candidate, market, context)
      .note(pairs.askPriceUnits(row) * priceUnit)
      .note(pairs.bidPriceUnits(row) * priceUnit)
      .note(pairs.gross(row) * BPS)
      .note(pairs.net(row) * BPS)
      .note(this.config.minNetBps)
      .note(candidate.disagreement * BPS)
      .note(this.config.maxSpread * BPS)
      .note(stands ? candidate.sizes : 0)
      .note(stands ? pairs.sizeNetUnits(row, best) * quoteUnit : 0)
      .note(stands ? pairs.sizeNet(row, best) * BPS : 0)
      .note(stands ? (market.nowUs - (sinceUs[best] ?? 0)) / 1000 : 0)
      .note(this.config.confirmMs)
      .note(stands ? (looks[best] ?? 0) : 0)
      .note(this.config.confirmations);
  }

  /** @param confidence as the candidate's record holds it for its best confirmed size */
  ranking(candidate: Candidate, confidence: number, waiting: number, market: MarketView, context: StrategyContext): Decision {
    const { row, bestConfirmed: size, confidence: factors } = candidate;
    const { pairs } = market;
    const levels = pairs.sizeBuyLevels(row, size) + pairs.sizeSellLevels(row, size);
    return this.begin(RANK, candidate, market, context)
      .note(market.pairs.sizeBaseUnits(row, size) * candidate.baseUnit)
      .note(pairs.sizeNetUnits(row, size) * candidate.quoteUnit)
      .note(pairs.sizeCostUnits(row, size) * candidate.quoteUnit)
      .note(factors.depth)
      .note(factors.freshness)
      .note(factors.persistence)
      .note(factors.history)
      .note(confidence)
      .note(this.config.minConfidence)
      .note(Math.max(0, levels - 2))
      .note(candidate.score)
      .note(waiting);
  }

  /** @param planned the size that was found; none is told of as zeros */
  planning(candidate: Candidate, planned: PlannedSize, market: MarketView, context: StrategyContext): Decision {
    const { row, buyBook, sellBook, priceUnit } = candidate;
    const { books } = this.universe;
    const { size } = planned;
    const isFound = size >= 0;
    return this.begin(PLAN, candidate, market, context)
      .note(isFound ? market.pairs.sizeBaseUnits(row, size) * candidate.baseUnit : 0)
      .note(isFound ? planned.costQuote : 0)
      .note(isFound ? planned.netQuote : 0)
      .note(isFound ? market.pairs.sizeNet(row, size) * BPS : 0)
      .note(isFound ? planned.buyLimitUnits * priceUnit : 0)
      .note(isFound ? planned.sellLimitUnits * priceUnit : 0)
      .note(this.available(books[buyBook]?.quoteAccount ?? -1, context))
      .note(this.available(books[sellBook]?.baseAccount ?? -1, context))
      .note(this.config.maxRowQuote)
      .note(context.budget.leftQuote)
      .note((market.nowUs - candidate.openedUs) / 1000);
  }

  private begin(stage: number, { row, buyBook, sellBook }: Candidate, market: MarketView, context: StrategyContext): Decision {
    const decision = context.decide(stage, row, market);
    decision.book = buyBook;
    decision.otherBook = sellBook;
    return decision;
  }
  private available(account: number, { capital }: StrategyContext): number {
    return capital.available(account) / 10 ** (this.universe.accounts[account]?.scale ?? 0);
  }
}
