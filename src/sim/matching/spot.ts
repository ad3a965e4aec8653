import type { Trade } from '../market/book.js';
import type { OrderRecord } from './account.js';
import type { EventDesk } from './event-desk.js';
import type { BookTerms } from './terms.js';
import type { Money } from './types.js';

/** What one execution cost. */
export interface Settled {
  readonly fee: Money;
  readonly feeAsset: string;
  readonly realizedPnl: Money;
}

/** Spot: assets change hands; open orders bind what they would pay. */
export class SpotSettlement {
  constructor(private readonly desk: EventDesk) {}

  /** What a quantity at a price binds, or would need. */
  need(terms: BookTerms, buy: boolean, value: Money, qtyUnits: number): Money {
    if (!buy) return terms.baseAmount(qtyUnits);
    return terms.feeInQuote ? value + terms.feeMost(value) : value;
  }

  /** Binds what the rest of an order needs now, and frees what it needed before. */
  relock(terms: BookTerms, order: OrderRecord, leftUnits: number, cause: 'order' | 'trade'): void {
    const buy = order.side === 'buy';
    const lock = this.need(terms, buy, terms.value(order.priceUnits ?? 0, leftUnits), leftUnits);
    this.desk.move(order.account, 'spot', buy ? terms.quote : terms.base, 0n, lock - order.lock, cause);
    order.lock = lock;
  }

  /** Books an execution of an order, resting (maker) or not. */
  settle(terms: BookTerms, order: OrderRecord, trade: Trade, value: Money, maker: boolean): Settled {
    const { desk } = this;
    const { account } = order;
    const base = terms.baseAmount(trade.qtyUnits);
    const buy = order.side === 'buy';
    const feeAsset = buy && !terms.feeInQuote ? terms.base : terms.quote;
    const fee = terms.fee(feeAsset === terms.base ? base : value, maker);
    if (maker) this.relock(terms, order, order.leftUnits, 'trade');
    desk.move(account, 'spot', terms.base, buy ? base : -base, 0n, 'trade');
    desk.move(account, 'spot', terms.quote, buy ? -value : value, 0n, 'trade');
    desk.move(account, 'spot', feeAsset, -fee, 0n, 'fee');
    return { fee, feeAsset, realizedPnl: 0n };
  }
}
