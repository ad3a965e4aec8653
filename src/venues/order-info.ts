import type { MinOrderInfo, TradableInstrument } from '../domain/instrument.js';
import { decimalsOfStep } from './metadata.js';

/** The least that can be ordered of an instrument, and how finely. */
export function minOrderInfo({ symbol, rules }: TradableInstrument): MinOrderInfo {
  return {
    symbol,
    minQuoteAmount: rules.minQuoteAmount,
    basePrecision: decimalsOfStep(rules.lotSize),
    quotePrecision: rules.quoteStep === null ? 0 : decimalsOfStep(rules.quoteStep),
    pricePrecision: decimalsOfStep(rules.tickSize),
  };
}
