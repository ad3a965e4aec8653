import { type Decimal, Exact, quotient, tenTo } from '../domain/decimal.js';
import type { Side } from '../domain/order.js';
import type { Capital } from '../strategy/capital.js';
import type { CostModel } from '../strategy/cost-model.js';
import type { BookInfo, StrategyUniverse } from '../strategy/universe.js';

/** What the accounts pay for at a venue that had no part in the plan. */
export class HedgeFunds {
  /** @param capital null where nobody counts */
  constructor(
    private readonly universe: StrategyUniverse,
    private readonly capital: Pick<Capital, 'available'> | null,
    private readonly costs: Pick<CostModel, 'total'>,
  ) {}

  /**
   * Most base assets that can be traded; null without a bound. Contracts bind margin, of which the venue alone has the last word: there
   * some of it has to be free, and no more is asked.
   */
  affordable({ book, instrument, baseAccount, quoteAccount }: BookInfo, side: Side, price: string): Decimal | null {
    if (this.capital === null) return null;
    const isSpot = instrument.market === 'spot';
    const account = isSpot && side === 'sell' ? baseAccount : quoteAccount;
    const scale = this.universe.accounts[account]?.scale ?? 0;
    const available = new Exact(this.capital.available(account)).div(tenTo(scale));
    if (!isSpot) return available.gt(0) ? null : available;
    return side === 'sell' ? available : new Exact(quotient(available, new Exact(price).mul(1 + this.costs.total(book))));
  }
}
