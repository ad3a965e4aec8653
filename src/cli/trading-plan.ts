import { systemTimers } from '../domain/system-clock.js';
import type { Config } from './config.js';
import type { Deciding } from './deciding.js';
import { simulatedAccess } from './live-access.js';
import type { Cleanup, Market } from './market.js';
import { paperAccounts, untilInSight } from './paper-accounts.js';
import type { OpenVenues, TradingParts } from './trading.js';
import { type TradingAccess, TradingVenues } from './trading-venues.js';

/** How a run trades. */
export interface TradingPlan {
  readonly mode: TradingParts['mode'];
  readonly open: OpenVenues;
  /** Resolves when trading can begin. */
  readonly when: Promise<void>;
}

/** Real orders where there is access to them, else simulated venues where the market is simulated, else paper accounts. */
export function planTrading(
  config: Config,
  live: TradingAccess | undefined,
  { simulated }: Market,
  deciding: Deciding,
  cleanup: Cleanup,
): TradingPlan {
  const { universe } = deciding;
  const over =
    (access: TradingAccess): OpenVenues =>
    (parts) =>
      new TradingVenues({ ...parts, universe, access });
  if (live !== undefined) return { mode: 'live', open: over(live), when: Promise.resolve() };
  if (simulated !== undefined)
    return { mode: 'simulated', open: over(simulatedAccess(config, simulated)), when: Promise.resolve() };
  return { mode: 'paper', open: paperAccounts(config, deciding), when: untilInSight(deciding, systemTimers, cleanup) };
}
