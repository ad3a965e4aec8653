import { VenueRequestError } from '../../../src/domain/errors.js';
import type { TradableInstrument } from '../../../src/domain/instrument.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import { Directory } from '../../../src/venues/directory.js';
import { futuresInstruments, spotInstruments } from '../../../src/venues/mexc/instruments.js';

export const UNKNOWN_ORDER = new VenueRequestError('unknown-order', 'mexc: no such order');

export const SPOT_INFO = {
  timezone: 'CST',
  serverTime: 1767225600123,
  symbols: [
    {
      symbol: 'BTCUSDT',
      status: '1',
      baseAsset: 'BTC',
      baseAssetPrecision: 8,
      quoteAsset: 'USDT',
      quotePrecision: 2,
      quoteAssetPrecision: 2,
      isSpotTradingAllowed: true,
      quoteAmountPrecision: '1',
      baseSizePrecision: '0.000001',
      filters: [],
      maxQuoteAmount: '4000000',
      makerCommission: '0',
      takerCommission: '0.0005',
      quoteAmountPrecisionMarket: '5',
      maxQuoteAmountMarket: '1000000',
    },
    { symbol: 'OLDUSDT', status: '2', baseAsset: 'OLD', quoteAsset: 'USDT', baseAssetPrecision: 2, quoteAssetPrecision: 4 },
    { symbol: 'ODD', status: '1' },
  ],
};

const CONTRACT_ROW = {
  symbol: 'BTC_USDT',
  baseCoin: 'BTC',
  quoteCoin: 'USDT',
  settleCoin: 'USDT',
  futureType: 1,
  contractSize: 0.0001,
  maxLeverage: 500,
  priceScale: 1,
  volScale: 0,
  priceUnit: 0.5,
  volUnit: 1,
  minVol: 1,
  maxVol: 2000000,
  limitMaxVol: 1000000,
  takerFeeRate: 0.0002,
  makerFeeRate: 0,
  state: 0,
  isHidden: false,
};
export const CONTRACT_INFO = {
  success: true,
  code: 0,
  data: [
    CONTRACT_ROW,
    { ...CONTRACT_ROW, symbol: 'BTC_USD', settleCoin: 'BTC', quoteCoin: 'USD' },
    { ...CONTRACT_ROW, symbol: 'OLD_USDT', state: 3 },
    { symbol: 'NEW_USDT' },
  ],
};
export const FUNDING_INFO = {
  success: true,
  code: 0,
  data: [{ symbol: 'BTC_USDT', fundingRate: 0.00004, collectCycle: 4, nextSettleTime: 1767254400000, timestamp: 1 }],
};

export const SPOT = only(spotInstruments([SPOT_INFO]));
export const FUTURES = only(futuresInstruments([CONTRACT_INFO, FUNDING_INFO]));

/** A directory of the contract. */
export function directory(): Directory {
  const filled = new Directory();
  filled.fill([FUTURES]);
  return filled;
}

export const ORDER: OrderRequest = {
  symbol: 'BTCUSDT',
  side: 'buy',
  type: 'limit',
  timeInForce: 'gtc',
  quantity: '0.01',
  quoteAmount: null,
  price: '60000',
  clientOrderId: 'bot-1',
  reduceOnly: false,
};

function only(instruments: readonly TradableInstrument[]): TradableInstrument {
  const [first, ...others] = instruments;
  if (first === undefined || others.length > 0) throw new Error(`${instruments.length} instruments`);
  return first;
}
