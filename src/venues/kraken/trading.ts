import { z } from 'zod';
import { VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReference, OrderReport, OrderRequest } from '../../domain/order.js';
import { readAnswer } from '../answer.js';
import { uuidClientOrderId } from '../client-order-id.js';
import type { Dialogue, InstrumentDirectory, TradingEndpoints, TradingOptions, TradingProtocol } from '../trading.js';
import { balances, feeTier, fills, findOrder, openOrders } from './account-reads.js';
import { BUDGETS, cancelCall, placeCall, publicRead, sessionCall } from './calls.js';
import { restRefusal } from './errors.js';
import { instruments } from './instruments.js';
import { KLINE_BATCH_MAX, klines, orderBook, pastTrades, serverTime, tickers } from './market-reads.js';
import { orderEntry } from './order-entry.js';
import { placeParams, readPlaced } from './orders.js';
import { privateStream } from './private-stream.js';
import { ORDER_DEADLINE_MS, signRest } from './signing.js';

const ENDPOINTS: TradingEndpoints = {
  rest: 'https://api.kraken.com',
  wsPrivate: 'wss://ws-auth.kraken.com/v2',
  wsTrade: 'wss://ws-auth.kraken.com/v2',
};

const Cancelled = z.object({ result: z.object({ count: z.number() }) });

/** Kraken, spot. Orders go over the private WebSocket, and over REST where that is down. */
export function krakenSpotTrading(options: TradingOptions): TradingProtocol {
  const { endpoints = ENDPOINTS, directory } = options;
  return {
    venue: 'kraken',
    market: 'spot',
    endpoints,
    features: {
      timeInForce: ['gtc', 'ioc', 'post-only'],
      marketByQuote: ['buy'],
      reduceOnly: false,
      openOrdersOfAll: true,
      cancelAllOfAll: true,
      fillsOfAll: true,
    },
    budgets: BUDGETS,
    // Every order carries a deadline; the second covers the clock, which tells no fractions.
    requestValidityMs: ORDER_DEADLINE_MS + 1_000,
    serialNonces: true,
    sign: signRest,
    refusal: restRefusal,
    usage: () => [],
    clientOrderId: uuidClientOrderId,
    serverTime,
    serverTimeStepMs: 1_000,
    *instruments(): Dialogue<readonly TradableInstrument[]> {
      return instruments([yield publicRead('AssetPairs')]);
    },
    orderBook,
    klineBatchMax: KLINE_BATCH_MAX,
    klines,
    pastTrades,
    tickers: () => tickers(directory),
    place,
    cancel,
    cancelAll: (instrument) => cancelAll(directory, instrument),
    order: (order) => findOrder(directory, order),
    openOrders: (instrument) => openOrders(directory, instrument),
    fills: (instrument, sinceMs) => fills(directory, instrument, sinceMs),
    balances,
    feeTier,
    futures: null,
    deadMansSwitch: {
      minSeconds: 1,
      maxSeconds: 86_400,
      scope: 'account',
      *arm(timeoutSeconds: number): Dialogue<void> {
        yield sessionCall('CancelAllOrdersAfter', [['timeout', String(timeoutSeconds)]]);
      },
    },
    privateStream: privateStream(endpoints.wsPrivate ?? ''),
    orderEntry: endpoints.wsTrade === null ? null : orderEntry(endpoints.wsTrade),
  };
}

/** A good answer says that the venue's front took the order; what its engine made of it comes over the stream. */
function* place(order: OrderRequest, instrument: TradableInstrument): Dialogue<OrderReport> {
  return readPlaced(order, yield placeCall(placeParams(order, instrument)));
}

/** The answer counts what was cancelled and tells nothing of the order. */
function* cancel({ venueOrderId, clientOrderId }: OrderReference): Dialogue<OrderReport | null> {
  const id = venueOrderId === null ? (['cl_ord_id', clientOrderId ?? ''] as const) : (['txid', venueOrderId] as const);
  readAnswer('kraken', 'CancelOrder', Cancelled, yield cancelCall('CancelOrder', [id]));
  return null;
}

/** The venue cancels all pairs at once; those of one pair are cancelled one by one. */
function* cancelAll(directory: InstrumentDirectory, instrument: TradableInstrument | null): Dialogue<void> {
  if (instrument === null) {
    readAnswer('kraken', 'CancelAll', Cancelled, yield cancelCall('CancelAll'));
    return;
  }
  for (const order of yield* openOrders(directory, instrument)) {
    try {
      yield* cancel(order);
    } catch (error) {
      // It ended in between.
      if (!(error instanceof VenueRequestError && error.kind === 'unknown-order')) throw error;
    }
  }
}
