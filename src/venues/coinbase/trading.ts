import { z } from 'zod';
import { OrderRuleError, VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReference, OrderReport, OrderRequest } from '../../domain/order.js';
import { readAnswer } from '../answer.js';
import { uuidClientOrderId } from '../client-order-id.js';
import type { Dialogue, Params, TradingEndpoints, TradingOptions, TradingProtocol } from '../trading.js';
import { balances, feeTier, fills, findOrder, openOrders } from './account-reads.js';
import { BUDGETS, cancelCall, placeCall, publicRead } from './calls.js';
import { restRefusal } from './errors.js';
import { instruments } from './instruments.js';
import { KLINE_BATCH_MAX, klines, orderBook, serverTime, tickers } from './market-reads.js';
import { isClientOid, orderPath, placeText, readOrder } from './orders.js';
import { privateStream } from './private-stream.js';
import { STAMP_VALIDITY_MS, signRest } from './signing.js';

const ENDPOINTS: TradingEndpoints = {
  rest: 'https://api.exchange.coinbase.com',
  wsPrivate: 'wss://ws-feed.exchange.coinbase.com',
  wsTrade: null,
};

/** The venue cancels all with its best effort, and may have to be asked again. */
const CANCEL_ALL_ROUNDS_MAX = 5;

const Ids = z.array(z.string());

/** Coinbase Exchange, spot. Orders go over REST alone; there is no dead man's switch. */
export function coinbaseSpotTrading(options: TradingOptions): TradingProtocol {
  const endpoints = options.endpoints ?? ENDPOINTS;
  return {
    venue: 'coinbase',
    market: 'spot',
    endpoints,
    features: {
      timeInForce: ['gtc', 'ioc', 'fok', 'post-only'],
      marketByQuote: ['buy', 'sell'],
      reduceOnly: false,
      openOrdersOfAll: true,
      cancelAllOfAll: true,
      fillsOfAll: false,
    },
    budgets: BUDGETS,
    requestValidityMs: STAMP_VALIDITY_MS + 1_000,
    sign: signRest,
    refusal: restRefusal,
    usage: () => [],
    clientOrderId: uuidClientOrderId,
    serverTime,
    serverTimeStepMs: 1,
    *instruments(): Dialogue<readonly TradableInstrument[]> {
      return instruments([yield publicRead('/products')]);
    },
    orderBook,
    klineBatchMax: KLINE_BATCH_MAX,
    klines,
    tickers,
    place,
    cancel,
    cancelAll,
    order: findOrder,
    openOrders,
    fills: (instrument, sinceMs) => {
      // The venue lists fills of one product or one order only; `features` says so.
      if (instrument === null) throw new VenueRequestError('invalid-request', 'coinbase: fills are asked for by symbol');
      return fills(instrument, sinceMs);
    },
    balances,
    feeTier,
    futures: null,
    deadMansSwitch: null,
    privateStream: privateStream(endpoints.wsPrivate ?? '', options.directory),
    orderEntry: null,
  };
}

/** A good answer says that the venue's front took the order; what the engine made of it comes over the stream. */
function* place(order: OrderRequest): Dialogue<OrderReport> {
  const { symbol, clientOrderId } = order;
  if (!isClientOid(clientOrderId)) {
    throw new OrderRuleError(`coinbase ${symbol}: the client id ${clientOrderId} is no UUID, the venue would forget it`, {
      venue: 'coinbase',
      symbol,
      clientOrderId,
    });
  }
  const report = readOrder('POST /orders', yield placeCall(placeText(order)));
  return { ...report, clientOrderId: report.clientOrderId ?? clientOrderId };
}

/** The answer is the order's id and nothing more. */
function* cancel(order: OrderReference): Dialogue<OrderReport | null> {
  yield cancelCall(orderPath(order), [['product_id', order.symbol]]);
  return null;
}

function* cancelAll(instrument: TradableInstrument | null): Dialogue<void> {
  const product: Params = instrument === null ? [] : [['product_id', instrument.requestName]];
  for (let round = 0; round < CANCEL_ALL_ROUNDS_MAX; round++) {
    const ids = readAnswer('coinbase', 'DELETE /orders', Ids, yield cancelCall('/orders', product));
    if (ids.length === 0) return;
  }
}
