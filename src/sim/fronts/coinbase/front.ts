import type { BookBatch, SimulatedBook } from '../market/book.js';
import { BookStreams, type Encoder } from './book-streams.js';
import { id, l2update, match, productBook, snapshot, ticker } from './coinbase-frames.js';
import { currency, product } from './coinbase-metadata.js';
import { type Connection, Topic } from './connection.js';
import { epochMs, type Front, type FrontDependencies, isoMicroseconds, type VenueEndpoints } from './front.js';
import { parseObject, quoted, textList } from './json-text.js';
import { type RestAnswer, type SocketProtocol, VenueApp } from './venue-app.js';

const SUBSCRIBE_WITHIN_US = 5e6;
const PUBLIC_CHANNELS = ['level2_batch', 'level2_50', 'ticker', 'ticker_batch', 'ticker_1000', 'matches', 'heartbeat'];
const PRIVATE_CHANNELS = ['level2', 'level3', 'full', 'user', 'balance', 'rfq_matches'];

/** Coinbase Exchange: REST, and the public channels of the WebSocket feed at the root path. */
export class CoinbaseFront implements Front, SocketProtocol {
  readonly app: VenueApp;
  private readonly streams: BookStreams;
  private readonly byId: Map<string, SimulatedBook>;
  private readonly heartbeats = new Map<SimulatedBook, Topic>();
  private readonly tickerBatches = new Map<SimulatedBook, { readonly topic: Topic; lastTradeId: number }>();
  private seconds = 0;

  constructor(private readonly dependencies: FrontDependencies) {
    const { clock, market } = dependencies;
    this.app = new VenueApp(
      clock,
      refusal('500 Internal Server Error', 'Internal server error'),
      refusal('404 Not Found', 'NotFound'),
    );
    this.streams = new BookStreams(this.app);
    const books = market.booksOf('coinbase', 'spot');
    this.byId = new Map(books.map((book) => [book.instrument.symbol, book]));
    for (const book of books) {
      this.heartbeats.set(book, new Topic(`heartbeat:${book.instrument.symbol}`));
      this.tickerBatches.set(book, { topic: new Topic(`ticker_batch:${book.instrument.symbol}`), lastTradeId: 0 });
    }
    this.serveRest(books);
    this.app.socket('/', this);
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    this.streams.onBatch(book, batch);
  }

  message(connection: Connection, text: string): void {
    const request = parseObject(text);
    const type = request?.['type'];
    if (request === null || (type !== 'subscribe' && type !== 'unsubscribe')) {
      connection.send(
        quoted({ type: 'error', message: request === null ? 'Malformed JSON' : `${String(type)} is not a valid type` }),
      );
      connection.end(1008, 'bad request');
      return;
    }
    const wanted = this.readChannels(request);
    if (typeof wanted === 'string') {
      connection.send(quoted({ type: 'error', message: 'Failed to subscribe', reason: wanted }));
      return;
    }
    connection.state.set('subscribed', true);
    const active = activeChannels(connection);
    for (const { channel, books } of wanted) {
      const dropped = type === 'unsubscribe' && books.length === 0 ? [...(active.get(channel) ?? [])] : books;
      for (const book of dropped) {
        if (type === 'subscribe') this.join(connection, channel, book);
        else this.leave(connection, channel, book);
      }
    }
    const channels = [...active].map(([name, books]) => ({ name, product_ids: [...books].map(id), account_ids: null }));
    connection.send(quoted({ type: 'subscriptions', channels }));
    if (type === 'unsubscribe') return;
    for (const { channel, books } of wanted) for (const book of books) this.greet(connection, channel, book);
  }

  inspect(connection: Connection, nowUs: number): void {
    if (connection.state.get('subscribed') !== true && nowUs - connection.openedUs > SUBSCRIBE_WITHIN_US) {
      connection.end(1008, 'no subscribe within 5 seconds');
    }
  }

  everySecond(): void {
    this.app.inspectConnections();
    this.beat();
  }

  endpoints(authority: string): VenueEndpoints {
    return { rest: `http://${authority}`, wsPublic: `ws://${authority}` };
  }

  private serveRest(books: readonly SimulatedBook[]): void {
    const { clock } = this.dependencies;
    const products = new Map(books.map((book) => [id(book), quoted(product(book.instrument))]));
    const all = `[${[...products.values()].join(',')}]`;
    const currencies = quoted([...new Set(['USDT', ...books.map((book) => book.instrument.base)])].map(currency));
    this.app.get('/products', () => ({ body: all }));
    this.app.get('/currencies', () => ({ body: currencies }));
    this.app.get('/products/:id', ({ parameter }) => {
      const body = products.get(parameter);
      return body === undefined ? refusal('404 Not Found', 'NotFound') : { body };
    });
    this.app.get('/time', () => {
      const ms = epochMs(clock);
      return { body: quoted({ iso: new Date(ms).toISOString(), epoch: ms / 1000 }) };
    });
    this.app.get('/products/:id/book', ({ parameter, query }) => {
      const book = this.byId.get(parameter);
      if (book === undefined) return refusal('404 Not Found', 'NotFound');
      const level = query.get('level') ?? '1';
      if (level !== '1' && level !== '2') return refusal('400 Bad Request', 'Invalid level');
      return { body: productBook(book, level === '1' ? 1 : Number.MAX_SAFE_INTEGER, clock.epochUs()) };
    });
  }

  /** The channels of a request with their products, or the reason why it cannot be done. */
  private readChannels(request: Record<string, unknown>): { channel: string; books: SimulatedBook[] }[] | string {
    const common = textList(request['product_ids'] ?? []);
    const channels = request['channels'];
    if (common === null || !Array.isArray(channels) || channels.length === 0) return 'channels and product_ids must be lists';
    const wanted: { channel: string; books: SimulatedBook[] }[] = [];
    for (const entry of channels as unknown[]) {
      const { name, product_ids: own } =
        typeof entry === 'string' ? { name: entry, product_ids: [] } : { ...(entry as Record<string, unknown>) };
      const products = textList(own ?? []);
      if (typeof name !== 'string' || products === null) return 'channels and product_ids must be lists';
      if (PRIVATE_CHANNELS.includes(name) && request['type'] === 'subscribe') {
        return 'level2, level3, and full channels now require authentication. https://docs.cloud.coinbase.com/exchange/docs/websocket-auth';
      }
      if (![...PUBLIC_CHANNELS, ...PRIVATE_CHANNELS].includes(name)) return `${name} is not a valid channel`;
      const books: SimulatedBook[] = [];
      for (const product of new Set([...common, ...products])) {
        const book = this.byId.get(product);
        if (book === undefined) return `${product} is not a valid product`;
        books.push(book);
      }
      if (books.length === 0 && request['type'] === 'subscribe') return 'no products were given';
      wanted.push({ channel: name, books });
    }
    return wanted;
  }

  private join(connection: Connection, channel: string, book: SimulatedBook): void {
    const active = activeChannels(connection);
    if (!active.has(channel)) active.set(channel, new Set());
    active.get(channel)?.add(book);
    connection.join(this.topic(channel, book));
  }

  private leave(connection: Connection, channel: string, book: SimulatedBook): void {
    const active = activeChannels(connection);
    active.get(channel)?.delete(book);
    if (active.get(channel)?.size === 0) active.delete(channel);
    connection.leave(this.topic(channel, book));
  }

  private topic(channel: string, book: SimulatedBook): Topic {
    const name = kind(channel);
    if (name === 'heartbeat') return this.heartbeats.get(book) as Topic;
    if (name === 'ticker_batch') return (this.tickerBatches.get(book) as { topic: Topic }).topic;
    return this.streams.open(`${name}:${id(book)}`, book, encoder(name, book)).topic;
  }

  /** What a new subscription begins with. */
  private greet(connection: Connection, channel: string, book: SimulatedBook): void {
    const name = kind(channel);
    if (name === 'level2_batch') connection.send(snapshot(book));
    if (name === 'matches') connection.send(match(book, book.lastTrade, book.timeUs, 'last_match'));
    if (name === 'ticker') connection.send(ticker(book, book.lastTrade, book.timeUs));
  }

  private beat(): void {
    const time = isoMicroseconds(this.dependencies.clock.epochUs());
    for (const [book, topic] of this.heartbeats) {
      if (topic.subscribers === 0) continue;
      this.app.publish(
        topic,
        `{"type":"heartbeat","sequence":${book.lastId},"last_trade_id":${book.lastTrade.id},"product_id":"${id(book)}","time":"${time}"}`,
      );
    }
    if (++this.seconds % 5 !== 0) return;
    for (const [book, batch] of this.tickerBatches) {
      if (batch.lastTradeId === book.lastTrade.id) continue;
      batch.lastTradeId = book.lastTrade.id;
      this.app.publish(batch.topic, ticker(book, book.lastTrade, book.timeUs));
    }
  }
}

function refusal(status: string, message: string): RestAnswer {
  return { status, body: quoted({ message }) };
}

function activeChannels(connection: Connection): Map<string, Set<SimulatedBook>> {
  const known = connection.state.get('channels') as Map<string, Set<SimulatedBook>> | undefined;
  if (known !== undefined) return known;
  const channels = new Map<string, Set<SimulatedBook>>();
  connection.state.set('channels', channels);
  return channels;
}

/** Resolves the second names that some channels have. */
function kind(channel: string): string {
  if (channel === 'level2_50') return 'level2_batch';
  return channel === 'ticker_1000' ? 'ticker_batch' : channel;
}

function encoder(channel: string, book: SimulatedBook): Encoder {
  if (channel === 'level2_batch') return (batch, emit) => emit(l2update(book, batch));
  return (batch, emit) => {
    if (batch.trade === null) return;
    emit(channel === 'matches' ? match(book, batch.trade, batch.timeUs, 'match') : ticker(book, batch.trade, batch.timeUs));
  };
}
