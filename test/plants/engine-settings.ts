import { STALE_AFTER_US } from '../../src/sim/plants/lasting-traps.js';
import { makeStrategies } from '../../src/strategy/registry.js';
import type { DetectorSettings } from './detector.js';

/** Far below every planted profit, so that traps are refused for what they are and not for their size. */
const MIN_NET_BPS = 25;
const BPS = 1e-4;
const BUDGET_QUOTE = 1e9;

/** The engine as it is judged: the three-tier strategy with its own defaults but for the least profit. */
export const ENGINE: DetectorSettings = {
  minNet: MIN_NET_BPS * BPS,
  maxQuoteAgeUs: STALE_AFTER_US,
  feeBps: ({ takerFeeBps }) => takerFeeBps,
  strategies: (universe) =>
    makeStrategies([{ kind: 'three-tier', budgetQuote: BUDGET_QUOTE, parameters: { minNetBps: MIN_NET_BPS } }], universe),
};
