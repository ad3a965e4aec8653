/**
 * Listens to everything that crosses a feed's wire, to record it. Called on the feed's thread, for every frame, before it is decoded:
 * it must copy what it keeps, must not throw, and must never wait.
 */
export interface FrameTap extends BookJournal {
  /** Connection number `connection` of the feed now goes to `url`. */
  opened(connection: number, url: string): void;
  /** A WebSocket message, in `bytes[start, end)`. */
  frame(direction: 'in' | 'out', connection: number, bytes: Uint8Array, start: number, end: number, binary: boolean): void;
  /** An HTTP answer. */
  answer(url: string, body: Uint8Array): void;
}

/**
 * Is told, before it happens, what a feed does to its books beside decoding the frames as they come, so that a recording decodes to
 * the same versions of the same books. As a FrameTap's, its methods must not throw and never wait.
 */
export interface BookJournal {
  /** The book is emptied. */
  reset(symbol: string): void;
  /** Its state is set to STATE_... */
  state(symbol: string, state: number): void;
  /** The last HTTP answer replaces it. */
  snapshot(symbol: string): void;
  /** A frame that had been kept for the book is decoded once more. */
  again(symbol: string, frame: Uint8Array): void;
}
