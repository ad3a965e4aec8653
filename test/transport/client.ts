import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { systemTimers } from '../../src/domain/system-clock.js';
import {
  type CloseReason,
  connectWebSocket,
  type WebSocketConnection,
  type WebSocketOptions,
} from '../../src/transport/web-socket.js';

/** A promise with its resolve function outside (Promise.withResolvers is not in Node 20). */
export function deferred<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** A connection whose callbacks are written down and can be awaited. */
export class Client extends EventTarget {
  readonly connection: WebSocketConnection;
  readonly messages: string[] = [];
  opened = false;
  chunks = 0;
  closes = 0;
  readonly closed: Promise<CloseReason>;
  /** Called in every message, after it was written down. */
  whenMessage: (text: string) => void = () => {};
  whenOpen: () => void = () => {};

  constructor(url: string, options: Partial<WebSocketOptions> = {}) {
    super();
    const close = deferred<CloseReason>();
    this.closed = close.promise;
    const bounds = { connectTimeoutMs: 5_000, closeTimeoutMs: 5_000, messageBytesMax: 1 << 20, sendQueueBytesMax: 1 << 20 };
    this.connection = connectWebSocket(
      { url, ...bounds, ...options },
      {
        onOpen: () => {
          this.opened = true;
          this.whenOpen();
          this.dispatchEvent(new Event('open'));
        },
        onChunk: () => {
          this.chunks++;
        },
        onMessage: (bytes, start, end, binary) => {
          const text = Buffer.from(bytes.subarray(start, end)).toString(binary ? 'hex' : 'utf8');
          this.messages.push(binary ? `hex:${text}` : text);
          this.whenMessage(text);
          this.dispatchEvent(new Event('message'));
        },
        onClose: (reason) => {
          this.closes++;
          close.resolve(reason);
        },
      },
      { timers: systemTimers, randomBytes },
    );
  }

  async open(): Promise<this> {
    if (!this.opened) await once(this, 'open');
    return this;
  }

  /** Waits until this many messages have come in all. */
  async received(count: number): Promise<string[]> {
    while (this.messages.length < count) await once(this, 'message');
    return this.messages;
  }
}
