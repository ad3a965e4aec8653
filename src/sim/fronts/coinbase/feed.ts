import { z } from 'zod';
import type { Customer } from '../../access/venue-access.js';
import type { BookBatch, SimulatedBook } from '../../market/book.js';
import { BookStreams, type Encoder } from '../book-streams.js';
import { type Connection, Topic } from '../connection.js';
import { type FrontDependencies, isoMicroseconds } from '../front.js';
import { parseObject, quoted } from '../json-text.js';
import type { SocketProtocol, VenueApp } from '../venue-app.js';
import { holdings } from './account-routes.js';
import { channelKind, needsKeys, readChannels, type WantedChannel } from './channels.js';
import type { Days } from './day.js';
import { id, l2update, match, snapshot, ticker } from './frames.js';
import type { Gate } from './gate.js';
import { currencyAccountId } from './ids.js';
import { UserChannel } from './user-channel.js';

const SUBSCRIBE_WITHIN_US = 5e6;
const MESSAGES_PER_SECOND = 100;

const LEVEL2_NEEDS_KEYS =
  'level2, level3, and full channels now require authentication. https://docs.cloud.coinbase.com/exchange/docs/websocket-auth';

const text = z.union([z.string(), z.number()]).transform(String).default('');
const SignedFields = z.object({ key: text, passphrase: text, timestamp: text, signature: text });

/** The WebSocket feed: public channels, and with keys the private ones on the same connection. */
export class Feed implements SocketProtocol {
  readonly user = new UserChannel();
  private readonly streams: BookStreams;
  private readonly books: readonly SimulatedBook[];
  private readonly byId: ReadonlyMap<string, SimulatedBook>;
  private readonly heartbeats = new Map<SimulatedBook, Topic>();
  private readonly tickerBatches = new Map<SimulatedBook, { readonly topic: Topic; lastTradeId: number }>();
  private seconds = 0;

  constructor(
    private readonly app: VenueApp,
    private readonly gate: Gate,
    private readonly days: Days,
    private readonly dependencies: FrontDependencies,
  ) {
    this.streams = new BookStreams(app);
    this.books = dependencies.market.booksOf('coinbase', 'spot');
    this.byId = new Map(this.books.map((book) => [id(book), book]));
    for (const book of this.books) {
      this.heartbeats.set(book, new Topic(`heartbeat:${id(book)}`));
      this.tickerBatches.set(book, { topic: new Topic(`ticker_batch:${id(book)}`), lastTradeId: 0 });
    }
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    this.streams.onBatch(book, batch);
  }

  message(connection: Connection, frame: string): void {
    if (connection.receivedThisSecond > MESSAGES_PER_SECOND) {
      fail(connection, 'rate limit exceeded', 'too many messages');
      return;
    }
    const request = parseObject(frame);
    const type = request?.['type'];
    if (request === null || (type !== 'subscribe' && type !== 'unsubscribe')) {
      fail(connection, request === null ? 'Malformed JSON' : `${String(type)} is not a valid type`);
      return;
    }
    const wanted = readChannels(request, (product) => this.byId.get(product));
    if (typeof wanted === 'string') {
      refuse(connection, wanted);
      return;
    }
    if (!this.authenticate(connection, request)) return;
    const locked = wanted.find(({ name }) => needsKeys(name));
    if (type === 'subscribe' && locked !== undefined && customerOf(connection) === null) {
      refuse(connection, locked.name === 'level2' ? LEVEL2_NEEDS_KEYS : `${locked.name} channel requires authentication`);
      return;
    }
    connection.state.set('subscribed', true);
    if (type === 'subscribe') this.subscribe(connection, wanted);
    else this.unsubscribe(connection, wanted);
  }

  closed(connection: Connection): void {
    this.user.forget(connection);
  }

  inspect(connection: Connection, nowUs: number): void {
    if (connection.state.get('subscribed') !== true && nowUs - connection.openedUs > SUBSCRIBE_WITHIN_US) {
      connection.end(1008, 'no subscribe within 5 seconds');
    }
  }

  /** Heartbeats, and every fifth second the slow tickers. */
  everySecond(): void {
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
      if (batch.topic.subscribers === 0 || batch.lastTradeId === book.lastTrade.id) continue;
      batch.lastTradeId = book.lastTrade.id;
      this.app.publish(batch.topic, this.tickerOf(book));
    }
  }

  /** Looks at the keys of a request that brings some. @returns false when they are not accepted; the connection is then over */
  private authenticate(connection: Connection, request: Record<string, unknown>): boolean {
    if (request['signature'] === undefined && request['key'] === undefined) return true;
    const fields = SignedFields.safeParse(request);
    const customer = fields.success ? this.gate.subscriber(fields.data) : 'invalid signature';
    if (typeof customer === 'string') {
      fail(connection, 'Authentication Failed', quoted({ message: customer }));
      return false;
    }
    connection.state.set('customer', customer);
    return true;
  }

  private subscribe(connection: Connection, wanted: readonly WantedChannel[]): void {
    const active = activeChannels(connection);
    for (const { name, books, accountIds } of wanted) {
      const followed = active.get(name) ?? new Set();
      active.set(name, followed);
      for (const book of books) followed.add(book);
      const customer = customerOf(connection);
      if (customer !== null && (name === 'user' || name === 'balance')) {
        connection.traffic = 'ws-private';
        const follower = this.user.follower(connection, customer);
        for (const book of books) follower.products.add(book);
        for (const { asset } of holdings(customer.account, this.books))
          if (accountIds.includes(currencyAccountId(customer.account, asset))) follower.assets.add(asset);
      } else for (const book of books) connection.join(this.topic(name, book));
    }
    this.acknowledge(connection);
    for (const { name, books } of wanted) for (const book of books) this.greet(connection, name, book);
  }

  /** Without products a channel is left altogether. */
  private unsubscribe(connection: Connection, wanted: readonly WantedChannel[]): void {
    const active = activeChannels(connection);
    const follower = this.user.find(connection);
    for (const { name, books } of wanted) {
      const followed = active.get(name);
      if (name === 'balance') follower?.assets.clear();
      for (const book of books.length === 0 ? [...(followed ?? [])] : books) {
        followed?.delete(book);
        if (name === 'user') follower?.products.delete(book);
        else connection.leave(this.topic(name, book));
      }
      if (followed?.size === 0) active.delete(name);
    }
    this.acknowledge(connection);
  }

  /** Everything that the connection follows by now. */
  private acknowledge(connection: Connection): void {
    const customer = customerOf(connection);
    const assets = [...(this.user.find(connection)?.assets ?? [])];
    const channels = [...activeChannels(connection)].map(([name, books]) => ({
      name,
      product_ids: [...books].map(id),
      account_ids:
        name === 'balance' && customer !== null ? assets.map((asset) => currencyAccountId(customer.account, asset)) : null,
    }));
    connection.send(quoted({ type: 'subscriptions', channels }));
  }

  private topic(channel: string, book: SimulatedBook): Topic {
    const kind = channelKind(channel);
    if (kind === 'heartbeat') return this.heartbeats.get(book) as Topic;
    if (kind === 'ticker_batch') return (this.tickerBatches.get(book) as { topic: Topic }).topic;
    return this.streams.open(`${kind}:${id(book)}`, book, this.encoder(kind, book)).topic;
  }

  /** What a new subscription begins with. */
  private greet(connection: Connection, channel: string, book: SimulatedBook): void {
    const kind = channelKind(channel);
    if (kind === 'level2_batch' || kind === 'level2') connection.send(snapshot(book), 'ws-public');
    if (kind === 'matches') connection.send(match(book, book.lastTrade, book.timeUs, 'last_match'), 'ws-public');
    if (kind === 'ticker') connection.send(this.tickerOf(book), 'ws-public');
  }

  private encoder(kind: string, book: SimulatedBook): Encoder {
    if (kind === 'level2_batch' || kind === 'level2') return (batch, emit) => emit(l2update(book, batch));
    return (batch, emit) => {
      if (batch.trade === null) return;
      if (kind === 'matches') emit(match(book, batch.trade, batch.timeUs, 'match'));
      else emit(ticker(book, batch.trade, batch.timeUs, this.days.of(book)));
    };
  }

  private tickerOf(book: SimulatedBook): string {
    return ticker(book, book.lastTrade, book.timeUs, this.days.of(book));
  }
}

/** An error that the connection survives. */
function refuse(connection: Connection, reason: string): void {
  connection.send(quoted({ type: 'error', message: 'Failed to subscribe', reason }));
}

/** An error that ends the connection. */
function fail(connection: Connection, message: string, reason?: string): void {
  connection.send(quoted({ type: 'error', message, ...(reason === undefined ? {} : { reason }) }));
  connection.end(1008, 'bad request');
}

function customerOf(connection: Connection): Customer | null {
  return (connection.state.get('customer') as Customer | undefined) ?? null;
}

function activeChannels(connection: Connection): Map<string, Set<SimulatedBook>> {
  const known = connection.state.get('channels') as Map<string, Set<SimulatedBook>> | undefined;
  if (known !== undefined) return known;
  const channels = new Map<string, Set<SimulatedBook>>();
  connection.state.set('channels', channels);
  return channels;
}
