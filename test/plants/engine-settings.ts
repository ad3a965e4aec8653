import { STALE_AFTER_US } from '../../src/sim/plants/lasting-traps.js';
import { Budget } from '../../src/strategy/capital.js';
import { threeTierConfig } from '../../src/strategy/three-tier/config.js';
import { ThreeTierStrategy } from '../../src/strategy/three-tier/three-tier-strategy.js';
import type { DetectorSettings } from './detector.js';

/** Below every planted profit, and above what thin traps come to when their fees are forgotten. */
const MIN_NET = 0.0025;
const BPS = 10_000;
const BUDGET_QUOTE = 1e9;

/** The engine as it is judged. */
export const ENGINE: DetectorSettings = {
  minNet: MIN_NET,
  maxQuoteAgeUs: STALE_AFTER_US,
  feeBps: ({ takerFeeBps }) => takerFeeBps,
  strategies: (universe) => [
    {
      name: 'three-tier',
      strategy: new ThreeTierStrategy(threeTierConfig.parse({ minNetBps: MIN_NET * BPS }), universe),
      budget: new Budget(BUDGET_QUOTE),
    },
  ],
};
