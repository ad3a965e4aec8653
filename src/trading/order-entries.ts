import { isFinal, type OrderState } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { WorkingState } from '../execution/order-machine.js';
import type { JournalIntent, JournalOrder } from '../execution/ports.js';
import type { EntryOf, JournalEntry } from '../ledger/entries.js';

/** When an entry is made, and in which turn. */
export type Stamp = Pick<JournalEntry, 'tsUs' | 'monotonicUs' | 'turn'>;

/** An intent as the ledger has it, before it has its place there. */
export function intentEntry(
  { strategy, purpose, symbol, expectedNet, legs }: JournalIntent,
  intent: string,
  { tsUs, monotonicUs, turn }: Stamp,
): Omit<EntryOf<'intent'>, 'sequence'> {
  return {
    kind: 'intent',
    tsUs,
    monotonicUs,
    turn,
    intent,
    strategy,
    purpose,
    expectedNet,
    expectedAsset: symbol.slice(symbol.lastIndexOf('/') + 1),
    legs: legs as EntryOf<'intent'>['legs'],
  };
}

/** A step of an order as the ledger has it, before it has its place there. */
export function orderEntry(
  order: JournalOrder,
  intent: string,
  step: EntryOf<'order'>['step'],
  { tsUs, monotonicUs, turn }: Stamp,
): Omit<EntryOf<'order'>, 'sequence'> {
  return {
    kind: 'order',
    tsUs,
    monotonicUs,
    turn,
    venue: order.venue as VenueId,
    market: order.market as Market,
    symbol: order.symbol,
    strategy: order.strategy,
    clientOrderId: order.clientOrderId,
    intent,
    leg: order.leg,
    step,
    state: ledgerState(order.state),
    venueOrderId: order.venueOrderId,
    side: order.side,
    quantity: order.quantity,
    price: order.price,
    filledQuantity: order.filled,
    reason: order.reason,
  };
}

/** Whether an order's state in execution is one that nothing comes after. */
export function hasEnded(state: WorkingState): boolean {
  return isFinal(ledgerState(state));
}

/** An order's state in execution as venues and ledger call it. */
function ledgerState(state: WorkingState): OrderState {
  if (state === 'created' || state === 'sending' || state === 'acknowledged') return 'pending';
  return state;
}
