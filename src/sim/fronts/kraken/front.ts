import type { BookBatch, SimulatedBook, Trade } from '../market/book.js';
import { DepthView } from '../market/depth-view.js';
import type { Level } from '../market/ladder.js';
import { type BookStream, BookStreams } from './book-streams.js';
import type { Connection } from './connection.js';
import { crc32 } from './crc32.js';
import { fixedText, paddedText } from './decimal-text.js';
import { type Front, type FrontDependencies, isoMicroseconds, type VenueEndpoints } from './front.js';
import { parseObject, quoted, textList, wholeNumber } from './json-text.js';
import { assetId, assetPair, assetRow, pairId } from './kraken-metadata.js';
import { type SocketProtocol, VenueApp } from './venue-app.js';

const DEPTHS = [10, 25, 100, 500, 1000];
/** From this depth on a subscription carries everything that a simulated book has. */
const WHOLE_BOOK_DEPTH = 100;
const CHECKSUM_LEVELS = 10;

/** One subscription as a client asks for it. */
interface Wanted {
  readonly channel: 'book' | 'trade';
  readonly symbols: readonly string[];
  readonly depth: number;
  readonly snapshot: boolean;
}

/** Kraken: public REST, and the WebSocket v2 at /v2. */
export class KrakenFront implements Front, SocketProtocol {
  readonly app: VenueApp;
  private readonly streams: BookStreams;
  private readonly bySymbol: Map<string, SimulatedBook>;

  constructor(private readonly dependencies: FrontDependencies) {
    const { clock, market } = dependencies;
    this.app = new VenueApp(clock, failure('EGeneral:Internal error'), failure('EGeneral:Unknown method'));
    this.streams = new BookStreams(this.app);
    const books = market.booksOf('kraken', 'spot');
    this.bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
    this.serveRest(books);
    this.app.socket('/v2', this);
  }

  onBatch(book: SimulatedBook, batch: BookBatch): void {
    this.streams.onBatch(book, batch);
  }

  everySecond(): void {
    this.app.inspectConnections();
  }

  endpoints(authority: string): VenueEndpoints {
    return { rest: `http://${authority}`, wsPublic: `ws://${authority}/v2` };
  }

  opened(connection: Connection): void {
    connection.send(
      '{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2",' +
        `"connection_id":${12_000_000_000_000_000_000n + BigInt(connection.id)}}]}`,
    );
  }

  /** A connection with subscriptions hears from the venue at least once a second. */
  inspect(connection: Connection): void {
    if (connection.topics.size > 0) connection.send('{"channel":"heartbeat"}');
  }

  message(connection: Connection, text: string): void {
    const time = isoMicroseconds(this.dependencies.clock.epochUs());
    const times = `"time_in":"${time}","time_out":"${time}"`;
    const request = parseObject(text);
    const method = request?.['method'];
    const id = request?.['req_id'] === undefined ? '' : `"req_id":${quoted(request['req_id'])},`;
    if (method === 'ping') {
      connection.send(`{"method":"pong",${id}${times}}`);
      return;
    }
    const wanted = readWanted(request?.['params']);
    if ((method !== 'subscribe' && method !== 'unsubscribe') || typeof wanted === 'string') {
      const error = typeof wanted === 'string' && typeof method === 'string' ? wanted : 'Unsupported method';
      connection.send(`{"error":${quoted(error)},"method":${quoted(method ?? '')},${id}"success":false,${times}}`);
      return;
    }
    for (const symbol of wanted.symbols) {
      const refusal =
        method === 'subscribe' ? this.refusal(connection, symbol, wanted) : this.refusalToLeave(connection, symbol, wanted);
      const named = `"symbol":${quoted(symbol)}`;
      if (refusal !== null) {
        connection.send(`{"error":${quoted(refusal)},"method":"${method}",${id}"success":false,${named},${times}}`);
        continue;
      }
      const depth = wanted.channel === 'book' ? `"depth":${wanted.depth},` : '';
      const first = method === 'subscribe' ? `"snapshot":${wanted.snapshot},` : '';
      const result = `{"channel":"${wanted.channel}",${depth}${first}${named}}`;
      connection.send(`{"method":"${method}",${id}"result":${result},"success":true,${times}}`);
      const book = this.bySymbol.get(symbol) as SimulatedBook;
      if (method === 'subscribe') this.join(connection, book, wanted);
    }
  }

  private refusal(connection: Connection, symbol: string, { channel }: Wanted): string | null {
    const book = this.bySymbol.get(symbol);
    if (book === undefined) return `Currency pair not supported ${symbol}`;
    const joined = this.keys(channel, symbol).some((key) => this.isJoined(connection, key));
    if (!joined) return null;
    return channel === 'book' ? 'Already subscribed to one depth on this symbol' : 'Already subscribed';
  }

  private refusalToLeave(connection: Connection, symbol: string, { channel, depth }: Wanted): string | null {
    if (!this.bySymbol.has(symbol)) return `Currency pair not supported ${symbol}`;
    const stream = this.streams.find(channel === 'book' ? `book:${depth}:${symbol}` : `trade:${symbol}`);
    return stream !== undefined && connection.leave(stream.topic) ? null : 'Subscription Not Found';
  }

  private keys(channel: 'book' | 'trade', symbol: string): string[] {
    return channel === 'book' ? DEPTHS.map((depth) => `book:${depth}:${symbol}`) : [`trade:${symbol}`];
  }

  private isJoined(connection: Connection, key: string): boolean {
    const stream = this.streams.find(key);
    return stream !== undefined && connection.topics.has(stream.topic);
  }

  private join(connection: Connection, book: SimulatedBook, { channel, depth, snapshot }: Wanted): void {
    if (channel === 'trade') {
      if (snapshot) connection.send(tradeFrame(book, book.lastTrade, book.timeUs, 'snapshot'));
      this.tradeStream(book).join(connection);
      return;
    }
    if (snapshot) {
      const bids = book.bids.levels().slice(0, depth);
      connection.send(bookFrame(book, 'snapshot', bids, book.asks.levels().slice(0, depth), book.timeUs));
    }
    this.bookStream(book, depth).join(connection);
  }

  private tradeStream(book: SimulatedBook): BookStream {
    return this.streams.open(`trade:${book.instrument.symbol}`, book, ({ trade, timeUs }, emit) => {
      if (trade !== null) emit(tradeFrame(book, trade, timeUs, 'update'));
    });
  }

  private bookStream(book: SimulatedBook, depth: number): BookStream {
    const key = `book:${depth}:${book.instrument.symbol}`;
    const known = this.streams.find(key);
    if (known !== undefined) return known;
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

  private serveRest(books: readonly SimulatedBook[]): void {
    const { clock } = this.dependencies;
    const byPair = new Map(books.map((book) => [pairId(book.instrument), book]));
    const rows = new Map(
      books.map(({ instrument }) => [pairId(instrument), `${quoted(pairId(instrument))}:${quoted(assetPair(instrument))}`]),
    );
    const bases = [...new Set(['USDT', ...books.map((book) => book.instrument.base)])];
    const assets = success(quoted(Object.fromEntries(bases.map((base) => [assetId(base), assetRow(base)]))));
    this.app.get('/0/public/Assets', () => assets);
    this.app.get('/0/public/AssetPairs', ({ query }) => {
      const pairs = query.get('pair')?.split(',') ?? [...rows.keys()];
      if (pairs.some((pair) => !rows.has(pair))) return failure('EQuery:Unknown asset pair');
      return success(`{${pairs.map((pair) => rows.get(pair)).join(',')}}`);
    });
    this.app.get('/0/public/Time', () => {
      const date = new Date(clock.epochUs() / 1000);
      return success(quoted({ unixtime: Math.floor(date.getTime() / 1000), rfc1123: date.toUTCString() }));
    });
    this.app.get('/0/public/SystemStatus', () =>
      success(quoted({ status: 'online', timestamp: new Date(clock.epochUs() / 1000).toISOString() })),
    );
    this.app.get('/0/public/Depth', ({ query }) => {
      const pair = query.get('pair') ?? '';
      const book = byPair.get(pair);
      const count = wholeNumber(query.get('count'), 100, 1, 500);
      if (book === undefined) return failure('EQuery:Unknown asset pair');
      if (count === null) return failure('EGeneral:Invalid arguments:count');
      const rowsOf = (levels: readonly Level[]): string =>
        levels
          .slice(0, count)
          .map((level) => depthRow(book, level))
          .join(',');
      return success(`{"${pair}":{"asks":[${rowsOf(book.asks.levels())}],"bids":[${rowsOf(book.bids.levels())}]}}`);
    });
  }
}

/** Kraken reports every failure with HTTP 200. */
function failure(error: string): { body: string } {
  return { body: quoted({ error: [error] }) };
}

function success(result: string): { body: string } {
  return { body: `{"error":[],"result":${result}}` };
}

function readWanted(params: unknown): Wanted | string {
  if (typeof params !== 'object' || params === null) return 'Params missing';
  const { channel, symbol, depth = 10, snapshot = true } = params as Record<string, unknown>;
  if (channel !== 'book' && channel !== 'trade') return 'Channel name is not valid';
  const symbols = textList(symbol);
  if (symbols === null || symbols.length === 0) return 'Symbol(s) missing';
  if (typeof depth !== 'number' || !DEPTHS.includes(depth)) return 'Subscription depth not supported';
  return { channel, symbols, depth, snapshot: snapshot !== false };
}

/** Numbers go out as literals with all their decimals; the checksum depends on them. */
function levelText(book: SimulatedBook, { priceUnits, qtyUnits }: Level): string {
  const { priceDecimals, qtyDecimals } = book.instrument;
  return `{"price":${fixedText(priceUnits, priceDecimals)},"qty":${fixedText(qtyUnits, qtyDecimals)}}`;
}

function bookFrame(
  book: SimulatedBook,
  type: 'snapshot' | 'update',
  bids: readonly Level[],
  asks: readonly Level[],
  timeUs: number,
): string {
  const side = (levels: readonly Level[]): string => levels.map((level) => levelText(book, level)).join(',');
  return (
    `{"channel":"book","type":"${type}","data":[{"symbol":"${book.instrument.symbol}","bids":[${side(bids)}],"asks":[${side(asks)}],` +
    `"checksum":${checksum(book)},"timestamp":"${isoMicroseconds(timeUs)}"}]}`
  );
}

/** CRC-32 over the ten best asks and bids: each number's digits without point and leading zeros, which are its units. */
function checksum(book: SimulatedBook): number {
  let digits = '';
  for (const side of [book.asks, book.bids]) {
    for (const { priceUnits, qtyUnits } of side.levels().slice(0, CHECKSUM_LEVELS)) digits += `${priceUnits}${qtyUnits}`;
  }
  return crc32(digits);
}

function tradeFrame(book: SimulatedBook, trade: Trade, timeUs: number, type: 'snapshot' | 'update'): string {
  const { symbol, priceDecimals, qtyDecimals } = book.instrument;
  return (
    `{"channel":"trade","type":"${type}","data":[{"symbol":"${symbol}","side":"${trade.buyerIsTaker ? 'buy' : 'sell'}",` +
    `"price":${fixedText(trade.priceUnits, priceDecimals)},"qty":${fixedText(trade.qtyUnits, qtyDecimals)},"ord_type":"limit",` +
    `"trade_id":${trade.id},"timestamp":"${isoMicroseconds(timeUs)}"}]}`
  );
}

/** REST pads prices to five decimals at least and cuts volumes to three, so its rows cannot be joined with the stream. */
function depthRow(book: SimulatedBook, { priceUnits, qtyUnits }: Level): string {
  const { priceDecimals, qtyDecimals } = book.instrument;
  const price = paddedText(priceUnits, priceDecimals, Math.max(5, priceDecimals));
  const volume = (qtyUnits / 10 ** qtyDecimals).toFixed(3);
  return `["${price}","${volume}",${Math.floor(book.timeUs / 1e6)}]`;
}
