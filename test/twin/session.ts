import {
  BOOK_RULE_REPLACE,
  PHASE_FIRST,
  PHASE_RUNNING,
  STATE_GAP,
  STATE_MALFORMED,
  STATE_PRECISION,
  STATUS_APPLIED,
  STATUS_BUFFER,
  STATUS_EVENT,
  STATUS_GAP,
  STATUS_MALFORMED,
  STATUS_OTHER_CHANNEL,
  STATUS_PRECISION,
  STATUS_SNAPSHOT,
  STATUS_STALE,
  STATUS_UNKNOWN,
  STATUS_UNKNOWN_SYMBOL,
} from '../../assembly/memory/layout.js';
import { TwinBook, type TwinBookSpec } from './book.js';
import { parseUnits } from './decimal.js';
import { decodeFrame, decodeSnapshot } from './decoders/index.js';
import type { TwinLevel } from './ladder.js';
import {
  type BookMessage,
  MalformedFrame,
  type MarkMessage,
  type Message,
  type TickerMessage,
  type TradesMessage,
} from './message.js';
import { followOrders } from './orders-session.js';
import { followRule } from './sync-rule.js';

/** What became of one message of a frame: which book (none for frames without one) and STATUS_.... */
export interface TwinResult {
  readonly symbol: string | undefined;
  readonly status: number;
}

/** One feed as the referee follows it: frames in, books and answers out, by the same statuses as the kernel's. */
export class TwinSession {
  private readonly books = new Map<string, TwinBook>();

  /** @param decoder DECODER_... */
  constructor(
    readonly decoder: number,
    specs: readonly TwinBookSpec[],
  ) {
    for (const spec of specs) this.books.set(wireName(spec.symbol), new TwinBook(spec));
  }

  /** The book of a symbol. @throws RangeError when the session has none */
  book(symbol: string): TwinBook {
    const book = this.books.get(wireName(symbol));
    if (book === undefined) throw new RangeError(`no book of ${symbol}`);
    return book;
  }

  /** Reads one frame of the stream. A frame that is malformed anywhere changes no book at all. */
  frame(bytes: Uint8Array): TwinResult[] {
    return this.guarded(() => {
      const messages = decodeFrame(this.decoder, bytes);
      if (messages === 'unknown') return [{ symbol: undefined, status: STATUS_UNKNOWN }];
      return messages.map((message) => ({ symbol: ownName(message.symbol), status: this.follow(message) }));
    });
  }

  /** Reads the body of a REST snapshot. */
  snapshot(symbol: string, body: Uint8Array): TwinResult {
    const [result] = this.guarded(() => {
      const message = decodeSnapshot(this.decoder, wireName(symbol), body);
      return [{ symbol, status: this.follow(message) }];
    });
    return result ?? { symbol, status: STATUS_MALFORMED };
  }

  private guarded(read: () => TwinResult[]): TwinResult[] {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      const book = error.symbol === undefined ? undefined : this.books.get(error.symbol);
      if (book === undefined) return [{ symbol: undefined, status: STATUS_MALFORMED }];
      return [{ symbol: book.spec.symbol, status: malformed(book) }];
    }
  }

  private follow(message: Message): number {
    const book = this.books.get(message.symbol);
    if (book === undefined) return STATUS_UNKNOWN_SYMBOL;
    switch (message.kind) {
      case 'book':
        return book.orders === undefined ? followBook(book, message) : other(book);
      case 'orders':
        return book.orders === undefined ? other(book) : followOrders(book, book.orders, message);
      case 'trades':
        return noteTrades(book, message);
      case 'ticker':
        return noteTicker(book, message);
      case 'mark':
        return noteMark(book, message);
    }
  }
}

/** Symbols are compared by their bytes. */
function wireName(symbol: string): string {
  return Buffer.from(symbol, 'utf8').toString('latin1');
}

function ownName(symbol: string): string {
  return Buffer.from(symbol, 'latin1').toString('utf8');
}

function malformed(book: TwinBook): number {
  book.counters.malformed++;
  book.breakWith(STATE_MALFORMED);
  return STATUS_MALFORMED;
}

function other(book: TwinBook): number {
  book.counters.otherChannel++;
  return STATUS_OTHER_CHANNEL;
}

function followBook(book: TwinBook, message: BookMessage): number {
  const { firstSequence: first, lastSequence: last } = message;
  if (first !== undefined && last !== undefined && first > last) return malformed(book);
  const bids = book.toUnits(message.bids);
  const asks = book.toUnits(message.asks);
  if (bids === undefined || asks === undefined) {
    book.counters.precisionErrors++;
    book.breakWith(STATE_PRECISION);
    return STATUS_PRECISION;
  }
  const replaces = book.rule === BOOK_RULE_REPLACE;
  if (message.action !== 'snapshot' && message.action !== 'by-rule' && (message.action === 'replace') !== replaces)
    return other(book);
  if (message.action === 'snapshot' || replaces) return replaceBook(book, message, bids, asks);

  const verdict = followRule(message, book.phase, book.sequence);
  if (verdict === 'buffer') return STATUS_BUFFER;
  if (verdict === 'stale') {
    book.counters.stale++;
    return STATUS_STALE;
  }
  if (verdict === 'gap') {
    book.counters.gaps++;
    book.breakWith(STATE_GAP);
    return STATUS_GAP;
  }
  return applyDelta(book, message, bids, asks);
}

function replaceBook(book: TwinBook, message: BookMessage, bids: readonly TwinLevel[], asks: readonly TwinLevel[]): number {
  book.clear();
  setLevels(book, bids, asks);
  book.cut();
  book.counters.snapshots++;
  // A count starts anew, and a partial frame without an id has no number.
  book.sequence = message.lastSequence ?? 0;
  book.exchangeUs = message.exchangeUs || book.exchangeUs;
  book.phase = message.action === 'snapshot' && message.sync !== 'count' ? PHASE_FIRST : PHASE_RUNNING;
  return book.finish(STATUS_SNAPSHOT, message.checksum);
}

function applyDelta(book: TwinBook, message: BookMessage, bids: readonly TwinLevel[], asks: readonly TwinLevel[]): number {
  book.counters.unknownDeletes += setLevels(book, bids, asks);
  book.cut();
  book.counters.applied++;
  book.sequence = message.sync === 'count' ? book.sequence + 1 : (message.lastSequence ?? book.sequence);
  book.exchangeUs = message.exchangeUs || book.exchangeUs;
  book.phase = PHASE_RUNNING;
  return book.finish(STATUS_APPLIED, message.checksum);
}

/** @returns how many deletions found nothing to delete */
function setLevels(book: TwinBook, bids: readonly TwinLevel[], asks: readonly TwinLevel[]): number {
  let unknown = 0;
  for (const [ladder, levels] of [
    [book.bids, bids],
    [book.asks, asks],
  ] as const) {
    for (const { price, qty, priceText, qtyText } of levels) {
      if (ladder.set(price, qty, priceText, qtyText) === 'unknown-delete') unknown++;
    }
  }
  return unknown;
}

/** Events are read whole or not at all; one that does not fit the scales is refused and leaves the book alone. */
function noteTrades(book: TwinBook, message: TradesMessage): number {
  const read = message.trades.map(({ price, qty, side, exchangeUs }) => ({
    price: parseUnits(price, book.spec.priceScale),
    qty: parseUnits(qty, book.spec.qtyScale),
    side,
    exchangeUs,
  }));
  const fitting = read.flatMap(({ price, qty, ...rest }) =>
    typeof price === 'number' && typeof qty === 'number' ? [{ price, qty, ...rest }] : [],
  );
  if (fitting.length < read.length) return STATUS_MALFORMED;
  for (const { price, qty, side, exchangeUs } of fitting) {
    book.counters.trades++;
    book.tradeSums.price = price;
    book.tradeSums.qty = qty;
    book.tradeSums.exchangeUs = exchangeUs;
    if (side > 0) book.tradeSums.buyQty += qty;
    if (side < 0) book.tradeSums.sellQty += qty;
  }
  return STATUS_EVENT;
}

function noteTicker(book: TwinBook, message: TickerMessage): number {
  const { priceScale, qtyScale } = book.spec;
  const values = [
    parseUnits(message.bidPrice, priceScale),
    parseUnits(message.bidQty, qtyScale),
    parseUnits(message.askPrice, priceScale),
    parseUnits(message.askQty, qtyScale),
  ];
  if (values.some((value) => typeof value !== 'number')) return STATUS_MALFORMED;
  book.counters.tickers++;
  return STATUS_EVENT;
}

function noteMark(book: TwinBook, message: MarkMessage): number {
  book.counters.marks++;
  book.mark = { ...book.mark, ...Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined)) };
  return STATUS_EVENT;
}
