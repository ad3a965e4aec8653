import type { TradableInstrument } from '../../../src/domain/instrument.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import { futuresInstruments, spotInstruments } from '../../../src/venues/binance/instruments.js';
import { Directory } from '../../../src/venues/directory.js';

const PRICE_FILTER = { filterType: 'PRICE_FILTER', minPrice: '0.05000000', maxPrice: '1000000.00000000', tickSize: '0.05000000' };
const LOT_SIZE = { filterType: 'LOT_SIZE', minQty: '0.00010000', maxQty: '9000.00000000', stepSize: '0.00010000' };

export const SPOT_INFO = {
  timezone: 'UTC',
  symbols: [
    {
      symbol: 'ETHUSDT',
      status: 'TRADING',
      baseAsset: 'ETH',
      quoteAsset: 'USDT',
      quotePrecision: 8,
      quoteOrderQtyMarketAllowed: true,
      isSpotTradingAllowed: true,
      filters: [
        PRICE_FILTER,
        LOT_SIZE,
        { filterType: 'ICEBERG_PARTS', limit: 100 },
        { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '2500.00000000', stepSize: '0.00000000' },
        { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true, maxNotional: '9000000.00000000' },
      ],
    },
    { symbol: 'OLDUSDT', status: 'BREAK', baseAsset: 'OLD', quoteAsset: 'USDT', filters: [PRICE_FILTER, LOT_SIZE] },
  ],
};

export const FUTURES_INFO = {
  symbols: [
    {
      symbol: '1000PEPEUSDT',
      status: 'TRADING',
      contractType: 'PERPETUAL',
      baseAsset: '1000PEPE',
      quoteAsset: 'USDT',
      pricePrecision: 7,
      filters: [
        { filterType: 'PRICE_FILTER', minPrice: '0.0000001', maxPrice: '200', tickSize: '0.0000001' },
        { filterType: 'LOT_SIZE', minQty: '1', maxQty: '75000000', stepSize: '1' },
        { filterType: 'MARKET_LOT_SIZE', minQty: '1', maxQty: '45000000', stepSize: '1' },
        { filterType: 'MIN_NOTIONAL', notional: '5' },
      ],
    },
    {
      symbol: 'BTCUSDT_260925',
      status: 'TRADING',
      contractType: 'CURRENT_QUARTER',
      baseAsset: 'BTC',
      quoteAsset: 'USDT',
      filters: [],
    },
  ],
};

export const SPOT: TradableInstrument = only(spotInstruments([SPOT_INFO]));
export const FUTURES: TradableInstrument = only(futuresInstruments([FUTURES_INFO]));

/** A directory of the futures instrument. */
export function directory(): Directory {
  const filled = new Directory();
  filled.fill([FUTURES]);
  return filled;
}

export const ORDER: OrderRequest = {
  symbol: 'ETHUSDT',
  side: 'sell',
  type: 'limit',
  timeInForce: 'gtc',
  quantity: '0.25',
  quoteAmount: null,
  price: '3120.55',
  clientOrderId: 'sim-0001',
  reduceOnly: false,
};

function only(instruments: readonly TradableInstrument[]): TradableInstrument {
  const [first, ...others] = instruments;
  if (first === undefined || others.length > 0) throw new Error(`${instruments.length} instruments`);
  return first;
}
