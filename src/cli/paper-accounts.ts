import type { Timers } from '../domain/clock.js';
import { RiskConfigSchema } from '../risk/config.js';
import { firstOpening, isInSight, ledgerOpenings } from '../trading/paper/opening.js';
import { PaperVenues } from '../trading/paper/paper-venues.js';
import type { Config } from './config.js';
import type { Deciding } from './deciding.js';
import type { Cleanup } from './market.js';
import type { OpenVenues } from './trading.js';

/** How often is looked for prices before accounts get their inventory, and how long that may take. */
const LOOK_MS = 250;
const PATIENCE_MS = 30_000;

/** Accounts on paper over real books: where the ledger knows one it goes on, a new one is given money and inventory. */
export function paperAccounts(config: Config, { universe, views }: Deciding): OpenVenues {
  const { futures, rates, bookAgeMsMax } = config.risk ?? RiskConfigSchema.parse({});
  const worth = String(config.decisions.paperBalanceQuote);
  return ({ ledger, clock, timers, onAccount }) => {
    const kept = ledgerOpenings(ledger, rates);
    const venues = new PaperVenues({
      ...{ universe, views, clock, timers, onAccount },
      openingOf: (account) => kept(account) ?? firstOpening(universe, views, account, { quote: worth, inventory: worth }),
      settings: { leverage: futures.leverage, bookAgeMsMax },
    });
    return {
      accounts: venues.accounts,
      start: () => void venues.start(),
      stop: async () => venues.stop(),
    };
  };
}

/** Waits until most books have a price, or for as long as is bearable: what has none then gets no inventory. */
export function untilInSight({ universe, views, engine }: Deciding, timers: Timers, cleanup: Cleanup): Promise<void> {
  return new Promise((resolve) => {
    let waitedMs = 0;
    const looking = timers.every(LOOK_MS, () => {
      waitedMs += LOOK_MS;
      if (!isInSight(universe, views, engine.market.oldestUs) && waitedMs < PATIENCE_MS) return;
      looking.cancel();
      resolve();
    });
    cleanup.push(() => looking.cancel());
  });
}
