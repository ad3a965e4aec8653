import type { Clock, Timers } from '../domain/clock.js';
import type { HttpClient } from '../transport/http.js';
import { connectWebSocket, type WebSocketConnection, type WebSocketDependencies } from '../transport/web-socket.js';
import type { FeedSession } from './session.js';
import type { FrameTap } from './tap.js';
import type { FeedBook, FeedTransport } from './transport.js';

const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 500;
const SEND_QUEUE_BYTES_MAX = 4 * 1024 * 1024;
const HTTP_OK = 200;
/** Too many requests, and the ban that follows (Binance, MEXC). */
const LIMITED = new Set([429, 418]);
/** How long nothing is asked when a venue that limits us does not say. */
const RETRY_AFTER_MS = 10_000;

/** What the sockets of one thread share. */
export interface SocketSurroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly randomBytes: WebSocketDependencies['randomBytes'];
  readonly http: HttpClient;
  /** Where all sockets of the thread receive. */
  readonly receiveBuffer: Uint8Array;
  readonly messageBytesMax: number;
  /** Called once for each message, after it was decoded. */
  onDecoded(): void;
}

/** The transport of a feed over real sockets. */
export class SocketTransport implements FeedTransport {
  private session: FeedSession | undefined;
  private readonly sockets = new Map<number, WebSocketConnection>();
  private readonly seenBytes: number[] = [];
  private onIdle: (() => void) | undefined;

  constructor(
    private readonly surroundings: SocketSurroundings,
    private readonly restBase: string,
    private readonly tap: FrameTap | null,
  ) {}

  /** Names the session that is told what happens; before anything is connected. */
  attach(session: FeedSession): void {
    this.session = session;
  }

  connect(connection: number, url: string): void {
    const { clock, timers, randomBytes, receiveBuffer, messageBytesMax, onDecoded } = this.surroundings;
    const { tap, session } = this;
    if (session === undefined) return;
    tap?.opened(connection, url);
    const stamp = (): void => session.receivedAt(clock.monotonicUs());
    const socket = connectWebSocket(
      {
        url,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        closeTimeoutMs: CLOSE_TIMEOUT_MS,
        messageBytesMax,
        sendQueueBytesMax: SEND_QUEUE_BYTES_MAX,
        receiveBuffer,
      },
      {
        onOpen: () => {
          stamp();
          session.connected(connection);
        },
        onChunk: stamp,
        onMessage: (bytes, start, end, binary) => {
          if (tap !== null) tap.frame('in', connection, bytes, start, end, binary);
          session.frame(connection, bytes, start, end);
          onDecoded();
        },
        onClose: ({ code, text }) => {
          this.sockets.delete(connection);
          stamp();
          session.disconnected(connection, text === '' ? `closed with code ${code}` : text);
          onDecoded();
          if (this.sockets.size === 0) this.onIdle?.();
        },
      },
      { timers, randomBytes },
    );
    this.sockets.set(connection, socket);
    this.seenBytes[connection] = 0;
  }

  send(connection: number, text: string): void {
    const socket = this.sockets.get(connection);
    if (socket?.sendText(text) === false) {
      // The venue has stopped reading: nothing that is sent would arrive.
      socket.terminate();
      return;
    }
    if (this.tap !== null && socket !== undefined) {
      const bytes = Buffer.from(text);
      this.tap.frame('out', connection, bytes, 0, bytes.length, false);
    }
  }

  close(connection: number): void {
    this.sockets.get(connection)?.close();
  }

  requestSnapshot(book: FeedBook, path: string): void {
    void this.fetch(book, path);
  }

  /** Reports connections that received anything since the last look, pings included. */
  reportLife(): void {
    for (const [connection, socket] of this.sockets) {
      if (socket.receivedBytes === this.seenBytes[connection]) continue;
      this.seenBytes[connection] = socket.receivedBytes;
      this.session?.alive(connection);
    }
  }

  /** Settles when no socket is left. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.sockets.size === 0) resolve();
      else this.onIdle = resolve;
    });
  }

  private async fetch(book: FeedBook, path: string): Promise<void> {
    const { clock, http, onDecoded } = this.surroundings;
    const { session } = this;
    if (session === undefined) return;
    const url = this.restBase + path;
    try {
      const { status, body, retryAfterMs } = await http.get(url);
      session.receivedAt(clock.monotonicUs());
      if (status === HTTP_OK) {
        this.tap?.answer(url, body);
        session.snapshot(book, body);
        onDecoded();
      } else {
        const waitMs = LIMITED.has(status) ? (retryAfterMs ?? RETRY_AFTER_MS) : retryAfterMs;
        session.snapshotFailed(book, `HTTP ${status}`, waitMs);
      }
    } catch (error) {
      session.receivedAt(clock.monotonicUs());
      session.snapshotFailed(book, error instanceof Error ? error.message : String(error));
    }
  }
}
