import {
  BOOK_ASKS,
  BOOK_BIDS,
  BOOK_DIRTY_BITS,
  BOOK_ID,
  BOOK_LOCK,
  BOOK_SEQUENCE,
  BOOK_SIGNALS,
  BOOK_STRIDE,
  LEVEL_STRIDE,
  SIDE_BUFFER,
  SIDE_SLOTS,
  SIDE_START,
} from '../../assembly/memory/layout.js';
import { SIGNAL_STRIDE } from '../../assembly/memory/signal-layout.js';
import type { Kernel } from './kernel.js';

/** Bytes of one part of a book, and where they lie. */
interface Part {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/**
 * One version of one book, byte for byte: its header, its levels and its signals. It can be put into another memory of the same plan,
 * where everything has the same address. Taken on the thread that writes the book, or while nobody does.
 */
export class BookImage {
  private constructor(
    /** Address of the book. */
    readonly book: number,
    /** Its lock word: which version this is. */
    readonly version: number,
    readonly sequence: number,
    private readonly parts: readonly Part[],
  ) {}

  static take(kernel: Kernel, book: number): BookImage {
    const part = (address: number, length: number): Part => ({ address, bytes: kernel.bytes.slice(address, address + length) });
    const levels = (side: number): Part => {
      const buffer = kernel.uint32[(book + side + SIDE_BUFFER) >> 2] ?? 0;
      const start = kernel.int32At(book + side + SIDE_START);
      return part(buffer + start * LEVEL_STRIDE, kernel.int32At(book + side + SIDE_SLOTS) * LEVEL_STRIDE);
    };
    const signals = kernel.uint32[(book + BOOK_SIGNALS) >> 2] ?? 0;
    return new BookImage(book, kernel.int32At(book + BOOK_LOCK), kernel.float64At(book + BOOK_SEQUENCE), [
      part(book, BOOK_STRIDE),
      levels(BOOK_BIDS),
      levels(BOOK_ASKS),
      // With their history, which strategies read where it lies.
      part(signals, signals === 0 ? 0 : SIGNAL_STRIDE),
    ]);
  }

  /** Makes the book of another memory this one. */
  putInto(kernel: Kernel): void {
    for (const { address, bytes } of this.parts) kernel.bytes.set(bytes, address);
  }
}

/** Has the next scan copy the book, as its writer does after a change. */
export function markChanged(kernel: Kernel, book: number): void {
  const id = kernel.int32At(book + BOOK_ID);
  const word = ((kernel.uint32[(book + BOOK_DIRTY_BITS) >> 2] ?? 0) >> 2) + (id >> 5);
  kernel.int32[word] = (kernel.int32[word] ?? 0) | (1 << (id & 31));
}

/** Leaves the book as it is while its writer is at work, so that it cannot be read. */
export function markBusy(kernel: Kernel, book: number): void {
  const word = (book + BOOK_LOCK) >> 2;
  kernel.int32[word] = (kernel.int32[word] ?? 0) | 1;
}
