import { VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReference, OrderReport } from '../../domain/order.js';
import { shortClientOrderId } from '../client-order-id.js';
import type { DeadMansSwitch, Dialogue, TradingOptions, TradingProtocol } from '../trading.js';
import { BUDGETS, cancellation, placement, privateRead, publicRead, setting, usage } from './calls.js';
import { contracts } from './contracts.js';
import { restRefusal } from './errors.js';
import { futuresOrderBody, readFuturesOrder } from './futures-orders.js';
import {
  FUTURES_KLINES_MAX,
  FUTURES_ROOT,
  futuresBalances,
  futuresBook,
  futuresFeeTier,
  futuresFills,
  futuresKlines,
  futuresOpenOrders,
  futuresTickers,
} from './futures-reads.js';
import { futuresInstruments, spotInstruments } from './instruments.js';
import { orderEntry } from './order-entry.js';
import { privateStream } from './private-stream.js';
import { ORDER_EXPIRY_MS, sign } from './signing.js';
import { isMarketBuyByQuantity, readSpotOrder, spotOrderBody } from './spot-orders.js';
import {
  marketBuyLimit,
  PAGE_MAX,
  SPOT_KLINES_MAX,
  serverTime,
  spotBalances,
  spotBook,
  spotFeeTier,
  spotFills,
  spotKlines,
  spotOpenOrders,
  spotTickers,
} from './spot-reads.js';

/** A market of more contracts than this is none that we know. */
const CONTRACT_PAGES_MAX = 20;

type Common = Pick<
  TradingProtocol,
  'venue' | 'requestValidityMs' | 'sign' | 'refusal' | 'usage' | 'clientOrderId' | 'serverTime' | 'serverTimeStepMs'
>;

const COMMON: Common = {
  venue: 'gateio',
  // Said in each order; a second on top for the error of our idea of the venue's clock.
  requestValidityMs: ORDER_EXPIRY_MS + 1_000,
  sign,
  refusal: restRefusal,
  usage,
  clientOrderId: (key) => shortClientOrderId(key, 't-'),
  serverTime,
  serverTimeStepMs: 1,
};

/** Gate.io spot. Market orders buy by value and sell by quantity; a market purchase by quantity goes as an immediate limit order. */
export function gateioSpotTrading(options: TradingOptions): TradingProtocol {
  const url = 'wss://api.gateio.ws/ws/v4/';
  const endpoints = options.endpoints ?? { rest: 'https://api.gateio.ws', wsPrivate: url, wsTrade: url };
  return {
    ...COMMON,
    market: 'spot',
    endpoints,
    features: {
      timeInForce: ['gtc', 'ioc', 'fok', 'post-only'],
      marketByQuote: ['buy'],
      reduceOnly: false,
      openOrdersOfAll: false,
      cancelAllOfAll: false,
      fillsOfAll: false,
    },
    budgets: BUDGETS.spot,
    *instruments(): Dialogue<readonly TradableInstrument[]> {
      return spotInstruments([yield publicRead('spot/currency_pairs', 'instruments')]);
    },
    orderBook: spotBook,
    klineBatchMax: SPOT_KLINES_MAX,
    klines: spotKlines,
    tickers: spotTickers,
    *place(order, instrument): Dialogue<OrderReport> {
      if (order.type === 'market' && order.side === 'sell' && order.quoteAmount !== null)
        throw new VenueRequestError('invalid-request', 'gateio sells by quantity, not by value', { venue: 'gateio' });
      const limit = isMarketBuyByQuantity(order) ? yield* marketBuyLimit(instrument, order.quantity ?? '0') : null;
      return readSpotOrder('POST spot/orders', yield placement('spot/orders', spotOrderBody(order, limit)));
    },
    *cancel(order): Dialogue<OrderReport> {
      const call = cancellation(`spot/orders/${nameOf(order)}`, [['currency_pair', order.symbol]]);
      return readSpotOrder('DELETE spot/orders', yield call);
    },
    *cancelAll(instrument): Dialogue<void> {
      yield cancellation('spot/orders', [['currency_pair', named(instrument).requestName]]);
    },
    *order(order): Dialogue<OrderReport | null> {
      const answer = yield* known(privateRead(`spot/orders/${nameOf(order)}`, [['currency_pair', order.symbol]]));
      return answer === null ? null : readSpotOrder('GET spot/orders', answer);
    },
    openOrders: (instrument) => spotOpenOrders(named(instrument)),
    fills: (instrument, sinceMs) => spotFills(named(instrument), sinceMs),
    balances: spotBalances,
    feeTier: spotFeeTier,
    futures: null,
    deadMansSwitch: deadMansSwitch('spot', 'currency_pair'),
    privateStream: privateStream('spot', endpoints.wsPrivate ?? ''),
    orderEntry: endpoints.wsTrade === null ? null : orderEntry('spot', endpoints.wsTrade),
  };
}

/** Gate.io USDT perpetuals, in one-way mode. Sizes are contracts. */
export function gateioFuturesTrading(options: TradingOptions): TradingProtocol {
  const url = 'wss://fx-ws.gateio.ws/v4/ws/usdt';
  const endpoints = options.endpoints ?? { rest: 'https://api.gateio.ws', wsPrivate: url, wsTrade: url };
  return {
    ...COMMON,
    market: 'futures',
    endpoints,
    features: {
      timeInForce: ['gtc', 'ioc', 'fok', 'post-only'],
      marketByQuote: [],
      reduceOnly: true,
      openOrdersOfAll: true,
      cancelAllOfAll: false,
      fillsOfAll: false,
    },
    budgets: BUDGETS.futures,
    *instruments(): Dialogue<readonly TradableInstrument[]> {
      const pages: unknown[] = [];
      for (let page = 0; page < CONTRACT_PAGES_MAX; page++) {
        const answer = yield publicRead(`${FUTURES_ROOT}/contracts`, 'instruments', [
          ['limit', String(PAGE_MAX)],
          ['offset', String(page * PAGE_MAX)],
        ]);
        pages.push(answer);
        if (!Array.isArray(answer) || answer.length < PAGE_MAX) break;
      }
      return futuresInstruments(pages);
    },
    orderBook: futuresBook,
    klineBatchMax: FUTURES_KLINES_MAX,
    klines: futuresKlines,
    tickers: futuresTickers,
    *place(order): Dialogue<OrderReport> {
      const path = `${FUTURES_ROOT}/orders`;
      return readFuturesOrder('POST futures orders', yield placement(path, futuresOrderBody(order)));
    },
    *cancel(order): Dialogue<OrderReport> {
      return readFuturesOrder('DELETE futures orders', yield cancellation(`${FUTURES_ROOT}/orders/${nameOf(order)}`, []));
    },
    *cancelAll(instrument): Dialogue<void> {
      yield cancellation(`${FUTURES_ROOT}/orders`, [['contract', named(instrument).requestName]]);
    },
    *order(order): Dialogue<OrderReport | null> {
      const answer = yield* known(privateRead(`${FUTURES_ROOT}/orders/${nameOf(order)}`));
      return answer === null ? null : readFuturesOrder('GET futures orders', answer);
    },
    openOrders: futuresOpenOrders,
    fills: (instrument, sinceMs) => futuresFills(named(instrument), sinceMs),
    balances: futuresBalances,
    feeTier: futuresFeeTier,
    futures: contracts(options.directory),
    deadMansSwitch: deadMansSwitch(FUTURES_ROOT, 'contract'),
    privateStream: privateStream('futures', endpoints.wsPrivate ?? ''),
    orderEntry: endpoints.wsTrade === null ? null : orderEntry('futures', endpoints.wsTrade),
  };
}

/** Cancels the orders of a market after a countdown; each symbol has its own. */
function deadMansSwitch(root: string, parameter: 'currency_pair' | 'contract'): DeadMansSwitch {
  return {
    minSeconds: 5,
    maxSeconds: 3_600,
    scope: 'symbol',
    *arm(timeoutSeconds, symbols): Dialogue<void> {
      for (const symbol of symbols) {
        yield setting(`${root}/countdown_cancel_all`, [], JSON.stringify({ timeout: timeoutSeconds, [parameter]: symbol }));
      }
    },
  };
}

/** How an order is named in a path: by the venue's id if we have it, since client ids are forgotten soon after the end. */
function nameOf({ clientOrderId, venueOrderId }: OrderReference): string {
  return encodeURIComponent(venueOrderId ?? clientOrderId ?? '');
}

/** A read whose answer may be that there is no such order; null then. */
function* known(call: ReturnType<typeof privateRead>): Dialogue<unknown> {
  try {
    return (yield call) ?? null;
  } catch (error) {
    if (error instanceof VenueRequestError && error.kind === 'unknown-order') return null;
    throw error;
  }
}

/** The lists and cancels of the venue are by symbol; `features` says so. */
function named(instrument: TradableInstrument | null): TradableInstrument {
  if (instrument !== null) return instrument;
  throw new VenueRequestError('invalid-request', 'gateio wants a symbol named', { venue: 'gateio' });
}
