import { type Booking, DAY_US, netOf } from '../ledger/books.js';
import type { JournalEntry } from '../ledger/entries.js';
import type { RiskConfig } from '../risk/config.js';
import type { DayProfitRecord } from '../risk/day-profit.js';
import type { MemoryState } from './memory-state.js';

/** Event of the risk entry that a person wrote when clearing a stop: limits of loss count from there on. */
export const CLEARED = 'cleared';

/**
 * Capital and booked profit in the reference currency, from the ledger's entries, so that a process that dies again and again does not
 * get its daily loss anew each time. Assets without a rate count for nothing: they are inventory.
 */
export class ProfitRecord {
  /** What was paid in, and what was earned on it. */
  capital = 0;
  booked = 0;
  /** Of what was booked, what had been when the day began, and what trading has earned since. */
  private before = 0;
  private today = 0;
  private day = 0;
  private peak = 0;

  constructor(private readonly rates: RiskConfig['rates']) {}

  /** Takes an entry with what it booked. */
  see(entry: JournalEntry, booking: Booking | null): void {
    const day = Math.floor(entry.tsUs / DAY_US);
    if (day > this.day) {
      this.day = day;
      this.startAnew();
    }
    if (entry.kind === 'transfer') {
      const amount = Number(entry.amount) * this.rateOf(entry.asset);
      this.capital += amount;
      this.peak += amount;
    } else if (entry.kind === 'reconciliation') this.add(Number(entry.adjustment) * this.rateOf(entry.asset));
    else if (entry.kind === 'risk' && entry.event === CLEARED) this.acknowledge();
    const profit = booking?.profit ?? null;
    if (profit === null) return;
    const net = netOf(profit).toNumber() * this.rateOf(profit.asset);
    this.today += net;
    this.add(net);
  }

  /** What the risk check goes on from. */
  record(): DayProfitRecord {
    const { day, today, capital, before, peak } = this;
    return { day, realisedQuote: today, startEquityQuote: capital + before, peakEquityQuote: peak };
  }

  /** All of it, to go on from. */
  state(): MemoryState['profit'] {
    const { capital, booked, before, today, day, peak } = this;
    return { capital, booked, before, today, day, peak };
  }

  /** Goes on from what `state` told. */
  restore(state: MemoryState['profit']): void {
    Object.assign(this, state);
  }

  private add(amount: number): void {
    this.booked += amount;
    this.peak = Math.max(this.peak, this.capital + this.booked);
  }

  private startAnew(): void {
    this.before = this.booked;
    this.today = 0;
  }

  private acknowledge(): void {
    this.startAnew();
    this.peak = this.capital + this.booked;
  }

  private rateOf(asset: string | null): number {
    return asset === null ? 0 : (this.rates[asset] ?? 0);
  }
}
