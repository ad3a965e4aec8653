import {
  BOOK_STRIDE,
  CONTROL_BYTES,
  EVENT_STRIDE,
  FEED_STRIDE,
  HISTOGRAM_STRIDE,
  INPUT_SLACK,
  LEVEL_STRIDE,
  REGION_BASE,
  SYMBOL_STRIDE,
  THREAD_HEADER_BYTES,
} from '../../assembly/memory/layout.js';
import { SIGNAL_RULES_BYTES, SIGNAL_STATE_BYTES, SIGNAL_STRIDE } from '../../assembly/memory/signal-layout.js';
import { KernelError } from '../domain/errors.js';
import { l3StoreBytes } from './l3-plan.js';
import { type ScanRequest, scanLayout } from './scan-plan.js';
import type { SignalRules } from './signal-plan.js';

/** One book, as the plan needs to know it. */
export interface BookRequest {
  /** Index into the plan's feeds. */
  readonly feed: number;
  /** Names under which frames may call it: the venue's symbol first, then aliases (lower case, escaped). */
  readonly names: readonly string[];
  readonly priceScale: number;
  readonly qtyScale: number;
  /** Levels a side may hold. */
  readonly capacity: number;
  /** Levels the subscription carries, to which both sides are cut after every message; 0 for no cut. */
  readonly depth: number;
  /** BOOK_RULE_... */
  readonly rule: number;
  /** CHECKSUM_... */
  readonly checksumPolicy: number;
  /** Orders an L3 book may hold; 0 for an L2 book. */
  readonly orders: number;
}

/** Scratch of one thread. */
export interface ThreadRequest {
  /** Largest frame or REST answer it can decode. */
  readonly inputBytes: number;
  /** Most levels of one side in one message. */
  readonly levelsMax: number;
  /** Most levels a side of a copy. */
  readonly copyLevelsMax: number;
  /** Most trades in one frame. */
  readonly eventsMax: number;
  /** Where its sockets receive, so that frames are decoded in place; none when left out. */
  readonly receiveBytes?: number;
}

export interface MemoryRequest {
  /** DECODER_... of each feed. */
  readonly feeds: readonly number[];
  readonly books: readonly BookRequest[];
  readonly threads: readonly ThreadRequest[];
  readonly histograms: number;
  /** Instruments that the cross-venue scan compares; none when left out. */
  readonly scanRows?: number;
  /** Levels of each side that the scan's copies of the books hold. */
  readonly viewLevels?: number;
  /** What counts as a signal; no signals are computed when left out. */
  readonly signals?: SignalRules;
}

/** Addresses of everything, computed once and handed to every thread. Plain numbers, so that it survives a message port. */
export interface MemoryPlan {
  readonly control: number;
  readonly dirtyBits: number;
  readonly dirtyWords: number;
  readonly feeds: readonly number[];
  readonly books: readonly number[];
  readonly histograms: readonly number[];
  readonly threads: readonly number[];
  /** The scan's header, rows, book table and list (see Scanner); 0 when no rows were asked for. */
  readonly scan: number;
  readonly request: MemoryRequest;
  readonly symbolTables: readonly { readonly address: number; readonly entries: number }[];
  readonly names: number;
  readonly ladders: readonly number[];
  readonly l3Stores: readonly number[];
  /** Signals of each book, and the rules that they share; none, and 0, without rules. */
  readonly signals: readonly number[];
  readonly signalRules: number;
  readonly pages: number;
}

/** Room of a thread that may be written to and is never read. */
export const SPARE_BYTES = 64;
const PAGE_BYTES = 65536;
const LINE_BYTES = 64;
const VIEW_LEVELS_DEFAULT = 20;
const PAGES_MAX = 65536;
/** Branchless code in the ladders reads up to eight levels behind the last one, whatever lies there. */
const READ_SLACK_BYTES = 128;

/** Levels of room in a ladder's buffer: twice the capacity, so that the window seldom has to be put back into the middle. */
export function ladderRoom(capacity: number): number {
  return capacity * 2 + 16;
}

const nameBytes = (name: string): number => Buffer.byteLength(name);

/** Smallest power of two that keeps a table of `count` names at most half full. */
function tableEntries(count: number): number {
  let entries = 16;
  while (entries < count * 2) entries *= 2;
  return entries;
}

/** What the scan's region has to hold. */
export function scanRequest({ scanRows = 0, books, viewLevels = VIEW_LEVELS_DEFAULT, signals }: MemoryRequest): ScanRequest {
  return { rows: scanRows, books: books.length, viewLevels, signalBytes: signals === undefined ? 0 : SIGNAL_STATE_BYTES };
}

/**
 * Lays out the shared memory for a set of feeds, books and threads.
 * @throws KernelError when it would not fit 4 GiB
 */
export function planMemory(request: MemoryRequest): MemoryPlan {
  let next = REGION_BASE;
  const take = (bytes: number): number => {
    const address = next;
    next = Math.ceil((next + bytes) / LINE_BYTES) * LINE_BYTES;
    return address;
  };
  const control = take(CONTROL_BYTES);
  const dirtyWords = Math.ceil(request.books.length / 32);
  const dirtyBits = take(dirtyWords * 4);
  const feeds = request.feeds.map(() => take(FEED_STRIDE));
  const symbolTables = request.feeds.map((_, feed) => {
    let names = 0;
    for (const book of request.books) if (book.feed === feed) names += book.names.length;
    const entries = tableEntries(names);
    return { address: take(entries * SYMBOL_STRIDE), entries };
  });
  let namesBytes = 8;
  for (const book of request.books) for (const name of book.names) namesBytes += nameBytes(name);
  const names = take(namesBytes);
  const books = request.books.map(() => take(BOOK_STRIDE));
  const histograms = Array.from({ length: request.histograms }, () => take(HISTOGRAM_STRIDE));
  const threads = request.threads.map((thread) =>
    take(
      THREAD_HEADER_BYTES +
        thread.inputBytes +
        INPUT_SLACK * 2 +
        (thread.levelsMax + thread.copyLevelsMax) * 2 * LEVEL_STRIDE +
        SPARE_BYTES +
        (thread.receiveBytes ?? 0) +
        INPUT_SLACK * 2 +
        thread.eventsMax * EVENT_STRIDE,
    ),
  );
  const scan = (request.scanRows ?? 0) === 0 ? 0 : take(scanLayout(0, scanRequest(request)).end);
  const ladders = request.books.map((book) => take(ladderRoom(book.capacity) * LEVEL_STRIDE * 2));
  const l3Stores = request.books.map((book) => (book.orders === 0 ? 0 : take(l3StoreBytes(book.orders))));
  const signalRules = request.signals === undefined ? 0 : take(SIGNAL_RULES_BYTES);
  const signals = request.signals === undefined ? [] : request.books.map(() => take(SIGNAL_STRIDE));
  const pages = Math.ceil((next + READ_SLACK_BYTES) / PAGE_BYTES);
  if (pages > PAGES_MAX) {
    throw new KernelError(
      `${request.books.length} books need ${Math.ceil(next / 2 ** 20)} MiB of shared memory, but 4096 MiB is the limit; lower the number of symbols or the levels a book holds`,
      { books: request.books.length, bytes: next },
    );
  }
  return {
    control,
    dirtyBits,
    dirtyWords,
    feeds,
    books,
    histograms,
    threads,
    scan,
    request,
    symbolTables,
    names,
    ladders,
    l3Stores,
    signals,
    signalRules,
    pages,
  };
}
