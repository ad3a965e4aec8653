import type { Clock, Timer, Timers } from '../domain/clock.js';
import type { Credentials } from '../domain/credentials.js';
import type { ConnectWebSocket, WebSocketConnection } from '../transport/web-socket.js';
import type { Dialogue, RequestStamp, StreamHeartbeat, VenueRefusal } from '../venues/trading.js';
import { reasonOf } from './events.js';
import type { Requests } from './requests.js';
import type { GatewaySettings } from './settings.js';

/** What the frames of every kind of session may say besides what they are there for. */
export type LinkItem =
  | { readonly kind: 'ready' }
  | { readonly kind: 'alive' }
  | { readonly kind: 'reply'; readonly text: string }
  | { readonly kind: 'refused'; readonly refusal: VenueRefusal }
  | { readonly kind: 'lost'; readonly reason: string };

/** One connection's share of a protocol. */
export interface LinkSession<Item> {
  readonly url: string;
  opened(stamp: RequestStamp): readonly string[];
  read(frame: Uint8Array, binary: boolean, stamp: RequestStamp): readonly (Item | LinkItem)[];
}

/** What private streams and order entry have in common. */
export interface LinkProtocol<Session> {
  prepare(): Dialogue<string>;
  readonly renewal?: { readonly everyMs: number; renew(ticket: string): Dialogue<void> } | null;
  readonly release?: ((ticket: string) => Dialogue<void>) | null;
  session(ticket: string, credentials: Credentials): Session;
  readonly heartbeat: StreamHeartbeat | null;
  readonly idleMsMax: number;
  readonly lifetimeMs: number;
}

export interface LinkParts {
  readonly requests: Requests;
  readonly credentials: Credentials;
  readonly connect: ConnectWebSocket;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly settings: GatewaySettings;
}

/** Why a link ended. */
export interface LinkEnd {
  readonly reason: string;
  readonly refusal: VenueRefusal | null;
  readonly retryAfterMs: number;
}

export interface LinkOwner<Item> {
  onReady(link: Link<Item>): void;
  onItem(item: Item, link: Link<Item>): void;
  /** Once; nothing follows. */
  onEnd(link: Link<Item>, end: LinkEnd): void;
  /** The socket is gone as well. */
  onClosed(link: Link<Item>): void;
}

const SEND_QUEUE_BYTES_MAX = 1024 * 1024;
const CLOSE_TIMEOUT_MS = 500;
const WATCH_MS_MIN = 250;
const WATCH_MS_MAX = 5_000;
/** Where a venue may be silent, only the answers to our pings tell that it lives. */
const PING_IDLE_MS_MAX = 45_000;
const PING_MS = 15_000;

/** One connection from its ticket to its end: opened, logged on, kept alive, watched. It never comes back; another takes its place. */
export class Link<Item> {
  ticket: string | null = null;
  /** The session, typed as the protocol made it. */
  session: LinkSession<Item> | null = null;
  private socket: WebSocketConnection | undefined;
  private timers: Timer[] = [];
  private readyDeadline: Timer | undefined;
  private readyMs = Number.NaN;
  private ended = false;
  private heardBytes = 0;
  private heardMs = 0;

  constructor(
    private readonly parts: LinkParts,
    private readonly protocol: LinkProtocol<LinkSession<Item>>,
    private readonly owner: LinkOwner<Item>,
  ) {}

  get isReady(): boolean {
    return !this.ended && !Number.isNaN(this.readyMs);
  }

  /** Whether its socket is still there. */
  get hasSocket(): boolean {
    return this.socket !== undefined;
  }

  /** How long it has stood; 0 when it never did. */
  get stoodMs(): number {
    return Number.isNaN(this.readyMs) ? 0 : this.nowMs() - this.readyMs;
  }

  async start(): Promise<void> {
    try {
      this.ticket = await this.parts.requests.run(this.protocol.prepare());
      if (!this.ended) this.open(this.protocol.session(this.ticket, this.parts.credentials));
    } catch (error) {
      this.end({ reason: reasonOf(error), refusal: null, retryAfterMs: retryAfterOf(error) });
    }
  }

  /** @returns false when nothing was sent; a connection that takes nothing any more is given up */
  send(text: string): boolean {
    if (this.ended || this.socket === undefined) return false;
    if (this.socket.sendText(text)) return true;
    this.end({ reason: 'the connection takes nothing any more', refusal: null, retryAfterMs: 0 });
    return false;
  }

  /** Gives the connection up; `onEnd` is called before this returns, unless it had ended already. */
  end(end: LinkEnd, politely = false): void {
    if (this.ended) return;
    this.ended = true;
    for (const timer of this.timers) timer.cancel();
    this.readyDeadline?.cancel();
    if (politely) this.socket?.close();
    else this.socket?.terminate();
    this.owner.onEnd(this, end);
  }

  private open(session: LinkSession<Item>): void {
    const { connect, timers, settings } = this.parts;
    this.session = session;
    this.readyDeadline = timers.after(settings.connectTimeoutMs + settings.readyTimeoutMs, () => this.give('not ready in time'));
    this.socket = connect(
      {
        url: session.url,
        connectTimeoutMs: settings.connectTimeoutMs,
        closeTimeoutMs: CLOSE_TIMEOUT_MS,
        messageBytesMax: settings.messageBytesMax,
        sendQueueBytesMax: SEND_QUEUE_BYTES_MAX,
      },
      {
        onOpen: () => this.opened(session),
        onMessage: (bytes, start, end, binary) => this.read(session, bytes.subarray(start, end), binary),
        onClose: ({ code, text, refusal }) => {
          this.socket = undefined;
          this.end({
            reason: text === '' ? `closed with code ${code}` : text,
            refusal: null,
            retryAfterMs: refusal?.retryAfterMs ?? 0,
          });
          this.owner.onClosed(this);
        },
      },
    );
  }

  private opened(session: LinkSession<Item>): void {
    if (this.ended) return;
    const { timers } = this.parts;
    const { heartbeat, idleMsMax } = this.protocol;
    this.heardMs = this.nowMs();
    for (const text of session.opened(this.parts.requests.stamp())) this.send(text);
    if (heartbeat !== null) {
      const beat = (): unknown => this.send(heartbeat.text(this.parts.clock.epochUs() / 1000));
      this.timers.push(timers.every(heartbeat.intervalMs, beat));
    }
    const finite = Number.isFinite(idleMsMax);
    if (!finite) this.timers.push(timers.every(PING_MS, () => this.socket?.ping()));
    const limitMs = finite ? idleMsMax : PING_IDLE_MS_MAX;
    this.timers.push(timers.every(Math.min(WATCH_MS_MAX, Math.max(WATCH_MS_MIN, limitMs / 4)), () => this.watch(limitMs)));
  }

  private read(session: LinkSession<Item>, frame: Uint8Array, binary: boolean): void {
    for (const item of session.read(frame, binary, this.parts.requests.stamp())) {
      if (this.ended) return;
      this.take(item);
    }
  }

  private take(item: Item | LinkItem): void {
    if (!isLinkItem(item)) {
      this.owner.onItem(item, this);
      return;
    }
    switch (item.kind) {
      case 'ready':
        if (!Number.isNaN(this.readyMs)) return;
        this.readyMs = this.nowMs();
        this.readyDeadline?.cancel();
        this.owner.onReady(this);
        return;
      case 'reply':
        this.send(item.text);
        return;
      case 'lost':
        this.give(item.reason);
        return;
      case 'refused': {
        const { refusal } = item;
        this.end({ reason: `refused: ${refusal.code} ${refusal.text}`, refusal, retryAfterMs: refusal.retryAfterMs ?? 0 });
        return;
      }
      case 'alive':
    }
  }

  private watch(limitMs: number): void {
    const bytes = this.socket?.receivedBytes ?? 0;
    if (bytes !== this.heardBytes) {
      this.heardBytes = bytes;
      this.heardMs = this.nowMs();
    } else if (this.nowMs() - this.heardMs > limitMs) this.give('nothing was received');
  }

  private give(reason: string): void {
    this.end({ reason, refusal: null, retryAfterMs: 0 });
  }

  private nowMs(): number {
    return this.parts.clock.monotonicUs() / 1000;
  }
}

const LINK_KINDS: ReadonlySet<unknown> = new Set(['ready', 'alive', 'reply', 'refused', 'lost']);

function isLinkItem(item: unknown): item is LinkItem {
  return typeof item === 'object' && item !== null && 'kind' in item && LINK_KINDS.has(item.kind);
}

function retryAfterOf(error: unknown): number {
  return error instanceof Error && 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? error.retryAfterMs : 0;
}
