import type { Clock, Timer, Timers } from '../../domain/clock.js';
import { InvalidInputError, VenueConnectionError, VenueProtocolError } from '../../domain/errors.js';
import { parseRetryAfterMs } from '../../transport/retry-after.js';
import type { CloseReason, WebSocketEvents, WebSocketOptions } from '../../transport/web-socket.js';
import { DelayLine } from '../faults/delay-line.js';
import type { Handshake, SocketPeer, SocketReceiver, VenuePort } from '../fronts/port.js';
import type { RestAnswer } from '../fronts/rest.js';

/** What a connection in the process runs on. */
export interface LoopbackEnvironment {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly oneWayMs: () => number;
  readonly address: string;
  readonly find: (authority: string) => VenuePort | undefined;
}

const CLOSE_ABNORMAL = 1006;
const CLOSE_TOO_BIG = 1009;
const CLOSE_TIMEOUT_MS = 1_000;
/** Bytes before a message, as a frame's header is: a reader that takes the buffer for the message is found out. */
const HEADER_BYTES = 4;
const CONTROL_PAYLOAD_BYTES_MAX = 125;

/** Both ends of one WebSocket connection. What one end does, the other sees after the latency, in order. */
export class LoopbackSocket {
  receivedBytes = 0;
  private state: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting';
  private readonly url: URL;
  private readonly up: DelayLine;
  private readonly down: DelayLine;
  private receiver: SocketReceiver | null = null;
  /** False from the moment on at which the venue's end is over. */
  private venueOpen = false;
  private deadline: Timer;
  private reason: CloseReason | null = null;

  constructor(
    private readonly options: WebSocketOptions,
    private readonly events: WebSocketEvents,
    private readonly environment: LoopbackEnvironment,
    private readonly onGone: () => void,
  ) {
    const { clock, timers, oneWayMs } = environment;
    if (!URL.canParse(options.url) || !/^wss?:/.test(options.url))
      throw new InvalidInputError('expected ws://host or wss://host');
    this.url = new URL(options.url);
    this.up = new DelayLine(clock, timers);
    this.down = new DelayLine(clock, timers);
    this.deadline = timers.after(options.connectTimeoutMs, () => this.fail(`no WebSocket within ${options.connectTimeoutMs} ms`));
    this.up.enqueue(oneWayMs(), () => this.arrive());
  }

  sendText(text: string): boolean {
    if (this.state !== 'open' || Buffer.byteLength(text) > this.options.sendQueueBytesMax) return false;
    this.upward(() => this.receiver?.message(text));
    return true;
  }

  ping(payload: Uint8Array = new Uint8Array(0)): void {
    if (payload.length > CONTROL_PAYLOAD_BYTES_MAX) {
      throw new InvalidInputError(`a ping may carry ${CONTROL_PAYLOAD_BYTES_MAX} bytes, not ${payload.length}`);
    }
    if (this.state !== 'open') return;
    this.upward(() =>
      this.downward(() => {
        this.receivedBytes += payload.length + 2;
      }),
    );
  }

  /** Starts the closing handshake from either end. */
  close(code = 1000, reason = '', by: 'client' | 'venue' = 'client'): void {
    if (by === 'venue') {
      if (!this.venueOpen) return;
      this.downward(() => this.finish({ code, text: reason, clean: true }));
      this.endVenue();
      return;
    }
    if (this.state === 'connecting') this.abort('closed before it was open');
    if (this.state !== 'open') return;
    this.state = 'closing';
    this.upward(() => {
      this.downward(() => this.finish({ code, text: reason, clean: true }));
      this.endVenue();
    });
    this.awaitEnd();
  }

  terminate(): void {
    this.abort('terminated');
  }

  /** The opening request has come to the venue. */
  private arrive(): void {
    const { address, find } = this.environment;
    const { host, pathname, searchParams } = this.url;
    const headers = new Map([['host', host]]);
    for (const [name, value] of Object.entries(this.options.headers ?? {})) headers.set(name.toLowerCase(), value);
    const handshake: Handshake = { path: pathname, query: searchParams, headers, address };
    const venue = find(host);
    if (venue === undefined) {
      this.downward(() => this.fail(`connect ECONNREFUSED ${host}`));
      return;
    }
    const admission = venue.admit(handshake);
    if (admission === 'destroy') this.downward(() => this.finish(abnormal('ended by the peer before it was open')));
    else if (admission !== 'open') this.downward(() => this.refused(admission));
    else {
      this.venueOpen = true;
      this.downward(() => this.opened());
      const receiver = venue.accept(handshake, this.peer());
      this.receiver = receiver;
      // The front may have ended the connection as it opened.
      if (!this.venueOpen) receiver.closed();
    }
  }

  private peer(): SocketPeer {
    const whileOpen = (action: () => void): void => {
      if (this.venueOpen) action();
    };
    return {
      send: (frame) => whileOpen(() => this.downward(() => this.deliver(frame))),
      ping: (payload) => whileOpen(() => this.downward(() => this.pinged(payload))),
      close: (code, reason) => this.close(code, reason, 'venue'),
      destroy: (halfFrame) =>
        whileOpen(() => {
          this.downward(() => {
            this.receivedBytes += (halfFrame?.length ?? 0) >> 1;
            this.finish(abnormal('ended without a close frame'));
          });
          this.endVenue();
        }),
    };
  }

  private opened(): void {
    if (this.state !== 'connecting') return;
    this.deadline.cancel();
    this.state = 'open';
    this.events.onOpen();
  }

  private refused({ status: title = '200 OK', headers = {}, body }: RestAnswer): void {
    const status = Number.parseInt(title, 10);
    const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const retryAfterMs = parseRetryAfterMs(named['retry-after'], named['date']);
    const text = `refused with HTTP ${title}${body === '' ? '' : `: ${JSON.stringify(body)}`}`;
    this.fail(text, { status, retryAfterMs, body });
  }

  private deliver(frame: string | Uint8Array): void {
    const payload = typeof frame === 'string' ? Buffer.from(frame) : frame;
    this.receivedBytes += payload.length + HEADER_BYTES;
    if (this.state !== 'open') return;
    const { messageBytesMax, receiveBuffer } = this.options;
    if (payload.length > messageBytesMax) {
      const text = `a message is longer than ${messageBytesMax} bytes`;
      const cause = new VenueProtocolError(`${this.url.host}: ${text}`, { host: this.url.host, code: CLOSE_TOO_BIG });
      this.upward(() => this.endVenue());
      this.finish({ code: CLOSE_TOO_BIG, text, clean: false, cause });
      return;
    }
    const end = HEADER_BYTES + payload.length;
    const bytes = receiveBuffer !== undefined && receiveBuffer.length >= end ? receiveBuffer : new Uint8Array(end);
    bytes.set(payload, HEADER_BYTES);
    this.events.onChunk?.();
    this.events.onMessage(bytes, HEADER_BYTES, end, typeof frame !== 'string');
  }

  private pinged(payload: string): void {
    this.receivedBytes += payload.length + 2;
    if (this.state === 'open') this.upward(() => this.receiver?.pong());
  }

  private fail(text: string, refusal?: CloseReason['refusal']): void {
    const { host } = this.url;
    const cause = new VenueConnectionError(`${host}: ${text}`, { host, status: refusal?.status });
    this.abort(text, { cause, ...(refusal && { refusal }) });
  }

  /** Ends the client's end at once, told by a timer; the venue sees it after the latency. */
  private abort(text: string, more: Pick<CloseReason, 'cause' | 'refusal'> = {}): void {
    if (this.state === 'closed' || this.reason !== null) return;
    this.reason = { ...abnormal(text), ...more };
    this.state = 'closing';
    this.deadline.cancel();
    this.down.clear();
    this.upward(() => this.endVenue());
    this.deadline = this.environment.timers.after(0, () => this.finish(abnormal(text)));
  }

  private awaitEnd(): void {
    const waitMs = this.options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS;
    this.deadline.cancel();
    this.deadline = this.environment.timers.after(waitMs, () => this.abort(`not closed by the peer within ${waitMs} ms`));
  }

  /** The client's end is over; the first reason is the one that is told. */
  private finish(reason: CloseReason): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.deadline.cancel();
    this.down.clear();
    this.onGone();
    this.events.onClose(this.reason ?? reason);
  }

  private endVenue(): void {
    if (!this.venueOpen) return;
    this.venueOpen = false;
    this.receiver?.closed();
  }

  private upward(action: () => void): void {
    this.up.enqueue(this.environment.oneWayMs(), action);
  }

  private downward(action: () => void): void {
    if (this.state !== 'closed' && this.reason === null) this.down.enqueue(this.environment.oneWayMs(), action);
  }
}

function abnormal(text: string): CloseReason {
  return { code: CLOSE_ABNORMAL, text, clean: false };
}
