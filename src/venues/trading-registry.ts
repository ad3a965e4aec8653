import { InvalidInputError } from '../domain/errors.js';
import type { Market, VenueId } from '../domain/venue.js';
import { binanceFuturesTrading, binanceSpotTrading } from './binance/trading.js';
import { coinbaseSpotTrading } from './coinbase/trading.js';
import { gateioFuturesTrading, gateioSpotTrading } from './gateio/trading.js';
import { krakenSpotTrading } from './kraken/trading.js';
import { mexcFuturesTrading } from './mexc/futures-trading.js';
import { mexcSpotTrading } from './mexc/spot-trading.js';
import type { TradingOptions, TradingProtocol } from './trading.js';

/** A market of a venue that Tiercel can trade. */
export interface TradingEntry {
  readonly venue: VenueId;
  readonly market: Market;
  readonly make: (options: TradingOptions) => TradingProtocol;
}

/** All markets, in the order of tables and reports. A new venue is one line here. */
export const TRADING: readonly TradingEntry[] = [
  { venue: 'binance', market: 'spot', make: binanceSpotTrading },
  { venue: 'binance', market: 'futures', make: binanceFuturesTrading },
  { venue: 'coinbase', market: 'spot', make: coinbaseSpotTrading },
  { venue: 'kraken', market: 'spot', make: krakenSpotTrading },
  { venue: 'mexc', market: 'spot', make: mexcSpotTrading },
  { venue: 'mexc', market: 'futures', make: mexcFuturesTrading },
  { venue: 'gateio', market: 'spot', make: gateioSpotTrading },
  { venue: 'gateio', market: 'futures', make: gateioFuturesTrading },
];

/**
 * How to trade one market of a venue.
 * @throws InvalidInputError when Tiercel cannot
 */
export function tradingEntry(venue: VenueId, market: Market): TradingEntry {
  const entry = TRADING.find((candidate) => candidate.venue === venue && candidate.market === market);
  if (entry === undefined) throw new InvalidInputError(`there is no ${market} trading at ${venue}`, { venue, market });
  return entry;
}
