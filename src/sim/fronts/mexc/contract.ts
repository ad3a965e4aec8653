import type { SimulatedBook } from '../../market/book.js';
import { nextFundingMs } from '../binance/frames.js';
import { type BookStream, BookStreams, type Encoder } from '../book-streams.js';
import { type Connection, Topic } from '../connection.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { parseObject, quoted, wholeNumber } from '../json-text.js';
import {
  contractDetail,
  deal,
  depthData,
  fullDepth,
  fundingRate,
  mergedDepth,
  separateDepths,
  ticker,
} from './contract-frames.js';
import type { RestAnswer, SocketProtocol, VenueApp } from '../venue-app.js';

const PING_WITHIN_US = 60e6;
const FUNDING_EVERY_S = 60;

/** MEXC contract: REST under /api/v1/contract, and the WebSocket at /edge. */
export class MexcContract implements SocketProtocol {
  readonly streams: BookStreams;
  private readonly bySymbol: Map<string, SimulatedBook>;
  private readonly tickers = new Map<SimulatedBook, Topic>();
  private readonly fundings = new Map<SimulatedBook, Topic>();
  private seconds = 0;

  constructor(
    private readonly app: VenueApp,
    private readonly dependencies: FrontDependencies,
  ) {
    this.streams = new BookStreams(app);
    const books = dependencies.market.booksOf('mexc', 'futures');
    this.bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
    for (const book of books) {
      this.tickers.set(book, new Topic(`ticker:${book.instrument.symbol}`));
      this.fundings.set(book, new Topic(`funding.rate:${book.instrument.symbol}`));
    }
    this.serveRest(books);
    app.socket('/edge', this);
  }

  message(connection: Connection, text: string): void {
    const request = parseObject(text);
    const method = String(request?.['method']);
    const ms = epochMs(this.dependencies.clock);
    if (method.toLowerCase() === 'ping') {
      connection.state.set('pingUs', connection.lastReceivedUs);
      connection.send(`{"channel":"pong","data":${ms},"ts":${ms}}`);
      return;
    }
    const param = request?.['param'];
    const fields = typeof param === 'object' && param !== null ? (param as Record<string, unknown>) : {};
    const [, verb, channel] = /^(sub|unsub)\.(depth|depth\.full|deal|ticker|funding\.rate)$/.exec(method) ?? [];
    const symbol = String(fields['symbol']);
    const book = this.bySymbol.get(symbol);
    if (verb === undefined || channel === undefined || book === undefined) {
      const reason = verb === undefined ? `Unknown method [${method}]` : `Contract [${symbol}] not exists`;
      connection.send(quoted({ channel: 'rs.error', data: reason, ts: ms }));
      return;
    }
    const streams = this.select(channel, book, fields, verb === 'unsub');
    if (streams === null) {
      connection.send(quoted({ channel: 'rs.error', data: 'limit must be 5, 10 or 20', ts: ms }));
      return;
    }
    connection.send(`{"channel":"rs.${method}","data":"success","ts":${ms}}`);
    for (const stream of streams) {
      if (verb === 'unsub') connection.leave(stream instanceof Topic ? stream : stream.topic);
      else stream instanceof Topic ? connection.join(stream) : stream.join(connection);
    }
    if (verb === 'sub' && channel === 'funding.rate') connection.send(fundingRate(book, this.dependencies.clock.epochUs()));
  }

  /** Whoever does not ping for a minute is closed. */
  inspect(connection: Connection, nowUs: number): void {
    const pingUs = (connection.state.get('pingUs') as number | undefined) ?? connection.openedUs;
    if (nowUs - pingUs > PING_WITHIN_US) connection.end(1000, 'no ping');
  }

  /** Tickers every second, funding rates every minute. */
  everySecond(): void {
    const timeUs = this.dependencies.clock.epochUs();
    for (const [book, topic] of this.tickers) {
      if (topic.subscribers > 0) this.app.publish(topic, ticker(book, this.dependencies.market.fairPrice(book), timeUs));
    }
    if (++this.seconds % FUNDING_EVERY_S !== 0) return;
    for (const [book, topic] of this.fundings) this.app.publish(topic, fundingRate(book, timeUs));
  }

  /** The streams that a request means; leaving depth leaves it in both forms, and full depth in all sizes. */
  private select(
    channel: string,
    book: SimulatedBook,
    fields: Record<string, unknown>,
    all: boolean,
  ): (BookStream | Topic)[] | null {
    switch (channel) {
      case 'ticker':
        return [this.tickers.get(book) as Topic];
      case 'funding.rate':
        return [this.fundings.get(book) as Topic];
      case 'deal':
        return [this.stream('deal', book)];
      case 'depth':
        if (all) return [this.stream('depth', book), this.stream('depth.separate', book)];
        return [this.stream(fields['compress'] === false ? 'depth.separate' : 'depth', book)];
      default: {
        const limit = fields['limit'] ?? 20;
        if (all) return [5, 10, 20].map((size) => this.stream(`depth.full.${size}`, book));
        return limit === 5 || limit === 10 || limit === 20 ? [this.stream(`depth.full.${limit}`, book)] : null;
      }
    }
  }

  private stream(kind: string, book: SimulatedBook): BookStream {
    const key = `contract:${kind}:${book.instrument.symbol}`;
    return this.streams.find(key) ?? this.streams.open(key, book, encoder(kind, book));
  }

  private serveRest(books: readonly SimulatedBook[]): void {
    const { clock } = this.dependencies;
    const rows = new Map(books.map(({ instrument }, index) => [instrument.symbol, contractDetail(instrument, index + 1)]));
    const all = `[${[...rows.values()].join(',')}]`;
    this.app.get('/api/v1/contract/ping', () => success(String(epochMs(clock))));
    this.app.get('/api/v1/contract/detail', ({ query }) => {
      const symbol = query.get('symbol');
      const row = symbol === null ? all : rows.get(symbol);
      return row === undefined ? unknownContract : success(row);
    });
    this.app.get('/api/v1/contract/depth/:symbol', ({ parameter, query }) => {
      const book = this.bySymbol.get(parameter);
      const limit = wholeNumber(query.get('limit'), 1000, 1, Number.MAX_SAFE_INTEGER);
      if (book === undefined) return unknownContract;
      if (limit === null) return { body: quoted({ success: false, code: 600, message: 'Parameter error!' }) };
      return success(depthData(book, limit, 'timestamp'));
    });
    this.app.get('/api/v1/contract/funding_rate/:symbol', ({ parameter }) => {
      if (!rows.has(parameter)) return unknownContract;
      const ms = epochMs(clock);
      const next = nextFundingMs(ms);
      return success(
        `{"symbol":"${parameter}","fundingRate":0.0001,"maxFundingRate":0.0018,"minFundingRate":-0.0018,"collectCycle":8,` +
          `"nextSettleTime":${next},"timestamp":${ms}}`,
      );
    });
  }
}

/** The contract stack reports business errors with HTTP 200. */
const unknownContract: RestAnswer = { body: `{"success":false,"code":1001,"message":"Contract doesn't exist!"}` };

function success(data: string): RestAnswer {
  return { body: `{"success":true,"code":0,"data":${data}}` };
}

function encoder(kind: string, book: SimulatedBook): Encoder {
  if (kind === 'depth') return (batch, emit) => emit(mergedDepth(book, batch));
  if (kind === 'depth.separate') return (batch, emit) => separateDepths(book, batch, emit);
  if (kind === 'deal') {
    return (batch, emit) => {
      const frame = deal(book, batch);
      if (frame !== null) emit(frame);
    };
  }
  const limit = Number(kind.slice('depth.full.'.length));
  return (batch, emit) => emit(fullDepth(book, batch, limit));
}
