import { fillKey } from '../ledger/books.js';
import type { EntryOf, JournalEntry } from '../ledger/entries.js';
import type { RiskConfig } from '../risk/config.js';
import type { DayProfit } from '../risk/day-profit.js';
import type { Prices } from './prices.js';

/**
 * Fees that venues tell later than their fills. Until one is told the day counts it as lost, at the dearer of the rate that decisions are
 * made with and the one that the venue lists: else trading at a loss goes on for as long as a venue takes to tell what it costs.
 */
export class UntoldFees {
  constructor(
    private readonly prices: Pick<Prices, 'book'>,
    private readonly rates: RiskConfig['rates'],
    private readonly profit: Pick<DayProfit, 'expectFee' | 'feeTold'>,
  ) {}

  /** Takes an entry as it is booked. */
  see(entry: JournalEntry): void {
    if (entry.kind === 'fill' && entry.fee === null) this.profit.expectFee(fillKey(entry), this.expected(entry));
    else if (entry.kind === 'fee' && entry.tradeId !== null) this.profit.feeTold(fillKey({ ...entry, tradeId: entry.tradeId }));
  }

  /** In the reference currency; a rebate is not counted before it is told. */
  private expected(entry: EntryOf<'fill'>): number {
    const info = this.prices.book(entry, entry.symbol);
    const rate = Math.max(0, info?.takerFee ?? 0, (info?.instrument.takerFeeBps ?? 0) / 1e4);
    return Number(entry.quantity) * Number(entry.contractSize) * Number(entry.price) * rate * (this.rates[entry.quote] ?? 0);
  }
}
