import {
  EVENT_BOOK,
  EVENT_ID,
  EVENT_PRICE,
  EVENT_QTY,
  EVENT_SIDE,
  EVENT_STRIDE,
  EVENT_US,
  RESULT_BOOK,
  RESULT_STATUS,
  RESULT_STRIDE,
  THREAD_ANSWER,
  THREAD_COPY,
  THREAD_COPY_LEVELS_MAX,
  THREAD_EVENT_COUNT,
  THREAD_EVENTS,
  THREAD_INPUT,
  THREAD_INPUT_BYTES,
  THREAD_RECEIVE,
  THREAD_RECEIVE_BYTES,
  THREAD_RECEIVE_US,
  THREAD_RESULT_COUNT,
  THREAD_RESULTS,
} from '../../assembly/memory/layout.js';
import { KernelError } from '../domain/errors.js';
import { kernelImports, type SharedBooks } from './memory.js';
import { type KernelExports, kernelModule } from './module.js';
import type { MemoryPlan } from './plan.js';

/**
 * One thread's kernel: an instance of the module over the shared memory, bound to that thread's scratch. Books and feeds are
 * named by their address (`plan.books[i]`, `plan.feeds[i]`). Nothing here allocates once it is constructed.
 */
export class Kernel {
  readonly plan: MemoryPlan;
  readonly exports: KernelExports;
  /** Where frames are put before `decode`. */
  readonly input: Uint8Array;
  /** Where sockets may receive, so that their frames need not be copied. Empty when the plan has no room for it. */
  readonly receiveArea: Uint8Array;
  readonly bytes: Uint8Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly float64: Float64Array;
  readonly thread: number;
  private readonly receiveIndex: number;

  /**
   * @param thread index into the plan's threads; one instance each
   * @param published told of every version of a book that this kernel publishes, for replays; it may read, and must not decode
   */
  constructor(
    readonly shared: SharedBooks,
    thread: number,
    module: WebAssembly.Module = kernelModule(),
    published?: (book: number) => void,
  ) {
    const address = shared.plan.threads[thread];
    if (address === undefined) throw new KernelError(`the memory plan has no thread ${thread}`, { thread });
    const { buffer } = shared.memory;
    this.plan = shared.plan;
    this.thread = address;
    this.exports = new WebAssembly.Instance(module, kernelImports(shared.memory, published)).exports as unknown as KernelExports;
    this.exports.attach(address);
    if (published !== undefined) this.exports.observeBooks();
    this.bytes = new Uint8Array(buffer);
    this.int32 = new Int32Array(buffer);
    this.uint32 = new Uint32Array(buffer);
    this.float64 = new Float64Array(buffer);
    this.input = new Uint8Array(buffer, this.word(THREAD_INPUT), this.int32[(address + THREAD_INPUT_BYTES) >> 2] ?? 0);
    this.receiveArea = new Uint8Array(buffer, this.word(THREAD_RECEIVE), this.int32[(address + THREAD_RECEIVE_BYTES) >> 2] ?? 0);
    this.receiveIndex = (address + THREAD_RECEIVE_US) >> 3;
  }

  /** Stamps the frames decoded from now on. */
  receivedAt(monotonicUs: number): void {
    this.float64[this.receiveIndex] = monotonicUs;
  }

  /**
   * Decodes `frame[start, end)`: in place when it is part of the receive area, and else copied in.
   * @returns STATUS_...; STATUS_OVERSIZED when it does not fit
   */
  decodeFrame(feed: number, frame: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (frame === this.receiveArea) return this.exports.decodeInPlace(feed, frame.byteOffset + start, length);
    if (length <= this.input.length) this.copyIn(frame, start, end);
    return this.exports.decode(feed, length);
  }

  /** Copies a REST snapshot in and replaces `book` by it. @returns STATUS_... */
  decodeSnapshot(book: number, answer: Uint8Array): number {
    if (answer.length <= this.input.length) this.copyIn(answer, 0, answer.length);
    return this.exports.decodeSnapshot(book, answer.length);
  }

  private copyIn(frame: Uint8Array, start: number, end: number): void {
    if (start === 0 && end === frame.length) this.input.set(frame);
    else this.input.set(frame.subarray(start, end));
  }

  // --- answers of the last decode ---

  get resultCount(): number {
    return this.int32[(this.thread + THREAD_RESULT_COUNT) >> 2] ?? 0;
  }
  /** Address of the book that result `index` is about. */
  resultBook(index: number): number {
    return this.uint32[(this.thread + THREAD_RESULTS + index * RESULT_STRIDE + RESULT_BOOK) >> 2] ?? 0;
  }
  resultStatus(index: number): number {
    return this.int32[(this.thread + THREAD_RESULTS + index * RESULT_STRIDE + RESULT_STATUS) >> 2] ?? 0;
  }
  get eventCount(): number {
    return this.int32[(this.thread + THREAD_EVENT_COUNT) >> 2] ?? 0;
  }
  /** Trade `index` of the last frame. For cold paths: it allocates. */
  event(index: number): TradeEvent {
    const at = this.word(THREAD_EVENTS) + index * EVENT_STRIDE;
    return {
      book: this.uint32[(at + EVENT_BOOK) >> 2] ?? 0,
      priceUnits: this.float64[(at + EVENT_PRICE) >> 3] ?? 0,
      qtyUnits: this.float64[(at + EVENT_QTY) >> 3] ?? 0,
      id: this.float64[(at + EVENT_ID) >> 3] ?? 0,
      tsUs: this.float64[(at + EVENT_US) >> 3] ?? 0,
      side: this.float64[(at + EVENT_SIDE) >> 3] ?? 0,
    };
  }

  // --- answers of a copy ---

  /** f64 `index` of the last answer. */
  answer(index: number): number {
    return this.float64[((this.thread + THREAD_ANSWER) >> 3) + index] ?? 0;
  }
  /** Index into `float64` of the copied bids: price, quantity, price, ..., best first. */
  get copiedBids(): number {
    return this.word(THREAD_COPY) >> 3;
  }
  get copiedAsks(): number {
    return this.copiedBids + this.copyLevelsMax * 2;
  }
  get copyLevelsMax(): number {
    return this.int32[(this.thread + THREAD_COPY_LEVELS_MAX) >> 2] ?? 0;
  }

  // --- headers, read word by word (no lock: for figures that stand alone) ---

  int32At(address: number): number {
    return this.int32[address >> 2] ?? 0;
  }
  float64At(address: number): number {
    return this.float64[address >> 3] ?? 0;
  }

  private word(offset: number): number {
    return this.uint32[(this.thread + offset) >> 2] ?? 0;
  }
}

/** One trade of a frame, in whole units of its book. */
export interface TradeEvent {
  readonly book: number;
  readonly priceUnits: number;
  readonly qtyUnits: number;
  /** 0 when the venue's id is no whole number within 2^53. */
  readonly id: number;
  readonly tsUs: number;
  /** 1 the taker bought, -1 it sold, 0 the venue does not say. */
  readonly side: number;
}
