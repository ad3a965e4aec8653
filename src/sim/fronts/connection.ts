import type { Handshake, SocketPeer, SocketTraffic } from './port.js';

/** One stream of frames that connections can join. Frames are only encoded while somebody listens. */
export class Topic {
  /** Who has joined, in that order; connections alone change it. */
  readonly connections = new Set<Connection>();
  /** Frames sent so far. */
  published = 0;
  constructor(readonly name: string) {}

  get subscribers(): number {
    return this.connections.size;
  }
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
  readonly path: string;
  readonly query: URLSearchParams;
  /** Address of the client. */
  readonly address: string;
  private readonly headers: ReadonlyMap<string, string>;

  /**
   * @param peer null once the connection has ended
   * @param traffic what the connection is for; a protocol may change it after a log-on
   */
  constructor(
    readonly id: number,
    handshake: Handshake,
    readonly openedUs: number,
    private peer: SocketPeer | null,
    public traffic: SocketTraffic,
  ) {
    this.path = handshake.path;
    this.query = handshake.query;
    this.address = handshake.address;
    this.headers = handshake.headers;
    this.lastReceivedUs = openedUs;
  }

  /** False once the connection has ended. */
  get open(): boolean {
    return this.peer !== null;
  }

  /** Header of the handshake, by its lower-case name. */
  header(name: string): string | undefined {
    return this.headers.get(name);
  }

  /** Forgets the socket; it is closed. */
  closed(): void {
    this.peer = null;
    for (const topic of this.topics) topic.connections.delete(this);
    this.topics.clear();
  }

  /** @param traffic what the frame is for, where it is not what the connection is for */
  send(frame: string | Uint8Array, traffic: SocketTraffic = this.traffic): void {
    this.peer?.send(frame, { traffic, topic: '' });
  }

  /** Sends a frame of a topic. */
  deliver(topic: Topic, frame: string | Uint8Array): void {
    this.peer?.send(frame, { traffic: 'ws-public', topic: topic.name });
  }

  ping(payload: string): void {
    this.peer?.ping(payload);
  }

  /** @returns false when it had joined already */
  join(topic: Topic): boolean {
    if (this.peer === null || this.topics.has(topic)) return false;
    this.topics.add(topic);
    topic.connections.add(this);
    return true;
  }

  /** @returns false when it had not joined */
  leave(topic: Topic): boolean {
    topic.connections.delete(this);
    return this.topics.delete(topic);
  }

  /** Closes with a code and a short reason. */
  end(code: number, reason: string): void {
    this.peer?.close(code, reason);
  }
}
