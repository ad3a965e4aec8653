import type { Trade } from '../market/book.js';
import type { Account, OrderRecord } from './account.js';
import type { EventDesk } from './event-desk.js';
import { divideUp, maxOf, minOf, ONE } from './money.js';
import type { PositionRecord } from './position-record.js';
import type { Settled } from './spot.js';
import type { BookTerms } from './terms.js';
import type { EndReason, EnginePosition, Money, PositionValue } from './types.js';

/**
 * Futures: positions with margin of their own. An order binds initial margin and fee for the part that would open or enlarge a
 * position; what only closes one binds nothing.
 */
export class FuturesSettlement {
  constructor(
    private readonly desk: EventDesk,
    private readonly end: (order: OrderRecord, reason: EndReason) => void,
  ) {}

  /** What another order of this size needs, given the account's position and its orders before this one. */
  need(terms: BookTerms, account: Account, buy: boolean, qtyUnits: number, value: Money, reduceOnly: boolean): Money {
    if (reduceOnly || qtyUnits === 0) return 0n;
    const position = account.position(terms.book);
    let closable = closing(position, buy);
    for (const order of account.open.values()) {
      if (order.place !== null && order.book === terms.book && (order.side === 'buy') === buy) closable -= order.leftUnits;
    }
    const opening = qtyUnits - Math.max(0, Math.min(qtyUnits, closable));
    return bound(terms, divideUp(value * BigInt(opening), BigInt(qtyUnits)), position.leverage);
  }

  /** Binds anew what the account's resting orders of a book need; the oldest are the ones that close. */
  relock(terms: BookTerms, account: Account, cause: 'order' | 'trade' | 'margin' | 'liquidation'): void {
    const position = account.position(terms.book);
    let change = 0n;
    let closable = Math.abs(position.qtyUnits);
    for (const order of account.open.values()) {
      if (order.book !== terms.book) continue;
      let opening = order.place === null || order.reduceOnly ? 0 : order.leftUnits;
      if (order.place !== null && closing(position, order.side === 'buy') > 0) {
        const part = Math.min(closable, order.leftUnits);
        closable -= part;
        if (!order.reduceOnly) opening -= part;
      }
      const lock = bound(terms, terms.value(order.priceUnits ?? 0, opening), position.leverage);
      change += lock - order.lock;
      order.lock = lock;
    }
    this.desk.move(account, 'futures', terms.quote, 0n, change, cause);
  }

  /** Books an execution; the part against the position realises profit, the rest opens or enlarges it. */
  settle(terms: BookTerms, order: OrderRecord, trade: Trade, value: Money, maker: boolean): Settled {
    const { desk } = this;
    const { account } = order;
    const { qtyUnits } = trade;
    const buy = order.side === 'buy';
    const position = account.position(terms.book);
    const closed = Math.min(qtyUnits, closing(position, buy));
    const cause = order.liquidation ? 'liquidation' : 'trade';
    let fee = terms.fee(value, maker);
    let realizedPnl = 0n;
    if (closed > 0) {
      const part = this.close(position, closed);
      const closedValue = terms.value(trade.priceUnits, closed);
      realizedPnl = buy ? part.entry - closedValue : closedValue - part.entry;
      if (order.liquidation && position.marginMode === 'isolated') {
        // What the margin does not cover is the venue's loss.
        realizedPnl = maxOf(realizedPnl, -part.margin);
        fee = minOf(fee, part.margin + realizedPnl);
      }
      position.realizedPnl += realizedPnl;
      desk.move(account, 'futures', terms.quote, realizedPnl, -part.margin, cause);
    }
    const opened = qtyUnits - closed;
    if (opened > 0) {
      const openedValue = terms.value(trade.priceUnits, opened);
      const margin = divideUp(openedValue, BigInt(position.leverage));
      position.qtyUnits += buy ? opened : -opened;
      position.entryValue += openedValue;
      position.margin += margin;
      desk.move(account, 'futures', terms.quote, 0n, margin, cause);
    }
    desk.move(account, 'futures', terms.quote, -fee, 0n, 'fee');
    position.updatedUs = trade.timeUs;
    desk.touch(account, terms.book);
    return { fee, feeAsset: terms.quote, realizedPnl };
  }

  /** Puts everything in order after a position has changed: orders that nothing is left for end, and no loss is left open. */
  tidy(terms: BookTerms, account: Account): void {
    const position = account.position(terms.book);
    const resting = account.openOrders(terms.book).filter((order) => order.place !== null);
    let reducible = Math.abs(position.qtyUnits);
    for (const order of resting) {
      if (!order.reduceOnly) continue;
      const fits = closing(position, order.side === 'buy') > 0 && order.leftUnits <= reducible;
      if (fits) reducible -= order.leftUnits;
      else this.end(order, 'reduce-only');
    }
    this.relock(terms, account, 'trade');
    for (const order of resting.reverse()) {
      if (account.available('futures', terms.quote) >= 0n) break;
      if (order.state === 'open' && order.lock > 0n) this.end(order, 'reduce-only');
    }
    this.cover(terms, account);
  }

  /** The venue bears what an account cannot pay. */
  cover(terms: BookTerms, account: Account): void {
    const available = account.available('futures', terms.quote);
    if (available < 0n) this.desk.move(account, 'futures', terms.quote, -available, 0n, 'liquidation');
  }

  /** Pays or takes an amount at once: from what is free first, then from the position's margin. @returns what was moved */
  pay(terms: BookTerms, account: Account, amount: Money): Money {
    const position = account.position(terms.book);
    const free = account.available('futures', terms.quote);
    const paid = maxOf(amount, -(free + position.margin));
    const fromMargin = minOf(0n, paid + free);
    position.margin += fromMargin;
    this.desk.move(account, 'futures', terms.quote, paid, fromMargin, 'funding');
    if (fromMargin !== 0n) this.desk.touch(account, terms.book);
    return paid;
  }

  /** Changes the leverage of a position and of its orders. @returns false when the margin for it is not there */
  setLeverage(terms: BookTerms, account: Account, leverage: number): boolean {
    const position = account.position(terms.book);
    const before = { leverage: position.leverage, margin: position.margin };
    position.leverage = leverage;
    position.margin = divideUp(position.entryValue, BigInt(leverage));
    this.desk.move(account, 'futures', terms.quote, 0n, position.margin - before.margin, 'margin');
    this.relock(terms, account, 'margin');
    const fits = account.available('futures', terms.quote) >= 0n;
    if (!fits) {
      this.desk.move(account, 'futures', terms.quote, 0n, before.margin - position.margin, 'margin');
      Object.assign(position, before);
      this.relock(terms, account, 'margin');
    }
    return fits;
  }

  /** What a position is worth at a mark price. */
  value(terms: BookTerms, account: Account | null, position: EnginePosition, markPrice: Money): PositionValue {
    const size = terms.baseAmount(Math.abs(position.qtyUnits));
    if (size === 0n) return { markPrice, unrealizedPnl: 0n, maintenanceMargin: 0n, liquidationPrice: 0n };
    const long = position.qtyUnits > 0;
    const marked = (size * markPrice) / ONE;
    const entry = (size * position.entryPrice) / ONE;
    const free = position.marginMode === 'cross' ? (account?.available('futures', terms.quote) ?? 0n) : 0n;
    const behind = position.margin + free;
    const { maintenance } = terms;
    const liquidation = long
      ? ((entry - behind) * ONE * ONE) / (size * (ONE - maintenance))
      : ((entry + behind) * ONE * ONE) / (size * (ONE + maintenance));
    return {
      markPrice,
      unrealizedPnl: long ? marked - entry : entry - marked,
      maintenanceMargin: (marked * maintenance) / ONE,
      liquidationPrice: maxOf(0n, liquidation),
    };
  }

  private close(position: PositionRecord, qtyUnits: number): { entry: Money; margin: Money } {
    const size = BigInt(Math.abs(position.qtyUnits));
    const entry = (position.entryValue * BigInt(qtyUnits)) / size;
    const margin = (position.margin * BigInt(qtyUnits)) / size;
    position.entryValue -= entry;
    position.margin -= margin;
    position.qtyUnits += position.qtyUnits > 0 ? -qtyUnits : qtyUnits;
    return { entry, margin };
  }
}

/** How much of a position an order of that side could close. */
export function closing({ qtyUnits }: EnginePosition, buy: boolean): number {
  return Math.max(0, buy ? -qtyUnits : qtyUnits);
}

function bound(terms: BookTerms, value: Money, leverage: number): Money {
  return divideUp(value, BigInt(leverage)) + terms.feeMost(value);
}
