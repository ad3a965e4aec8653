import type { StrategyContext } from '../context.js';
import type { Decision } from '../decision-log.js';
import type { MarketView } from '../market-view.js';
import type { BasisLook } from './basis-look.js';
import type { BasisPair } from './basis-pair.js';

/** Begins the record of a look at a pair: the figures that all stages begin with. */
export function explainLook(
  stage: number,
  pair: BasisPair,
  look: BasisLook,
  market: MarketView,
  context: StrategyContext,
): Decision {
  const { spot, futures } = pair;
  const decision = context.decide(stage, spot.info.row, market);
  decision.book = spot.info.book;
  decision.otherBook = futures.info.book;
  return decision
    .note(look.spotBid)
    .note(look.spotAsk)
    .note(look.futuresBid)
    .note(look.futuresAsk)
    .note(look.direction)
    .note(look.midBasisBps)
    .note(look.entryBasisBps)
    .note(look.exitBasisBps)
    .note(look.fairBps)
    .note(look.nextFundingBps)
    .note(look.fundingBps)
    .note(look.costsBps)
    .note(look.expectedNetBps)
    .note(look.hoursToExpiry)
    .note(context.positions.of(futures.info.book) * futures.info.basePerUnit);
}
