import { Kernel } from '../../kernel/kernel.js';
import type { SharedBooks } from '../../kernel/memory.js';

/** Is told what came out of each call of the kernel, also of those for frames that had been kept back. */
export type DecodeObserver = (status: number, frame: Uint8Array) => void;

/** A kernel that somebody looks over the shoulder of; for verifications, not for live feeds. */
export class ObservedKernel extends Kernel {
  constructor(
    shared: SharedBooks,
    private readonly observer: DecodeObserver,
  ) {
    super(shared, 0);
  }

  override decodeFrame(feed: number, frame: Uint8Array, start: number, end: number): number {
    const status = super.decodeFrame(feed, frame, start, end);
    this.observer(status, frame);
    return status;
  }

  override decodeSnapshot(book: number, answer: Uint8Array): number {
    const status = super.decodeSnapshot(book, answer);
    this.observer(status, answer);
    return status;
  }
}
