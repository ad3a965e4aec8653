/** Bounds of what one book may keep while it waits for its snapshot. */
export interface FrameBufferLimits {
  readonly framesMax: number;
  readonly bytesMax: number;
}

/** Copies of the frames that came before a book's snapshot, in order. */
export class FrameBuffer {
  private held: Uint8Array[] = [];
  private heldBytes = 0;

  constructor(private readonly limits: FrameBufferLimits) {}

  get frames(): readonly Uint8Array[] {
    return this.held;
  }

  /** Keeps a copy of `bytes[start, end)`. @returns false when it does not fit; then nothing was kept */
  push(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.held.length >= this.limits.framesMax || this.heldBytes + end - start > this.limits.bytesMax) return false;
    this.held.push(bytes.slice(start, end));
    this.heldBytes += end - start;
    return true;
  }

  /** Forgets the first `count` frames. */
  drop(count: number): void {
    for (const frame of this.held.splice(0, count)) this.heldBytes -= frame.length;
  }

  clear(): void {
    this.held = [];
    this.heldBytes = 0;
  }
}
