import type { WebSocket } from 'uWebSockets.js';

/** One stream of frames that connections can join. Frames are only encoded while somebody listens. */
export class Topic {
  subscribers = 0;
  /** Frames sent so far. */
  published = 0;
  constructor(readonly name: string) {}
}

/** One client's WebSocket connection. All calls after the end are ignored. */
export class Connection {
  readonly topics = new Set<Topic>();
  /** Monotonic microseconds of the opening, the last frame received and the oldest ping without an answer (0: none). */
  lastReceivedUs: number;
  pingedUs = 0;
  /** Frames received in the current second, for venues that limit them. */
  receivedThisSecond = 0;
  /** What a protocol remembers of this connection. */
  readonly state = new Map<string, unknown>();
  private socket: WebSocket<unknown> | null = null;

  constructor(
    readonly id: number,
    readonly path: string,
    readonly query: URLSearchParams,
    private readonly headers: ReadonlyMap<string, string>,
    readonly openedUs: number,
  ) {
    this.lastReceivedUs = openedUs;
  }

  /** Header of the handshake, by its lower-case name. */
  header(name: string): string | undefined {
    return this.headers.get(name);
  }

  /** Takes over the open socket. */
  opened(socket: WebSocket<unknown>): void {
    this.socket = socket;
  }

  /** Forgets the socket; it is closed. */
  closed(): void {
    this.socket = null;
    for (const topic of this.topics) topic.subscribers--;
    this.topics.clear();
  }

  send(frame: string | Uint8Array): void {
    this.socket?.send(frame, typeof frame !== 'string');
  }

  ping(payload: string): void {
    this.socket?.ping(payload);
  }

  /** @returns false when it had joined already */
  join(topic: Topic): boolean {
    if (this.socket === null || this.topics.has(topic)) return false;
    this.socket.subscribe(topic.name);
    this.topics.add(topic);
    topic.subscribers++;
    return true;
  }

  /** @returns false when it had not joined */
  leave(topic: Topic): boolean {
    if (!this.topics.delete(topic)) return false;
    this.socket?.unsubscribe(topic.name);
    topic.subscribers--;
    return true;
  }

  /** Closes with a code and a short reason. */
  end(code: number, reason: string): void {
    this.socket?.end(code, reason);
  }
}
