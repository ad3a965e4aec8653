import { z } from 'zod';
import type { MarginSetting } from '../../domain/account.js';
import { VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReference, OrderReport } from '../../domain/order.js';
import { readAnswer } from '../answer.js';
import { shortClientOrderId } from '../client-order-id.js';
import type { Dialogue, TradingOptions, TradingProtocol } from '../trading.js';
import { CONTRACT_BUDGETS, contractPublic, contractRead, contractWrite } from './calls.js';
import { contractFutures } from './contract-futures.js';
import { ContractOrder, contractOrderBody, contractReport, readContractAccepted } from './contract-orders.js';
import {
  CONTRACT_KLINES_MAX,
  contractBalances,
  contractFeeTier,
  contractFills,
  contractKlines,
  contractOpenOrders,
  contractOrderBook,
  contractTickers,
  contractTime,
} from './contract-reads.js';
import { contractStream } from './contract-stream.js';
import { contractRefusal } from './errors.js';
import { futuresInstruments } from './instruments.js';
import { CONTRACT_WINDOW_MS, signContract } from './signing.js';

const Found = z.object({ data: ContractOrder.nullish() });

/** MEXC contracts, in one-way mode. Orders go over REST only, and there is no dead man's switch. */
export function mexcFuturesTrading(options: TradingOptions): TradingProtocol {
  const endpoints = options.endpoints ?? {
    rest: 'https://api.mexc.com',
    wsPrivate: 'wss://contract.mexc.com/edge',
    wsTrade: null,
  };
  const settings = new Map<string, MarginSetting>();
  return {
    venue: 'mexc',
    market: 'futures',
    endpoints,
    features: {
      timeInForce: ['gtc', 'ioc', 'fok', 'post-only'],
      marketByQuote: [],
      reduceOnly: true,
      openOrdersOfAll: true,
      cancelAllOfAll: true,
      fillsOfAll: false,
    },
    budgets: CONTRACT_BUDGETS,
    // Stamps may be ahead of the venue's clock, by our estimate's error.
    requestValidityMs: CONTRACT_WINDOW_MS + 1_000,
    sign: signContract,
    refusal: contractRefusal,
    // No header says how much is left.
    usage: () => [],
    clientOrderId: (key) => shortClientOrderId(key, 't-'),
    serverTime: contractTime,
    serverTimeStepMs: 1,
    *instruments(): Dialogue<readonly TradableInstrument[]> {
      const detail = yield contractPublic('detail', 'detail');
      return futuresInstruments([detail, yield* fundingRates()]);
    },
    orderBook: contractOrderBook,
    klineBatchMax: CONTRACT_KLINES_MAX,
    klines: contractKlines,
    tickers: contractTickers,
    *place(order): Dialogue<OrderReport> {
      const body = contractOrderBody(order, settings.get(order.symbol));
      return readContractAccepted(order, yield contractWrite('order/create', 'order', body));
    },
    *cancel(order): Dialogue<null> {
      // A bare list in both cases, of one order here.
      if (order.venueOrderId !== null) yield contractWrite('order/cancel', 'cancel', JSON.stringify([order.venueOrderId]));
      else {
        const named = [{ symbol: order.symbol, externalOid: order.clientOrderId ?? '' }];
        yield contractWrite('order/cancel_with_external', 'cancel', JSON.stringify(named));
      }
      return null;
    },
    *cancelAll(instrument): Dialogue<void> {
      const body = instrument === null ? '{}' : JSON.stringify({ symbol: instrument.requestName });
      yield contractWrite('order/cancel_all', 'cancel', body);
    },
    order: findOrder,
    openOrders: contractOpenOrders,
    fills: (instrument, sinceMs) => {
      // The venue has no list of all contracts' fills; `features` says so.
      if (instrument === null) throw new VenueRequestError('invalid-request', 'mexc: fills are asked for by symbol');
      return contractFills(instrument, sinceMs);
    },
    balances: contractBalances,
    feeTier: contractFeeTier,
    futures: contractFutures(options.directory, settings),
    deadMansSwitch: null,
    privateStream: contractStream(endpoints.wsPrivate ?? ''),
    orderEntry: null,
  };
}

/** An order that the venue does not know is a success without data. */
function* findOrder(order: OrderReference): Dialogue<OrderReport | null> {
  const path =
    order.clientOrderId === null
      ? `order/get/${encodeURIComponent(order.venueOrderId ?? '')}`
      : `order/external/${encodeURIComponent(order.symbol)}/${encodeURIComponent(order.clientOrderId)}`;
  try {
    const { data } = readAnswer('mexc', `GET ${path}`, Found, yield contractRead(path, 'read-order'));
    return data === null || data === undefined ? null : contractReport(data);
  } catch (error) {
    if (error instanceof VenueRequestError && error.kind === 'unknown-order') return null;
    throw error;
  }
}

/** The rates of all contracts tell their funding intervals; the list without a symbol is not in the documents, so it may be refused. */
function* fundingRates(): Dialogue<unknown> {
  try {
    return yield contractPublic('funding_rate', 'funding');
  } catch (error) {
    if (error instanceof VenueRequestError && error.remedy === 'abandon') return undefined;
    throw error;
  }
}
