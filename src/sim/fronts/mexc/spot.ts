import type { BookBatch, SimulatedBook } from '../../market/book.js';
import type { EngineAccount, EngineEvent } from '../../matching/types.js';
import { type BookStream, BookStreams, type Encoder } from '../book-streams.js';
import { type Connection, Topic } from '../connection.js';
import type { FrontDependencies } from '../front.js';
import { parseObject, quoted, textList } from '../json-text.js';
import type { SocketProtocol, VenueApp } from '../venue-app.js';
import { currentKline, NAMED_INTERVAL_MS } from './klines.js';
import { ListenKeys } from './listen-keys.js';
import { aggregatedBookTicker, aggregatedDeals, aggregatedDepth, klinePush, limitDepth } from './spot-frames.js';
import { SpotPrivate } from './spot-private.js';
import { accountPush, dealPush, orderPush, PRIVATE_CHANNELS } from './spot-private-frames.js';
import { serveSpotPublic } from './spot-public.js';

const SUBSCRIPTIONS_MAX = 30;
const MESSAGES_PER_SECOND_MAX = 100;
const EMPTY_US_MAX = 30e6;
const SILENT_US_MAX = 60e6;
const LIFETIME_US = 86_400e6;
const CONNECTIONS_PER_KEY_MAX = 5;
/** Frames a second on an aggregated depth channel, however quiet the book. */
const DEPTH_FRAMES_PER_SECOND = 10;
const AGGREGATED = /^spot@public\.aggre\.(depth|deals|bookTicker)\.v3\.api\.pb@(?:100|10)ms@(.+)$/;
const KLINES = /^spot@public\.kline\.v3\.api\.pb@(.+)@(\w+)$/;
const LIMITED = /^spot@public\.limit\.depth\.v3\.api\.pb@(.+)@(5|10|20)$/;

/** Klines of one book and interval that somebody has asked for. */
interface KlineStream {
  readonly topic: Topic;
  readonly book: SimulatedBook;
  readonly interval: string;
}

/**
 * MEXC spot: REST under /api/v3, and the WebSocket at /ws with JSON requests and protobuf pushes. A listen key in the URL opens the
 * private channels on the same connection.
 */
export class MexcSpot implements SocketProtocol {
  readonly streams: BookStreams;
  private readonly bySymbol: Map<string, SimulatedBook>;
  private readonly listenKeys: ListenKeys;
  private readonly klines = new Map<string, KlineStream>();
  /** Private channels by account and name. */
  private readonly privates = new Map<string, Topic>();
  /** Frames of the aggregated depth channels at the last look. */
  private readonly depths = new Map<BookStream, number>();
  private readonly keyUsers = new Map<string, number>();

  constructor(
    private readonly app: VenueApp,
    private readonly dependencies: FrontDependencies,
  ) {
    this.streams = new BookStreams(app);
    const books = dependencies.market.booksOf('mexc', 'spot');
    this.bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
    this.listenKeys = new ListenKeys(dependencies.clock);
    serveSpotPublic(app, dependencies, this.bySymbol);
    new SpotPrivate(app, dependencies, this.bySymbol, this.listenKeys);
    app.socket('/ws', this);
  }

  /** A dead listen key is told in plain text. */
  opened(connection: Connection): void {
    const key = connection.query.get('listenKey');
    if (key === null) return;
    const users = this.keyUsers.get(key) ?? 0;
    if (this.listenKeys.accountOf(key) === undefined || users >= CONNECTIONS_PER_KEY_MAX) {
      connection.send('Invalid listen key');
      connection.end(1000, 'Invalid listen key');
      return;
    }
    connection.traffic = 'ws-private';
    connection.state.set('listenKey', key);
    this.keyUsers.set(key, users + 1);
  }

  closed(connection: Connection): void {
    const key = connection.state.get('listenKey') as string | undefined;
    if (key === undefined) return;
    const users = (this.keyUsers.get(key) ?? 1) - 1;
    if (users > 0) this.keyUsers.set(key, users);
    else this.keyUsers.delete(key);
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
        for (const name of params)
          for (const topic of [...connection.topics]) if (nameOf(topic) === name) connection.leave(topic);
        reply(params.join(','));
        return;
      default:
        reply('msg format invalid');
    }
  }

  /** A connection without a subscription, or one that neither gets nor sends anything, is closed. */
  inspect(connection: Connection, nowUs: number): void {
    const key = connection.state.get('listenKey') as string | undefined;
    if (key !== undefined && !this.listenKeys.isAlive(key)) {
      connection.send('Invalid listen key');
      connection.end(1000, 'Invalid listen key');
      return;
    }
    if (nowUs - connection.openedUs > LIFETIME_US) {
      connection.end(1000, '');
      return;
    }
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

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    this.streams.onBatch(book, batch);
  }

  /** Tells an account's connections what happened to it. */
  onEvent(event: EngineEvent): void {
    if (event.kind === 'balance') {
      if (event.wallet === 'spot') this.tell(event.account, PRIVATE_CHANNELS.account, () => accountPush(event));
      return;
    }
    if (event.kind === 'position' || event.kind === 'funding' || event.order.book.instrument.market !== 'spot') return;
    const { account, order, timeUs } = event;
    const fill = event.kind === 'fill' ? event.fill : null;
    if (fill !== null) this.tell(account, PRIVATE_CHANNELS.deals, () => dealPush(order, fill));
    this.tell(account, PRIVATE_CHANNELS.orders, () => orderPush(order, fill, timeUs));
  }

  /** Klines, and frames without a change for books that are quiet: clients wait for a number of frames before they begin. */
  everySecond(): void {
    const { engine, clock } = this.dependencies;
    const nowUs = clock.epochUs();
    for (const [name, { topic, book, interval }] of this.klines) {
      if (topic.subscribers === 0) continue;
      const intervalMs = NAMED_INTERVAL_MS[interval] ?? 0;
      const kline = currentKline(engine, book, intervalMs, nowUs);
      if (kline !== undefined) this.app.publish(topic, klinePush(name, book, interval, intervalMs, kline, nowUs));
    }
    for (const [{ key, topic, book }, before] of this.depths) {
      const { lastId } = book;
      const missing = topic.subscribers === 0 ? 0 : DEPTH_FRAMES_PER_SECOND - (topic.published - before);
      const nothing = { firstId: lastId, lastId, timeUs: nowUs, bids: [], asks: [] };
      for (let left = missing; left > 0; left--) this.app.publish(topic, aggregatedDepth(key, book, nothing));
    }
    for (const stream of this.depths.keys()) this.depths.set(stream, stream.topic.published);
  }

  private tell(account: EngineAccount, channel: string, frame: () => Uint8Array): void {
    const topic = this.privates.get(`${account.id}:${channel}`);
    if (topic === undefined || topic.subscribers === 0) return;
    const bytes = frame();
    topic.published++;
    for (const connection of topic.connections) connection.send(bytes, 'ws-private');
  }

  private subscribe(connection: Connection, names: readonly string[], reply: (msg: string) => void): void {
    const accepted: string[] = [];
    const refused: string[] = [];
    for (const name of names) {
      const target = this.stream(name) ?? this.kline(name) ?? this.privateTopic(connection, name);
      const topic = target instanceof Topic || target === null ? target : target.topic;
      const room = connection.topics.size < SUBSCRIPTIONS_MAX || (topic !== null && connection.topics.has(topic));
      if (target === null || topic === null || !room) {
        refused.push(name);
        continue;
      }
      if (target instanceof Topic) connection.join(target);
      else target.join(connection);
      accepted.push(name);
    }
    if (accepted.length > 0) reply(accepted.join(','));
    // The venue's own words, with code 0, a full-width colon and a space at the end.
    if (refused.length > 0 || names.length === 0)
      reply(`Not Subscribed successfully! [${refused.join(',')}].  Reason： Blocked! `);
  }

  private privateTopic(connection: Connection, name: string): Topic | null {
    const account = this.listenKeys.accountOf((connection.state.get('listenKey') as string | undefined) ?? '');
    if (account === undefined || !Object.values<string>(PRIVATE_CHANNELS).includes(name)) return null;
    const key = `${account.id}:${name}`;
    const topic = this.privates.get(key) ?? new Topic(key);
    this.privates.set(key, topic);
    return topic;
  }

  private kline(name: string): Topic | null {
    const known = this.klines.get(name);
    if (known !== undefined) return known.topic;
    const [, symbol = '', interval = ''] = KLINES.exec(name) ?? [];
    const book = this.bySymbol.get(symbol);
    if (book === undefined || NAMED_INTERVAL_MS[interval] === undefined) return null;
    const topic = new Topic(name);
    this.klines.set(name, { topic, book, interval });
    return topic;
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
    const stream = this.streams.open(name, book, encode);
    if (aggregated?.[1] === 'depth') this.depths.set(stream, 0);
    return stream;
  }
}

/** The channel that a topic stands for; those of accounts have the account in front. */
function nameOf({ name }: Topic): string {
  return name.replace(/^\d+:/, '');
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
