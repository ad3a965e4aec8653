import type { BookBatch, SimulatedBook } from '../../market/book.js';
import { DepthView } from '../../market/depth-view.js';
import { type BookStream, BookStreams } from '../book-streams.js';
import type { Connection } from '../connection.js';
import type { FrontDependencies } from '../front.js';
import { parseObject, quoted, textList } from '../json-text.js';
import type { SocketProtocol, VenueApp } from '../venue-app.js';
import type { Days } from './day.js';
import { bookFrame, candleRow, frame, tickerRow, tradeRow } from './frames.js';
import { INTERVALS } from './market-routes.js';
import type { Pairs } from './names.js';
import { Replies } from './replies.js';

const DEPTHS = [10, 25, 100, 500, 1000];
/** From this depth on a subscription carries everything that a simulated book has. */
const WHOLE_BOOK_DEPTH = 100;
const TRADES_OF_SNAPSHOT = 50;
const CANDLES_OF_SNAPSHOT = 10;
const CHANNELS = ['book', 'trade', 'ticker', 'ohlc'] as const;
const PRIVATE_CHANNELS: readonly unknown[] = ['executions', 'balances', 'level3'];
const IDLE_US_MAX = 60e6;

/** One subscription as a client asks for it. */
interface Wanted {
  readonly channel: (typeof CHANNELS)[number];
  readonly symbols: readonly string[];
  readonly snapshot: boolean;
  /** What a channel comes in: the depth of a book, the minutes of a candle, the trigger of a ticker. */
  readonly variant: string;
}

/** The public channels of version 2. */
export class Feed implements SocketProtocol {
  private readonly streams: BookStreams;
  /** Streams of candles, which are told once a second. */
  private readonly candles: { readonly stream: BookStream; readonly minutes: number; told: string }[] = [];

  constructor(
    private readonly app: VenueApp,
    private readonly days: Days,
    private readonly pairs: Pairs,
    private readonly dependencies: FrontDependencies,
  ) {
    this.streams = new BookStreams(app);
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    this.streams.onBatch(book, batch);
  }

  everySecond(): void {
    for (const candle of this.candles) {
      const { stream, minutes } = candle;
      if (stream.topic.subscribers === 0) continue;
      const [row = ''] = this.candleRows(stream.book, minutes, 1);
      if (row === candle.told) continue;
      candle.told = row;
      this.app.publish(stream.topic, frame('ohlc', 'update', [row]));
    }
  }

  opened(connection: Connection): void {
    connection.send(
      '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2",' +
        `"connection_id":${12_000_000_000_000_000_000n + BigInt(connection.id)}}]}`,
    );
  }

  /** A connection with subscriptions hears from the venue at least once a second; one that is silent is closed. */
  inspect(connection: Connection, nowUs: number): void {
    if (connection.topics.size > 0) connection.send('{"channel":"heartbeat"}');
    else if (nowUs - connection.lastReceivedUs > IDLE_US_MAX) connection.end(1000, 'idle');
  }

  message(connection: Connection, text: string): void {
    const request = parseObject(text);
    const method = typeof request?.['method'] === 'string' ? request['method'] : '';
    const replies = new Replies(method, request?.['req_id'], this.dependencies.clock.epochUs());
    if (method === 'ping') {
      connection.send(replies.pong());
      return;
    }
    const wanted = readWanted(request?.['params']);
    if ((method !== 'subscribe' && method !== 'unsubscribe') || typeof wanted === 'string') {
      const error = typeof wanted === 'string' && method !== '' ? wanted : 'Unsupported method';
      connection.send(replies.refused(error));
      return;
    }
    for (const symbol of wanted.symbols) this.answer(connection, method, wanted, symbol, replies);
  }

  /** Every symbol of a request is answered by itself. */
  private answer(
    connection: Connection,
    method: 'subscribe' | 'unsubscribe',
    wanted: Wanted,
    symbol: string,
    replies: Replies,
  ): void {
    const book = this.pairs.bySymbol.get(symbol);
    const refusal =
      book === undefined
        ? `Currency pair not supported ${symbol}`
        : method === 'subscribe'
          ? this.refusal(connection, symbol, wanted)
          : this.refusalToLeave(connection, symbol, wanted);
    if (refusal !== null || book === undefined) {
      connection.send(replies.refused(refusal ?? '', symbol));
      return;
    }
    const first = method === 'subscribe' ? `"snapshot":${wanted.snapshot},` : '';
    connection.send(replies.done(`{"channel":"${wanted.channel}",${variantText(wanted)}${first}"symbol":${quoted(symbol)}}`));
    if (method === 'subscribe') this.join(connection, book, wanted);
  }

  private refusal(connection: Connection, symbol: string, { channel, variant }: Wanted): string | null {
    // A book is followed in one depth at a time.
    const variants = channel === 'book' ? DEPTHS.map(String) : [variant];
    const joined = variants.some((other) => {
      const stream = this.streams.find(keyOf(channel, other, symbol));
      return stream !== undefined && connection.topics.has(stream.topic);
    });
    if (!joined) return null;
    return channel === 'book' ? 'Already subscribed to one depth on this symbol' : 'Already subscribed';
  }

  private refusalToLeave(connection: Connection, symbol: string, { channel, variant }: Wanted): string | null {
    const stream = this.streams.find(keyOf(channel, variant, symbol));
    return stream !== undefined && connection.leave(stream.topic) ? null : 'Subscription Not Found';
  }

  private join(connection: Connection, book: SimulatedBook, wanted: Wanted): void {
    if (wanted.snapshot) connection.send(this.snapshot(book, wanted));
    this.stream(book, wanted).join(connection);
  }

  private snapshot(book: SimulatedBook, { channel, variant }: Wanted): string {
    switch (channel) {
      case 'book': {
        const depth = Number(variant);
        return bookFrame(book, 'snapshot', book.bids.levels().slice(0, depth), book.asks.levels().slice(0, depth), book.timeUs);
      }
      case 'trade': {
        const trades = this.dependencies.engine.trades(book).slice(-TRADES_OF_SNAPSHOT);
        return frame(
          'trade',
          'snapshot',
          trades.map((trade) => tradeRow(book, trade, trade.timeUs)),
        );
      }
      case 'ticker':
        return frame('ticker', 'snapshot', [tickerRow(book, this.days.of(book), book.timeUs)]);
      case 'ohlc':
        return frame('ohlc', 'snapshot', this.candleRows(book, Number(variant), CANDLES_OF_SNAPSHOT));
    }
  }

  /** The newest candles, the one under way last. */
  private candleRows(book: SimulatedBook, minutes: number, count: number): string[] {
    const { clock, engine } = this.dependencies;
    const nowUs = clock.epochUs();
    const klines = engine.klines(book, minutes * 60_000, nowUs - count * minutes * 60e6, nowUs);
    return klines.slice(-count).map((kline) => candleRow(book, kline, minutes));
  }

  private stream(book: SimulatedBook, { channel, variant }: Wanted): BookStream {
    const key = keyOf(channel, variant, book.instrument.symbol);
    const known = this.streams.find(key);
    if (known !== undefined) return known;
    switch (channel) {
      case 'book':
        return this.bookStream(key, book, Number(variant));
      case 'trade':
        return this.streams.open(key, book, ({ trade, timeUs }, emit) => {
          if (trade !== null) emit(frame('trade', 'update', [tradeRow(book, trade, timeUs)]));
        });
      case 'ticker':
        return this.tickerStream(key, book, variant === 'bbo');
      case 'ohlc': {
        const stream = this.streams.open(key, book, () => {});
        this.candles.push({ stream, minutes: Number(variant), told: '' });
        return stream;
      }
    }
  }

  private bookStream(key: string, book: SimulatedBook, depth: number): BookStream {
    const view = depth >= WHOLE_BOOK_DEPTH ? null : new DepthView(book, depth, true);
    return this.streams.open(
      key,
      book,
      (batch, emit) => {
        const { bids, asks } = view?.takeChanges() ?? batch;
        if (bids.length + asks.length > 0) emit(bookFrame(book, 'update', bids, asks, batch.timeUs));
      },
      view,
    );
  }

  /** With every trade, or with every change of the touch. */
  private tickerStream(key: string, book: SimulatedBook, byTouch: boolean): BookStream {
    const touchOf = (): string => {
      const [bid, ask] = [book.bids.best(), book.asks.best()];
      return `${bid?.priceUnits} ${bid?.qtyUnits} ${ask?.priceUnits} ${ask?.qtyUnits}`;
    };
    let touch = touchOf();
    return this.streams.open(key, book, ({ trade, timeUs }, emit) => {
      const now = byTouch ? touchOf() : touch;
      if (byTouch ? now === touch : trade === null) return;
      touch = now;
      emit(frame('ticker', 'update', [tickerRow(book, this.days.of(book), timeUs)]));
    });
  }
}

function keyOf(channel: string, variant: string, symbol: string): string {
  return `${channel}:${variant}:${symbol}`;
}

function variantText({ channel, variant }: Wanted): string {
  if (channel === 'book') return `"depth":${variant},`;
  if (channel === 'ohlc') return `"interval":${variant},`;
  return channel === 'ticker' ? `"event_trigger":"${variant}",` : '';
}

function readWanted(params: unknown): Wanted | string {
  if (typeof params !== 'object' || params === null) return 'Params missing';
  const {
    channel,
    symbol,
    depth = 10,
    interval = 1,
    event_trigger: trigger = 'trades',
    snapshot = true,
  } = params as Record<string, unknown>;
  if (PRIVATE_CHANNELS.includes(channel)) return 'Private data and trading are unavailable on this endpoint';
  const known = CHANNELS.find((name) => name === channel);
  if (known === undefined) return 'Channel name is not valid';
  const symbols = textList(symbol);
  if (symbols === null || symbols.length === 0) return 'Symbol(s) missing';
  const common = { channel: known, symbols, snapshot: snapshot !== false };
  switch (known) {
    case 'book':
      if (typeof depth !== 'number' || !DEPTHS.includes(depth)) return 'Subscription depth not supported';
      return { ...common, variant: String(depth) };
    case 'ohlc':
      if (typeof interval !== 'number' || !INTERVALS.includes(interval)) return 'Subscription ohlc interval not supported';
      return { ...common, variant: String(interval) };
    case 'ticker':
      if (trigger !== 'trades' && trigger !== 'bbo') return 'Event trigger not supported';
      return { ...common, variant: trigger };
    case 'trade':
      return { ...common, variant: '' };
  }
}
