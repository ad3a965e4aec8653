import type { Market } from '../../../domain/venue.js';
import type { SimulatedBook } from '../../market/book.js';
import { DepthView } from '../../market/depth-view.js';
import { type BookStream, BookStreams, type Encoder } from '../book-streams.js';
import type { Connection } from '../connection.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { parseObject, quoted, textList } from '../json-text.js';
import type { SocketProtocol, VenueApp } from '../venue-app.js';
import { bookTicker, type NumberStyle, obuDelta, obuFull, orderBook, orderBookUpdate, trades } from './frames.js';
import { styleOf } from './style.js';

/** From this depth on a stream carries everything that a simulated book has. */
const WHOLE_BOOK_DEPTH = 100;
const CLOCK_SECONDS_MAX = 60;

/** A failed request, as the venue reports it. */
interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** One stream that a payload names. */
interface Wanted {
  readonly book: SimulatedBook;
  readonly channel: string;
  readonly interval: string;
  readonly level: number;
}

/** The WebSocket of spot (`/ws/v4/`) or of USDT futures (`/v4/ws/usdt`): same envelope, other channels and numbers. */
export class GateioStreams implements SocketProtocol {
  readonly streams: BookStreams;
  private readonly bySymbol: Map<string, SimulatedBook>;
  private replies = 0;

  constructor(
    private readonly market: Market,
    app: VenueApp,
    private readonly dependencies: FrontDependencies,
  ) {
    this.streams = new BookStreams(app);
    this.bySymbol = new Map(dependencies.market.booksOf('gateio', market).map((book) => [book.instrument.symbol, book]));
  }

  message(connection: Connection, text: string): void {
    const ms = epochMs(this.dependencies.clock);
    const request = parseObject(text);
    const channel = String(request?.['channel'] ?? '');
    if (channel === `${this.market}.ping`) {
      const pong = `"channel":"${this.market}.pong","event":"","result":null`;
      connection.send(`{"time":${Math.floor(ms / 1000)},"time_ms":${ms},"conn_id":"${connectionId(connection)}",${pong}}`);
      return;
    }
    const { time, event, payload, id } = request ?? {};
    let refusal: Refusal | null = null;
    if (request === null || (event !== 'subscribe' && event !== 'unsubscribe'))
      refusal = { code: 1, message: 'invalid request body' };
    else if (typeof time !== 'number' || Math.abs(time - ms / 1000) > CLOCK_SECONDS_MAX) {
      refusal = { code: 2, message: 'invalid argument: time' };
    }
    const wanted = refusal === null ? this.read(channel, payload) : [];
    if (!Array.isArray(wanted)) refusal = wanted;
    const streams = Array.isArray(wanted) ? wanted.map((one) => this.stream(one, styleOf(connection))) : [];
    if (event === 'subscribe' && refusal === null) refusal = this.conflict(connection, streams);
    if (refusal === null) for (const { topic } of event === 'unsubscribe' ? streams : []) connection.leave(topic);
    connection.send(this.reply(connection, ms, channel, event, payload, id, refusal));
    if (refusal !== null || event !== 'subscribe') return;
    for (const [index, stream] of streams.entries()) {
      if (channel.endsWith('.obu')) connection.send(obuFull(stream.book, (wanted as Wanted[])[index]?.level ?? 50));
      stream.join(connection);
    }
  }

  /** Streams of a payload, or what is wrong with it. One unknown symbol fails the whole request. */
  private read(channel: string, payload: unknown): Wanted[] | Refusal {
    const texts = textList(payload);
    if (texts === null || texts.length === 0) return { code: 2, message: 'invalid argument: payload' };
    const [first = '', second = '', third = ''] = texts;
    const futures = this.market === 'futures';
    const bare = channel.slice(this.market.length + 1);
    if (!channel.startsWith(`${this.market}.`)) return { code: 2, message: `unknown channel ${channel}` };
    switch (bare) {
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

  private all(entries: readonly (readonly [string, string, number])[], channel: string): Wanted[] | Refusal {
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
  private conflict(connection: Connection, streams: readonly BookStream[]): Refusal | null {
    for (const { key, book } of streams) {
      if (!key.startsWith(`${this.market}.obu:`)) continue;
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

  private stream(wanted: Wanted, style: NumberStyle): BookStream {
    const key = this.key(wanted, style);
    const known = this.streams.find(key);
    if (known !== undefined) return known;
    const { book, channel, level } = wanted;
    const deltas = channel === 'obu' || channel === 'order_book_update';
    const view = deltas && level < WHOLE_BOOK_DEPTH ? new DepthView(book, level, false) : null;
    return this.streams.open(key, book, encoder(wanted, view, style), view);
  }

  private reply(
    connection: Connection,
    ms: number,
    channel: string,
    event: unknown,
    payload: unknown,
    id: unknown,
    refusal: Refusal | null,
  ): string {
    const trace = (++this.replies).toString(16).padStart(32, '0');
    const echoed = id === undefined ? '' : `"id":${quoted(id)},`;
    const error = refusal === null ? '' : `"error":${quoted(refusal)},`;
    return (
      `{"time":${Math.floor(ms / 1000)},"time_ms":${ms},${echoed}"conn_id":"${connectionId(connection)}","trace_id":"${trace}",` +
      `"channel":${quoted(channel)},"event":${quoted(event ?? '')},"payload":${quoted(payload ?? null)},${error}` +
      `"result":{"status":"${refusal === null ? 'success' : 'fail'}"},"requestId":"${trace}"}`
    );
  }
}

function connectionId(connection: Connection): string {
  return connection.id.toString(16).padStart(16, '0');
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
