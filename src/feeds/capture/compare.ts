import type { LevelText } from '../../kernel/book-view.js';
import type { BookReport } from './book-report.js';
import { plainDecimal } from './decimal.js';
import type { ExpectedBook, ExpectedCapture, ExpectedFrame, ExpectedSymbol, ExpectedTrades } from './expected.js';
import type { TradeReport } from './trade-sums.js';
import type { CaptureReport, FeedReport, LineReport } from './verify.js';

/** One thing that is not as expected. */
export interface Difference {
  readonly file: string;
  /** Empty for what concerns the whole file. */
  readonly symbol: string;
  readonly field: string;
  readonly got: string;
  readonly expected: string;
}

/** Compares what a replay ended with and what was expected of it. */
export function compareCapture(report: CaptureReport, expected: ExpectedCapture): Difference[] {
  const comparison = new Comparison(report.name);
  const books = new Map<string, BookReport>();
  for (const feed of report.feeds) for (const book of feed.symbols) books.set(book.symbol, book);
  if (expected.lines !== undefined) comparison.equal('', 'lines', report.lines, expected.lines);
  for (const [symbol, wanted] of Object.entries(expected.symbols)) {
    const book = books.get(symbol);
    if (book === undefined) comparison.equal(symbol, 'symbol', 'not found', 'in the capture');
    else comparison.symbol(book, wanted, report.checkpoints.get(symbol) ?? new Map());
  }
  comparison.product(report.feeds, books, expected);
  if (expected.connection !== undefined) comparison.connection(report.feeds, expected.connection);
  for (const frame of expected.frames)
    comparison.frame(
      report.singles?.find(({ line }) => line === frame.line),
      frame,
    );
  return comparison.differences;
}

const ABSENT = 'nothing';

class Comparison {
  readonly differences: Difference[] = [];

  constructor(private readonly file: string) {}

  /** Notes a difference unless both are written alike. */
  equal(symbol: string, field: string, got: unknown, expected: unknown): void {
    const [gotText, expectedText] = [textOf(got), textOf(expected)];
    if (gotText !== expectedText) this.differences.push({ file: this.file, symbol, field, got: gotText, expected: expectedText });
  }

  symbol(book: BookReport, wanted: ExpectedSymbol, noted: ReadonlyMap<number, string>): void {
    const { symbol } = book;
    this.book(book, wanted.book, noted);
    this.trades(symbol, 'trades', book.trades, wanted.trades ?? wanted.tradesFromUpdates);
    this.trades(symbol, 'aggTrades', book.aggTrades, wanted.aggTrades);
    this.maybe(
      symbol,
      'verified.applied',
      book.applied,
      wanted.verified.applied ?? wanted.verified.updates ?? wanted.verified.l2updates,
    );
    this.maybe(symbol, 'verified.stale', book.stale, wanted.verified.stale);
    this.maybe(symbol, 'verified.gap', book.gaps, wanted.verified.gap);
    this.maybe(symbol, 'verified.snapshots', book.snapshots, wanted.verified.snapshots);
    this.maybe(symbol, 'verified.checksumOk', book.checksumsGood, wanted.verified.checksumOk);
    this.maybe(symbol, 'verified.deleteOfUnknownLevel', book.unknownDeletes, wanted.verified.deleteOfUnknownLevel);
    if (wanted.bookTicker !== undefined) {
      this.equal(symbol, 'bookTicker.count', book.ticker?.count ?? 0, wanted.bookTicker.count);
      const last = wanted.bookTicker.last;
      if (last !== undefined) {
        this.equal(symbol, 'bookTicker.last.u', book.ticker?.sequence, last.u);
        this.equal(symbol, 'bookTicker.last.bid', book.ticker?.bid, last.bid);
        this.equal(symbol, 'bookTicker.last.ask', book.ticker?.ask, last.ask);
      }
    }
    if (wanted.markPrice !== undefined) {
      const { count, last } = wanted.markPrice;
      this.equal(symbol, 'markPrice.count', book.mark?.count ?? 0, count);
      this.equal(symbol, 'markPrice.last.p', book.mark?.markPrice, Number(last.p));
      this.equal(symbol, 'markPrice.last.i', book.mark?.indexPrice, Number(last.i));
      this.equal(symbol, 'markPrice.last.r', book.mark?.fundingRate, Number(last.r));
      this.equal(symbol, 'markPrice.last.T', book.mark?.nextFundingMs, last.T);
    }
  }

  /** The capture of one product: a single answer with all its orders, or a stream without a book. */
  product(feeds: readonly FeedReport[], books: ReadonlyMap<string, BookReport>, wanted: ExpectedCapture): void {
    const symbol = wanted.product;
    if (symbol === undefined) return;
    const book = books.get(symbol);
    if (wanted.book !== undefined) {
      if (book === undefined) this.equal(symbol, 'book', undefined, 'in the capture');
      else this.book(book, wanted.book, new Map());
    }
    this.maybe(symbol, 'sequence', book?.sequence, wanted.sequence);
    if (wanted.orders !== undefined) {
      this.equal(symbol, 'orders.bids', book?.orders?.bids, wanted.orders.bids);
      this.equal(symbol, 'orders.asks', book?.orders?.asks, wanted.orders.asks);
      this.equal(symbol, 'orders.uniqueOrderIds', book?.orders?.uniqueOrderIds, wanted.orders.uniqueOrderIds);
    }
    this.maybe(symbol, 'top10OrderCounts', book?.orders?.top10OrderCounts, wanted.top10OrderCounts);
    const numbering = feeds.map((feed) => feed.numbering[symbol]).find((entry) => entry !== undefined);
    this.maybe(symbol, 'messages', numbering?.messages, wanted.messages);
    this.maybe(symbol, 'firstSequence', numbering?.first, wanted.firstSequence);
    this.maybe(symbol, 'lastSequence', numbering?.last, wanted.lastSequence);
    this.maybe(symbol, 'sequenceGaps', numbering?.gaps, wanted.sequenceGaps);
    for (const [type, count] of Object.entries(wanted.types ?? {}))
      this.equal(symbol, `types.${type}`, numbering?.types[type] ?? 0, count);
  }

  connection(feeds: readonly FeedReport[], wanted: NonNullable<ExpectedCapture['connection']>): void {
    const [numbering] = feeds.flatMap((feed) => Object.values(feed.numbering));
    this.equal('', 'connection.messages', numbering?.messages, wanted.messages);
    this.equal('', 'connection.sequenceGaps', numbering?.gaps, wanted.sequenceGaps);
    this.equal('', 'connection.lastSequenceNum', numbering?.last, wanted.lastSequenceNum);
  }

  /** One message, field by field, as far as the kernel reads its kind. */
  frame(line: LineReport | undefined, wanted: ExpectedFrame): void {
    const { decoded } = wanted;
    if (decoded === undefined || decoded === null) return;
    const where = `frames.${wanted.line}`;
    const symbol = wanted.symbol ?? '';
    const detail = line?.detail;
    if (decoded.bidPrice !== undefined) {
      this.equal(symbol, `${where}.bid`, detail?.ticker?.bid, [decoded.bidPrice, decoded.bidQuantity]);
      this.equal(symbol, `${where}.ask`, detail?.ticker?.ask, [decoded.askPrice, decoded.askQuantity]);
      this.maybe(symbol, `${where}.version`, detail?.ticker?.sequence, decoded.version);
    }
    if (decoded.bids !== undefined) {
      this.equal(symbol, `${where}.bids`, detail?.bids, decoded.bids);
      this.equal(symbol, `${where}.asks`, detail?.asks, decoded.asks ?? []);
      this.maybe(symbol, `${where}.version`, detail?.sequence, decoded.version);
    }
    if (decoded.deals !== undefined) {
      const deals = decoded.deals.map(({ price, quantity, tradeType, time }) => [
        price,
        quantity,
        tradeType === 1 ? 'buy' : 'sell',
        time * 1000,
      ]);
      const got = detail?.trades?.map(({ price, qty, side, tsUs }) => [price, qty, side, tsUs]);
      this.equal(symbol, `${where}.deals`, got, deals);
    }
  }

  private maybe(symbol: string, field: string, got: unknown, expected: unknown): void {
    if (expected !== undefined) this.equal(symbol, field, got, expected);
  }

  private book(book: BookReport, wanted: ExpectedBook, noted: ReadonlyMap<number, string>): void {
    const { symbol } = book;
    this.equal(symbol, 'book.lastSequence', book.sequence, wanted.lastSequence);
    this.equal(symbol, 'book.bidLevels', book.bidLevels, wanted.bidLevels);
    this.equal(symbol, 'book.askLevels', book.askLevels, wanted.askLevels);
    this.equal(symbol, 'book.bestBid', book.bestBid, wanted.bestBid);
    this.equal(symbol, 'book.bestAsk', book.bestAsk, wanted.bestAsk);
    for (const field of ['bids', 'asks', 'bidQtySum', 'askQtySum', 'bidNotionalSum', 'askNotionalSum'] as const) {
      this.equal(symbol, `book.top10.${field}`, book.top10[field], wanted.top10[field]);
    }
    if (wanted.topDigest === undefined) return;
    this.equal(symbol, 'book.topDigest.lines', book.topDigest.lines, wanted.topDigest.lines);
    if (book.topDigest.hex === wanted.topDigest.hex) return;
    this.equal(symbol, `book.topDigest.hex (${whereLeft(wanted, noted)})`, book.topDigest.hex, wanted.topDigest.hex);
  }

  private trades(symbol: string, kind: string, got: TradeReport | undefined, wanted: ExpectedTrades | undefined): void {
    if (wanted === undefined) return;
    for (const field of ['count', 'firstId', 'lastId', 'qtySum', 'notionalSum', 'lastPrice'] as const) {
      this.maybe(symbol, `${kind}.${field}`, got?.[field], wanted[field]);
    }
  }
}

/** Between which checkpoints the replay left the expected path. */
function whereLeft(wanted: ExpectedBook, noted: ReadonlyMap<number, string>): string {
  let good = 0;
  for (const { line, seq, bid, ask, bidLevels, askLevels } of wanted.checkpoints) {
    const side = (level: LevelText | null): string =>
      level === null ? '-|-' : level.map((part) => plainDecimal(part)).join('|');
    const state = `${seq}|${side(bid)}|${side(ask)}|${bidLevels}|${askLevels}`;
    if (noted.get(line) !== state) return `apart between states ${good} and ${line}`;
    good = line;
  }
  return good === 0 ? 'no checkpoints' : `equal at the checkpoints up to state ${good}`;
}

/** Plain text, so that 1.50, "1.5" and "1.500" are the same. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return ABSENT;
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, item]) => `${key} ${textOf(item)}`)
      .join(', ');
  return plainDecimal(value) ?? String(value);
}
