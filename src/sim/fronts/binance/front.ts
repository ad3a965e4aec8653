import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { EngineEvent } from '../../matching/types.js';
import { Countdowns } from '../countdowns.js';
import type { Front, FrontDependencies, VenueEndpoints } from '../front.js';
import { quoted } from '../json-text.js';
import { type RestAnswer, VenueApp } from '../venue-app.js';
import { Exchange } from './exchange.js';
import { INTERNAL_ERROR } from './failures.js';
import { futuresOperations } from './futures-operations.js';
import { Gate, type Operation } from './gate.js';
import { INTERVALS_MS } from './klines.js';
import { ListenKeys } from './listen-keys.js';
import { marketOperations } from './market-operations.js';
import { OrderDesk } from './order-desk.js';
import { PrivateStreams } from './private-streams.js';
import { serveOperation } from './rest.js';
import { FUTURES_ROUTES, type Route, SPOT_ROUTES } from './routes.js';
import { SpotEvents } from './spot-events.js';
import { spotOperations, tradeFees } from './spot-operations.js';
import { BinanceStreams } from './streams.js';
import { WsApi } from './ws-api.js';

const KLINES = `kline_(${[...INTERVALS_MS.keys()].join('|')})`;
const SPOT_STREAMS = new RegExp(
  `^(depth(@1000?ms)?|depth(5|10|20)(@1000?ms)?|bookTicker|trade|aggTrade|ticker|miniTicker|${KLINES})$`,
);
const FUTURES_PUBLIC_STREAMS = /^(depth(@(0|100|250|500)ms)?|depth(5|10|20)(@(100|250|500)ms)?|bookTicker|trade)$/;
const FUTURES_MARKET_STREAMS = new RegExp(`^(aggTrade|markPrice(@1s)?|ticker|miniTicker|${KLINES})$`);
const NOT_FOUND: RestAnswer = { status: '404 Not Found', body: '{"code":-5000,"msg":"Path is not found"}' };

/** What the WebSocket API calls the reads that REST has under paths. */
const WS_MARKET_METHODS: Readonly<Record<string, string>> = {
  ping: 'ping',
  time: 'time',
  exchangeInfo: 'exchangeInfo',
  depth: 'depth',
  klines: 'klines',
  'trades.recent': 'trades',
  'trades.historical': 'historicalTrades',
  'trades.aggregate': 'aggTrades',
  'ticker.24hr': 'ticker/24hr',
  'ticker.price': 'ticker/price',
  'ticker.book': 'ticker/bookTicker',
};

/**
 * Binance: spot under /api, /ws, /stream and /ws-api; USD-M futures under /fapi, /public, /market, /private and /ws-fapi; and as much
 * of /sapi and /dapi as a client needs that loads everything.
 */
export class BinanceFront implements Front {
  readonly app: VenueApp;
  private readonly spot: BinanceStreams;
  private readonly futuresPublic: BinanceStreams;
  private readonly futuresMarket: BinanceStreams;
  private readonly events: SpotEvents;
  private readonly privateStreams: PrivateStreams;
  private readonly countdowns: Countdowns;
  private seconds = 0;

  constructor(dependencies: FrontDependencies) {
    const { clock, engine, access } = dependencies;
    const app = new VenueApp(clock, { status: '500 Internal Server Error', body: quoted(INTERNAL_ERROR) }, NOT_FOUND);
    this.app = app;
    const spot = new Exchange('spot', dependencies);
    const futures = new Exchange('futures', dependencies);
    const spotGate = new Gate('spot', clock, access);
    const futuresGate = new Gate('futures', clock, access);
    const spotDesk = new OrderDesk(spot);
    const keys = new ListenKeys(clock);
    this.events = new SpotEvents(spot, spotDesk);
    this.privateStreams = new PrivateStreams(futures, keys, clock);
    this.countdowns = new Countdowns(clock, engine);

    const spotPrivate = spotOperations(spot, spotDesk, spotGate);
    const futuresPrivate = {
      ...futuresOperations(futures, new OrderDesk(futures), futuresGate, this.countdowns),
      ...listenKeyOperations(keys, this.privateStreams),
    };
    const spotPublic = marketOperations(spot);
    const futuresPublic = marketOperations(futures);
    for (const [name, operation] of Object.entries(spotPublic))
      serveOperation(app, spotGate, 'GET', `/api/v3/${name}`, operation);
    for (const [name, operation] of Object.entries(futuresPublic))
      serveOperation(app, futuresGate, 'GET', `/fapi/v1/${name}`, operation);
    this.serve(spotGate, SPOT_ROUTES, { ...spotPrivate, tradeFees: tradeFees(spot), nothing: NOTHING });
    this.serve(futuresGate, FUTURES_ROUTES, futuresPrivate);
    app.route('GET', '/dapi/v1/exchangeInfo', () => ({
      body: `{"timezone":"UTC","serverTime":${futures.nowMs()},"rateLimits":[],"exchangeFilters":[],"symbols":[]}`,
    }));

    this.spot = new BinanceStreams(root('spot', SPOT_STREAMS), spot, app, clock);
    this.futuresPublic = new BinanceStreams(root('public', FUTURES_PUBLIC_STREAMS), futures, app, clock);
    this.futuresMarket = new BinanceStreams(root('market', FUTURES_MARKET_STREAMS), futures, app, clock);
    for (const [prefix, protocol] of [
      ['', this.spot],
      ['/public', this.futuresPublic],
      ['/market', this.futuresMarket],
    ] as const) {
      for (const path of ['/ws', '/ws/*', '/stream', '/stream/*']) app.socket(prefix + path, protocol);
    }
    for (const path of ['/private/ws', '/private/ws/*', '/private/stream', '/private/stream/*'])
      app.socket(path, this.privateStreams, 'ws-private');
    app.socket('/ws-api/v3', new WsApi(spotGate, { ...methods(spotPublic), ...spotPrivate }, this.events, clock), 'ws-trade');
    app.socket(
      '/ws-fapi/v1',
      new WsApi(futuresGate, { ...methods(futuresPublic), ...dotted(futuresPrivate) }, null, clock),
      'ws-trade',
    );
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    if (book.instrument.market === 'spot') {
      this.spot.onBatch(book, batch);
      return;
    }
    this.futuresPublic.onBatch(book, batch);
    this.futuresMarket.onBatch(book, batch);
  }

  onEvent(event: EngineEvent): void {
    this.events.onEvent(event);
    this.privateStreams.onEvent(event);
  }

  everySecond(): void {
    this.app.inspectConnections();
    this.privateStreams.expireKeys();
    this.countdowns.inspect();
    this.spot.everySecond(this.seconds);
    this.futuresMarket.everySecond(this.seconds++);
  }

  maintenance(): RestAnswer {
    return { status: '503 Service Unavailable', body: '{"code":-1016,"msg":"This service is no longer available."}' };
  }

  endpoints(authority: string): VenueEndpoints {
    return {
      rest: `http://${authority}`,
      wsPublic: `ws://${authority}`,
      wsPrivate: `ws://${authority}/ws-api/v3`,
      wsTrade: `ws://${authority}/ws-api/v3`,
      restFutures: `http://${authority}`,
      wsPublicFutures: `ws://${authority}`,
      wsPrivateFutures: `ws://${authority}/private/ws`,
      wsTradeFutures: `ws://${authority}/ws-fapi/v1`,
    };
  }

  private serve(gate: Gate, routes: readonly Route[], operations: Readonly<Record<string, Operation>>): void {
    for (const [method, path, name] of routes) {
      const operation = operations[name];
      if (operation === undefined) throw new RangeError(`no operation ${name} for ${method} ${path}`);
      serveOperation(this.app, gate, method, path, operation);
    }
  }
}

/** Lists of what no test account has: coins to withdraw, margin pairs. */
const NOTHING: Operation = { weight: 1, security: 'key', run: () => '[]' };

function root(id: string, pattern: RegExp): { id: string; pattern: RegExp; streamsMax: number; messagesPerSecondMax: number } {
  return { id, pattern, streamsMax: id === 'spot' ? 1024 : 200, messagesPerSecondMax: id === 'spot' ? 5 : 10 };
}

function methods(operations: Readonly<Record<string, Operation>>): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(WS_MARKET_METHODS).flatMap(([method, name]) => {
      const operation = operations[name];
      return operation === undefined ? [] : [[method, operation]];
    }),
  );
}

/** The operations that the WebSocket API has as well. */
function dotted(operations: Readonly<Record<string, Operation>>): Record<string, Operation> {
  return Object.fromEntries(Object.entries(operations).filter(([name]) => name.includes('.')));
}

function listenKeyOperations(keys: ListenKeys, streams: PrivateStreams): Record<string, Operation> {
  const told = (listenKey: string): string => JSON.stringify({ listenKey });
  return {
    'userDataStream.start': { weight: 1, security: 'key', run: (_params, account) => told(keys.create(account)) },
    'userDataStream.ping': { weight: 1, security: 'key', run: (_params, account) => told(keys.renew(account)) },
    'userDataStream.stop': {
      weight: 1,
      security: 'key',
      run: (_params, account) => {
        const key = keys.drop(account);
        if (key !== null) streams.forget(key, false);
        return '{}';
      },
    },
  };
}
