import type { ExecutionJournal } from '../execution/ports.js';
import type { RiskFeed } from './risk-feed.js';
import type { TradingLedger } from './trading-ledger.js';

/** Risk counts an order before the ledger keeps it: what cannot be kept is not sent, and the check takes it out again. */
export function deskJournal(feed: RiskFeed, ledger: TradingLedger): ExecutionJournal {
  return {
    intent: (entry) => ledger.intent(entry),
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
