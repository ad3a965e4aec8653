import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { SimulatedInstrument } from '../../market/instruments.js';
import { stepText } from '../decimal-text.js';
import { epochMs, type Front, type FrontDependencies, type VenueEndpoints } from '../front.js';
import { quoted, wholeNumber } from '../json-text.js';
import { type RestAnswer, type RestRequest, VenueApp } from '../venue-app.js';
import { type NumberStyle, rows } from './frames.js';
import { GateioStreams, styleOf } from './streams.js';

/** Gate.io: spot and USDT futures, REST under /api/v4. */
export class GateioFront implements Front {
  readonly app: VenueApp;
  private readonly spot: GateioStreams;
  private readonly futures: GateioStreams;

  constructor(private readonly dependencies: FrontDependencies) {
    const { clock, market } = dependencies;
    this.app = new VenueApp(
      clock,
      failure('500 Internal Server Error', 'SERVER_ERROR', 'Internal server error'),
      failure('404 Not Found', 'NOT_FOUND', 'Not found'),
    );
    this.spot = new GateioStreams('spot', this.app, dependencies);
    this.futures = new GateioStreams('futures', this.app, dependencies);
    this.app.socket('/ws/v4/', this.spot);
    this.app.socket('/ws/v4', this.spot);
    this.app.socket('/v4/ws/usdt', this.futures);
    this.serveSpot(market.booksOf('gateio', 'spot'));
    this.serveFutures(market.booksOf('gateio', 'futures'));
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    const { streams } = book.instrument.market === 'spot' ? this.spot : this.futures;
    streams.onBatch(book, batch);
  }

  everySecond(): void {
    this.app.inspectConnections();
  }

  endpoints(authority: string): VenueEndpoints {
    return {
      rest: `http://${authority}`,
      wsPublic: `ws://${authority}/ws/v4/`,
      restFutures: `http://${authority}`,
      wsPublicFutures: `ws://${authority}/v4/ws/usdt`,
    };
  }

  private serveSpot(books: readonly SimulatedBook[]): void {
    const root = '/api/v4/spot';
    const { clock } = this.dependencies;
    const rowOf = new Map(books.map(({ instrument }) => [instrument.symbol, quoted(currencyPair(instrument))]));
    const all = `[${[...rowOf.values()].join(',')}]`;
    const unknown = (pair: string): RestAnswer =>
      failure('400 Bad Request', 'INVALID_CURRENCY_PAIR', `Invalid currency pair ${pair}`);
    this.app.get(`${root}/time`, () => ({ body: `{"server_time":${epochMs(clock)}}` }));
    this.app.get(`${root}/currency_pairs`, () => ({ body: all }));
    this.app.get(`${root}/currency_pairs/:pair`, ({ parameter }) => {
      const body = rowOf.get(parameter);
      return body === undefined ? unknown(parameter) : { body };
    });
    this.app.get(`${root}/order_book`, (request) => {
      const pair = request.query.get('currency_pair') ?? '';
      const book = books.find(({ instrument }) => instrument.symbol === pair);
      return book === undefined ? unknown(pair) : this.orderBook(book, request, 1000);
    });
  }

  private serveFutures(books: readonly SimulatedBook[]): void {
    const root = '/api/v4/futures/usdt';
    const { clock } = this.dependencies;
    const unknown = failure('400 Bad Request', 'CONTRACT_NOT_FOUND', 'contract not found');
    const row = (book: SimulatedBook, style: NumberStyle): string =>
      quoted(contract(book, this.dependencies.market.fairPrice(book), epochMs(clock), style));
    this.app.get(`${root}/contracts`, (request) => {
      const offset = wholeNumber(request.query.get('offset'), 0, 0, Number.MAX_SAFE_INTEGER);
      const limit = wholeNumber(request.query.get('limit'), books.length, 1, 1000);
      if (offset === null || limit === null)
        return failure('400 Bad Request', 'INVALID_PARAM_VALUE', 'Invalid request parameter `limit` or `offset`');
      return {
        body: `[${books
          .slice(offset, offset + limit)
          .map((book) => row(book, styleOf(request)))
          .join(',')}]`,
      };
    });
    const find = (symbol: string): SimulatedBook | undefined => books.find(({ instrument }) => instrument.symbol === symbol);
    this.app.get(`${root}/contracts/:contract`, (request) => {
      const book = find(request.parameter);
      return book === undefined ? unknown : { body: row(book, styleOf(request)) };
    });
    this.app.get(`${root}/order_book`, (request) => {
      const book = find(request.query.get('contract') ?? '');
      return book === undefined ? unknown : this.orderBook(book, request, 300);
    });
  }

  /** Times are whole milliseconds on spot and fractional seconds on futures. */
  private orderBook(book: SimulatedBook, request: RestRequest, limitMax: number): RestAnswer {
    const limit = wholeNumber(request.query.get('limit'), 10, 1, limitMax);
    if (limit === null) return failure('400 Bad Request', 'INVALID_PARAM_VALUE', 'Invalid request parameter `limit`');
    const style = styleOf(request);
    const id = request.query.get('with_id') === 'true' ? `"id":${book.lastId},` : '';
    const times = [epochMs(this.dependencies.clock), Math.floor(book.timeUs / 1000)];
    const [current, update] = book.instrument.market === 'spot' ? times : times.map((ms) => (ms / 1000).toFixed(3));
    const asks = rows(book, book.asks.levels().slice(0, limit), style);
    return {
      body: `{${id}"current":${current},"update":${update},"asks":${asks},"bids":${rows(book, book.bids.levels().slice(0, limit), style)}}`,
    };
  }
}

function failure(status: string, label: string, message: string): RestAnswer {
  return { status, body: quoted({ label, message }) };
}

function currencyPair({
  symbol,
  base,
  quote,
  priceDecimals,
  qtyDecimals,
  takerFeeBps,
  minNotional,
}: SimulatedInstrument): Record<string, unknown> {
  return {
    id: symbol,
    base,
    base_name: base,
    quote,
    quote_name: 'Tether',
    fee: String(takerFeeBps / 100),
    min_base_amount: stepText(qtyDecimals),
    min_quote_amount: String(minNotional),
    max_quote_amount: '5000000',
    amount_precision: qtyDecimals,
    precision: priceDecimals,
    trade_status: 'tradable',
    sell_start: 1516378650,
    buy_start: 1516378650,
    delisting_time: 0,
    type: 'normal',
    trade_url: `https://www.gate.com/trade/${symbol}`,
    st_tag: false,
    up_rate: '0.05',
    down_rate: '0.05',
    slippage: '0.05',
  };
}

function contract(book: SimulatedBook, fairPrice: number, nowMs: number, { sizesAsText }: NumberStyle): Record<string, unknown> {
  const { symbol, contractSize, priceDecimals, tickUnits, takerFeeBps, makerFeeBps } = book.instrument;
  const mark = fairPrice.toFixed(priceDecimals);
  const contracts = (count: number): number | string => (sizesAsText ? String(count) : count);
  return {
    name: symbol,
    type: 'direct',
    quanto_multiplier: contractSize,
    leverage_min: '1',
    leverage_max: '100',
    cross_leverage_default: '10',
    maintenance_rate: '0.005',
    mark_type: 'index',
    mark_price: mark,
    index_price: mark,
    last_price: mark,
    maker_fee_rate: String(makerFeeBps / 1e4),
    taker_fee_rate: String(takerFeeBps / 1e4),
    order_price_round: stepText(priceDecimals, tickUnits),
    mark_price_round: stepText(priceDecimals),
    funding_rate: '0.0001',
    funding_rate_indicative: '0.0001',
    funding_interval: 28800,
    funding_offset: 0,
    funding_next_apply: (Math.floor(nowMs / 28_800_000) + 1) * 28_800,
    funding_rate_limit: '0.003',
    interest_rate: '0.0003',
    risk_limit_base: '1000000',
    risk_limit_step: '1000000',
    risk_limit_max: '500000000',
    order_size_min: contracts(1),
    order_size_max: contracts(1_000_000),
    enable_decimal: false,
    market_order_size_max: '0',
    order_price_deviate: '0.2',
    ref_discount_rate: '0',
    ref_rebate_rate: '0.2',
    orderbook_id: book.lastId,
    trade_id: book.lastTrade.id,
    trade_size: contracts(0),
    position_size: contracts(0),
    config_change_time: 1767000000,
    in_delisting: false,
    orders_limit: 100,
    enable_bonus: true,
    enable_credit: true,
    create_time: 1546300800,
    launch_time: 1546300800,
    delisting_time: 0,
    delisted_time: 0,
    status: 'trading',
    contract_type: '',
    is_pre_market: false,
    enable_circuit_breaker: false,
  };
}
