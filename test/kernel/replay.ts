import { createHash, type Hash } from 'node:crypto';
import {
  BOOK_ASK_PRICE,
  BOOK_ASK_QTY,
  BOOK_BID_PRICE,
  BOOK_BID_QTY,
  BOOK_PHASE,
  BOOK_SEQUENCE,
  PHASE_WAITING,
  STATUS_APPLIED,
  STATUS_BUFFER,
  STATUS_CROSSED,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { type CaptureLine, payloadOf, readCapture } from '../property/captured.js';
import { decimalsOf, unitsToText } from '../twin/decimal.js';
import { decodeFrame, decodeSnapshot } from '../twin/decoders/index.js';
import { MalformedFrame, type Message } from '../twin/message.js';
import { type TestBook, TestFeed } from './test-feed.js';

/** What a session ended with, in the form of the captures' expected files. */
export interface ReplayedBook {
  readonly lastSequence: number;
  readonly bidLevels: number;
  readonly askLevels: number;
  readonly bestBid: readonly [string, string];
  readonly bestAsk: readonly [string, string];
  readonly topDigest: { readonly lines: number; readonly hex: string };
}

interface Lane {
  readonly book: TestBook;
  readonly hash: Hash;
  readonly buffered: Buffer[];
  lines: number;
}

/** Plays a recorded session through the kernel: deltas are kept until the snapshot of their book is there, then replayed. */
export class Replay {
  readonly feed: TestFeed;
  /** Statuses of all frames, counted. */
  readonly statuses = new Map<number, number>();
  private readonly lanes: Map<string, Lane>;

  constructor(
    decoder: number,
    private readonly capture: string,
    symbols: readonly string[],
  ) {
    const lines = readCapture(capture).filter((line) => line.dir === 'in');
    const scales = scalesOf(decoder, lines);
    const books = symbols.map(
      (symbol): TestBook => ({ symbol, ...(scales.get(symbol) ?? { priceScale: 8, qtyScale: 8 }), capacity: 32768 }),
    );
    this.feed = new TestFeed(decoder, books, { inputBytes: 1 << 23, levelsMax: 32768 });
    this.lanes = new Map(books.map((book) => [book.symbol, { book, hash: createHash('sha256'), buffered: [], lines: 0 }]));
    for (const line of lines) this.play(line);
  }

  /** Final state of a symbol's book. */
  result(symbol: string): ReplayedBook {
    const lane = this.lane(symbol);
    const { bids, asks, sequence } = this.feed.copy(symbol);
    const texts = (level: readonly [number, number] | undefined): [string, string] => [
      unitsToText(level?.[0] ?? 0, lane.book.priceScale),
      unitsToText(level?.[1] ?? 0, lane.book.qtyScale),
    ];
    return {
      lastSequence: sequence,
      bidLevels: bids.length,
      askLevels: asks.length,
      bestBid: texts(bids[0]),
      bestAsk: texts(asks[0]),
      topDigest: { lines: lane.lines, hex: lane.hash.copy().digest('hex') },
    };
  }

  private play(line: CaptureLine): void {
    const symbol = symbolOf(line);
    if (line.kind === 'ws') this.frame(payloadOf(line));
    else if (symbol !== undefined && this.lanes.has(symbol)) this.rest(symbol, payloadOf(line));
  }

  private frame(bytes: Buffer): void {
    const status = this.feed.frame(bytes);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    for (const result of this.feed.results()) {
      const lane = this.lane(result.symbol);
      if (result.status === STATUS_BUFFER) lane.buffered.push(bytes);
      else if (result.status === STATUS_APPLIED || result.status === STATUS_SNAPSHOT || result.status === STATUS_CROSSED)
        this.note(lane);
    }
  }

  private rest(symbol: string, body: Buffer): void {
    const lane = this.lane(symbol);
    const { kernel } = this.feed;
    if (kernel.int32At(this.feed.address(symbol) + BOOK_PHASE) !== PHASE_WAITING) return;
    if (this.feed.snapshot(symbol, body) === STATUS_SNAPSHOT) this.note(lane);
    for (const bytes of lane.buffered.splice(0)) this.frame(bytes);
  }

  private note(lane: Lane): void {
    const address = this.feed.address(lane.book.symbol);
    lane.hash.update(`${this.feed.kernel.float64At(address + BOOK_SEQUENCE)}|${touchOf(this.feed.kernel, address, lane.book)}\n`);
    lane.lines++;
  }

  private lane(symbol: string): Lane {
    const lane = this.lanes.get(symbol);
    if (lane === undefined) throw new RangeError(`${this.capture}: no book ${symbol}`);
    return lane;
  }
}

function touchOf(kernel: Kernel, address: number, book: TestBook): string {
  const side = (price: number, qty: number): string =>
    price === 0 ? '-|-' : `${unitsToText(price, book.priceScale)}|${unitsToText(qty, book.qtyScale)}`;
  const bid = side(kernel.float64At(address + BOOK_BID_PRICE), kernel.float64At(address + BOOK_BID_QTY));
  return `${bid}|${side(kernel.float64At(address + BOOK_ASK_PRICE), kernel.float64At(address + BOOK_ASK_QTY))}`;
}

/** Symbol of a REST snapshot's URL. */
function symbolOf(line: CaptureLine): string | undefined {
  if (line.kind !== 'http' || line.url === null) return undefined;
  const query = new URL(line.url).searchParams;
  return query.get('currency_pair') ?? query.get('contract') ?? undefined;
}

/** The most decimals that any level of a symbol needs. */
function scalesOf(decoder: number, lines: readonly CaptureLine[]): Map<string, { priceScale: number; qtyScale: number }> {
  const scales = new Map<string, { priceScale: number; qtyScale: number }>();
  for (const message of lines.flatMap((line) => messagesOf(decoder, line))) {
    const scale = scales.get(message.symbol) ?? { priceScale: 0, qtyScale: 0 };
    const levels = message.kind === 'book' ? [...message.bids, ...message.asks] : message.kind === 'trades' ? message.trades : [];
    for (const { price, qty } of levels) {
      scale.priceScale = Math.max(scale.priceScale, decimalsOf(price));
      scale.qtyScale = Math.max(scale.qtyScale, decimalsOf(qty));
    }
    scales.set(message.symbol, scale);
  }
  return scales;
}

function messagesOf(decoder: number, line: CaptureLine): readonly Message[] {
  try {
    const symbol = symbolOf(line);
    if (symbol !== undefined) return [decodeSnapshot(decoder, symbol, payloadOf(line))];
    const decoded = line.kind === 'ws' ? decodeFrame(decoder, payloadOf(line)) : 'unknown';
    return decoded === 'unknown' ? [] : decoded;
  } catch (error) {
    if (error instanceof MalformedFrame) return [];
    throw error;
  }
}
