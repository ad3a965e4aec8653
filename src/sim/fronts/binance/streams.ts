import type { Clock } from '../../../domain/clock.js';
import type { BookBatch, SimulatedBook } from '../../market/book.js';
import { type Connection, Topic } from '../connection.js';
import { parseObject, quoted, textList } from '../json-text.js';
import type { SocketProtocol, VenueApp } from '../venue-app.js';
import type { Exchange } from './exchange.js';
import * as frames from './frames.js';
import { keepAlive } from './keep-alive.js';
import { INTERVALS_MS, klineFrame, tickerFrame } from './klines.js';

/** What a stream carries; the number is the depth of a partial book. */
type Kind =
  | 'depth'
  | 'depth5'
  | 'depth10'
  | 'depth20'
  | 'bookTicker'
  | 'trade'
  | 'aggTrade'
  | 'markPrice'
  | 'kline'
  | 'ticker'
  | 'miniTicker';

/** Which streams one root serves, and how much it lets a connection do. */
export interface StreamRoot {
  readonly id: string;
  readonly pattern: RegExp;
  readonly streamsMax: number;
  readonly messagesPerSecondMax: number;
}

/** One stream by name, to those who want bare frames and to those who want them wrapped with the name. */
interface Stream {
  readonly name: string;
  readonly kind: Kind;
  readonly raw: Topic;
  readonly combined: Topic;
  /** Beginning of the newest kline told, in microseconds since the epoch. */
  klineUs: number;
}

/** The streams of one root (spot, or the public or market half of USD-M futures) over raw and combined connections. */
export class BinanceStreams implements SocketProtocol {
  private readonly bySymbol = new Map<string, SimulatedBook>();
  private readonly streams = new Map<string, Stream>();
  private readonly ofBook = new Map<SimulatedBook, Stream[]>();

  constructor(
    private readonly root: StreamRoot,
    private readonly exchange: Exchange,
    private readonly app: VenueApp,
    private readonly clock: Clock,
  ) {
    for (const book of exchange.books) {
      this.bySymbol.set(book.instrument.symbol.toLowerCase(), book);
      this.ofBook.set(book, []);
    }
  }

  opened(connection: Connection): void {
    connection.state.set('combined', connection.path.endsWith('/stream'));
    connection.state.set('streams', new Set<string>());
    const inQuery = connection.query.get('streams')?.split('/') ?? [];
    const names = [...connection.path.split('/'), ...inQuery].filter((part) => part.includes('@'));
    if (names.length > this.root.streamsMax) connection.end(1008, 'Too many streams');
    for (const name of names) this.subscribe(connection, name);
  }

  message(connection: Connection, text: string): void {
    if (connection.receivedThisSecond > this.root.messagesPerSecondMax) {
      connection.end(1008, 'Too many requests');
      return;
    }
    const request = parseObject(text);
    if (request === null) {
      connection.send('{"error":{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"},"id":null}');
      return;
    }
    const id = quoted(request['id'] ?? null);
    const params = textList(request['params']);
    const names = streamsOf(connection);
    switch (request['method']) {
      case 'SUBSCRIBE':
        if (params === null) break;
        if (new Set([...names, ...params]).size > this.root.streamsMax) {
          connection.send(
            `{"error":{"code":2,"msg":"Invalid request: at most ${this.root.streamsMax} streams per connection"},"id":${id}}`,
          );
          return;
        }
        connection.send(`{"result":null,"id":${id}}`);
        for (const name of params) this.subscribe(connection, name);
        return;
      case 'UNSUBSCRIBE':
        if (params === null) break;
        for (const name of params) this.unsubscribe(connection, name);
        connection.send(`{"result":null,"id":${id}}`);
        return;
      case 'LIST_SUBSCRIPTIONS':
        connection.send(`{"result":${quoted([...names])},"id":${id}}`);
        return;
      case 'SET_PROPERTY':
        this.setCombined(connection, request['params'], id);
        return;
      case 'GET_PROPERTY':
        connection.send(`{"result":${connection.state.get('combined') === true},"id":${id}}`);
        return;
      default:
        break;
    }
    connection.send(`{"error":{"code":2,"msg":"Invalid request: unknown method or missing field \`params\`"},"id":${id}}`);
  }

  inspect(connection: Connection, nowUs: number): void {
    keepAlive(connection, nowUs, this.clock, (nowMs) => {
      const event = `{"e":"serverShutdown","E":${nowMs}}`;
      return connection.state.get('combined') === true ? `{"stream":"!serverShutdown","data":${event}}` : event;
    });
  }

  /** Sends an update to every stream of its book that somebody listens to. */
  onBatch(book: SimulatedBook, batch: BookBatch): void {
    for (const stream of this.ofBook.get(book) ?? []) {
      if (stream.raw.subscribers + stream.combined.subscribers === 0) continue;
      const frame = this.frame(stream.kind, book, batch);
      if (frame !== null) this.publish(stream, frame);
    }
  }

  /** Sends what has the pace of seconds: tickers each second, klines every second one, mark prices as their streams ask for. */
  everySecond(second: number): void {
    for (const [book, streams] of this.ofBook) {
      for (const stream of streams) {
        if (stream.raw.subscribers + stream.combined.subscribers > 0) this.publishTimed(book, stream, second);
      }
    }
  }

  private publishTimed(book: SimulatedBook, stream: Stream, second: number): void {
    const { exchange } = this;
    switch (stream.kind) {
      case 'markPrice': {
        if (second % 3 !== 0 && !stream.name.endsWith('@1s')) return;
        const { engine } = exchange;
        this.publish(stream, frames.markPrice(book.instrument, engine.markPrice(book), engine.funding(book), exchange.nowMs()));
        return;
      }
      case 'ticker':
      case 'miniTicker':
        this.publish(stream, tickerFrame(exchange, book, stream.kind === 'miniTicker'));
        return;
      case 'kline':
        if (second % 2 === 0) this.publishKlines(book, stream);
        return;
      default:
        return;
    }
  }

  /** The kline under way, and before it the last words on those that ended since. */
  private publishKlines(book: SimulatedBook, stream: Stream): void {
    const { exchange } = this;
    const interval = stream.name.slice(stream.name.indexOf('_') + 1);
    const intervalMs = INTERVALS_MS.get(interval) ?? 0;
    const nowMs = exchange.nowMs();
    const currentUs = Math.floor(nowMs / intervalMs) * intervalMs * 1000;
    const fromUs = stream.klineUs === 0 ? currentUs : stream.klineUs;
    for (const kline of exchange.engine.klines(book, intervalMs, fromUs, currentUs)) {
      this.publish(stream, klineFrame(book, kline, interval, kline.openUs < currentUs, nowMs));
    }
    stream.klineUs = currentUs;
  }

  private frame(kind: Kind, book: SimulatedBook, batch: BookBatch): string | null {
    switch (kind) {
      case 'depth':
        return frames.depthUpdate(book, batch);
      case 'depth5':
        return frames.partialDepth(book, batch, 5);
      case 'depth10':
        return frames.partialDepth(book, batch, 10);
      case 'depth20':
        return frames.partialDepth(book, batch, 20);
      case 'bookTicker':
        return batch.topChanged ? frames.bookTicker(book, batch) : null;
      case 'trade':
        return batch.trade === null ? null : frames.tradeFrame(book, batch, batch.trade, false);
      case 'aggTrade':
        return batch.trade === null ? null : frames.tradeFrame(book, batch, batch.trade, true);
      default:
        return null;
    }
  }

  private publish(stream: Stream, frame: string): void {
    this.app.publish(stream.raw, frame);
    if (stream.combined.subscribers > 0) this.app.publish(stream.combined, `{"stream":"${stream.name}","data":${frame}}`);
  }

  /** A stream that does not exist is remembered and stays silent, as the venue has it. */
  private subscribe(connection: Connection, name: string): void {
    streamsOf(connection).add(name);
    const stream = this.stream(name);
    if (stream !== null) connection.join(connection.state.get('combined') === true ? stream.combined : stream.raw);
  }

  private unsubscribe(connection: Connection, name: string): void {
    streamsOf(connection).delete(name);
    const stream = this.streams.get(name);
    if (stream === undefined) return;
    connection.leave(stream.raw);
    connection.leave(stream.combined);
  }

  private setCombined(connection: Connection, params: unknown, id: string): void {
    const [property, value] = Array.isArray(params) ? params : [];
    if (property !== 'combined' || typeof value !== 'boolean') {
      connection.send(`{"error":{"code":0,"msg":"Unknown property"},"id":${id}}`);
      return;
    }
    connection.state.set('combined', value);
    const names = [...streamsOf(connection)];
    for (const name of names) this.unsubscribe(connection, name);
    for (const name of names) this.subscribe(connection, name);
    connection.send(`{"result":null,"id":${id}}`);
  }

  private stream(name: string): Stream | null {
    const known = this.streams.get(name);
    if (known !== undefined) return known;
    const at = name.indexOf('@');
    const book = this.bySymbol.get(name.slice(0, at));
    const rest = name.slice(at + 1);
    if (at < 0 || book === undefined || !this.root.pattern.test(rest)) return null;
    const kind = rest.split(/[@_]/)[0] as Kind;
    const stream = {
      name,
      kind,
      raw: new Topic(`${this.root.id}:${name}`),
      combined: new Topic(`${this.root.id}:combined:${name}`),
      klineUs: 0,
    };
    this.streams.set(name, stream);
    this.ofBook.get(book)?.push(stream);
    return stream;
  }
}

function streamsOf(connection: Connection): Set<string> {
  return connection.state.get('streams') as Set<string>;
}
