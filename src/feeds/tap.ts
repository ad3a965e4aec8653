/**
 * Listens to everything that crosses a feed's wire, to record it. Called on the feed's thread, for every frame, before it is decoded:
 * it must copy what it keeps, must not throw, and must never wait.
 */
export interface FrameTap {
  /** Connection number `connection` of the feed now goes to `url`. */
  opened(connection: number, url: string): void;
  /** A WebSocket message, in `bytes[start, end)`. */
  frame(direction: 'in' | 'out', connection: number, bytes: Uint8Array, start: number, end: number, binary: boolean): void;
  /** An HTTP answer. */
  answer(url: string, body: Uint8Array): void;
}
