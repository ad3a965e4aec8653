import { type Decimal, Exact } from '../domain/decimal.js';
import type { Booking, ProfitChange } from '../ledger/books.js';
import type { MemoryState } from './memory-state.js';

/** Profit of a strategy in one asset since the ledger began. */
export interface ProfitTotal extends Pick<ProfitChange, 'strategy' | 'asset'> {
  readonly realised: Decimal;
  readonly fees: Decimal;
  readonly funding: Decimal;
  readonly turnover: Decimal;
  readonly fills: number;
}

/** Profit by strategy and asset over all symbols, venues and days, kept as it is booked: reports ask for it all the time. */
export class ProfitTotals {
  private readonly totals = new Map<string, ProfitTotal>();

  see(booking: Booking | null): void {
    const change = booking?.profit ?? null;
    if (change === null) return;
    const { strategy, asset, realised, fees, funding, turnover, isFill } = change;
    const before = this.totals.get(keyOf(strategy, asset));
    this.totals.set(keyOf(strategy, asset), {
      ...{ strategy, asset },
      realised: realised.plus(before?.realised ?? 0),
      fees: fees.plus(before?.fees ?? 0),
      funding: funding.plus(before?.funding ?? 0),
      turnover: turnover.plus(before?.turnover ?? 0),
      fills: (before?.fills ?? 0) + (isFill ? 1 : 0),
    });
  }

  all(): Iterable<ProfitTotal> {
    return this.totals.values();
  }

  /** All of them, to go on from. */
  state(): MemoryState['totals'] {
    return [...this.totals.values()].map(({ strategy, asset, realised, fees, funding, turnover, fills }) => {
      return [strategy, asset, realised.toFixed(), fees.toFixed(), funding.toFixed(), turnover.toFixed(), fills];
    });
  }

  /** Goes on from what `state` told. */
  restore(state: MemoryState['totals']): void {
    for (const [strategy, asset, realised, fees, funding, turnover, fills] of state)
      this.totals.set(keyOf(strategy, asset), {
        ...{ strategy, asset, fills, realised: new Exact(realised), fees: new Exact(fees) },
        ...{ funding: new Exact(funding), turnover: new Exact(turnover) },
      });
  }
}

function keyOf(strategy: string, asset: string): string {
  return `${strategy} ${asset}`;
}
