import type { ExecutionJournal } from '../execution/ports.js';
import type { RiskFeed } from './risk-feed.js';
import type { TradingLedger } from './trading-ledger.js';

/** What the ledger cannot keep does not leave, and risk does not count it. What happened counts, whether the ledger can keep it or not. */
export function deskJournal(feed: RiskFeed, ledger: TradingLedger): ExecutionJournal {
  return {
    departure(intent, orders) {
      ledger.departure(intent, orders);
      for (const entry of orders) feed.order(entry);
    },
    order(entry) {
      feed.order(entry);
      ledger.order(entry);
    },
    fill(entry) {
      feed.fill(entry);
      ledger.fill(entry);
    },
    note: (kind, facts) => ledger.note(kind, facts),
  };
}
