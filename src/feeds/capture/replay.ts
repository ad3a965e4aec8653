import {
  DECODER_COINBASE_EXCHANGE,
  STATUS_APPLIED,
  STATUS_CROSSED,
  STATUS_SNAPSHOT,
  STATUS_UNKNOWN,
  THREAD_MESSAGE_LEVELS,
} from '../../../assembly/memory/layout.js';
import { SeededRandom } from '../../domain/random.js';
import type { TradeEvent } from '../../kernel/kernel.js';
import { createSharedBooks } from '../../kernel/memory.js';
import type { MemoryRequest } from '../../kernel/plan.js';
import { FeedSession } from '../session.js';
import type { FeedBook } from '../transport.js';
import { BookTally } from './book-tally.js';
import { plainDecimal, toUnits } from './decimal.js';
import { type CaptureRecord, payloadBytes } from './format.js';
import { isObject, tryParse } from './json.js';
import { ObservedKernel } from './observed-kernel.js';
import { isSnapshotUrl, symbolOfUrl } from './origin.js';
import { QuantityCodes } from './quantity-codes.js';
import { planReplay, REPLAY_SETTINGS, type ReplayFeed } from './replay-plan.js';
import type { CaptureSurvey } from './survey.js';
import { type Verdict, verdictOfControl, verdictOfStatus } from './verdict.js';
import { type FrameDetail, readDetail } from './verdict-detail.js';

/** One feed while it is replayed. */
export interface RunningFeed {
  readonly plan: ReplayFeed;
  readonly session: FeedSession;
  /** Address of its descriptor. */
  readonly address: number;
  readonly tallies: ReadonlyMap<string, BookTally>;
  /** Opens the connections that are wanted again. */
  readonly reopen: () => void;
  /** How many lines came to which end. */
  readonly verdicts: Map<Verdict, number>;
}

/** What became of one line. */
export interface LineOutcome {
  readonly verdict: Verdict;
  readonly symbol: string | undefined;
  /** What the kernel read, when details are asked for. */
  readonly detail: FrameDetail | undefined;
}

/** Is told of every change of a book and every trade, while the kernel's memory still is as it was then. `nowUs`: the time of the line. */
export interface ReplayWatcher {
  changed(decoder: number, symbol: string, tally: BookTally, nowUs: number): void;
  traded(decoder: number, symbol: string, tally: BookTally, trade: TradeEvent, isAggregate: boolean, nowUs: number): void;
}

export interface ReplayOptions {
  /** Digest lines of each symbol whose state is to be kept. */
  readonly noteLines: (symbol: string) => ReadonlySet<number>;
  /** Whether what the kernel read is told for every line; for captures of single messages. */
  readonly details: boolean;
  /** Sees books and trades as they change. */
  readonly watcher?: ReplayWatcher;
  /** What else the memory is to hold, for whoever decides on the books. */
  readonly memory?: Partial<MemoryRequest>;
}

interface FirstDecode {
  readonly status: number;
  readonly symbol: string | undefined;
  readonly detail: FrameDetail | undefined;
}

/** Sends a surveyed capture through the feeds' own session and kernel, at the times of the file. */
export class CaptureReplay {
  readonly kernel: ObservedKernel;
  readonly feeds: readonly RunningFeed[];
  private readonly byDecoder = new Map<number, RunningFeed>();
  private readonly byAddress = new Map<
    number,
    { readonly tally: BookTally; readonly symbol: string; readonly decoder: number }
  >();
  private readonly codes = new Map<number, QuantityCodes>();
  private readonly closing: (() => void)[] = [];
  /** What the first decode of the line found; those behind it are of frames that had been kept. */
  private first: FirstDecode | undefined;
  private nowUs = 0;

  constructor(
    private readonly survey: CaptureSurvey,
    private readonly options: ReplayOptions,
  ) {
    for (const { decoder, symbols } of survey.feeds.values()) {
      const wide = [...symbols.values()].filter(({ isWide }) => isWide);
      if (wide.length > 0) this.codes.set(decoder, new QuantityCodes(new Set(wide.map(({ symbol }) => symbol))));
    }
    const plan = planReplay(survey, this.codes, options.memory);
    this.kernel = new ObservedKernel(createSharedBooks(plan.memory), (status, frame) => this.decoded(status, frame));
    let nextBook = 0;
    this.feeds = plan.feeds.map((feed, index) => {
      const first = nextBook;
      nextBook += feed.symbols.length;
      return this.start(feed, plan.memory.feeds[index] ?? 0, plan.memory.books.slice(first, nextBook));
    });
  }

  /** Whether a symbol's quantities are carried as codes, since no scale holds them. */
  isCoded(decoder: number, symbol: string): boolean {
    return this.codes.get(decoder)?.has(symbol) === true;
  }

  /** Takes in one line. */
  replay(record: CaptureRecord): LineOutcome {
    const feed = this.byDecoder.get(this.survey.decoderOf(record));
    if (feed === undefined) return { verdict: 'no venue', symbol: undefined, detail: undefined };
    if (record.t !== null) this.nowUs = Math.max(this.nowUs, record.t * 1000);
    feed.session.receivedAt(this.nowUs);
    const { verdict, first } = this.take(feed, record);
    for (const close of this.closing.splice(0)) close();
    feed.verdicts.set(verdict, (feed.verdicts.get(verdict) ?? 0) + 1);
    return { verdict, symbol: first?.symbol, detail: first?.detail };
  }

  /** The recorder lost its connections and has new ones: no book is in sync any more. */
  disconnected(): void {
    for (const { session, plan } of this.feeds) {
      for (const connection of plan.connections.keys()) session.disconnected(connection, 'lost');
    }
    for (const { reopen } of this.feeds) reopen();
  }

  private take(
    feed: RunningFeed,
    record: CaptureRecord,
  ): { readonly verdict: Verdict; readonly first?: FirstDecode | undefined } {
    if (record.dir === 'out') return { verdict: 'sent' };
    if (record.kind === 'ws') {
      const payload = this.payload(feed, record, undefined);
      const connection = Math.max(0, feed.plan.connections.indexOf(record.conn));
      this.first = undefined;
      const status = feed.session.frame(connection, payload, 0, payload.length);
      if (status !== STATUS_UNKNOWN || record.raw === undefined) return { verdict: verdictOfStatus(status), first: this.first };
      addRepeatedTrade(feed, record.raw);
      return { verdict: verdictOfControl(record.raw, feed.plan.protocol), first: this.first };
    }
    const symbol = isSnapshotUrl(record.url) ? symbolOfUrl(record.url) : undefined;
    const book = feed.session.books.find((candidate) => candidate.symbol === symbol);
    if (symbol === undefined || book === undefined) return { verdict: 'answer' };
    const first = this.snapshot(feed, book, this.payload(feed, record, symbol));
    return { verdict: first === undefined ? 'not needed' : verdictOfStatus(first.status), first };
  }

  private snapshot(feed: RunningFeed, book: FeedBook, body: Uint8Array): FirstDecode | undefined {
    this.first = undefined;
    feed.session.snapshot(book, body);
    return this.first;
  }

  private payload(feed: RunningFeed, record: CaptureRecord, restSymbol: string | undefined): Uint8Array {
    const codes = this.codes.get(feed.plan.decoder);
    if (codes !== undefined && record.raw !== undefined) {
      const message = tryParse(record.raw);
      if (codes.encode(feed.plan.decoder, message, restSymbol)) return Buffer.from(JSON.stringify(message));
    }
    return payloadBytes(record);
  }

  private start(plan: ReplayFeed, address: number, books: readonly number[]): RunningFeed {
    const tallies = new Map<string, BookTally>();
    const feedBooks: FeedBook[] = plan.symbols.map(({ symbol }, index) => {
      const book = books[index] ?? 0;
      const codes = this.isCoded(plan.decoder, symbol) ? this.codes.get(plan.decoder) : undefined;
      const tally = new BookTally(this.kernel, book, plan.protocol.venue === 'kraken', codes, this.options.noteLines(symbol));
      tallies.set(symbol, tally);
      this.byAddress.set(book, { tally, symbol, decoder: plan.decoder });
      return { index, symbol, address: book };
    });
    const connects: number[] = [];
    const session: FeedSession = new FeedSession(
      {
        protocol: plan.protocol,
        kernel: this.kernel,
        feed: address,
        settings: REPLAY_SETTINGS,
        random: new SeededRandom(1),
        epochMs: () => this.nowUs / 1000,
        listener: () => undefined,
        transport: {
          connect: (connection) => connects.push(connection),
          send: () => undefined,
          close: (connection) => {
            this.closing.push(() => {
              session.disconnected(connection, 'closed');
              open();
            });
          },
          requestSnapshot: () => undefined,
        },
      },
      feedBooks,
    );
    // The connections of the file are open whenever it has a message.
    const open = (): void => {
      session.tick(this.nowUs / 1000);
      for (const connection of connects.splice(0)) session.connected(connection);
    };
    open();
    const feed: RunningFeed = { plan, session, address, tallies, reopen: open, verdicts: new Map() };
    this.byDecoder.set(plan.decoder, feed);
    return feed;
  }

  private decoded(status: number, frame: Uint8Array): void {
    const { kernel } = this;
    const { watcher } = this.options;
    const isFirst = this.first === undefined;
    const results = kernel.resultCount;
    const levels = kernel.int32At(kernel.thread + THREAD_MESSAGE_LEVELS);
    for (let index = 0; index < results; index++) {
      const found = this.byAddress.get(kernel.resultBook(index));
      if (found === undefined) continue;
      const { tally, symbol, decoder } = found;
      const result = kernel.resultStatus(index);
      if (isFirst) tally.frames++;
      if (result !== STATUS_APPLIED && result !== STATUS_SNAPSHOT && result !== STATUS_CROSSED) continue;
      if (index === 0) tally.levels += levels;
      tally.changed(result === STATUS_SNAPSHOT);
      watcher?.changed(decoder, symbol, tally, this.nowUs);
    }
    const trades = kernel.eventCount;
    const isAggregate = trades > 0 && Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).includes('"aggTrade"');
    for (let index = 0; index < trades; index++) {
      const trade = kernel.event(index);
      const found = this.byAddress.get(trade.book);
      if (found === undefined) continue;
      found.tally.traded(trade, isAggregate);
      watcher?.traded(found.decoder, found.symbol, found.tally, trade, isAggregate, this.nowUs);
    }
    if (!isFirst) return;
    const named = results > 0 ? this.byAddress.get(kernel.resultBook(0)) : undefined;
    this.first = {
      status,
      symbol: named?.symbol,
      detail: this.options.details && named !== undefined ? readDetail(kernel, status, named.tally) : undefined,
    };
  }
}

/**
 * Coinbase repeats the last trade of a product when one subscribes. A feed passes it over, since it is old; a recording counts the
 * trades that are in it.
 */
function addRepeatedTrade(feed: RunningFeed, raw: string): void {
  if (feed.plan.decoder !== DECODER_COINBASE_EXCHANGE || !raw.includes('"last_match"')) return;
  const message = tryParse(raw);
  if (!isObject(message) || message['type'] !== 'last_match') return;
  const tally = feed.tallies.get(String(message['product_id']));
  const price = plainDecimal(message['price']);
  const qty = plainDecimal(message['size']);
  if (tally === undefined || price === undefined || qty === undefined) return;
  const units = { priceUnits: Number(toUnits(price, tally.priceScale)), qtyUnits: Number(toUnits(qty, tally.qtyScale)) };
  tally.traded({ ...units, book: tally.address, id: Number(message['trade_id']), tsUs: 0, side: 0 }, false);
}
