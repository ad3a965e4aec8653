import {
  BOOK_ASKS,
  BOOK_BIDS,
  BOOK_CAPACITY,
  BOOK_CHECKSUM_POLICY,
  BOOK_CONTROL,
  BOOK_DENSE,
  BOOK_DEPTH,
  BOOK_DIRTY_BITS,
  BOOK_FEED,
  BOOK_FUNDING_RATE,
  BOOK_ID,
  BOOK_INDEX_PRICE,
  BOOK_L3,
  BOOK_MARK_PRICE,
  BOOK_NEXT_FUNDING_US,
  BOOK_PRICE_SCALE,
  BOOK_QTY_SCALE,
  BOOK_ROOM,
  BOOK_RULE,
  BOOK_SIGNALS,
  BOOK_WIRE_PRICE_DECIMALS,
  BOOK_WIRE_QTY_DECIMALS,
  DECODER_COINBASE_FULL,
  DECODER_KRAKEN,
  DECODER_KRAKEN_L3,
  EVENT_STRIDE,
  FEED_DECODER,
  FEED_ID,
  FEED_SYMBOL_MASK,
  FEED_SYMBOLS,
  INPUT_SLACK,
  LEVEL_STRIDE,
  SIDE_BUFFER,
  SIDE_START,
  THREAD_ASKS,
  THREAD_BIDS,
  THREAD_COPY,
  THREAD_COPY_LEVELS_MAX,
  THREAD_EVENTS,
  THREAD_EVENTS_MAX,
  THREAD_HEADER_BYTES,
  THREAD_INPUT,
  THREAD_INPUT_BYTES,
  THREAD_LEVELS_MAX,
  THREAD_RECEIVE,
  THREAD_RECEIVE_BYTES,
  THREAD_SPARE,
} from '../../assembly/memory/layout.js';
import { KernelError } from '../domain/errors.js';
import { writeL3Header } from './l3-plan.js';
import { type KernelExports, kernelModule } from './module.js';
import { ladderRoom, type MemoryPlan, SPARE_BYTES } from './plan.js';
import { writeSignalHeader, writeSignalRules } from './signal-plan.js';

/** The one memory of a process, with the plan of what lies where; this is what threads are handed. */
export interface SharedBooks {
  readonly memory: WebAssembly.Memory;
  readonly plan: MemoryPlan;
}

/** Creates the memory of a plan and writes every header into it. Done once, on the main thread, before other threads start. */
export function createSharedBooks(plan: MemoryPlan): SharedBooks {
  const memory = new WebAssembly.Memory({ initial: Math.max(plan.pages, 16), maximum: Math.max(plan.pages, 16), shared: true });
  const view = new DataView(memory.buffer);
  writeFeeds(view, plan);
  if (plan.request.signals !== undefined) writeSignalRules(view, plan.signalRules, plan.request.signals);
  writeBooks(view, plan);
  writeThreads(view, plan);
  const exports = new WebAssembly.Instance(kernelModule(), kernelImports(memory)).exports as unknown as KernelExports;
  addNames(memory, plan, exports);
  return { memory, plan };
}

/**
 * What the kernel imports: the memory, an abort that becomes an error, and who is told of each version of a book once
 * `observeBooks` was called.
 */
export function kernelImports(
  memory: WebAssembly.Memory,
  published: (book: number) => void = () => undefined,
): WebAssembly.Imports {
  const abort = (_message: number, _file: number, line: number, column: number): never => {
    throw new KernelError(`the kernel stopped at ${line}:${column}`, { line, column });
  };
  return { env: { memory, abort, published } };
}

function writeFeeds(view: DataView, plan: MemoryPlan): void {
  plan.feeds.forEach((address, index) => {
    const table = plan.symbolTables[index];
    if (table === undefined) return;
    view.setInt32(address + FEED_DECODER, plan.request.feeds[index] ?? -1, true);
    view.setInt32(address + FEED_ID, index, true);
    view.setUint32(address + FEED_SYMBOLS, table.address, true);
    view.setInt32(address + FEED_SYMBOL_MASK, table.entries - 1, true);
  });
}

/** Decoders whose books are read in place: for checksums of the top levels, or for the orders behind them. */
const DENSE_DECODERS: ReadonlySet<number> = new Set([DECODER_KRAKEN, DECODER_KRAKEN_L3, DECODER_COINBASE_FULL]);

function writeBooks(view: DataView, plan: MemoryPlan): void {
  plan.request.books.forEach((book, index) => {
    const address = plan.books[index] ?? 0;
    const room = ladderRoom(book.capacity);
    const ladder = plan.ladders[index] ?? 0;
    for (const [side, buffer] of [
      [BOOK_BIDS, ladder],
      [BOOK_ASKS, ladder + room * LEVEL_STRIDE],
    ] as const) {
      view.setUint32(address + side + SIDE_BUFFER, buffer, true);
      view.setInt32(address + side + SIDE_START, room >> 1, true);
    }
    view.setInt32(address + BOOK_CAPACITY, book.capacity, true);
    view.setInt32(address + BOOK_ROOM, room, true);
    view.setInt32(address + BOOK_PRICE_SCALE, book.priceScale, true);
    view.setInt32(address + BOOK_QTY_SCALE, book.qtyScale, true);
    view.setInt32(address + BOOK_RULE, book.rule, true);
    view.setUint32(address + BOOK_FEED, plan.feeds[book.feed] ?? 0, true);
    view.setInt32(address + BOOK_ID, index, true);
    view.setInt32(address + BOOK_DEPTH, book.depth, true);
    view.setInt32(address + BOOK_DENSE, DENSE_DECODERS.has(plan.request.feeds[book.feed] ?? -1) ? 1 : 0, true);
    view.setInt32(address + BOOK_WIRE_PRICE_DECIMALS, -1, true);
    view.setInt32(address + BOOK_WIRE_QTY_DECIMALS, -1, true);
    view.setInt32(address + BOOK_CHECKSUM_POLICY, book.checksumPolicy, true);
    const l3Store = plan.l3Stores[index] ?? 0;
    view.setUint32(address + BOOK_L3, l3Store, true);
    if (l3Store !== 0) writeL3Header(view, l3Store, book.orders);
    const signals = plan.signals[index] ?? 0;
    view.setUint32(address + BOOK_SIGNALS, signals, true);
    if (signals !== 0) writeSignalHeader(view, signals, plan.signalRules);
    view.setUint32(address + BOOK_DIRTY_BITS, plan.dirtyBits, true);
    view.setUint32(address + BOOK_CONTROL, plan.control, true);
    for (const field of [BOOK_MARK_PRICE, BOOK_INDEX_PRICE, BOOK_FUNDING_RATE, BOOK_NEXT_FUNDING_US]) {
      view.setFloat64(address + field, Number.NaN, true);
    }
  });
}

function writeThreads(view: DataView, plan: MemoryPlan): void {
  plan.request.threads.forEach((thread, index) => {
    const address = plan.threads[index] ?? 0;
    let next = address + THREAD_HEADER_BYTES;
    const place = (pointer: number, sizeField: number, size: number, bytes: number): void => {
      view.setUint32(address + pointer, next, true);
      view.setInt32(address + sizeField, size, true);
      next = Math.ceil((next + bytes) / 16) * 16;
    };
    place(THREAD_INPUT, THREAD_INPUT_BYTES, thread.inputBytes, thread.inputBytes + INPUT_SLACK);
    place(THREAD_BIDS, THREAD_LEVELS_MAX, thread.levelsMax, thread.levelsMax * LEVEL_STRIDE);
    place(THREAD_ASKS, THREAD_LEVELS_MAX, thread.levelsMax, thread.levelsMax * LEVEL_STRIDE);
    place(THREAD_RECEIVE, THREAD_RECEIVE_BYTES, thread.receiveBytes ?? 0, (thread.receiveBytes ?? 0) + INPUT_SLACK);
    view.setUint32(address + THREAD_SPARE, next, true);
    next += SPARE_BYTES;
    place(THREAD_COPY, THREAD_COPY_LEVELS_MAX, thread.copyLevelsMax, thread.copyLevelsMax * LEVEL_STRIDE * 2);
    place(THREAD_EVENTS, THREAD_EVENTS_MAX, thread.eventsMax, thread.eventsMax * EVENT_STRIDE);
  });
}

function addNames(memory: WebAssembly.Memory, plan: MemoryPlan, exports: KernelExports): void {
  const bytes = new Uint8Array(memory.buffer);
  let next = plan.names;
  plan.request.books.forEach((book, index) => {
    for (const name of book.names) {
      const text = Buffer.from(name);
      bytes.set(text, next);
      if (exports.addSymbol(plan.feeds[book.feed] ?? 0, next, text.length, plan.books[index] ?? 0) === 0) {
        throw new KernelError(`two books of one feed are called ${name}, or the name is longer than 64 bytes`, { name });
      }
      next += text.length;
    }
  });
}
