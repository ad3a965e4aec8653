import type { CostModel } from '../cost-model.js';

/** The four trades of a hedged round by their values before costs, and what comes beside them; all in the quote asset. */
export interface RoundValues {
  /** Buying what is held long, selling what is held short. */
  longEntry: number;
  shortEntry: number;
  /** Selling and buying them back. */
  longExit: number;
  shortExit: number;
  /** Received until then, negative when paid. */
  funding: number;
  /** Interest on what is tied up. */
  interest: number;
}

/**
 * What a hedged round leaves: proceeds less payments of all four trades, each with its fee and expected slippage, the cost of moving
 * funds back once (within the entry's costs), funding and interest. The float twin of `roundCost` in domain/trade-cost.ts.
 */
export function roundNet(costs: CostModel, longBook: number, shortBook: number, values: RoundValues): number {
  // Parts and not totals: every look at a changed book comes here, and few short calls are compiled into it.
  const longCost = costs.takerFee(longBook) + costs.slippage(longBook);
  const shortCost = costs.takerFee(shortBook) + costs.slippage(shortBook);
  const share = costs.rebalanceShare;
  return (
    values.shortEntry * (1 - shortCost - share) -
    values.longEntry * (1 + longCost + share) +
    values.longExit * (1 - longCost) -
    values.shortExit * (1 + shortCost) +
    values.funding -
    values.interest
  );
}
