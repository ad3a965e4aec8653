import type { Socket } from 'node:net';
import type { Timer, Timers } from '../domain/clock.js';
import { InvalidInputError, VenueConnectionError, VenueProtocolError } from '../domain/errors.js';
import {
  CLOSE_NO_CODE,
  CONTROL_PAYLOAD_BYTES_MAX,
  type FrameHandler,
  FrameReader,
  isCloseCode,
  OPCODE_CLOSE,
  OPCODE_PING,
} from './frame-reader.js';
import { CONTROL_FRAME_BYTES_MAX, encodeControl, encodeText, type RandomBytes, stocked } from './frame-writer.js';
import { HandshakeReader, type HandshakeRefusal, handshakeRequest } from './handshake.js';
import { openSocket, type TlsOptions } from './open-socket.js';
import { PongSender } from './pong-sender.js';

/** Why a connection ended, or never opened. */
export interface CloseReason {
  /** The close code of the connection: the peer's, ours after a violation, 1006 when it ended without any. */
  readonly code: number;
  readonly text: string;
  /** True when the closing handshake was made. */
  readonly clean: boolean;
  readonly cause?: Error;
  /** Set when the venue answered the opening request with an HTTP status other than 101 (429, 403, 503). */
  readonly refusal?: HandshakeRefusal;
}

/** What the owner of a connection is told. Callbacks may call any method of the connection; they must not throw. */
export interface WebSocketEvents {
  onOpen(): void;
  /** Bytes have arrived, and the messages in them follow: the moment to stamp a receive time once for all of them. */
  onChunk?(): void;
  /** `bytes` is valid during the call only and must not be kept. Text or binary alike; text is not checked for UTF-8. */
  onMessage(bytes: Uint8Array, start: number, end: number, binary: boolean): void;
  /** Exactly once, never from within a method of the connection, after opening failed or the connection ended. The last callback. */
  onClose(reason: CloseReason): void;
}

export interface WebSocketOptions {
  /** ws:// or wss:// */
  readonly url: string;
  /** Sent with the opening request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Name lookup, TCP, TLS and the opening handshake together. */
  readonly connectTimeoutMs: number;
  /** How long the peer may take over the closing handshake; 1000 when left out. */
  readonly closeTimeoutMs?: number;
  /** A longer message ends the connection with close code 1009. */
  readonly messageBytesMax: number;
  /** What may wait to be sent; `sendText` refuses what goes beyond. */
  readonly sendQueueBytesMax: number;
  /**
   * Where received bytes land; 64 KiB of its own when left out. Whatever a read leaves unfinished is copied out of it at once, so all
   * connections of one thread may share one buffer, and it may lie in the kernel's memory, which then reads messages in place.
   */
  readonly receiveBuffer?: Uint8Array;
  readonly tls?: TlsOptions;
}

export interface WebSocketDependencies {
  readonly timers: Timers;
  readonly randomBytes: RandomBytes;
}

/** An open, opening or closing WebSocket. */
export interface WebSocketConnection {
  /** @returns false when nothing was sent: not open, or the send queue would exceed its bound */
  sendText(text: string): boolean;
  /** Sends a ping, unless the connection is not open or its send queue is full. The pong shows in `receivedBytes`. */
  ping(payload?: Uint8Array): void;
  /** Starts the closing handshake; no message is handed over any more. */
  close(code?: number, reason?: string): void;
  /** Ends the connection at once; only `onClose` follows. */
  terminate(): void;
  /** Bytes accepted for sending that the operating system has not taken yet. */
  readonly bufferedBytes: number;
  /** Bytes received since the connection was started, control frames included: a watchdog sees life in its growth. */
  readonly receivedBytes: number;
}

/** Opens WebSockets: over the network, or inside of one process. */
export type ConnectWebSocket = (options: WebSocketOptions, events: WebSocketEvents) => WebSocketConnection;

/**
 * Opens a WebSocket as a client (RFC 6455 without extensions) that allocates nothing for a message received.
 * @throws InvalidInputError when the address or a header cannot be used
 */
export function connectWebSocket(
  options: WebSocketOptions,
  events: WebSocketEvents,
  dependencies: WebSocketDependencies,
): WebSocketConnection {
  return new Connection(options, events, dependencies);
}

const CLOSE_NORMAL = 1000;
const CLOSE_ABNORMAL = 1006;
const CLOSE_TIMEOUT_MS = 1_000;
const RECEIVE_BUFFER_BYTES = 65_536;
const NO_PAYLOAD = new Uint8Array(0);

type State = 'connecting' | 'open' | 'closing' | 'closed';

class Connection implements WebSocketConnection, FrameHandler {
  receivedBytes = 0;
  private state: State = 'connecting';
  private readonly url: URL;
  private readonly buffer: Uint8Array;
  private readonly socket: Socket;
  private readonly reader: FrameReader;
  private handshake: HandshakeReader | undefined;
  private reason: CloseReason | undefined;
  private deadline: Timer;
  private readonly pong = new PongSender();
  /** For the masks of frames. */
  private readonly randomBytes: RandomBytes;

  constructor(
    private readonly options: WebSocketOptions,
    private readonly events: WebSocketEvents,
    private readonly dependencies: WebSocketDependencies,
  ) {
    this.randomBytes = stocked(dependencies.randomBytes);
    this.url = parseUrl(options.url);
    const key = Buffer.from(dependencies.randomBytes(16)).toString('base64');
    const request = handshakeRequest(this.url, key, checkHeaders(options.headers ?? {}));
    this.handshake = new HandshakeReader(key);
    this.reader = new FrameReader(this, options.messageBytesMax);
    this.buffer = options.receiveBuffer ?? new Uint8Array(RECEIVE_BUFFER_BYTES);
    const callback = (count: number): boolean => {
      this.receive(count);
      return true;
    };
    const onread = { buffer: this.buffer, callback };
    this.socket = openSocket(this.url, options.tls ?? {}, onread, (socket) => socket.write(request, 'latin1'));
    this.socket.on('error', (error) => this.settleError(error));
    this.socket.once('end', () => this.peerEnded());
    this.socket.once('close', () => this.finish());
    this.deadline = dependencies.timers.after(options.connectTimeoutMs, () => this.abandonHandshake());
  }

  get bufferedBytes(): number {
    return this.socket.writableLength;
  }

  sendText(text: string): boolean {
    if (this.state !== 'open') return false;
    const frame = encodeText(text, this.randomBytes);
    if (this.bufferedBytes + frame.length > this.options.sendQueueBytesMax) return false;
    this.socket.write(frame);
    return true;
  }

  ping(payload: Uint8Array = NO_PAYLOAD): void {
    if (payload.length > CONTROL_PAYLOAD_BYTES_MAX) {
      throw new InvalidInputError(`a ping may carry ${CONTROL_PAYLOAD_BYTES_MAX} bytes, not ${payload.length}`);
    }
    if (this.state !== 'open' || this.bufferedBytes + CONTROL_FRAME_BYTES_MAX > this.options.sendQueueBytesMax) return;
    this.sendControl(OPCODE_PING, payload);
  }

  close(code: number = CLOSE_NORMAL, reason = ''): void {
    const text = Buffer.from(reason);
    if (!isCloseCode(code) || text.length > CONTROL_PAYLOAD_BYTES_MAX - 2) {
      throw new InvalidInputError(`a close frame cannot carry code ${code} with a reason of ${text.length} bytes`);
    }
    if (this.state === 'connecting') this.end(CLOSE_ABNORMAL, 'closed before it was open');
    if (this.state !== 'open') return;
    this.sendClose(code, text);
    this.beginClosing();
  }

  terminate(): void {
    this.end(CLOSE_ABNORMAL, 'terminated');
  }

  onMessage(bytes: Uint8Array, start: number, end: number, binary: boolean): void {
    if (this.state === 'open') this.events.onMessage(bytes, start, end, binary);
  }

  onPing(bytes: Uint8Array, start: number, end: number): void {
    if (this.state === 'open') this.pong.send(this.socket, bytes, start, end, this.randomBytes);
  }

  onCloseFrame(code: number, text: string): void {
    this.settle(code, text, undefined, true);
    if (this.state === 'open') this.sendClose(code, NO_PAYLOAD);
    this.beginClosing();
    this.socket.end();
  }

  onViolation(code: number, text: string): void {
    this.settle(code, text, new VenueProtocolError(`${this.url.host}: ${text}`, { host: this.url.host, code }));
    if (this.state === 'open') this.sendClose(code, Buffer.from(text));
    this.beginClosing();
    this.socket.end();
  }

  private receive(count: number): void {
    this.receivedBytes += count;
    if (this.handshake === undefined) this.readFrames(0, count);
    else this.readHandshake(this.handshake, count);
  }

  private readHandshake(handshake: HandshakeReader, count: number): void {
    const outcome = handshake.push(this.buffer, count);
    if (outcome.kind === 'refused') this.failHandshake(outcome.text, outcome.refusal);
    if (outcome.kind === 'invalid') this.failHandshake(outcome.text);
    if (outcome.kind !== 'accepted') return;
    this.handshake = undefined;
    this.deadline.cancel();
    this.state = 'open';
    this.events.onOpen();
    if (outcome.next < count) this.readFrames(outcome.next, count); // frames came with the header
  }

  private readFrames(start: number, end: number): void {
    // After close() only the peer's close frame matters.
    if (this.state === 'open') this.events.onChunk?.();
    this.reader.push(this.buffer, start, end);
  }

  private abandonHandshake(): void {
    const outcome = this.handshake?.finish();
    if (outcome?.kind === 'refused') this.failHandshake(outcome.text, outcome.refusal);
    else this.failHandshake(`no WebSocket within ${this.options.connectTimeoutMs} ms`);
  }

  private failHandshake(text: string, refusal?: HandshakeRefusal): void {
    const context = { host: this.url.host, status: refusal?.status };
    this.end(CLOSE_ABNORMAL, text, new VenueConnectionError(`${this.url.host}: ${text}`, context), refusal);
  }

  /** Ends the connection without a closing handshake. */
  private end(code: number, text: string, cause?: Error, refusal?: HandshakeRefusal): void {
    this.reader.stop();
    this.settle(code, text, cause, false, refusal);
    if (this.state !== 'closed') this.state = 'closing';
    this.handshake = undefined;
    this.socket.destroy();
  }

  /** The first reason is the one that is told. */
  private settle(code: number, text: string, cause?: Error, clean = false, refusal?: HandshakeRefusal): void {
    this.reason ??= { code, text, clean, ...(cause && { cause }), ...(refusal && { refusal }) };
  }

  /** Node gives no text of its own when all addresses of a host failed; then the code has to do. */
  private settleError(error: Error & { readonly code?: string }): void {
    const text = error.message || error.code || error.name;
    const host = this.url.host;
    this.settle(CLOSE_ABNORMAL, text, new VenueConnectionError(`${host}: ${text}`, { host }, { cause: error }));
  }

  /** Node ends our side as well, so nothing can be sent any more. */
  private peerEnded(): void {
    if (this.state === 'open') this.state = 'closing';
    this.awaitEnd();
  }

  private beginClosing(): void {
    if (this.state === 'closing') return;
    this.state = 'closing';
    this.awaitEnd();
  }

  /** The socket ends by itself once the peer has ended it and all is sent; a peer that reads nothing is not waited for. */
  private awaitEnd(): void {
    const waitMs = this.options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS;
    this.deadline.cancel();
    this.deadline = this.dependencies.timers.after(waitMs, () =>
      this.end(CLOSE_ABNORMAL, `not closed by the peer within ${waitMs} ms`),
    );
  }

  private finish(): void {
    this.deadline.cancel();
    this.reader.stop();
    const outcome = this.reason === undefined ? this.handshake?.finish() : undefined;
    if (outcome?.kind === 'refused') this.failHandshake(outcome.text, outcome.refusal);
    this.settle(
      CLOSE_ABNORMAL,
      this.handshake === undefined ? 'ended without a close frame' : 'ended by the peer before it was open',
    );
    this.state = 'closed';
    this.handshake = undefined;
    if (this.reason !== undefined) this.events.onClose(this.reason);
  }

  private sendClose(code: number, text: Uint8Array): void {
    const payload = Buffer.alloc(code === CLOSE_NO_CODE ? 0 : 2 + text.length);
    if (payload.length > 0) {
      payload.writeUInt16BE(code);
      payload.set(text, 2);
    }
    this.sendControl(OPCODE_CLOSE, payload);
  }

  private sendControl(opcode: number, payload: Uint8Array): void {
    const frame = new Uint8Array(CONTROL_FRAME_BYTES_MAX);
    this.socket.write(frame.subarray(0, encodeControl(frame, opcode, payload, payload.length, this.randomBytes)));
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'ws:' && url.protocol !== 'wss:') || url.username !== '' || url.password !== '') {
    const shown = text.replace(/\/\/.*@/, '//'); // a password must not end in a log
    throw new InvalidInputError(
      `"${shown}" is no WebSocket address: expected ws://host or wss://host, without user name and password`,
    );
  }
  return url;
}

function checkHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+\-.^_`|~\w]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new InvalidInputError(`the header "${name}" has a name or a value that HTTP does not allow`, { name });
    }
  }
  return headers;
}
