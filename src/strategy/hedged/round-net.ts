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
  const exitCosts =
    values.longExit * (costs.takerFee(longBook) + costs.slippage(longBook)) +
    values.shortExit * (costs.takerFee(shortBook) + costs.slippage(shortBook));
  return (
    costs.received(shortBook, values.shortEntry) -
    costs.paid(longBook, values.longEntry) +
    values.longExit -
    values.shortExit -
    exitCosts +
    values.funding -
    values.interest
  );
}
