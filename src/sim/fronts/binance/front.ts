import type { BookBatch, SimulatedBook } from '../../market/book.js';
import { depthSnapshot } from './frames.js';
import { exchangeInfoHead, futuresSymbol, spotSymbol } from './metadata.js';
import { BinanceStreams } from './streams.js';
import { epochMs, type Front, type FrontDependencies, type VenueEndpoints } from '../front.js';
import { quoted, wholeNumber } from '../json-text.js';
import { type RestAnswer, type RestRequest, VenueApp } from '../venue-app.js';

const SPOT_STREAMS = /^(depth(@1000?ms)?|depth(5|10|20)(@1000?ms)?|bookTicker|trade|aggTrade)$/;
const FUTURES_PUBLIC_STREAMS = /^(depth(@(0|100|250|500)ms)?|depth(5|10|20)(@(100|250|500)ms)?|bookTicker|trade)$/;
const FUTURES_MARKET_STREAMS = /^(aggTrade|markPrice(@1s)?)$/;
const FUTURES_DEPTH_LIMITS = [5, 10, 20, 50, 100, 500, 1000];

/** Binance: spot under /api/v3, /ws and /stream; USD-M futures under /fapi/v1, /public and /market. */
export class BinanceFront implements Front {
  readonly app: VenueApp;
  private readonly spot: BinanceStreams;
  private readonly futuresPublic: BinanceStreams;
  private readonly futuresMarket: BinanceStreams;
  private seconds = 0;

  constructor(private readonly dependencies: FrontDependencies) {
    const { clock, market } = dependencies;
    const app = new VenueApp(
      clock,
      failure('500 Internal Server Error', -1000, 'An unknown error occurred while processing the request.'),
      {
        status: '404 Not Found',
        body: '{"code":-5000,"msg":"Path is not found"}',
      },
    );
    this.app = app;
    const spotBooks = market.booksOf('binance', 'spot');
    const futuresBooks = market.booksOf('binance', 'futures');
    this.serveRest('/api/v3', spotBooks);
    this.serveRest('/fapi/v1', futuresBooks);
    const streams = (id: string, pattern: RegExp, books: readonly SimulatedBook[]): BinanceStreams => {
      const futures = id !== 'spot';
      return new BinanceStreams(
        { id, pattern, streamsMax: futures ? 200 : 1024, messagesPerSecondMax: futures ? 10 : 5 },
        books,
        app,
        clock,
      );
    };
    this.spot = streams('spot', SPOT_STREAMS, spotBooks);
    this.futuresPublic = streams('public', FUTURES_PUBLIC_STREAMS, futuresBooks);
    this.futuresMarket = streams('market', FUTURES_MARKET_STREAMS, futuresBooks);
    const roots = [
      ['', this.spot],
      ['/public', this.futuresPublic],
      ['/market', this.futuresMarket],
    ] as const;
    for (const [root, protocol] of roots) {
      for (const path of ['/ws', '/ws/*', '/stream', '/stream/*']) app.socket(root + path, protocol);
    }
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    if (book.instrument.market === 'spot') {
      this.spot.onBatch(book, batch);
      return;
    }
    this.futuresPublic.onBatch(book, batch);
    this.futuresMarket.onBatch(book, batch);
  }

  everySecond(): void {
    this.app.inspectConnections();
    this.futuresMarket.publishMarkPrices((book) => this.dependencies.market.fairPrice(book), this.seconds++);
  }

  endpoints(authority: string): VenueEndpoints {
    return {
      rest: `http://${authority}`,
      wsPublic: `ws://${authority}`,
      restFutures: `http://${authority}`,
      wsPublicFutures: `ws://${authority}`,
    };
  }

  private serveRest(root: string, books: readonly SimulatedBook[]): void {
    const { clock } = this.dependencies;
    const spot = root === '/api/v3';
    const bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
    const rows = new Map(
      books.map(({ instrument }) => [instrument.symbol, quoted((spot ? spotSymbol : futuresSymbol)(instrument))]),
    );
    const head = quoted(exchangeInfoHead(spot ? 'spot' : 'futures')).slice(1, -1);
    const all = [...rows.values()].join(',');
    this.app.get(`${root}/ping`, () => ({ body: '{}' }));
    this.app.get(`${root}/time`, () => ({ body: `{"serverTime":${epochMs(clock)}}` }));
    this.app.get(`${root}/exchangeInfo`, ({ query }) => {
      const wanted = spot ? wantedSymbols(query) : [];
      if (wanted === null || wanted.some((symbol) => !rows.has(symbol))) return invalidSymbol;
      const symbols = wanted.length === 0 ? all : wanted.map((symbol) => rows.get(symbol)).join(',');
      return {
        body: `{"timezone":"UTC","serverTime":${epochMs(clock)},${head},"symbols":[${symbols}]${spot ? ',"sors":[]' : ''}}`,
      };
    });
    this.app.get(`${root}/depth`, ({ query }: RestRequest) => {
      const symbol = query.get('symbol') ?? '';
      if (symbol === '')
        return failure('400 Bad Request', -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
      const book = bySymbol.get(symbol);
      if (book === undefined) return invalidSymbol;
      const limit = wholeNumber(query.get('limit'), spot ? 100 : 500, 1, Number.MAX_SAFE_INTEGER);
      if (limit === null) return failure('400 Bad Request', -1130, "Data sent for parameter 'limit' is not valid.");
      if (!spot && !FUTURES_DEPTH_LIMITS.includes(limit)) {
        return failure('400 Bad Request', -4021, `${limit} is not valid depth limit.`);
      }
      return { body: depthSnapshot(book, Math.min(limit, 5000), epochMs(clock)) };
    });
  }
}

const invalidSymbol = failure('400 Bad Request', -1121, 'Invalid symbol.');

function failure(status: string, code: number, msg: string): RestAnswer {
  return { status, body: quoted({ code, msg }) };
}

/** The symbols of `symbol=` or `symbols=["A","B"]`; none means all; null when the list is no JSON array. */
function wantedSymbols(query: URLSearchParams): string[] | null {
  const list = query.get('symbols');
  if (list === null) return query.has('symbol') ? [query.get('symbol') ?? ''] : [];
  return /^\["[^"]*"(,"[^"]*")*\]$/.test(list) ? (JSON.parse(list) as string[]) : null;
}
