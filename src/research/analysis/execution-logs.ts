import { Exact } from '../../domain/decimal.js';
import type { EntryOf, JournalEntry } from '../../ledger/entries.js';
import type { ExecutionLog } from './exchange-types.js';

interface OpenLog {
  readonly sending: EntryOf<'order'>;
  readonly runFrom: number;
  acknowledgedUs: number | null;
  firstFillUs: number | null;
  filled: InstanceType<typeof Exact>;
  isRejected: boolean;
  reason: string | null;
}

/** What an exchange is called in reports. */
export function exchangeName({ venue, market }: Pick<ExecutionLog, 'venue' | 'market'>): string {
  return market === 'spot' ? venue : `${venue} ${market}`;
}

/** The execution logs that a ledger holds: one an order, in the order in which they were sent. A fill told twice counts once. */
export function executionLogsOf(entries: Iterable<JournalEntry>): ExecutionLog[] {
  const logs = new Map<string, OpenLog>();
  const fills = new Set<string>();
  let run = 0;
  for (const entry of entries) {
    if (entry.kind === 'start') run = entry.sequence;
    else if (entry.kind === 'order') takeOrder(logs, entry, run);
    else if (entry.kind === 'fill') {
      const key = `${entry.venue} ${entry.market} ${entry.symbol} ${entry.tradeId}`;
      const log = logs.get(entry.clientOrderId);
      if (log === undefined || fills.has(key)) continue;
      fills.add(key);
      log.filled = log.filled.plus(entry.quantity);
      if (log.runFrom === run) log.firstFillUs ??= entry.monotonicUs;
    }
  }
  return [...logs.values()].map(({ sending, acknowledgedUs, firstFillUs, filled, isRejected, reason }) => ({
    exchange: exchangeName(sending),
    ...{ venue: sending.venue, market: sending.market, symbol: sending.symbol, clientOrderId: sending.clientOrderId },
    ...{ sentUs: sending.monotonicUs, acknowledgedUs, firstFillUs, quantity: sending.quantity },
    ...{ filledQuantity: filled.toFixed(), isRejected, reason },
  }));
}

function takeOrder(logs: Map<string, OpenLog>, entry: EntryOf<'order'>, run: number): void {
  const known = logs.get(entry.clientOrderId);
  if (known === undefined) {
    if (entry.step !== 'sending') return; // found at the venue: nobody knows when it was sent
    const nothing = { acknowledgedUs: null, firstFillUs: null, filled: new Exact(0), isRejected: false, reason: null };
    logs.set(entry.clientOrderId, { sending: entry, runFrom: run, ...nothing });
    return;
  }
  // Times of another process have another origin.
  if (entry.step === 'acknowledged' && known.runFrom === run) known.acknowledgedUs ??= entry.monotonicUs;
  if (entry.state !== 'rejected') return;
  known.isRejected = true;
  known.reason = entry.reason;
}
