import type { OrderRules } from '../domain/instrument.js';
import type { TradingProtocol } from './trading.js';

/** Rules that let every order pass. */
const NO_RULES: OrderRules = {
  tickSize: '0',
  lotSize: '0',
  minQty: '0',
  maxQty: null,
  maxMarketQty: null,
  minQuoteAmount: '0',
  maxQuoteAmount: null,
  quoteStep: '0',
};

/** The same protocol with instruments that have no rules: to hear what the venue itself says of an order. For checks, never for trading. */
export function withoutRules(protocol: TradingProtocol): TradingProtocol {
  return {
    ...protocol,
    *instruments() {
      const all = yield* protocol.instruments();
      return all.map((instrument) => ({ ...instrument, rules: NO_RULES }));
    },
  };
}
