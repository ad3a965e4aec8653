import { ceilToGrid, type Decimal, Exact, floorToGrid } from '../domain/decimal.js';
import type { TradableInstrument } from '../domain/instrument.js';

/** Which orders an instrument takes at a price: whole lots, and either none or from the least to the most. All in base assets. */
export interface OrderFit {
  readonly lot: Decimal;
  readonly least: Decimal;
  /** Null where there is no bound. */
  readonly most: Decimal | null;
}

/** @param price that the venue will measure an order's value with */
export function orderFit({ rules, contractSize }: TradableInstrument, price: string, isMarket: boolean): OrderFit {
  const worth = new Exact(price).mul(contractSize);
  const least = ceilToGrid(Exact.max(new Exact(rules.minQuoteAmount).div(worth), rules.minQty, rules.lotSize), rules.lotSize);
  const bounds = [
    (isMarket ? rules.maxMarketQty : null) ?? rules.maxQty,
    rules.maxQuoteAmount === null ? null : new Exact(rules.maxQuoteAmount).div(worth),
  ].filter((bound) => bound !== null);
  const most = bounds.length === 0 ? null : new Exact(floorToGrid(Exact.min(...bounds), rules.lotSize));
  return {
    lot: new Exact(rules.lotSize).mul(contractSize),
    least: new Exact(least).mul(contractSize),
    most: most?.mul(contractSize) ?? null,
  };
}
