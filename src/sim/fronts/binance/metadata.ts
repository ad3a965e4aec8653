import type { Market } from '../../../domain/venue.js';
import type { SimulatedInstrument } from '../../market/instruments.js';
import { fixedText, paddedText, stepText } from '../decimal-text.js';
import { LIMITS } from './gate.js';

const SELF_TRADE_MODES = ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH'];

/** The row of a spot pair in `GET /api/v3/exchangeInfo`. */
export function spotSymbol(instrument: SimulatedInstrument): Record<string, unknown> {
  const { priceDecimals, qtyDecimals, tickUnits, minQtyUnits, maxQtyUnits } = instrument;
  const step = paddedText(1, qtyDecimals, 8);
  const maxQty = paddedText(maxQtyUnits, qtyDecimals, 8);
  return {
    symbol: instrument.symbol,
    status: 'TRADING',
    baseAsset: instrument.base,
    baseAssetPrecision: 8,
    quoteAsset: instrument.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
    icebergAllowed: false,
    ocoAllowed: false,
    otoAllowed: false,
    opoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: false,
    amendAllowed: false,
    pegInstructionsAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: paddedText(tickUnits, priceDecimals, 8),
        maxPrice: '1000000.00000000',
        tickSize: paddedText(tickUnits, priceDecimals, 8),
      },
      { filterType: 'LOT_SIZE', minQty: paddedText(minQtyUnits, qtyDecimals, 8), maxQty, stepSize: step },
      { filterType: 'ICEBERG_PARTS', limit: 100 },
      { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty, stepSize: '0.00000000' },
      {
        filterType: 'TRAILING_DELTA',
        minTrailingAboveDelta: 10,
        maxTrailingAboveDelta: 2000,
        minTrailingBelowDelta: 10,
        maxTrailingBelowDelta: 2000,
      },
      {
        filterType: 'PERCENT_PRICE_BY_SIDE',
        bidMultiplierUp: '5',
        bidMultiplierDown: '0.2',
        askMultiplierUp: '5',
        askMultiplierDown: '0.2',
        avgPriceMins: 5,
      },
      {
        filterType: 'NOTIONAL',
        minNotional: instrument.minNotional.toFixed(8),
        applyMinToMarket: true,
        maxNotional: '9000000.00000000',
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
      { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
    ],
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: SELF_TRADE_MODES,
  };
}

/** The row of a perpetual in `GET /fapi/v1/exchangeInfo`. */
export function futuresSymbol(instrument: SimulatedInstrument): Record<string, unknown> {
  const { priceDecimals, qtyDecimals, tickUnits, minQtyUnits, maxQtyUnits } = instrument;
  const step = stepText(qtyDecimals);
  const minQty = fixedText(minQtyUnits, qtyDecimals);
  const maxQty = fixedText(maxQtyUnits, qtyDecimals);
  const tick = fixedText(tickUnits, priceDecimals);
  return {
    symbol: instrument.symbol,
    pair: instrument.symbol,
    contractType: 'PERPETUAL',
    deliveryDate: 4133404800000,
    onboardDate: 1569398400000,
    status: 'TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: instrument.base,
    quoteAsset: instrument.quote,
    marginAsset: 'USDT',
    pricePrecision: priceDecimals,
    quantityPrecision: qtyDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: [],
    triggerProtect: '0.0500',
    liquidationFee: '0.012500',
    marketTakeBound: '0.05',
    maxMoveOrderLimit: 10000,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: '1000000', tickSize: tick },
      { filterType: 'LOT_SIZE', minQty, maxQty, stepSize: step },
      { filterType: 'MARKET_LOT_SIZE', minQty, maxQty, stepSize: step },
      { filterType: 'MAX_NUM_ORDERS', limit: 200 },
      { filterType: 'MAX_NUM_ALGO_ORDERS', limit: 10 },
      { filterType: 'MIN_NOTIONAL', notional: String(instrument.minNotional) },
      { filterType: 'PERCENT_PRICE', multiplierUp: '1.0500', multiplierDown: '0.9500', multiplierDecimal: '4' },
    ],
    orderTypes: ['LIMIT', 'MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}

/** What stands in `exchangeInfo` before the symbols, but for the server's time. */
export function exchangeInfoHead(market: Market): Record<string, unknown> {
  const limits = { rateLimits: LIMITS[market], exchangeFilters: [] };
  if (market === 'spot') return limits;
  return {
    futuresType: 'U_MARGINED',
    ...limits,
    assets: [{ asset: 'USDT', marginAvailable: true, autoAssetExchange: '-10000' }],
  };
}
