import {
  DECODER_COINBASE_EXCHANGE,
  DECODER_COINBASE_FULL,
  DECODER_KRAKEN,
  DECODER_KRAKEN_L3,
} from '../../../assembly/memory/layout.js';
import { decimalsOf, plainDecimal, toUnits } from './decimal.js';
import { type Figure, visitFigures } from './figures.js';
import { type CaptureRecord, payloadBytes } from './format.js';
import { isObject, tryParse } from './json.js';
import { parseMexcPush } from './mexc-push.js';
import { type Numbering, number } from './numbering.js';
import { decoderOf, isSnapshotUrl, symbolOfUrl } from './origin.js';

const UNITS_MAX = 1n << 53n;
/** Units that the kernel takes in no case. */
const UNITS_END = 2n ** 63n;

/** Zeros at the end of the whole part of a decimal without a fraction. */
function trailingZeros(text: string): number {
  const point = text.indexOf('.');
  return /0*$/.exec(point < 0 ? text : text.slice(0, point))?.[0].length ?? 0;
}

/** What one symbol of a capture needs of a book that is to hold all of it. */
export class SymbolSurvey {
  priceDecimals = 0;
  qtyDecimals = 0;
  /** Messages that are a whole book of few levels, and levels of other book messages. */
  replacing = 0;
  changing = 0;
  /** Orders that the capture may put into the book. */
  orders = 0;
  readonly bidPrices = new Set<string>();
  readonly askPrices = new Set<string>();
  /** The quantity that asks for the longest mantissa at any one scale, and how long: its digits times 5 to the power of its tens. */
  private qtyWidest = '0';
  private qtyWidth = 0;

  constructor(readonly symbol: string) {}

  /** Levels a side may have at most. */
  get levels(): number {
    return Math.max(this.bidPrices.size, this.askPrices.size);
  }

  /** Whether a double does not hold all quantities for certain, at the scale that the smallest of them asks for. */
  get isWide(): boolean {
    let mantissa = toUnits(this.qtyWidest, this.qtyDecimals);
    if (mantissa >= UNITS_END) return true;
    let fives = 1n;
    for (; mantissa !== 0n && mantissa % 10n === 0n; mantissa /= 10n) fives *= 5n;
    return mantissa * fives > UNITS_MAX;
  }

  see({ side, replaces, holder, priceKey, qtyKey }: Figure): void {
    const price = plainDecimal(holder[priceKey]);
    const qty = plainDecimal(holder[qtyKey]);
    if (price !== undefined) {
      this.priceDecimals = Math.max(this.priceDecimals, decimalsOf(price));
      if (side === 'bid') this.bidPrices.add(price);
      else if (side === 'ask') this.askPrices.add(price);
    }
    if (qty !== undefined) {
      const decimals = decimalsOf(qty);
      this.qtyDecimals = Math.max(this.qtyDecimals, decimals);
      const width = Number(qty) * 2 ** (decimals > 0 ? decimals : -trailingZeros(qty));
      if (width > this.qtyWidth) {
        this.qtyWidth = width;
        this.qtyWidest = qty;
      }
    }
    if (side === 'none') return;
    if (replaces) this.replacing++;
    else this.changing++;
    this.orders++;
  }
}

/** What one interface of one venue needs. */
export interface FeedSurvey {
  readonly decoder: number;
  readonly symbols: Map<string, SymbolSurvey>;
  /** Names of its WebSocket connections. */
  readonly connections: Set<string>;
  /** Numbering of messages beyond single books: of a connection (Advanced Trade), of a product with all its orders (full). */
  readonly numbering: Map<string, Numbering>;
  /** Levels that the recorder subscribed to, 0 when it does not say. */
  depth: number;
}

/**
 * The first look at a capture: which venues, markets and symbols are in it, how many decimals their prices and quantities use and
 * how many levels, orders and bytes there are, so that books can be made that hold all of it exactly.
 */
export class CaptureSurvey {
  readonly feeds = new Map<number, FeedSurvey>();
  /** Most bytes, and most prices, in one message. */
  bytesMax = 0;
  figuresMax = 0;
  lines = 0;
  private readonly decoders = new Map<string, number>();

  /** @param file name of the capture, which tells the venue where nothing else does */
  constructor(private readonly file: string) {}

  /** Takes in one line. @param file name of the capture it is from, where several are surveyed as one */
  see(record: CaptureRecord, file: string = this.file): void {
    this.lines++;
    const { message, bytes } = parsePayload(record);
    this.bytesMax = Math.max(this.bytesMax, bytes);
    const decoder = this.classify(record, message, file);
    if (decoder < 0) return;
    const feed = this.feed(decoder);
    if (feed.depth === 0) feed.depth = depthOf(message);
    if (record.kind === 'ws') feed.connections.add(record.conn);
    if (record.dir === 'out') return;
    if (isObject(message)) number(feed, record.conn, message);
    const isHttp = record.kind === 'http';
    const symbol = isHttp && isSnapshotUrl(record.url) ? symbolOfUrl(record.url) : undefined;
    if (isHttp && symbol === undefined) return;
    let figures = 0;
    visitFigures(decoder, message, symbol, (figure) => {
      figures++;
      if (figure.symbol !== '') symbolOf(feed, figure.symbol).see(figure);
    });
    this.figuresMax = Math.max(this.figuresMax, figures);
  }

  /** DECODER_... of a line that was seen before; -1 when nothing tells. */
  decoderOf(record: CaptureRecord): number {
    return this.decoders.get(connectionKey(record)) ?? -1;
  }

  private classify(record: CaptureRecord, message: unknown, file: string): number {
    const key = connectionKey(record);
    const known = this.decoders.get(key);
    // Only the first message of a connection is asked, unless a later one shows that single orders are sent over it.
    if (known !== undefined && known !== DECODER_COINBASE_EXCHANGE && known !== DECODER_KRAKEN) return known;
    const decoder = decoderOf(file, record, message);
    if (known !== undefined && decoder !== DECODER_COINBASE_FULL && decoder !== DECODER_KRAKEN_L3) return known;
    this.decoders.set(key, decoder);
    return decoder;
  }

  private feed(decoder: number): FeedSurvey {
    let feed = this.feeds.get(decoder);
    if (feed === undefined) {
      feed = { decoder, symbols: new Map(), connections: new Set(), numbering: new Map(), depth: 0 };
      this.feeds.set(decoder, feed);
    }
    return feed;
  }
}

function symbolOf(feed: FeedSurvey, symbol: string): SymbolSurvey {
  let survey = feed.symbols.get(symbol);
  if (survey === undefined) {
    survey = new SymbolSurvey(symbol);
    feed.symbols.set(symbol, survey);
  }
  return survey;
}

/** Requests of different markets may share one connection name, so their URL counts. */
function connectionKey({ kind, conn, url }: CaptureRecord): string {
  return kind === 'ws' ? conn : `${conn} ${url ?? ''}`;
}

/** The payload as JSON or as MEXC's protobuf. */
export function parsePayload(record: CaptureRecord): { readonly message: unknown; readonly bytes: number } {
  if (record.raw !== undefined) return { message: tryParse(record.raw), bytes: Buffer.byteLength(record.raw) };
  const payload = payloadBytes(record);
  const push = parseMexcPush(payload);
  return {
    message: isObject(push) && push['channel'] !== undefined ? push : tryParse(payload.toString('utf8')),
    bytes: payload.length,
  };
}

/** Levels that a book channel carries, where a message tells: Kraken's subscriptions and v1 channels, Gate.io's obu streams. */
function depthOf(message: unknown): number {
  if (Array.isArray(message)) {
    const channel: unknown = message.at(-2);
    return typeof channel === 'string' ? Number(/^book-(\d+)$/.exec(channel)?.[1] ?? 0) : 0;
  }
  if (!isObject(message)) return 0;
  for (const key of ['subscription', 'params', 'result']) {
    const part = message[key];
    if (!isObject(part)) continue;
    if (typeof part['depth'] === 'number') return part['depth'];
    if (typeof part['s'] === 'string') return Number(/^ob\..+\.(\d+)$/.exec(part['s'])?.[1] ?? 0);
  }
  return 0;
}

/** Whether a feed of this decoder has books of single orders. */
export function hasOrders(decoder: number): boolean {
  return decoder === DECODER_COINBASE_FULL || decoder === DECODER_KRAKEN_L3;
}
