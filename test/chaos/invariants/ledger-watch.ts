import { Exact } from '../../../src/domain/decimal.js';
import { fillKey } from '../../../src/ledger/books.js';
import type { EntryOf, JournalEntry } from '../../../src/ledger/entries.js';
import { SYNTHETIC } from '../../../src/ledger/entries.js';
import type { EngineFill } from '../../../src/sim/matching/types.js';
import { fillOf } from '../world/venue-words.js';
import type { Accuse } from './report.js';

/** Entries as they are kept: every fill is one that an exchange made, is kept once, and is what the exchange says. */
export class LedgerWatch {
  private readonly real = new Map<string, EngineFill>();
  private readonly kept = new Map<string, EntryOf<'fill'>>();
  /** By order, contracts or base units that were worked out because the venue did not list them. */
  private readonly workedOut = new Map<string, number>();
  /** Whether anything was worked out at a price that is not the real one. */
  hasWorkedOut = false;

  constructor(private readonly accuse: Accuse) {}

  filled(fill: EngineFill): void {
    this.real.set(fillKey(fillOf(fill)), fill);
  }

  take(entry: JournalEntry): void {
    if (entry.kind !== 'fill') return;
    const key = fillKey(entry);
    if (this.kept.has(key)) this.accuse('fill-twice', `${key} is in the ledger twice`);
    this.kept.set(key, entry);
    if (entry.tradeId.startsWith(SYNTHETIC)) {
      this.hasWorkedOut = true;
      const order = `${entry.venue} ${entry.market} ${entry.venueOrderId}`;
      this.workedOut.set(order, (this.workedOut.get(order) ?? 0) + Number(entry.quantity));
      return;
    }
    const fill = this.real.get(key);
    if (fill === undefined) {
      this.accuse('fill-wrong', `${key} never happened`);
      return;
    }
    const { side, price, quantity } = fillOf(fill);
    if (entry.side !== side || !new Exact(entry.price).eq(price) || !new Exact(entry.quantity).eq(quantity))
      this.accuse('fill-wrong', `${key} is kept as ${entry.side} ${entry.quantity} at ${entry.price}`);
  }

  /** At the end: every fill of an exchange is in the ledger, by itself or in what was worked out for its order. */
  complete(): void {
    for (const [key, fill] of this.real) {
      if (this.kept.has(key)) continue;
      const { venue, market, venueOrderId, quantity, clientOrderId } = fillOf(fill);
      const order = `${venue} ${market} ${venueOrderId}`;
      const left = (this.workedOut.get(order) ?? 0) - Number(quantity);
      if (left >= -1e-9) this.workedOut.set(order, left);
      else if (clientOrderId !== null || !this.hasWorkedOut)
        this.accuse('fill-missing', `${key} of ${clientOrderId} is not in the ledger`);
    }
  }
}
