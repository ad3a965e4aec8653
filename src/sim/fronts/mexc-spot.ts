import type { SimulatedBook } from '../market/book.js';
import { type BookStream, BookStreams, type Encoder } from './book-streams.js';
import type { Connection } from './connection.js';
import { epochMs, type FrontDependencies } from './front.js';
import { parseObject, quoted, textList, wholeNumber } from './json-text.js';
import {
  aggregatedBookTicker,
  aggregatedDeals,
  aggregatedDepth,
  depthAnswer,
  limitDepth,
  spotSymbol,
} from './mexc-spot-frames.js';
import type { RestAnswer, SocketProtocol, VenueApp } from './venue-app.js';

const SUBSCRIPTIONS_MAX = 30;
const MESSAGES_PER_SECOND_MAX = 100;
const EMPTY_US_MAX = 30e6;
const SILENT_US_MAX = 60e6;
const AGGREGATED = /^spot@public\.aggre\.(depth|deals|bookTicker)\.v3\.api\.pb@(?:100|10)ms@(.+)$/;
const LIMITED = /^spot@public\.limit\.depth\.v3\.api\.pb@(.+)@(5|10|20)$/;

/** MEXC spot: REST under /api/v3, and the WebSocket at /ws with JSON requests and protobuf pushes. */
export class MexcSpot implements SocketProtocol {
  readonly streams: BookStreams;
  private readonly bySymbol: Map<string, SimulatedBook>;

  constructor(
    private readonly app: VenueApp,
    private readonly dependencies: FrontDependencies,
  ) {
    this.streams = new BookStreams(app);
    const books = dependencies.market.booksOf('mexc', 'spot');
    this.bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
    this.serveRest(books);
    app.socket('/ws', this);
  }

  message(connection: Connection, text: string): void {
    if (connection.receivedThisSecond > MESSAGES_PER_SECOND_MAX) {
      connection.end(1008, 'too many messages');
      return;
    }
    const request = parseObject(text);
    const id = Number.isInteger(request?.['id']) ? Number(request?.['id']) : 0;
    const reply = (msg: string): void => connection.send(quoted({ id, code: 0, msg }));
    const params = textList(request?.['params']) ?? [];
    switch (String(request?.['method']).toUpperCase()) {
      case 'PING':
        reply('PONG');
        return;
      case 'SUBSCRIPTION':
        this.subscribe(connection, params, reply);
        return;
      case 'UNSUBSCRIPTION':
        for (const name of params) {
          const stream = this.streams.find(name);
          if (stream !== undefined) connection.leave(stream.topic);
        }
        reply(params.join(','));
        return;
      default:
        reply('msg format invalid');
    }
  }

  /** A connection without a subscription, or one that neither gets nor sends anything, is closed. */
  inspect(connection: Connection, nowUs: number): void {
    let published = 0;
    for (const topic of connection.topics) published += topic.published;
    if (published !== connection.state.get('published')) {
      connection.state.set('published', published);
      connection.state.set('flowedUs', nowUs);
    }
    if (connection.topics.size > 0) connection.state.set('subscribedUs', nowUs);
    const subscribedUs = (connection.state.get('subscribedUs') as number | undefined) ?? connection.openedUs;
    const flowedUs = Math.max(connection.lastReceivedUs, (connection.state.get('flowedUs') as number | undefined) ?? 0);
    if (nowUs - subscribedUs > EMPTY_US_MAX) connection.end(1000, '');
    else if (nowUs - flowedUs > SILENT_US_MAX) connection.end(1000, '');
  }

  private subscribe(connection: Connection, names: readonly string[], reply: (msg: string) => void): void {
    const accepted: string[] = [];
    const refused: string[] = [];
    for (const name of names) {
      const stream = this.stream(name);
      const room = connection.topics.size < SUBSCRIPTIONS_MAX || (stream !== null && connection.topics.has(stream.topic));
      if (stream === null || !room) {
        refused.push(name);
        continue;
      }
      stream.join(connection);
      accepted.push(name);
    }
    if (accepted.length > 0) reply(accepted.join(','));
    // The venue's own words, with code 0, a full-width colon and a space at the end.
    if (refused.length > 0 || names.length === 0)
      reply(`Not Subscribed successfully! [${refused.join(',')}].  Reason： Blocked! `);
  }

  private stream(name: string): BookStream | null {
    const known = this.streams.find(name);
    if (known !== undefined) return known;
    const limited = LIMITED.exec(name);
    const aggregated = AGGREGATED.exec(name);
    const book = this.bySymbol.get(limited?.[1] ?? aggregated?.[2] ?? '');
    if (book === undefined) return null;
    const encode =
      limited !== null ? limitEncoder(name, book, Number(limited[2])) : aggregatedEncoder(name, book, aggregated?.[1]);
    return this.streams.open(name, book, encode);
  }

  private serveRest(books: readonly SimulatedBook[]): void {
    const { clock } = this.dependencies;
    const rows = new Map(books.map(({ instrument }) => [instrument.symbol, quoted(spotSymbol(instrument))]));
    const all = [...rows.values()].join(',');
    this.app.get('/api/v3/ping', () => ({ body: '{}' }));
    this.app.get('/api/v3/time', () => ({ body: `{"serverTime":${epochMs(clock)}}` }));
    this.app.get('/api/v3/defaultSymbols', () => ({ body: quoted({ code: 200, data: [...rows.keys()], msg: null }) }));
    this.app.get('/api/v3/exchangeInfo', ({ query }) => {
      const wanted = (query.get('symbols') ?? query.get('symbol'))?.split(',');
      if (wanted?.some((symbol) => !rows.has(symbol)) === true) return failure(-1121, 'Invalid symbol.');
      const symbols = wanted === undefined ? all : wanted.map((symbol) => rows.get(symbol)).join(',');
      return {
        body: `{"timezone":"CST","serverTime":${epochMs(clock)},"rateLimits":[],"exchangeFilters":[],"symbols":[${symbols}]}`,
      };
    });
    this.app.get('/api/v3/depth', ({ query }) => {
      const symbol = query.get('symbol') ?? '';
      if (symbol === '') return failure(700004, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.");
      const book = this.bySymbol.get(symbol);
      const limit = wholeNumber(query.get('limit'), 100, 1, Number.MAX_SAFE_INTEGER);
      if (book === undefined) return failure(-1121, 'Invalid symbol.');
      if (limit === null) return failure(33333, 'param error');
      return { body: depthAnswer(book, Math.min(limit, 5000)) };
    });
  }
}

function limitEncoder(name: string, book: SimulatedBook, depth: number): Encoder {
  return (batch, emit) => emit(limitDepth(name, book, batch, depth));
}

function aggregatedEncoder(name: string, book: SimulatedBook, kind: string | undefined): Encoder {
  if (kind === 'depth') return (batch, emit) => emit(aggregatedDepth(name, book, batch));
  const encode = kind === 'deals' ? aggregatedDeals : aggregatedBookTicker;
  return (batch, emit) => {
    const frame = encode(name, book, batch);
    if (frame !== null) emit(frame);
  };
}

function failure(code: number, msg: string): RestAnswer {
  return { status: '400 Bad Request', body: quoted({ code, msg, _extend: null }) };
}
