import { VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReference, OrderReport } from '../../domain/order.js';
import { shortClientOrderId } from '../client-order-id.js';
import type { Dialogue, TradingOptions, TradingProtocol } from '../trading.js';
import { SPOT_BUDGETS, spotCancel, spotPlace, spotPublic, spotRead } from './calls.js';
import { spotRefusal } from './errors.js';
import { spotInstruments } from './instruments.js';
import { RECEIVE_WINDOW_MS, signSpot } from './signing.js';
import { readAccepted, readSpotOrder, readSpotOrders, spotOrderName, spotOrderParams } from './spot-orders.js';
import {
  SPOT_KLINES_MAX,
  spotBalances,
  spotFeeTier,
  spotFills,
  spotKlines,
  spotOrderBook,
  spotTickers,
  spotTime,
} from './spot-reads.js';
import { spotStream } from './spot-stream.js';

/** MEXC spot. Orders go over REST only, and there is no dead man's switch. */
export function mexcSpotTrading(options: TradingOptions): TradingProtocol {
  const endpoints = options.endpoints ?? {
    rest: 'https://api.mexc.com',
    wsPrivate: 'wss://wbs-api.mexc.com/ws',
    wsTrade: null,
  };
  return {
    venue: 'mexc',
    market: 'spot',
    endpoints,
    features: {
      timeInForce: ['gtc', 'ioc', 'fok', 'post-only'],
      marketByQuote: ['buy'],
      reduceOnly: false,
      openOrdersOfAll: true,
      cancelAllOfAll: true,
      fillsOfAll: false,
    },
    budgets: SPOT_BUDGETS,
    // Stamps may be a second ahead of the venue's clock.
    requestValidityMs: RECEIVE_WINDOW_MS + 1_000,
    sign: signSpot,
    refusal: spotRefusal,
    // No header says how much is left.
    usage: () => [],
    clientOrderId: (key) => shortClientOrderId(key, 't-'),
    serverTime: spotTime,
    serverTimeStepMs: 1,
    *instruments(): Dialogue<readonly TradableInstrument[]> {
      return spotInstruments([yield spotPublic('exchangeInfo', 'exchangeInfo', 10)]);
    },
    orderBook: spotOrderBook,
    klineBatchMax: SPOT_KLINES_MAX,
    klines: spotKlines,
    tickers: spotTickers,
    *place(order): Dialogue<OrderReport> {
      return readAccepted(order, yield spotPlace(spotOrderParams(order)));
    },
    *cancel(order): Dialogue<OrderReport> {
      return readSpotOrder('DELETE /api/v3/order', yield spotCancel('order', spotOrderName(order)));
    },
    *cancelAll(instrument): Dialogue<void> {
      try {
        if (instrument === null) yield spotCancel('order/all', []);
        else yield spotCancel('openOrders', [['symbol', instrument.requestName]]);
      } catch (error) {
        // With no open order there is nothing to cancel.
        if (!isUnknownOrder(error)) throw error;
      }
    },
    order: findOrder,
    *openOrders(instrument): Dialogue<readonly OrderReport[]> {
      const query = instrument === null ? [] : ([['symbol', instrument.requestName]] as const);
      return readSpotOrders('GET /api/v3/openOrders', yield spotRead('openOrders', 'openOrders', 3, query));
    },
    fills: (instrument, sinceMs) => {
      // The venue has no list of all pairs' fills; `features` says so.
      if (instrument === null) throw new VenueRequestError('invalid-request', 'mexc: fills are asked for by symbol');
      return spotFills(instrument, sinceMs);
    },
    balances: spotBalances,
    feeTier: spotFeeTier,
    futures: null,
    deadMansSwitch: null,
    privateStream: spotStream(endpoints.wsPrivate ?? ''),
    orderEntry: null,
  };
}

function* findOrder(order: OrderReference): Dialogue<OrderReport | null> {
  try {
    return readSpotOrder('GET /api/v3/order', yield spotRead('order', 'order', 2, spotOrderName(order)));
  } catch (error) {
    if (isUnknownOrder(error)) return null;
    throw error;
  }
}

function isUnknownOrder(error: unknown): boolean {
  return error instanceof VenueRequestError && error.kind === 'unknown-order';
}
