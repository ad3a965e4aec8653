import type { Market } from '../../../domain/venue.js';
import type { SimulatedBook } from '../../market/book.js';
import { DepthView } from '../../market/depth-view.js';
import { type BookStream, BookStreams, type Encoder } from '../book-streams.js';
import { type Connection, Topic } from '../connection.js';
import type { FrontDependencies } from '../front.js';
import { textList } from '../json-text.js';
import type { VenueApp } from '../venue-app.js';
import { bookTicker, type NumberStyle, obuDelta, obuFull, orderBook, orderBookUpdate, trades } from './frames.js';
import { SOCKET_INTERVAL_MS } from './klines.js';
import { candlePush, tickerPush } from './paced-frames.js';
import type { SubscriptionRefusal } from './private-channels.js';
import { styleOf } from './style.js';

/** From this depth on a stream carries everything that a simulated book has. */
const WHOLE_BOOK_DEPTH = 100;
const CANDLES_EVERY_S = 2;

/** One stream that a payload names. */
interface Wanted {
  readonly book: SimulatedBook;
  readonly channel: string;
  readonly interval: string;
  readonly level: number;
}

/** A topic that is told at the pace of seconds. */
interface Paced {
  readonly topic: Topic;
  readonly everySeconds: number;
  readonly frame: (nowUs: number) => string | null;
}

/** The public channels of the socket of spot or of USDT futures: the same names, other numbers. */
export class GateioStreams {
  readonly streams: BookStreams;
  private readonly bySymbol: Map<string, SimulatedBook>;
  private readonly paced = new Map<string, Paced>();
  private seconds = 0;

  constructor(
    private readonly market: Market,
    private readonly app: VenueApp,
    private readonly dependencies: FrontDependencies,
  ) {
    this.streams = new BookStreams(app);
    this.bySymbol = new Map(dependencies.market.booksOf('gateio', market).map((book) => [book.instrument.symbol, book]));
  }

  /** Joins or leaves channels. @returns why not, or what is left to do after the answer */
  change(
    connection: Connection,
    channel: string,
    event: 'subscribe' | 'unsubscribe',
    payload: unknown,
  ): SubscriptionRefusal | (() => void) {
    const wanted = this.read(channel, payload);
    if (!Array.isArray(wanted)) return wanted;
    const streams = wanted.map((one) => this.stream(one, styleOf(connection)));
    if (event === 'unsubscribe') {
      return () => {
        for (const stream of streams) connection.leave(topicOf(stream));
      };
    }
    const conflict = this.conflict(connection, streams);
    if (conflict !== null) return conflict;
    return () => {
      for (const [index, stream] of streams.entries()) {
        if (stream instanceof Topic) connection.join(stream);
        else {
          if (channel.endsWith('.obu')) connection.send(obuFull(stream.book, wanted[index]?.level ?? 50));
          stream.join(connection);
        }
      }
    };
  }

  /** Sends tickers, and every other second candlesticks. */
  everySecond(): void {
    const nowUs = this.dependencies.clock.epochUs();
    this.seconds++;
    for (const { topic, everySeconds, frame } of this.paced.values()) {
      if (topic.subscribers === 0 || this.seconds % everySeconds !== 0) continue;
      const text = frame(nowUs);
      if (text !== null) this.app.publish(topic, text);
    }
  }

  /** Streams of a payload, or what is wrong with it. One unknown symbol fails the whole request. */
  private read(channel: string, payload: unknown): Wanted[] | SubscriptionRefusal {
    const texts = textList(payload);
    if (texts === null || texts.length === 0) return { code: 2, message: 'invalid argument: payload' };
    const [first = '', second = '', third = ''] = texts;
    const futures = this.market === 'futures';
    const bare = channel.slice(this.market.length + 1);
    if (!channel.startsWith(`${this.market}.`)) return { code: 2, message: `unknown channel ${channel}` };
    switch (bare) {
      case 'candlesticks':
        if (SOCKET_INTERVAL_MS[first] === undefined || texts.length !== 2)
          return { code: 2, message: `invalid argument: interval ${first}` };
        return this.all([[second, first, 0]], bare);
      case 'tickers':
      case 'book_ticker':
      case 'trades':
        return this.all(
          texts.map((symbol) => [symbol, '', 0]),
          bare,
        );
      case 'order_book_update': {
        const level = third === '' ? (second === '20ms' ? 20 : 100) : Number(third);
        const valid = futures
          ? (second === '100ms' && [20, 50, 100].includes(level)) || (second === '20ms' && level === 20)
          : third === '';
        if (!valid || (second !== '100ms' && second !== '20ms'))
          return { code: 2, message: `invalid argument: interval ${second} ${third}`.trimEnd() };
        return this.all([[first, second, level]], bare);
      }
      case 'order_book': {
        const level = Number(second);
        const valid = futures
          ? third === '0' && [1, 5, 10, 20, 50, 100].includes(level)
          : /^1000?ms$/.test(third) && [5, 10, 20, 30, 50, 100].includes(level);
        return valid
          ? this.all([[first, third, level]], bare)
          : { code: 2, message: `invalid argument: level ${second} interval ${third}` };
      }
      case 'obu': {
        const parts = texts.map((text) => /^ob\.(.+)\.(50|400)$/.exec(text));
        const bad = parts.indexOf(null);
        if (bad >= 0) return { code: 2, message: `invalid argument: ${texts[bad] ?? ''}` };
        return this.all(
          parts.map((part) => [part?.[1] ?? '', '', Number(part?.[2])]),
          bare,
        );
      }
      default:
        return { code: 2, message: `unknown channel ${channel}` };
    }
  }

  private all(entries: readonly (readonly [string, string, number])[], channel: string): Wanted[] | SubscriptionRefusal {
    const wanted: Wanted[] = [];
    for (const [symbol, interval, level] of entries) {
      const book = this.bySymbol.get(symbol);
      if (book === undefined)
        return { code: 2, message: `unknown ${this.market === 'spot' ? 'currency pair' : 'contract'} ${symbol}` };
      wanted.push({ book, channel, interval, level });
    }
    return wanted;
  }

  /** obu refuses a book that the connection has already, whatever the depth. */
  private conflict(connection: Connection, streams: readonly (BookStream | Topic)[]): SubscriptionRefusal | null {
    for (const stream of streams) {
      if (stream instanceof Topic || !stream.key.startsWith(`${this.market}.obu:`)) continue;
      const { book } = stream;
      for (const level of [50, 400]) {
        const other = this.streams.find(this.key({ book, channel: 'obu', interval: '', level }, styleOf(connection)));
        if (other !== undefined && connection.topics.has(other.topic)) {
          return { code: 2, message: `Alert sub ob.${book.instrument.symbol}.${level}` };
        }
      }
    }
    return null;
  }

  private key({ book, channel, interval, level }: Wanted, { sizesAsText }: NumberStyle): string {
    return `${this.market}.${channel}:${book.instrument.symbol}:${interval}:${level}:${sizesAsText ? 'text' : 'number'}`;
  }

  private stream(wanted: Wanted, style: NumberStyle): BookStream | Topic {
    const key = this.key(wanted, style);
    if (wanted.channel === 'tickers' || wanted.channel === 'candlesticks') return this.pace(key, wanted, style);
    const known = this.streams.find(key);
    if (known !== undefined) return known;
    const { book, channel, level } = wanted;
    const deltas = channel === 'obu' || channel === 'order_book_update';
    const view = deltas && level < WHOLE_BOOK_DEPTH ? new DepthView(book, level, false) : null;
    return this.streams.open(key, book, encoder(wanted, view, style), view);
  }

  private pace(key: string, { book, channel, interval }: Wanted, style: NumberStyle): Topic {
    const known = this.paced.get(key);
    if (known !== undefined) return known.topic;
    const { engine } = this.dependencies;
    const topic = new Topic(key);
    const intervalMs = SOCKET_INTERVAL_MS[interval] ?? 0;
    if (channel === 'tickers')
      this.paced.set(key, { topic, everySeconds: 1, frame: (nowUs) => tickerPush(engine, book, style, nowUs) });
    else {
      const frame = (nowUs: number): string | null => candlePush(engine, book, interval, intervalMs, nowUs);
      this.paced.set(key, { topic, everySeconds: CANDLES_EVERY_S, frame });
    }
    return topic;
  }
}

function topicOf(stream: BookStream | Topic): Topic {
  return stream instanceof Topic ? stream : stream.topic;
}

function encoder({ book, channel, level }: Wanted, view: DepthView | null, style: NumberStyle): Encoder {
  switch (channel) {
    case 'order_book_update':
      return (batch, emit) => emit(orderBookUpdate(book, batch, view?.takeChanges() ?? batch, level, style));
    case 'obu':
      return (batch, emit) => emit(obuDelta(book, batch, view?.takeChanges() ?? batch, level));
    case 'order_book':
      return (batch, emit) => emit(orderBook(book, batch, level, style));
    case 'book_ticker':
      return (batch, emit) => {
        if (batch.topChanged) emit(bookTicker(book, batch, style));
      };
    default:
      return (batch, emit) => {
        const frame = trades(book, batch, style);
        if (frame !== null) emit(frame);
      };
  }
}
