import { Exact, plainText } from '../../domain/decimal.js';
import { OpportunityQueue } from './opportunity-queue.js';
import type {
  ArbitrageOpportunity,
  AvailableBalances,
  ExecutionPlan,
  PlannedReservation,
  RankedOpportunity,
  SizedOpportunity,
} from './types.js';

/** Bounds of what waits and of what one row may take. */
export interface PrioritizerSettings {
  /** By how much each level beyond the two touches lowers a rank, as a fraction. */
  readonly complexityPenalty: number;
  /** Most that one row's plan may cost; quote asset. */
  readonly maxRowQuote: number;
  readonly queueSize: number;
  readonly queueUs: number;
}

/** Decides which opportunities come first, and which can be carried out together. */
export class OpportunityPrioritizer {
  readonly queue: OpportunityQueue;

  constructor(
    rows: number,
    private readonly settings: PrioritizerSettings,
  ) {
    this.queue = new OpportunityQueue(rows, settings.queueSize, settings.queueUs);
  }

  /**
   * What an opportunity is worth among others: net * confidence * successRate / (1 + complexityPenalty * extraLevels).
   * @param levelsUsed levels walked at both venues; the two touches are free
   */
  score(netQuote: number, confidence: number, successRate: number, levelsUsed: number): number {
    const extraLevels = Math.max(0, levelsUsed - 2);
    return (netQuote * confidence * successRate) / (1 + this.settings.complexityPenalty * extraLevels);
  }

  /** The best first; equal scores go by net profit, then by row, then by id, so that the order is one and the same every time. */
  rankOpportunities(opportunities: readonly ArbitrageOpportunity[]): RankedOpportunity[] {
    return opportunities
      .map((opportunity) => ({ opportunity, score: this.scoreOf(opportunity, opportunity.bestOpportunity) }))
      .sort(
        (a, b) =>
          b.score - a.score ||
          b.opportunity.bestOpportunity.netProfit - a.opportunity.bestOpportunity.netProfit ||
          a.opportunity.row - b.opportunity.row ||
          a.opportunity.id - b.opportunity.id,
      )
      .map(({ opportunity, score }, index) => ({ rank: index + 1, score, opportunity }));
  }

  /** Whether both venues hold what the size takes; its best size when none is named. */
  checkExecutionFeasibility(
    opportunity: ArbitrageOpportunity,
    balances: AvailableBalances,
    sized: SizedOpportunity = opportunity.bestOpportunity,
  ): boolean {
    return reservationsOf(opportunity, sized).every(({ exchange, asset, amount }) =>
      new Exact(balances[exchange]?.[asset] ?? '0').gte(amount),
    );
  }

  /**
   * Which opportunities to carry out together: the best first, each at its best size that the funds left over and the cap of its row
   * allow, each row once. Every step takes its funds away from those after it, so that no two count on the same.
   */
  optimizePortfolioAllocation(opportunities: readonly ArbitrageOpportunity[], balances: AvailableBalances): ExecutionPlan {
    const left = structuredClone(balances) as Record<string, Record<string, string>>;
    const rows = new Set<number>();
    const steps: ExecutionPlan['steps'][number][] = [];
    const skipped: ExecutionPlan['skipped'][number][] = [];
    for (const { opportunity } of this.rankOpportunities(opportunities)) {
      if (rows.has(opportunity.row)) {
        skipped.push({ opportunity, reason: 'row taken' });
        continue;
      }
      const allowed = opportunity.sizedOpportunities.filter(({ requiredQuote }) => requiredQuote <= this.settings.maxRowQuote);
      const sized = this.best(
        opportunity,
        allowed.filter((size) => this.checkExecutionFeasibility(opportunity, left, size)),
      );
      if (sized === undefined) {
        skipped.push({ opportunity, reason: allowed.length === 0 ? 'over cap' : 'no funds' });
        continue;
      }
      const reservations = reservationsOf(opportunity, sized);
      for (const { exchange, asset, amount } of reservations) {
        const assets = left[exchange];
        if (assets !== undefined) assets[asset] = plainText(new Exact(assets[asset] ?? '0').minus(amount));
      }
      rows.add(opportunity.row);
      steps.push({ opportunity, sized, reservations });
    }
    return {
      steps,
      skipped,
      expectedProfit: steps.reduce((sum, { sized }) => sum + sized.netProfit, 0),
      committedQuote: steps.reduce((sum, { sized }) => sum + sized.requiredQuote, 0),
    };
  }

  private best(opportunity: ArbitrageOpportunity, sizes: readonly SizedOpportunity[]): SizedOpportunity | undefined {
    return sizes.toSorted((a, b) => this.scoreOf(opportunity, b) - this.scoreOf(opportunity, a))[0];
  }
  private scoreOf({ successRate }: ArbitrageOpportunity, { netProfit, confidence, levelsUsed }: SizedOpportunity): number {
    return this.score(netProfit, confidence, successRate, levelsUsed);
  }
}

/** The quote assets that buying takes at one venue, and the base assets that selling takes at the other. */
function reservationsOf(
  { baseAsset, quoteAsset }: ArbitrageOpportunity,
  { buyExchange, sellExchange, requiredQuote, orderAmount }: SizedOpportunity,
): readonly [PlannedReservation, PlannedReservation] {
  return [
    { exchange: buyExchange, asset: quoteAsset, amount: plainText(new Exact(requiredQuote)) },
    { exchange: sellExchange, asset: baseAsset, amount: orderAmount },
  ];
}
