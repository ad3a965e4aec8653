import { backoffMs } from '../domain/backoff.js';
import type { Timer } from '../domain/clock.js';
import { VenueRequestError } from '../domain/errors.js';
import type { Random } from '../domain/random.js';
import { type Notify, reasonOf } from './events.js';
import { Link, type LinkEnd, type LinkOwner, type LinkParts, type LinkProtocol, type LinkSession } from './link.js';

export interface LineOwner<Item> {
  /** A connection stands that did not stand before, be it the first or a replacement. */
  onUp(): void;
  onItem(item: Item): void;
  /** No connection stands. */
  onDown(reason: string): void;
  /** A connection is gone, in use or not: what was asked over it will not be answered. */
  onLinkEnd(link: Link<Item>, reason: string): void;
}

export interface LineParts extends LinkParts {
  readonly random: Random;
  readonly notify: Notify;
  readonly name: 'private' | 'orders';
}

/** The earliest retry of a renewal that did not work. */
const RENEWAL_RETRY_SHARE = 1 / 6;

/**
 * A connection that is always there: made anew with growing waits when it is lost, its ticket renewed on schedule, and replaced before
 * the venue ends it, the new one ready before the old one goes.
 */
export class Line<Item> implements LinkOwner<Item> {
  private current: Link<Item> | null = null;
  private next: Link<Item> | null = null;
  private readonly sockets = new Set<Link<Item>>();
  private retry: Timer | undefined;
  private replacement: Timer | undefined;
  private renewal: Timer | undefined;
  private drain: Timer | undefined;
  private tries = 0;
  private stopped = false;
  private onIdle: (() => void) | undefined;

  constructor(
    private readonly parts: LineParts,
    private readonly protocol: LinkProtocol<LinkSession<Item>>,
    private readonly owner: LineOwner<Item>,
  ) {}

  start(): void {
    this.bringUp();
  }

  /** The connection that stands; null when none does. */
  get link(): Link<Item> | null {
    return this.current;
  }

  /** Closes everything; settles when no socket is left. */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    for (const timer of [this.retry, this.replacement, this.renewal, this.drain]) timer?.cancel();
    const ticket = this.current?.ticket ?? this.next?.ticket ?? null;
    const end: LinkEnd = { reason: 'stopped', refusal: null, retryAfterMs: 0 };
    this.next?.end(end);
    this.current?.end(end, true);
    for (const link of this.sockets) link.end(end);
    if (ticket !== null) await this.release(ticket);
    if (this.openSockets() === 0) return;
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
    });
  }

  onReady(link: Link<Item>): void {
    if (link !== this.next) return;
    const { notify, name, timers, settings } = this.parts;
    const old = this.current;
    this.next = null;
    this.current = link;
    this.schedule(link);
    notify('connected', 'info', old === null ? 'the connection stands' : 'a new connection took over', name);
    this.owner.onUp();
    if (old === null) return;
    // What is under way on the old one may still arrive.
    const drained: LinkEnd = { reason: 'replaced', refusal: null, retryAfterMs: 0 };
    this.drain?.cancel();
    this.drain = timers.after(settings.drainMs, () => {
      for (const other of this.sockets) if (other !== this.current && other !== this.next) other.end(drained, true);
    });
    if (old.ticket !== null && old.ticket !== link.ticket) void this.release(old.ticket);
  }

  onItem(item: Item): void {
    this.owner.onItem(item);
  }

  onEnd(link: Link<Item>, end: LinkEnd): void {
    if (!link.hasSocket) this.sockets.delete(link);
    this.owner.onLinkEnd(link, end.reason);
    const wasCurrent = link === this.current;
    if (!wasCurrent && link !== this.next) return;
    if (wasCurrent) {
      this.current = null;
      if (link.stoodMs >= this.parts.settings.stableMs) this.tries = 0;
      this.owner.onDown(end.reason);
    } else this.next = null;
    if (this.stopped) return;
    const level = end.refusal?.kind === 'authentication' ? 'alert' : 'warn';
    this.parts.notify(end.refusal === null ? 'disconnected' : 'refused', level, end.reason, this.parts.name);
    if (this.next === null) this.retryLater(end);
  }

  onClosed(link: Link<Item>): void {
    this.sockets.delete(link);
    if (this.openSockets() === 0) this.onIdle?.();
  }

  private bringUp(): void {
    if (this.stopped || this.next !== null) return;
    this.retry?.cancel();
    this.next = new Link(this.parts, this.protocol, this);
    this.sockets.add(this.next);
    void this.next.start();
  }

  private retryLater(end: LinkEnd): void {
    const { settings, random, timers, requests } = this.parts;
    const waitMs = Math.max(backoffMs(this.tries++, settings.reconnectBackoff, random), end.retryAfterMs);
    this.retry?.cancel();
    this.retry = timers.after(waitMs, () => this.bringUp());
    if (end.refusal?.kind === 'time-window') requests.measureClock().catch(() => {}); // the log-on itself tells when it fails again
  }

  private schedule(link: Link<Item>): void {
    const { timers, settings, notify, name } = this.parts;
    const { lifetimeMs, renewal } = this.protocol;
    this.replacement?.cancel();
    this.renewal?.cancel();
    if (Number.isFinite(lifetimeMs)) {
      const afterMs = Math.max(lifetimeMs / 2, lifetimeMs - settings.replaceAheadMs);
      this.replacement = timers.after(afterMs, () => {
        notify('replacing', 'info', 'the connection nears the end of its life', name);
        this.bringUp();
      });
    }
    if (renewal !== undefined && renewal !== null) this.renewal = timers.after(renewal.everyMs, () => void this.renew(link));
  }

  private async renew(link: Link<Item>): Promise<void> {
    const { renewal } = this.protocol;
    const { requests, timers, notify, name } = this.parts;
    if (renewal === undefined || renewal === null || link.ticket === null) return;
    let nextMs = renewal.everyMs;
    try {
      await requests.run(renewal.renew(link.ticket));
    } catch (error) {
      if (link !== this.current || this.stopped) return;
      notify('renewal-failed', 'warn', reasonOf(error), name);
      nextMs = renewal.everyMs * RENEWAL_RETRY_SHARE;
      // The venue no longer knows the ticket: another one, and another connection.
      if (error instanceof VenueRequestError && isFinalWord(error)) this.bringUp();
    }
    if (link === this.current && !this.stopped) this.renewal = timers.after(nextMs, () => void this.renew(link));
  }

  private async release(ticket: string): Promise<void> {
    const { release } = this.protocol;
    if (release === undefined || release === null) return;
    try {
      await this.parts.requests.run(release(ticket));
    } catch (error) {
      this.parts.notify('release-failed', 'info', reasonOf(error), this.parts.name);
    }
  }

  private openSockets(): number {
    let count = 0;
    for (const link of this.sockets) if (link.hasSocket) count++;
    return count;
  }
}

function isFinalWord({ kind }: VenueRequestError): boolean {
  return kind !== 'venue-down' && kind !== 'outcome-unknown' && kind !== 'rate-limited' && kind !== 'time-window';
}
