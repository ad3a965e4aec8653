import { InvalidInputError, VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReference, OrderReport } from '../../domain/order.js';
import type { Market } from '../../domain/venue.js';
import { shortClientOrderId } from '../client-order-id.js';
import type { Dialogue, TradingEndpoints, TradingFeatures, TradingOptions, TradingProtocol } from '../trading.js';
import { balances, feeTier, fills } from './account-reads.js';
import { BUDGETS, cancelCall, placeCall, privateRead, publicRead, ROOTS } from './calls.js';
import { restRefusal, restUsage } from './errors.js';
import { countdownCancel, futuresProtocol } from './futures.js';
import { futuresStream } from './futures-stream.js';
import { futuresInstruments, spotInstruments } from './instruments.js';
import { KLINE_BATCH_MAX, klines, orderBook, serverTime, tickers } from './market-reads.js';
import { orderEntry } from './order-entry.js';
import { orderParams, placeParams, readOrder, readOrders } from './orders.js';
import { RECEIVE_WINDOW_MS, signRest } from './signing.js';
import { spotStream } from './spot-stream.js';

const SPOT_ENDPOINTS: TradingEndpoints = {
  rest: 'https://api.binance.com',
  wsPrivate: 'wss://ws-api.binance.com:443/ws-api/v3',
  wsTrade: 'wss://ws-api.binance.com:443/ws-api/v3',
};

const FUTURES_ENDPOINTS: TradingEndpoints = {
  rest: 'https://fapi.binance.com',
  wsPrivate: 'wss://fstream.binance.com/private/ws',
  wsTrade: 'wss://ws-fapi.binance.com/ws-fapi/v1',
};

const FEATURES: TradingFeatures = {
  timeInForce: ['gtc', 'ioc', 'fok', 'post-only'],
  marketByQuote: ['buy', 'sell'],
  reduceOnly: false,
  openOrdersOfAll: true,
  cancelAllOfAll: false,
  fillsOfAll: false,
};

/** Binance spot. */
export function binanceSpotTrading(options: TradingOptions): TradingProtocol {
  const endpoints = options.endpoints ?? SPOT_ENDPOINTS;
  return {
    ...common('spot', endpoints),
    features: FEATURES,
    *instruments(): Dialogue<readonly TradableInstrument[]> {
      return spotInstruments([yield publicRead('/api/v3/exchangeInfo', 20)]);
    },
    futures: null,
    deadMansSwitch: null,
    privateStream: spotStream(privateUrl(endpoints)),
  };
}

/** Binance USD-M futures, in one-way mode. */
export function binanceFuturesTrading(options: TradingOptions): TradingProtocol {
  const endpoints = options.endpoints ?? FUTURES_ENDPOINTS;
  return {
    ...common('futures', endpoints),
    features: { ...FEATURES, marketByQuote: [], reduceOnly: true },
    *instruments(): Dialogue<readonly TradableInstrument[]> {
      const info = yield publicRead('/fapi/v1/exchangeInfo', 1);
      const funding = yield publicRead('/fapi/v1/fundingInfo', 0);
      return futuresInstruments([info, funding, yield* leverageBrackets()]);
    },
    futures: futuresProtocol(options.directory),
    deadMansSwitch: countdownCancel,
    privateStream: futuresStream(privateUrl(endpoints)),
  };
}

type Common = Omit<TradingProtocol, 'features' | 'instruments' | 'futures' | 'deadMansSwitch' | 'privateStream'>;

function common(market: Market, endpoints: TradingEndpoints): Common {
  const root = ROOTS[market];
  return {
    venue: 'binance',
    market,
    endpoints,
    budgets: BUDGETS[market],
    // Its clock may be a second behind the stamp of a request that it still takes.
    requestValidityMs: RECEIVE_WINDOW_MS + 1_000,
    sign: signRest,
    refusal: (reply) => restRefusal(market, reply),
    usage: restUsage,
    clientOrderId: (key) => shortClientOrderId(key, 't-'),
    serverTime: () => serverTime(market),
    serverTimeStepMs: 1,
    orderBook: (instrument, levels) => orderBook(market, instrument, levels),
    klineBatchMax: KLINE_BATCH_MAX,
    klines: (instrument, interval, fromMs, toMs) => klines(market, instrument, interval, fromMs, toMs),
    tickers: () => tickers(market),
    *place(order): Dialogue<OrderReport> {
      return readOrder(market, `POST ${root}/order`, yield placeCall(market, placeParams(market, order)));
    },
    *cancel(order): Dialogue<OrderReport> {
      return readOrder(market, `DELETE ${root}/order`, yield cancelCall(`${root}/order`, orderParams(order)));
    },
    *cancelAll(instrument): Dialogue<void> {
      const path = `${root}/${market === 'spot' ? 'openOrders' : 'allOpenOrders'}`;
      try {
        yield cancelCall(path, instrument === null ? [] : [['symbol', instrument.requestName]]);
      } catch (error) {
        // With no open order there is nothing to cancel, which spot refuses as an unknown order.
        if (!isUnknownOrder(error)) throw error;
      }
    },
    order: (order) => findOrder(market, order),
    *openOrders(instrument): Dialogue<readonly OrderReport[]> {
      const path = `${root}/openOrders`;
      const weights = market === 'spot' ? { one: 6, all: 80 } : { one: 1, all: 40 };
      const call =
        instrument === null
          ? privateRead(path, weights.all)
          : privateRead(path, weights.one, [['symbol', instrument.requestName]]);
      return readOrders(market, path, yield call);
    },
    fills: (instrument, sinceMs) => {
      // The venue has no list of all symbols' fills; `features` says so.
      if (instrument === null) throw new VenueRequestError('invalid-request', 'binance: fills are asked for by symbol');
      return fills(market, instrument, sinceMs);
    },
    balances: () => balances(market),
    feeTier: (instrument) => feeTier(market, instrument),
    orderEntry: endpoints.wsTrade === null ? null : orderEntry(market, endpoints.wsTrade),
  };
}

function* findOrder(market: Market, order: OrderReference): Dialogue<OrderReport | null> {
  const path = `${ROOTS[market]}/order`;
  try {
    return readOrder(market, `GET ${path}`, yield privateRead(path, market === 'spot' ? 4 : 1, orderParams(order)));
  } catch (error) {
    if (isUnknownOrder(error)) return null;
    throw error;
  }
}

/** The greatest leverage stands in a list that only keys can read; without them it stays unknown. */
function* leverageBrackets(): Dialogue<unknown> {
  try {
    return yield privateRead('/fapi/v1/leverageBracket', 1);
  } catch (error) {
    if (error instanceof VenueRequestError && error.kind === 'authentication') return undefined;
    throw error;
  }
}

function privateUrl({ wsPrivate }: TradingEndpoints): string {
  if (wsPrivate === null) throw new InvalidInputError('binance: the endpoints lack wsPrivate', { venue: 'binance' });
  return wsPrivate;
}

function isUnknownOrder(error: unknown): boolean {
  return error instanceof VenueRequestError && error.kind === 'unknown-order';
}
