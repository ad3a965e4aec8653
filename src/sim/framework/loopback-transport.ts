import type { Clock } from '../../domain/clock.js';
import type { FeedSession } from '../../feeds/session.js';
import type { FrameTap } from '../../feeds/tap.js';
import type { FeedBook, FeedTransport } from '../../feeds/transport.js';
import type { HttpTransport } from '../../transport/http-transport.js';
import type { ConnectWebSocket, WebSocketConnection } from '../../transport/web-socket.js';

/** What the connections of one feed share. */
export interface LoopbackSurroundings {
  readonly clock: Clock;
  readonly connect: ConnectWebSocket;
  readonly http: HttpTransport;
  /** Where messages are put down. */
  readonly receiveBuffer: Uint8Array;
  /** Called after everything that came from the venue was taken in. */
  onDelivered(): void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const MESSAGE_BYTES_MAX = 4 * 2 ** 20;
const SEND_QUEUE_BYTES_MAX = 4 * 2 ** 20;
const HTTP_OK = 200;

/** The transport of a feed whose venue lives in this process, without a socket. */
export class LoopbackTransport implements FeedTransport {
  private session: FeedSession | undefined;
  private readonly sockets = new Map<number, WebSocketConnection>();

  constructor(
    private readonly surroundings: LoopbackSurroundings,
    private readonly restBase: string,
    /** Told of everything that crosses the wire. */
    private readonly tap: FrameTap | null = null,
  ) {}

  /** Names the session that is told what happens; before anything is connected. */
  attach(session: FeedSession): void {
    this.session = session;
  }

  connect(connection: number, url: string): void {
    const { clock, connect, receiveBuffer, onDelivered } = this.surroundings;
    const { session, tap } = this;
    if (session === undefined) return;
    tap?.opened(connection, url);
    const stamp = (): void => session.receivedAt(clock.monotonicUs());
    const socket = connect(
      {
        url,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        messageBytesMax: MESSAGE_BYTES_MAX,
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
          tap?.frame('in', connection, bytes, start, end, binary);
          session.frame(connection, bytes, start, end);
          onDelivered();
        },
        onClose: ({ code, text }) => {
          this.sockets.delete(connection);
          stamp();
          session.disconnected(connection, text === '' ? `closed with code ${code}` : text);
          onDelivered();
        },
      },
    );
    this.sockets.set(connection, socket);
  }

  send(connection: number, text: string): void {
    const socket = this.sockets.get(connection);
    socket?.sendText(text);
    if (socket === undefined || this.tap === null) return;
    const bytes = Buffer.from(text);
    this.tap.frame('out', connection, bytes, 0, bytes.length, false);
  }

  close(connection: number): void {
    this.sockets.get(connection)?.close();
  }

  requestSnapshot(book: FeedBook, path: string): void {
    void this.fetch(book, path);
  }

  private async fetch(book: FeedBook, path: string): Promise<void> {
    const { clock, http, onDelivered } = this.surroundings;
    const { session } = this;
    if (session === undefined) return;
    try {
      const url = this.restBase + path;
      const { status, body } = await http.request({ method: 'GET', url, headers: {}, body: null });
      session.receivedAt(clock.monotonicUs());
      if (status === HTTP_OK) {
        this.tap?.answer(url, body);
        session.snapshot(book, body);
      } else session.snapshotFailed(book, `HTTP ${status}`);
    } catch (error) {
      session.receivedAt(clock.monotonicUs());
      session.snapshotFailed(book, error instanceof Error ? error.message : String(error));
    }
    onDelivered();
  }
}
