import { ceilQuotientToGrid, ceilToGrid, type Decimal, Exact, floorQuotientToGrid, floorToGrid } from '../domain/decimal.js';
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
  const { lotSize, minQty, minQuoteAmount, maxQuoteAmount } = rules;
  const least = Exact.max(ceilQuotientToGrid(minQuoteAmount, worth, lotSize), ceilToGrid(minQty, lotSize), lotSize);
  const maxQty = (isMarket ? rules.maxMarketQty : null) ?? rules.maxQty;
  const bounds = [
    maxQty === null ? null : floorToGrid(maxQty, lotSize),
    maxQuoteAmount === null ? null : floorQuotientToGrid(maxQuoteAmount, worth, lotSize),
  ].filter((bound) => bound !== null);
  return {
    lot: new Exact(lotSize).mul(contractSize),
    least: least.mul(contractSize),
    most: bounds.length === 0 ? null : Exact.min(...bounds).mul(contractSize),
  };
}
