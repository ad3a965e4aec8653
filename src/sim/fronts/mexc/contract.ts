import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { EngineEvent } from '../../matching/types.js';
import { type BookStream, BookStreams, type Encoder } from '../book-streams.js';
import { type Connection, Topic } from '../connection.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { parseObject, quoted } from '../json-text.js';
import type { SocketProtocol, VenueApp } from '../venue-app.js';
import { ContractAccounts } from './contract-account.js';
import {
  allTickers,
  deal,
  fullDepth,
  fundingRate,
  klinePush,
  mergedDepth,
  pricePush,
  separateDepths,
  ticker,
} from './contract-frames.js';
import { ContractPersonal } from './contract-personal.js';
import { ContractPrivate } from './contract-private.js';
import { serveContractPublic } from './contract-public.js';
import { ContractGate } from './gate.js';
import { currentKline, NAMED_INTERVAL_MS } from './klines.js';

const PING_WITHIN_US = 60e6;
const LIFETIME_US = 86_400e6;
const TICKERS_EVERY_S = 2;
const FUNDING_EVERY_S = 60;
/** Frames a second on a depth channel, however quiet the book. */
const DEPTH_FRAMES_PER_SECOND = 5;
const METHOD = /^(sub|unsub)\.(depth|depth\.full|deal|ticker|tickers|kline|fair\.price|index\.price|funding\.rate)$/;

/** A topic that is told at the pace of seconds. */
interface Paced {
  readonly topic: Topic;
  readonly everySeconds: number;
  readonly frame: (timeUs: number) => string | null;
}

/** MEXC contract: REST under /api/v1, and the WebSocket at /edge, which is private after a log-on. */
export class MexcContract implements SocketProtocol {
  readonly streams: BookStreams;
  private readonly books: readonly SimulatedBook[];
  private readonly bySymbol: Map<string, SimulatedBook>;
  private readonly paced = new Map<string, Paced>();
  /** Frames of the merged depth channels at the last look. */
  private readonly depths = new Map<BookStream, number>();
  private readonly personal: ContractPersonal;
  private seconds = 0;

  constructor(
    private readonly app: VenueApp,
    private readonly dependencies: FrontDependencies,
  ) {
    this.streams = new BookStreams(app);
    this.books = dependencies.market.booksOf('mexc', 'futures');
    this.bySymbol = new Map(this.books.map((book) => [book.instrument.symbol, book]));
    serveContractPublic(app, dependencies, this.bySymbol);
    const gate = new ContractGate(dependencies.clock, dependencies.access);
    const accounts = new ContractAccounts(dependencies.engine, this.books);
    const rest = new ContractPrivate(app, dependencies, this.bySymbol, gate, accounts);
    this.personal = new ContractPersonal(dependencies.clock, gate, accounts, (order) => rest.row(order));
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
    if (this.personal.message(connection, method, { subscribe: request?.['subscribe'], ...fields })) return;
    const [, verb, channel] = METHOD.exec(method) ?? [];
    const symbol = String(fields['symbol']);
    const book = channel === 'tickers' ? this.books[0] : this.bySymbol.get(symbol);
    if (verb === undefined || channel === undefined || book === undefined) {
      const reason = verb === undefined ? `Unknown method [${method}]` : `Contract [${symbol}] not exists`;
      connection.send(quoted({ channel: 'rs.error', data: reason, ts: ms }));
      return;
    }
    const streams = this.select(channel, book, fields, verb === 'unsub');
    if (typeof streams === 'string') {
      connection.send(quoted({ channel: 'rs.error', data: streams, ts: ms }));
      return;
    }
    connection.send(`{"channel":"rs.${method}","data":"success","ts":${ms}}`);
    for (const stream of streams) {
      if (verb === 'unsub') connection.leave(stream instanceof Topic ? stream : stream.topic);
      else stream instanceof Topic ? connection.join(stream) : stream.join(connection);
    }
    if (verb === 'sub' && channel === 'funding.rate')
      connection.send(fundingRate(this.dependencies.engine, book, this.dependencies.clock.epochUs()));
  }

  closed(connection: Connection): void {
    this.personal.closed(connection);
  }

  /** Whoever does not ping for a minute is closed, and everybody after a day. */
  inspect(connection: Connection, nowUs: number): void {
    const pingUs = (connection.state.get('pingUs') as number | undefined) ?? connection.openedUs;
    if (nowUs - pingUs > PING_WITHIN_US) connection.end(1000, 'no ping');
    else if (nowUs - connection.openedUs > LIFETIME_US) connection.end(1000, '');
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    this.streams.onBatch(book, batch);
  }

  /** Tells an account's connections what happened to it. */
  onEvent(event: EngineEvent): void {
    this.personal.onEvent(event);
  }

  /** Tickers, prices, klines and funding, and frames without a change for books that are quiet. */
  everySecond(): void {
    const timeUs = this.dependencies.clock.epochUs();
    this.seconds++;
    for (const { topic, everySeconds, frame } of this.paced.values()) {
      if (topic.subscribers === 0 || this.seconds % everySeconds !== 0) continue;
      const text = frame(timeUs);
      if (text !== null) this.app.publish(topic, text);
    }
    for (const [{ topic, book }, before] of this.depths) {
      const { lastId } = book;
      const missing = topic.subscribers === 0 ? 0 : DEPTH_FRAMES_PER_SECOND - (topic.published - before);
      const nothing = { firstId: lastId, lastId, timeUs, bids: [], asks: [] };
      for (let left = missing; left > 0; left--) this.app.publish(topic, mergedDepth(book, nothing));
    }
    for (const stream of this.depths.keys()) this.depths.set(stream, stream.topic.published);
  }

  /**
   * The streams that a request means, or what is wrong with it; leaving depth leaves it in both forms, and full depth in all sizes.
   */
  private select(
    channel: string,
    book: SimulatedBook,
    fields: Record<string, unknown>,
    all: boolean,
  ): readonly (BookStream | Topic)[] | string {
    const { engine } = this.dependencies;
    switch (channel) {
      case 'tickers':
        return [this.pace('tickers', TICKERS_EVERY_S, (timeUs) => allTickers(engine, this.books, timeUs))];
      case 'ticker':
        return [this.pace(`ticker:${book.instrument.symbol}`, 1, (timeUs) => ticker(engine, book, timeUs))];
      case 'fair.price':
      case 'index.price':
        return [this.pace(`${channel}:${book.instrument.symbol}`, 1, (timeUs) => pricePush(engine, channel, book, timeUs))];
      case 'funding.rate':
        return [
          this.pace(`${channel}:${book.instrument.symbol}`, FUNDING_EVERY_S, (timeUs) => fundingRate(engine, book, timeUs)),
        ];
      case 'kline': {
        const interval = String(fields['interval']);
        const intervalMs = NAMED_INTERVAL_MS[interval];
        if (intervalMs === undefined) return 'interval error';
        return [
          this.pace(`kline:${interval}:${book.instrument.symbol}`, 1, (timeUs) => {
            const kline = currentKline(engine, book, intervalMs, timeUs);
            return kline === undefined ? null : klinePush(book, interval, kline, timeUs);
          }),
        ];
      }
      case 'deal':
        return [this.stream('deal', book)];
      case 'depth': {
        const merged = this.stream('depth', book);
        if (!this.depths.has(merged)) this.depths.set(merged, merged.topic.published);
        if (all) return [merged, this.stream('depth.separate', book)];
        return [fields['compress'] === false ? this.stream('depth.separate', book) : merged];
      }
      default: {
        const limit = fields['limit'] ?? 20;
        if (all) return [5, 10, 20].map((size) => this.stream(`depth.full.${size}`, book));
        return limit === 5 || limit === 10 || limit === 20
          ? [this.stream(`depth.full.${limit}`, book)]
          : 'limit must be 5, 10 or 20';
      }
    }
  }

  private pace(key: string, everySeconds: number, frame: Paced['frame']): Topic {
    const known = this.paced.get(key);
    if (known !== undefined) return known.topic;
    const topic = new Topic(`contract:${key}`);
    this.paced.set(key, { topic, everySeconds, frame });
    return topic;
  }

  private stream(kind: string, book: SimulatedBook): BookStream {
    const key = `contract:${kind}:${book.instrument.symbol}`;
    return this.streams.find(key) ?? this.streams.open(key, book, encoder(kind, book));
  }
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
