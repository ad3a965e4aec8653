import { STALE_AFTER_US } from '../../src/sim/plants/lasting-traps.js';
import { makeStrategies } from '../../src/strategy/registry.js';
import type { DetectorSettings } from './detector.js';

/** Below every planted profit, and above what thin traps come to when their fees are forgotten. */
const MIN_NET = 0.0025;
const BUDGET_QUOTE = 1e9;

/** The engine as it is judged. */
export const ENGINE: DetectorSettings = {
  minNet: MIN_NET,
  maxQuoteAgeUs: STALE_AFTER_US,
  feeBps: ({ takerFeeBps }) => takerFeeBps,
  strategies: (universe) => makeStrategies([{ kind: 'three-tier', budgetQuote: BUDGET_QUOTE, parameters: {} }], universe),
};
