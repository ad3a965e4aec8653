import type { StrategySpec } from '../../../src/strategy/registry.js';
import type { ChaosPlan } from '../plan.js';
import { QUOTE } from '../world/listings.js';

const BUDGET_QUOTE = 400;

/** The strategies of a seed, set so that they find something in its market. */
export function strategySpecs({ strategies }: ChaosPlan): StrategySpec[] {
  return strategies.map((kind) => ({ kind, budgetQuote: BUDGET_QUOTE, parameters: PARAMETERS[kind] }));
}

const PARAMETERS: Readonly<Record<ChaosPlan['strategies'][number], unknown>> = {
  'three-tier': { minNetBps: 5, minConfidence: 0.1, maxRowQuote: 40, slackBps: 10, pairCooldownMs: 500, expireMs: 100 },
  delta: {
    symbol: { base: 'AAA', quote: QUOTE },
    basePositionSize: 12,
    entryThresholdPct: 0.7,
    exitThresholdPct: 0.1,
    openSlackBps: 5,
    hedgeMs: 3_000,
    maxPositionHoldMinutes: 60,
  },
  'cross-futures': {
    maxPositionQuote: 12,
    minNetBps: 5,
    openSlackBps: 5,
    hedgeMs: 3_000,
    horizonHours: 2,
    maxHoldHours: 3,
    targetSpreadBps: 5,
  },
};
